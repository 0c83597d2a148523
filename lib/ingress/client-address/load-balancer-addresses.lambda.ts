import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { AddressAnswer, addressPart, AddressRequest, ADDRESS_PARTS, assignableAddresses } from './trusted-addresses';

/** The SDK backs off up to 20 seconds between two attempts. For both API calls together that is less than the function's timeout. */
const RETRIES = { retryMode: 'standard', maxAttempts: 10 };
/** The part of the function's timeout that is reserved for the response to CloudFormation, which may need several attempts too. */
const RESPONSE_MARGIN_MS = 60_000;
/** The longest error message: CloudFormation accepts a response of 4,096 bytes, and messages of AWS can be long. */
const MAX_MESSAGE_LENGTH = 1_500;

const ADDRESSES_FIX = 'or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`';

const POLICY_FIX = 'the role of this function has the permission, so look for a service control policy or a permissions boundary that denies it';
const THROTTLING_FIX = 'AWS did not respond, or throttled the requests, until the timeout of this function: deploy again';

/** The fix, by the name of the error that AWS returned. */
const FIXES: Readonly<Record<string, string>> = {
  LoadBalancerNotFoundException: 'it must be an Application Load Balancer of this account and region',
  ValidationError: 'it must be named by its ARN, in the region of this stack',
  AccessDenied: POLICY_FIX,
  UnauthorizedOperation: POLICY_FIX,
  AbortError: THROTTLING_FIX,
  Throttling: THROTTLING_FIX,
  RequestLimitExceeded: THROTTLING_FIX,
};

/**
 * Returns one part of the addresses that a load balancer can have, for LoadBalancerAddresses.
 *
 * It runs behind the CDK's own entry point for custom resources, which reports its result or error to CloudFormation
 * and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: AddressAnswer }> {
  if (event.RequestType === 'Delete') {
    // Nothing was created.
    return {};
  }
  try {
    const { arn, part } = requestOf(event);
    const cidrs = await cidrsOf(arn, AbortSignal.timeout(Math.max(context.getRemainingTimeInMillis() - RESPONSE_MARGIN_MS, 0)));
    return { Data: part === undefined ? { Cidrs: cidrs.join(',') } : { Addresses: addressPart(assignableAddresses(cidrs), part) } };
  } catch (error) {
    console.error(error);
    throw readable(event, error);
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): { arn: string; part?: number } {
  const { LoadBalancerArn: arn, Part: text } = (event.ResourceProperties ?? {}) as Partial<AddressRequest>;
  const part = text === undefined ? undefined : Number(text);
  const isPart = part === undefined || (Number.isInteger(part) && part >= 0 && part < ADDRESS_PARTS);
  if (!['Create', 'Update'].includes(event.RequestType) || typeof arn !== 'string' || !isPart) {
    throw new Error(
      `the event must be a Create, Update or Delete with LoadBalancerArn, and a Part from 0 to ${ADDRESS_PARTS - 1} or none, got: ` +
        `${JSON.stringify({ RequestType: event.RequestType, LoadBalancerArn: arn, Part: text })}; leave this resource to TrustedProxies.fromLoadBalancer()`,
    );
  }
  return { arn, part };
}

/** Returns the IPv4 CIDR blocks of a load balancer's subnets, sorted. */
async function cidrsOf(arn: string, abortSignal: AbortSignal): Promise<string[]> {
  const elbv2 = new ElasticLoadBalancingV2Client(RETRIES);
  const { LoadBalancers: [found] = [] } = await elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), { abortSignal });
  const subnetIds = (found?.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []);
  if (subnetIds.length === 0) {
    // An empty list of ids would describe every subnet of the account.
    throw new Error(`it has no subnets; deploy again when it has, ${ADDRESSES_FIX}`);
  }
  const { Subnets: subnets = [] } = await new EC2Client(RETRIES).send(new DescribeSubnetsCommand({ SubnetIds: subnetIds }), { abortSignal });
  const without = subnets.filter(({ CidrBlock }) => !CidrBlock).map(({ SubnetId }) => SubnetId);
  if (subnets.length < subnetIds.length || without.length > 0) {
    throw new Error(
      `its subnets must have IPv4 CIDR blocks, got: ${subnets.length} of ${subnetIds.length} subnets, ${without.length} without: ` +
        `${without.join(', ')}; move it to subnets that have them, ${ADDRESSES_FIX}`,
    );
  }
  return [...new Set(subnets.flatMap(({ CidrBlock }) => CidrBlock ?? []))].sort();
}

/** Returns an error without a stack trace: the entry point reports the trace, and that of a minified bundle does not help. */
function readable(event: CloudFormationCustomResourceEvent, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // Errors of this program already contain the fix.
  const fix = name === 'Error' ? '' : `; ${FIXES[name] ?? 'deploy again'}, ${ADDRESSES_FIX}`;
  const arn = (event.ResourceProperties as Partial<AddressRequest> | undefined)?.LoadBalancerArn ?? '(not named)';
  const failure = new Error(`the addresses of the load balancer ${arn} could not be found: ${message.slice(0, MAX_MESSAGE_LENGTH)}${fix}`);
  failure.stack = failure.message;
  return failure;
}
