import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { invalidValue } from '../../private/errors';
import { parseCidr } from '../../private/ip';
import { isLookupPending, knownCidr, zonesOf } from '../../private/subnets';

/** The smallest subnet that a load balancer accepts, as the length of its prefix. */
const SMALLEST_SUBNET = 27;

/**
 * Returns the subnets of the load balancer: the selected ones, or one per zone that is public or private as the load balancer is.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html (Subnets for your load balancer)
 */
export function loadBalancerSubnets(vpc: IVpc, internetFacing: boolean, selection?: SubnetSelection): ISubnet[] {
  if (isLookupPending(vpc)) {
    // Any subnets will do until the lookup has run, because the template is synthesised again afterwards.
    return vpc.publicSubnets;
  }
  if (!selection && candidates(vpc, internetFacing).length === 0) {
    throw invalidValue(
      'vpc',
      internetFacing ? 'must have public subnets for a public load balancer' : 'must have private subnets for an internal load balancer',
      vpc.node.path,
      internetFacing ? 'add public subnets, or set `publicLoadBalancer: false`' : 'name the subnets with `loadBalancerSubnets`',
    );
  }
  const { subnets } = vpc.selectSubnets(selection ?? { subnets: onePerZone(candidates(vpc, internetFacing)) });
  if (zonesOf(subnets) < 2) {
    throw invalidValue(
      'loadBalancerSubnets',
      'must be in two or more availability zones',
      `${zonesOf(subnets)} zone(s)`,
      'use a VPC with two or more zones, or select subnets of more zones',
    );
  }
  if (zonesOf(subnets) < subnets.length) {
    throw invalidValue(
      'loadBalancerSubnets',
      'must be one subnet per zone',
      subnets.map((subnet) => subnet.node.path).join(', '),
      'name one group of them with `subnetGroupName`, or add `onePerAz: true`',
    );
  }
  subnets.forEach(checkSize);
  return subnets;
}

function candidates(vpc: IVpc, internetFacing: boolean): ISubnet[] {
  if (internetFacing) {
    return vpc.publicSubnets;
  }
  return vpc.privateSubnets.length > 0 ? vpc.privateSubnets : vpc.isolatedSubnets;
}

function onePerZone(subnets: ISubnet[]): ISubnet[] {
  return subnets.filter((subnet, i) => subnets.findIndex((other) => other.availabilityZone === subnet.availabilityZone) === i);
}

function checkSize(subnet: ISubnet): void {
  const cidr = parseCidr(knownCidr(subnet));
  if (cidr && cidr.prefix > SMALLEST_SUBNET) {
    throw invalidValue(
      'loadBalancerSubnets',
      `must be /${SMALLEST_SUBNET} or larger, because a load balancer needs room to scale`,
      `${subnet.node.path} with ${knownCidr(subnet)}`,
    );
  }
}
