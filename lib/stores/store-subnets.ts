import { Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { rejected } from '../private/errors';
import { isLookupPending, zonesOf } from '../private/subnets';

/** The subnets that a store stands in: what was selected, or the isolated ones, or the private ones where none is isolated. */
export function storeSubnets(vpc: IVpc, selection?: SubnetSelection): SubnetSelection {
  if (isLookupPending(vpc)) {
    // Any subnets will do until the lookup has run: what is synthesised from them is thrown away.
    return { subnets: vpc.privateSubnets };
  }
  const candidates = vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
  if (!selection && candidates.length === 0) {
    throw rejected('vpc', 'must have isolated or private subnets for a store', vpc.node.path, 'add them, or name others with `vpcSubnets`');
  }
  const { subnets } = vpc.selectSubnets(selection ?? { subnets: candidates });
  const open = subnets.find((subnet) => vpc.publicSubnets.includes(subnet));
  if (open) {
    throw rejected('vpcSubnets', 'must be isolated or private: nothing outside may reach a store', open.node.path);
  }
  // A list of zones that is a token has one element at synthesis, and any number of them when it is deployed.
  const known = subnets.every(({ availabilityZone }) => !Token.isUnresolved([availabilityZone]));
  if (known && zonesOf(subnets) < 2) {
    throw rejected('vpcSubnets', 'must lie in two or more availability zones', `${zonesOf(subnets)} zone(s)`, 'use a VPC with two or more zones, or select subnets of more zones');
  }
  return { subnets };
}
