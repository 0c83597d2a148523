import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ecrRepository } from '../private/ecr';

export { isInEcr } from '../private/ecr';

/**
 * The image as ECS wants it. From a private ECR repository, the task's execution role is allowed to pull it.
 *
 * @param scope where to define what it takes, named by `id`
 */
export function containerImage(scope: Construct, id: string, reference: string): ContainerImage {
  const ecr = ecrRepository(scope, id, reference);
  // Without a version it is the tag `latest`, as for Docker.
  return ecr ? ContainerImage.fromEcrRepository(ecr.repository, ecr.version) : ContainerImage.fromRegistry(reference);
}
