import { Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';

/**
 * The CIDR block of the dummy subnets that `Vpc.fromLookup` returns before its lookup. Synthesis runs once with them, and
 * must not fail, or the lookup never runs (aws-cdk-lib/aws-ec2/lib/vpc.ts, DUMMY_VPC_PROPS).
 */
const LOOKUP_PENDING_CIDR = '1.2.3.4/5';

/** Returns a subnet's IPv4 CIDR block; `unknown` if it is a token or was not imported, `lookup-pending` before a lookup. */
export function knownCidr(subnet: ISubnet): string {
  let cidr: string;
  try {
    cidr = subnet.ipv4CidrBlock;
  } catch {
    // There is no other way to find out: the getter of an imported subnet throws without a CIDR block.
    return 'unknown';
  }
  if (Token.isUnresolved(cidr)) {
    return 'unknown';
  }
  return cidr === LOOKUP_PENDING_CIDR ? 'lookup-pending' : cidr;
}

/** Returns whether a VPC is the dummy that `Vpc.fromLookup` returns before its lookup. */
export function isLookupPending(vpc: IVpc): boolean {
  return vpc.vpcId === 'vpc-12345';
}

/** Returns the number of availability zones of subnets. */
export function zonesOf(subnets: readonly ISubnet[]): number {
  return new Set(subnets.map((subnet) => subnet.availabilityZone)).size;
}
