import { Token } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease, sameArchitecture } from './posthog-release';
import { rejected } from '../private/errors';

/**
 * What tasks run on: the one that is asked for, or x86, or what else a release is for that is not for x86.
 *
 * Refuses one that the images of the release are not known to exist for: the tasks would never start.
 *
 * @param release the release
 * @param asked what tasks are to run on
 * @param prop the prop that says so, for the message
 */
export function architectureFor(release: PostHogRelease, asked?: CpuArchitecture, prop = 'cpuArchitecture'): CpuArchitecture {
  const isKnown = (architecture: CpuArchitecture) => release.platforms.some((known) => sameArchitecture(known, architecture));
  if (asked === undefined) {
    return isKnown(CpuArchitecture.X86_64) ? CpuArchitecture.X86_64 : release.platforms[0];
  }
  const name = asked._cpuArchitecture;
  if (Token.isUnresolved(name) || isKnown(asked)) {
    return asked;
  }
  const known = release.platforms.map(({ _cpuArchitecture }) => _cpuArchitecture).join(' or ');
  throw rejected(prop, `must be ${known} with the release ${release.name}, whose images are not all known to exist for another (not: ${release._imagesWithout(asked).join(', ')})`,
    name, 'use a release file, for which `npx cdk-posthog release` asks the registries, or name what you have checked with `platforms` of `PostHogRelease.of`');
}
