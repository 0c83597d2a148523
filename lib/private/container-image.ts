import { Stack, Token } from 'aws-cdk-lib/core';
import { Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { rejected } from './errors';

/** An image reference, as Docker reads it: a name, then a tag, a digest, or both. */
const REFERENCE = /^(?<name>[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*)(:(?<tag>[\w][\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$/;

/** An image in a private ECR repository. */
const ECR_IMAGE = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(?<repository>[^:@]+)([:@](?<version>.+))?$/;

/** Refuses what is no image. */
export function checkImage(prop: string, reference: string, example: string): void {
  if (!Token.isUnresolved(reference) && !REFERENCE.test(reference)) {
    throw rejected(prop, `must be an image such as ${example}@sha256:<64 hexadecimal digits>`, reference);
  }
}

/** Whether an image has no digest, so that what it names can change. */
export function isFloating(reference: string): boolean {
  return !Token.isUnresolved(reference) && !reference.includes('@sha256:');
}

/** Whether an image lies in a private ECR repository, and so can be loaded without the internet. */
export function isInEcr(reference: string): boolean {
  return ECR_IMAGE.test(reference);
}

/**
 * The image as ECS wants it. From a private ECR repository, the task's execution role is allowed to pull it.
 *
 * @param scope where to define what it takes, named by `id`
 */
export function containerImage(scope: Construct, id: string, reference: string): ContainerImage {
  const ecr = ECR_IMAGE.exec(reference)?.groups;
  if (!ecr) {
    return ContainerImage.fromRegistry(reference);
  }
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName: ecr.repository,
    repositoryArn: Stack.of(scope).formatArn({ service: 'ecr', region: ecr.region, account: ecr.account, resource: 'repository', resourceName: ecr.repository }),
  });
  // Without a version it is the tag `latest`, as for Docker.
  return ContainerImage.fromEcrRepository(repository, ecr.version);
}
