import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease, sameArchitecture } from './posthog-release';
import { rejected } from '../private/errors';

/**
 * Refuses an architecture that the images of a release are not known to exist for: the tasks would never start.
 *
 * @param release the release
 * @param architecture what tasks are to run on
 * @param prop the prop that says so, for the message
 */
export function checkArchitecture(release: PostHogRelease, architecture: CpuArchitecture = CpuArchitecture.X86_64, prop = 'cpuArchitecture'): void {
  const name = architecture._cpuArchitecture;
  if (Token.isUnresolved(name) || release.platforms.some((known) => sameArchitecture(known, architecture))) {
    return;
  }
  const known = release.platforms.map(({ _cpuArchitecture }) => _cpuArchitecture).join(' or ');
  throw rejected(prop, `must be ${known} with the release ${release.name}, whose images are not all known to exist for another (not: ${release._imagesWithout(architecture).join(', ')})`,
    name, 'use a release file, for which `npx cdk-posthog release` asks the registries, or name what you have checked with `platforms` of `PostHogRelease.of`');
}
