import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease, sameArchitecture } from './posthog-release';
import { invalidValue } from '../private/errors';

/**
 * Returns the CPU architecture of tasks: the requested one, otherwise x86-64 if the release supports it, otherwise the first one it supports.
 *
 * Throws if the images of the release are not known to exist for the requested one: the tasks would never start.
 *
 * @param release the release
 * @param requested the requested architecture
 * @param prop the prop of the requested architecture, for the message
 */
export function architectureFor(release: PostHogRelease, requested?: CpuArchitecture, prop = 'cpuArchitecture'): CpuArchitecture {
  const isKnown = (architecture: CpuArchitecture) => release.platforms.some((known) => sameArchitecture(known, architecture));
  if (requested === undefined) {
    return isKnown(CpuArchitecture.X86_64) ? CpuArchitecture.X86_64 : release.platforms[0];
  }
  const name = requested._cpuArchitecture;
  if (Token.isUnresolved(name) || isKnown(requested)) {
    return requested;
  }
  const known = release.platforms.map(({ _cpuArchitecture }) => _cpuArchitecture).join(' or ');
  const missing = release._imagesWithout(requested).join(', ');
  throw invalidValue(
    prop,
    `must be ${known} with the release ${release.name}, whose images are not all known to exist for another (missing: ${missing})`,
    name,
    'use a release file of `npx cdk-posthog release`, which reads the platforms from the registries, or set `platforms` of `PostHogRelease.of`',
  );
}
