import { Annotations } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';
import { isLookupPending } from '../private/subnets';

/**
 * Selects the private subnets of a VPC that the load balancer does not use, so that no task has an IP address that PostHog trusts; all of them if
 * the load balancer uses all.
 *
 * @param scope the construct that gets the warning if there are none
 * @param vpc the VPC
 * @param taken the subnets of the load balancer
 */
export function freeSubnets(scope: IConstruct, vpc: IVpc, taken: readonly ISubnet[]): SubnetSelection {
  const takenIds = taken.map(({ subnetId }) => subnetId);
  const free = vpc.privateSubnets.filter(({ subnetId }) => !takenIds.includes(subnetId));
  if (free.length > 0 || isLookupPending(vpc)) {
    return { subnets: free };
  }
  Annotations.of(scope).addWarningV2(
    'cdk-posthog:PostHog.sharedSubnets',
    'the load balancer and the tasks share their subnets, so PostHog trusts the client IP that any task sends; ' +
      'give the load balancer small subnets of its own with `loadBalancerSubnets`',
  );
  return { subnets: vpc.privateSubnets };
}
