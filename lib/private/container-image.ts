import { Annotations, Token } from 'aws-cdk-lib/core';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ecrRepository } from './ecr';
import { rejected } from './errors';
import { imageRule, parseImageReference } from './image-reference';

/** Refuses what is no image. One that is left out is the caller's default. */
export function checkImage(prop: string, reference: string | undefined, example: string): void {
  if (reference !== undefined && !Token.isUnresolved(reference) && !parseImageReference(reference)) {
    throw rejected(prop, imageRule(example), reference);
  }
}

/** Whether an image has no digest, so that what it names can change. */
export function isFloating(reference: string): boolean {
  return !Token.isUnresolved(reference) && !reference.includes('@sha256:');
}

/**
 * Warns where what images hold can change unseen.
 *
 * @param scope where the warning stands
 * @param of the class, for the warning's id
 * @param images the images
 * @param when what brings the change
 */
export function warnOfFloating(scope: Construct, of: string, images: readonly string[], when: string): void {
  const floating = images.filter(isFloating);
  if (floating.length > 0) {
    Annotations.of(scope).addWarningV2(`cdk-posthog:${of}.floatingImage`,
      `what these images hold can change with every ${when}: ${floating.join(', ')}; name each by its digest (name@sha256:...)`);
  }
}

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
