import { Annotations, Stack, Token } from 'aws-cdk-lib/core';
import { IRepository, Repository } from 'aws-cdk-lib/aws-ecr';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { invalidValue } from './errors';
import { imageRule, isOnDockerHub, parseImageReference } from './image-reference';

/** An image in a private ECR repository. */
const ECR_IMAGE = /^(?<account>\d{12})\.dkr\.ecr\.(?<region>[a-z0-9-]+)\.amazonaws\.com(\.cn)?\/(?<repository>[^:@]+)([:@](?<version>.+))?$/;

/** Checks an image reference. An undefined one is the caller's default. */
export function checkImage(prop: string, reference: string | undefined, example: string): void {
  if (reference !== undefined && !Token.isUnresolved(reference) && !parseImageReference(reference)) {
    throw invalidValue(prop, imageRule(example), reference);
  }
}

/** Returns whether an image has no digest, so that its content can change. */
export function isFloating(reference: string): boolean {
  return !Token.isUnresolved(reference) && !reference.includes('@sha256:');
}

/**
 * Adds a warning if the content of images can change.
 *
 * @param scope the construct that gets the warning
 * @param of the class, for the warning's id
 * @param images the images
 * @param when the event with which the content can change
 */
export function warnOfFloating(scope: Construct, of: string, images: readonly string[], when: string): void {
  const floating = images.filter(isFloating);
  if (floating.length > 0) {
    Annotations.of(scope).addWarningV2(
      `cdk-posthog:${of}.floatingImage`,
      `the content of these images can change with every ${when}: ${floating.join(', ')}; name each by its digest (name@sha256:...)`,
    );
  }
}

/**
 * Returns an image for ECS. If it is in a private ECR repository, the task's execution role can pull it.
 *
 * @param scope the scope of an imported ECR repository
 * @param id the id of that repository
 * @param reference the image
 * @param registryCredentials the credentials for Docker Hub; the execution role of a task with an image from there can read them
 */
export function containerImage(scope: Construct, id: string, reference: string, registryCredentials?: ISecret): ContainerImage {
  const ecr = ecrRepository(scope, id, reference);
  if (ecr) {
    // The default version is the tag `latest`, as for Docker.
    return ContainerImage.fromEcrRepository(ecr.repository, ecr.version);
  }
  return ContainerImage.fromRegistry(reference, isOnDockerHub(reference) ? { credentials: registryCredentials } : undefined);
}

/** Returns whether an image is in a private ECR repository, so that it can be pulled without the internet. */
export function isInEcr(reference: string): boolean {
  return ECR_IMAGE.test(reference);
}

/**
 * Returns the private ECR repository of an image, and the image's tag or digest in it; undefined for another registry.
 *
 * @param scope the scope of the imported repository
 */
export function ecrRepository(scope: Construct, id: string, reference: string): { repository: IRepository; version?: string } | undefined {
  const ecr = ECR_IMAGE.exec(reference)?.groups;
  if (!ecr) {
    return undefined;
  }
  const repository = Repository.fromRepositoryAttributes(scope, id, {
    repositoryName: ecr.repository,
    repositoryArn: Stack.of(scope).formatArn({
      service: 'ecr',
      region: ecr.region,
      account: ecr.account,
      resource: 'repository',
      resourceName: ecr.repository,
    }),
  });
  return { repository, version: ecr.version };
}
