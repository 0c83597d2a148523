import { Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { rejected } from './errors';

/**
 * The CIDR block of the subnets that `Vpc.fromLookup` makes up until it has looked: synthesis runs once without the answer, and
 * must not fail then, or the question is never asked (aws-cdk-lib/aws-ec2/lib/vpc.ts, DUMMY_VPC_PROPS).
 */
const LOOKUP_PENDING_CIDR = '1.2.3.4/5';

/** The subnet's IPv4 CIDR block; `unknown` where it is a token or was not imported, `lookup-pending` where a lookup has still to run. */
export function knownCidr(subnet: ISubnet): string {
  let cidr: string;
  try {
    cidr = subnet.ipv4CidrBlock;
  } catch {
    // There is no other way to ask: the getter of an imported subnet throws where no CIDR block was given.
    return 'unknown';
  }
  if (Token.isUnresolved(cidr)) {
    return 'unknown';
  }
  return cidr === LOOKUP_PENDING_CIDR ? 'lookup-pending' : cidr;
}

/** Whether the VPC stands for one that `Vpc.fromLookup` has not found yet. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.vpcId === 'vpc-12345';
}

/** How many availability zones the subnets lie in. */
export function zonesOf(subnets: readonly ISubnet[]): number {
  return new Set(subnets.map((subnet) => subnet.availabilityZone)).size;
}

/** Where a store lives: what was selected, or one isolated subnet a zone, or one private subnet a zone where there are no isolated ones. */
export function storeSubnets(vpc: IVpc, selection?: SubnetSelection): ISubnet[] {
  if (selection) {
    return vpc.selectSubnets(selection).subnets;
  }
  const candidates = vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
  if (candidates.length === 0 && !isLookupPending(vpc)) {
    throw rejected('vpc', 'must have isolated or private subnets for its stores', vpc.node.path, 'add them, or name the subnets with `vpcSubnets`');
  }
  return candidates.filter((subnet, i) => candidates.findIndex((other) => other.availabilityZone === subnet.availabilityZone) === i);
}
