import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../private/errors';
import { isListToken, selectSubnets, SubnetUse, subnetsOfTier, zonesOf } from '../private/subnets';

/** Returns the subnets of a data store: the selected ones, or the isolated ones, or the private ones if none is isolated. */
export function storeSubnets(vpc: IVpc, selection?: SubnetSelection, known: SubnetUse['known'] = 'zones'): ISubnet[] {
  const subnets = selectSubnets(vpc, selection, { prop: 'vpcSubnets', byDefault, known });
  const [open] = subnetsOfTier(vpc, subnets, 'public');
  if (open) {
    throw invalidValue('vpcSubnets', 'must be isolated or private: a data store must not be reachable from outside', open);
  }
  // A list token has one element at synthesis, and any number during the deployment.
  const isCounted = subnets.every(({ availabilityZone, subnetId }) => !isListToken(availabilityZone) && !isListToken(subnetId));
  if (isCounted && zonesOf(subnets) < 2) {
    throw invalidValue(
      'vpcSubnets',
      'must be in two or more availability zones',
      subnets,
      'use a VPC with two or more zones, or select subnets of more zones',
    );
  }
  return subnets;
}

function byDefault(vpc: IVpc): ISubnet[] {
  const candidates = vpc.isolatedSubnets.length > 0 ? vpc.isolatedSubnets : vpc.privateSubnets;
  if (candidates.length === 0) {
    throw invalidValue('vpc', 'must have isolated or private subnets for a data store', vpc, 'add them, or select others with `vpcSubnets`');
  }
  return candidates;
}
