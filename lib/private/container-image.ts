import { Token } from 'aws-cdk-lib/core';
import { ContainerImage } from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';
import { ecrRepository } from './ecr';
import { rejected } from './errors';

/** An image reference, as Docker reads it: a name, then a tag, a digest, or both. */
const REFERENCE = /^(?<name>[a-z0-9.-]+(:\d+)?(\/[a-z0-9._-]+)*)(:(?<tag>[\w][\w.-]{0,127}))?(@(?<digest>sha256:[0-9a-f]{64}))?$/;

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
