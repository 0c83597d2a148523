import { Token } from 'aws-cdk-lib/core';
import { PostHogImages } from './posthog-images';
import { isInEcr } from '../private/container-image';
import { invalidValue } from '../private/errors';
import { locationOf, parseImageReference, registryName } from '../private/image-reference';

/** The registries that have copies of images, by the registry of the original. */
export type ImageRegistries = Readonly<Record<string, string>>;

const HOST = /^[a-z0-9][a-z0-9.-]*(:\d+)?$/;
/** A registry, and optionally the first parts of its repositories. */
const COPIES = /^[a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][a-z0-9._-]*)*$/;

/** Checks registries, and returns them with one name for Docker Hub. */
export function checkedRegistries(registries: ImageRegistries): ImageRegistries {
  const entries = Object.entries({ ...registries });
  if (entries.length === 0) {
    throw invalidValue(
      'registries',
      "must name a registry, such as { 'docker.io': '111122223333.dkr.ecr.eu-central-1.amazonaws.com/docker-hub' }",
      registries,
    );
  }
  for (const [host, copies] of entries) {
    if (!HOST.test(host)) {
      throw invalidValue('registries', 'must have registries as keys, such as docker.io or ghcr.io', host);
    }
    if (typeof copies !== 'string' || (!Token.isUnresolved(copies) && !COPIES.test(copies))) {
      const rule = 'must be a registry without a scheme, and optionally a prefix, such as 111122223333.dkr.ecr.eu-central-1.amazonaws.com/docker-hub';
      throw invalidValue(`registries['${host}']`, rule, copies);
    }
  }
  return Object.fromEntries(entries.map(([host, copies]) => [registryName(host), copies]));
}

/**
 * Returns the copy of an image in other registries, with its digest, or else its tag. An image in a private ECR repository stays where it is, and so
 * does one that is a copy.
 *
 * Throws if the registry of the image is not known.
 */
export function copyOf(image: string, registries: ImageRegistries): string {
  const parsed = parseImageReference(image);
  const isCopy = Object.values(registries).some((copies) => image.startsWith(`${copies}/`));
  if (!parsed || isInEcr(image) || isCopy) {
    return image;
  }
  const { registry, repository } = locationOf(parsed.name);
  if (!Object.hasOwn(registries, registry)) {
    throw invalidValue('registries', `must have the registry ${registry}, which the image ${image} comes from`, Object.keys(registries));
  }
  const { digest, tag } = parsed;
  const version = digest === undefined ? tag && `:${tag}` : `@${digest}`;
  return `${registries[registry]}/${repository}${version ?? ''}`;
}

/** Returns the images of a release in other registries. */
export function copiesOf(images: PostHogImages, registries: ImageRegistries): PostHogImages {
  const others = Object.entries<string>({ ...images }).map(([name, image]): [string, string] => [name, copyOf(image, registries)]);
  return { ...Object.fromEntries(others), app: copyOf(images.app, registries) };
}
