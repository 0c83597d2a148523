import { Fn } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease } from '../../lib';
import { architectureFor } from '../../lib/release/architecture';
import { renderRelease } from '../../lib/release/release-file';
import { releaseFile } from './fixtures';

const { ARM64, X86_64 } = CpuArchitecture;
const BOTH = ['linux/amd64', 'linux/arm64'];

/** Nothing is known of an image. */
const NOTHING = { revision: { unknown: 'not asked' }, created: { unknown: 'not asked' } };

function fromFile(app: string[], node: string[]): PostHogRelease {
  return PostHogRelease.fromFile(releaseFile(renderRelease({ name: 'mine', images: { app: { image: 'app', platforms: app, ...NOTHING }, node: { image: 'node', platforms: node, ...NOTHING } } })));
}

test('an architecture that all images exist for is taken', () => {
  expect(architectureFor(PostHogRelease.V2026_09_11_R2, X86_64)).toBe(X86_64);
  expect(architectureFor(PostHogRelease.of('mine', { app: 'app' }, { platforms: [X86_64, ARM64] }), ARM64)).toBe(ARM64);
  const other = CpuArchitecture.of('ARM64');
  expect(architectureFor(fromFile(BOTH, BOTH), other)).toBe(other);
});

test('where none is chosen, it is x86, or what else a release is for', () => {
  expect(architectureFor(PostHogRelease.V2026_09_11_R2)).toBe(X86_64);
  expect(architectureFor(PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64, X86_64] }))).toBe(X86_64);
  expect(architectureFor(PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64] }))).toBe(ARM64);
});

test('one that is known at deployment only is taken', () => {
  const token = CpuArchitecture.of(Fn.importValue('Architecture'));
  expect(architectureFor(PostHogRelease.V2026_09_11_R2, token)).toBe(token);
});

const FIX = 'use a release file, for which `npx cdk-posthog release` asks the registries, or name what you have checked with `platforms` of `PostHogRelease.of`';

test('one that images are missing for is refused, with their names', () => {
  expect(() => architectureFor(fromFile(BOTH, ['linux/amd64']), ARM64, 'serviceOptions.capture.cpuArchitecture')).toThrow(new Error(
    '`serviceOptions.capture.cpuArchitecture` must be X86_64 with the release mine, whose images are not all known to exist for another (not: node), got: \'ARM64\'; ' + FIX));
});

test('one that nothing is known of is refused', () => {
  expect(() => architectureFor(PostHogRelease.of('mine', { app: 'app', node: 'node' }), ARM64)).toThrow(new Error(
    '`cpuArchitecture` must be X86_64 with the release mine, whose images are not all known to exist for another (not: app, node), got: \'ARM64\'; ' + FIX));
  expect(() => architectureFor(PostHogRelease.V2026_09_11_R2, CpuArchitecture.of('RISCV'))).toThrow('got: \'RISCV\'');
});

test('x86 is refused where a release is for another only', () => {
  expect(() => architectureFor(PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64] }), X86_64)).toThrow(
    '`cpuArchitecture` must be ARM64 with the release mine, whose images are not all known to exist for another (not: app), got: \'X86_64\'');
});
