import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { AddressAnswer, addressPart, AddressRequest, ADDRESS_PARTS } from './address-parts';
import { assignableAddresses } from './trusted-addresses';

/** The SDK backs off up to 20 seconds between two of these; of both questions together that is less than the function's time. */
const RETRIES = { retryMode: 'standard', maxAttempts: 10 };
/** What is kept of the function's time to tell CloudFormation, which may take a few attempts too. */
const TIME_TO_ANSWER = 60_000;
/** CloudFormation takes an answer of 4,096 bytes, and what AWS says about a refusal can be long. */
const LONGEST_MESSAGE = 1_500;

const NAME_THEM = 'or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`';

const LOOK_ABOVE = 'the role of this function has the permission, so look for a service control policy or a permissions boundary that takes it away';
const TOO_BUSY = 'AWS did not answer, or asked for patience, for as long as this function may wait: deploy again';

/** What to do, by the name of what AWS answered. */
const FIXES: Readonly<Record<string, string>> = {
  LoadBalancerNotFoundException: 'it must be an Application Load Balancer of this account and region',
  ValidationError: 'it must be named by its ARN, in the region of this stack',
  AccessDenied: LOOK_ABOVE,
  UnauthorizedOperation: LOOK_ABOVE,
  AbortError: TOO_BUSY,
  Throttling: TOO_BUSY,
  RequestLimitExceeded: TOO_BUSY,
};

/**
 * Answers one part of the addresses that a load balancer can have, for LoadBalancerAddresses.
 *
 * It runs behind the CDK's own entry point for custom resources, which tells CloudFormation what comes of it, also where that is an error,
 * and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: AddressAnswer }> {
  if (event.RequestType === 'Delete') {
    // Nothing was made.
    return {};
  }
  try {
    const { arn, part } = requestOf(event);
    const cidrs = await cidrsOf(arn, AbortSignal.timeout(Math.max(context.getRemainingTimeInMillis() - TIME_TO_ANSWER, 0)));
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
    throw new Error(`the event must be a Create, Update or Delete with LoadBalancerArn, and a Part from 0 to ${ADDRESS_PARTS - 1} or none, got: ` +
      `${JSON.stringify({ RequestType: event.RequestType, LoadBalancerArn: arn, Part: text })}; leave this resource to TrustedProxies.fromLoadBalancer()`);
  }
  return { arn, part };
}

/** The IPv4 CIDR blocks of the subnets that a load balancer stands in, sorted. */
async function cidrsOf(arn: string, abortSignal: AbortSignal): Promise<string[]> {
  const elbv2 = new ElasticLoadBalancingV2Client(RETRIES);
  const { LoadBalancers: [found] = [] } = await elbv2.send(new DescribeLoadBalancersCommand({ LoadBalancerArns: [arn] }), { abortSignal });
  const subnetIds = (found?.AvailabilityZones ?? []).flatMap(({ SubnetId }) => SubnetId ?? []);
  if (subnetIds.length === 0) {
    // An empty list of ids would ask for every subnet there is.
    throw new Error(`it stands in no subnet; deploy again when it does, ${NAME_THEM}`);
  }
  const { Subnets: subnets = [] } = await new EC2Client(RETRIES).send(new DescribeSubnetsCommand({ SubnetIds: subnetIds }), { abortSignal });
  const without = subnets.filter(({ CidrBlock }) => !CidrBlock).map(({ SubnetId }) => SubnetId);
  if (subnets.length < subnetIds.length || without.length > 0) {
    throw new Error(`its subnets must have IPv4 CIDR blocks, got: ${subnets.length} of ${subnetIds.length} subnets, ${without.length} without: ` +
      `${without.join(', ')}; move it to subnets that have them, ${NAME_THEM}`);
  }
  return [...new Set(subnets.flatMap(({ CidrBlock }) => CidrBlock ?? []))].sort();
}

/** An error whose text is all that CloudFormation shows: the entry point takes the stack, and that of a minified bundle says nothing. */
function readable(event: CloudFormationCustomResourceEvent, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // What this program says itself says what to do already.
  const fix = name === 'Error' ? '' : `; ${FIXES[name] ?? 'deploy again'}, ${NAME_THEM}`;
  const arn = (event.ResourceProperties as Partial<AddressRequest> | undefined)?.LoadBalancerArn ?? '(not named)';
  const complaint = new Error(`the addresses of the load balancer ${arn} could not be found: ${message.slice(0, LONGEST_MESSAGE)}${fix}`);
  complaint.stack = complaint.message;
  return complaint;
}
