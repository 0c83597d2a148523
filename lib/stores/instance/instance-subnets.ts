import { Annotations } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IConstruct } from 'constructs';
import { isInEcr } from '../../private/container-image';
import { invalidValue } from '../../private/errors';
import { selectSubnets, subnetsOfTier } from '../../private/subnets';

/**
 * Returns the subnets of data stores on EC2 instances: the selected ones, or the private ones.
 *
 * Isolated subnets are accepted: their VPC can have endpoints for AWS APIs, or a route that the CDK does not know. Without images in ECR, there is
 * a warning.
 *
 * @param scope the construct that gets the warning
 * @param vpc the VPC
 * @param selection the value of `vpcSubnets`
 * @param images the images that the instances pull
 */
export function instanceSubnets(scope: IConstruct, vpc: IVpc, selection: SubnetSelection | undefined, images: readonly string[]): ISubnet[] {
  const subnets = selectSubnets(vpc, selection, { prop: 'vpcSubnets', known: 'number', byDefault });
  const open = subnetsOfTier(vpc, subnets, 'public');
  if (open.length > 0) {
    throw invalidValue(
      'vpcSubnets',
      'must be private: instances have no public IP address and no outbound access from a public subnet',
      open,
      'select private subnets with a NAT gateway',
    );
  }
  const isolated = subnetsOfTier(vpc, subnets, 'isolated');
  const unreachable = images.filter((image) => !isInEcr(image));
  if (isolated.length > 0 && unreachable.length > 0) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:StatefulInstance.imagesOutOfReach',
      'isolated subnets have no route to the internet that the CDK knows, so instances there can pull images from ECR only, through VPC endpoints, and ' +
        `these are not in ECR: ${unreachable.join(', ')}; copy them to ECR, or select private subnets with egress`,
    );
  }
  return subnets;
}

function byDefault(vpc: IVpc): ISubnet[] {
  if (vpc.privateSubnets.length === 0) {
    throw invalidValue(
      'vpc',
      'must have a private subnet with egress',
      vpc,
      'add a NAT gateway, or select subnets that can reach AWS APIs and the container registry with `vpcSubnets`',
    );
  }
  return vpc.privateSubnets;
}
