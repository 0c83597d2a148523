import { Annotations } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';
import { invalidValue } from '../private/errors';
import { selectSubnets, subnetsOfTier } from '../private/subnets';

/**
 * Returns the subnets of tasks: the selected ones, or the private ones that the load balancer does not use, so that no task has an IP address that
 * PostHog trusts; all private ones if the load balancer uses all.
 *
 * @param scope the construct that gets the warning if the load balancer uses all
 * @param vpc the VPC
 * @param selection the value of `serviceSubnets`
 * @param taken the subnets of the load balancer
 */
export function serviceSubnets(scope: IConstruct, vpc: IVpc, selection: SubnetSelection | undefined, taken: readonly ISubnet[]): ISubnet[] {
  const subnets = selectSubnets(vpc, selection, { prop: 'serviceSubnets', byDefault: () => freeSubnets(scope, vpc, taken) });
  const open = subnetsOfTier(vpc, subnets, 'public');
  if (open.length > 0) {
    throw invalidValue('serviceSubnets', 'must be private: tasks have no public IP address and no outbound access from a public subnet', open);
  }
  return subnets;
}

/**
 * Warns if tasks in isolated subnets cannot pull their images. Isolated subnets themselves are fine: their VPC can have endpoints for AWS APIs.
 *
 * @param scope the construct that gets the warning
 * @param vpc the VPC
 * @param subnets the subnets of the tasks
 * @param outsideEcr the images that are not in ECR
 */
export function warnOfUnreachableImages(scope: IConstruct, vpc: IVpc, subnets: readonly ISubnet[], outsideEcr: readonly string[]): void {
  if (outsideEcr.length > 0 && subnetsOfTier(vpc, subnets, 'isolated').length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:PostHog.imagesOutOfReach',
      'isolated subnets have no route to the internet that the CDK knows, so tasks there can pull images from ECR only, and these are not in ECR: ' +
        `${outsideEcr.join(', ')}; copy them to ECR and name the copies with \`release: PostHogRelease.of(...)\`, and that of nginx with ` +
        '`clientAddress: ClientAddress.verified({ image })`',
    );
  }
}

function freeSubnets(scope: IConstruct, vpc: IVpc, taken: readonly ISubnet[]): ISubnet[] {
  if (vpc.privateSubnets.length === 0) {
    throw invalidValue('vpc', 'must have private subnets with egress', vpc, 'add them, or select the subnets with `serviceSubnets`');
  }
  const takenIds = taken.map(({ subnetId }) => subnetId);
  const free = vpc.privateSubnets.filter(({ subnetId }) => !takenIds.includes(subnetId));
  if (free.length > 0) {
    return free;
  }
  Annotations.of(scope).addWarningV2(
    'cdk-posthog:PostHog.sharedSubnets',
    'the load balancer and the tasks share their subnets, so PostHog trusts the client IP that any task sends; ' +
      'give the load balancer small subnets of its own with `loadBalancerSubnets`',
  );
  return vpc.privateSubnets;
}
