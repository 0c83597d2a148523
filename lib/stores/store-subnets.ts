import { Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../private/errors';
import { isLookupPending, zonesOf } from '../private/subnets';

/** Returns the subnets of a data store: the selected ones, or the isolated ones, or the private ones if none is isolated. */
export function storeSubnets(vpc: IVpc, selection?: SubnetSelection): SubnetSelection {
  if (isLookupPending(vpc)) {
    // Any subnets will do until the lookup has run: the template is synthesised again.
    return { subnets: vpc.privateSubnets };
  }
  const candidates = vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
  if (!selection && candidates.length === 0) {
    throw invalidValue('vpc', 'must have isolated or private subnets for a data store', vpc, 'add them, or select others with `vpcSubnets`');
  }
  const { subnets } = vpc.selectSubnets(selection ?? { subnets: candidates });
  const open = subnets.find((subnet) => vpc.publicSubnets.includes(subnet));
  if (open) {
    throw invalidValue('vpcSubnets', 'must be isolated or private: a data store must not be reachable from outside', open);
  }
  // A list token of zones has one element at synthesis, and any number during the deployment.
  const known = subnets.every(({ availabilityZone }) => !Token.isUnresolved([availabilityZone]));
  if (known && zonesOf(subnets) < 2) {
    throw invalidValue(
      'vpcSubnets',
      'must be in two or more availability zones',
      subnets,
      'use a VPC with two or more zones, or select subnets of more zones',
    );
  }
  return { subnets };
}
