import { DescribeSubnetsCommand, EC2Client } from '@aws-sdk/client-ec2';
import { DescribeLoadBalancersCommand, ElasticLoadBalancingV2Client } from '@aws-sdk/client-elastic-load-balancing-v2';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { AddressAnswer, addressPart, AddressRequest, ADDRESS_PARTS, assignableAddresses } from './trusted-addresses';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';

/** The SDK backs off up to 20 seconds between two attempts. For both API calls together that is less than the function's timeout. */
const RETRIES = { retryMode: 'standard', maxAttempts: 10 };
const ADDRESSES_FIX = 'or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`';

/** The fix, by the name of the error that AWS returned. */
const FIXES: Readonly<Record<string, string>> = {
  LoadBalancerNotFoundException: 'it must be an Application Load Balancer of this account and region',
  ValidationError: 'it must be named by its ARN, in the region of this stack',
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
    const cidrs = await cidrsOf(arn, AbortSignal.timeout(timeLeft(context)));
    return { Data: part === undefined ? { Cidrs: cidrs.join(',') } : { Addresses: addressPart(assignableAddresses(cidrs), part) } };
  } catch (error) {
    console.error(error);
    throw failureOf(`the addresses of the load balancer ${arnIn(event)} could not be found`, error, { fixes: FIXES, alternative: ADDRESSES_FIX });
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

function arnIn(event: CloudFormationCustomResourceEvent): string {
  return (event.ResourceProperties as Partial<AddressRequest> | undefined)?.LoadBalancerArn ?? '(not named)';
}
