import { Fn } from 'aws-cdk-lib/core';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease } from '../../lib';
import { renderRelease } from '../../lib/release/release-file';
import { releaseFile } from './fixtures';

const { ARM64, X86_64 } = CpuArchitecture;
const BOTH = ['linux/amd64', 'linux/arm64'];

/** An image without known facts. */
const NOTHING = { revision: { unknown: 'not recorded' }, created: { unknown: 'not recorded' } };

function fromFile(app: string[], node: string[]): PostHogRelease {
  return PostHogRelease.fromFile(
    releaseFile(
      renderRelease({
        name: 'mine',
        images: { app: { image: 'app', platforms: app, ...NOTHING }, node: { image: 'node', platforms: node, ...NOTHING } },
      }),
    ),
  );
}

test('the architecture is the requested one if all images exist for it', () => {
  expect(PostHogRelease.V2026_09_11_R2._architectureFor(X86_64, 'cpuArchitecture')).toBe(X86_64);
  expect(PostHogRelease.of('mine', { app: 'app' }, { platforms: [X86_64, ARM64] })._architectureFor(ARM64, 'cpuArchitecture')).toBe(ARM64);
  const other = CpuArchitecture.of('ARM64');
  expect(fromFile(BOTH, BOTH)._architectureFor(other, 'cpuArchitecture')).toBe(other);
});

test('the architecture is x86-64 by default, or the first one of the release', () => {
  expect(PostHogRelease.V2026_09_11_R2._architectureFor(undefined, 'cpuArchitecture')).toBe(X86_64);
  expect(PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64, X86_64] })._architectureFor(undefined, 'cpuArchitecture')).toBe(X86_64);
  expect(PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64] })._architectureFor(undefined, 'cpuArchitecture')).toBe(ARM64);
});

test('accepts a token as architecture', () => {
  const token = CpuArchitecture.of(Fn.importValue('Architecture'));
  expect(PostHogRelease.V2026_09_11_R2._architectureFor(token, 'cpuArchitecture')).toBe(token);
});

const FIX =
  'use a release file of `npx cdk-posthog release`, which reads the platforms from the registries, or set `platforms` of `PostHogRelease.of`';

test('refuses an architecture with missing images, and names them', () => {
  expect(() => fromFile(BOTH, ['linux/amd64'])._architectureFor(ARM64, 'serviceOptions.capture.cpuArchitecture')).toThrow(
    new Error(
      "`serviceOptions.capture.cpuArchitecture` must be X86_64 with the release mine, whose images are not all known to exist for another (missing: node), got: 'ARM64'; " +
        FIX,
    ),
  );
});

test('refuses an architecture that no image is known to exist for', () => {
  expect(() => PostHogRelease.of('mine', { app: 'app', node: 'node' })._architectureFor(ARM64, 'cpuArchitecture')).toThrow(
    new Error(
      "`cpuArchitecture` must be X86_64 with the release mine, whose images are not all known to exist for another (missing: app, node), got: 'ARM64'; " +
        FIX,
    ),
  );
  expect(() => PostHogRelease.V2026_09_11_R2._architectureFor(CpuArchitecture.of('RISCV'), 'cpuArchitecture')).toThrow("got: 'RISCV'");
});

test('refuses x86-64 for a release of another architecture', () => {
  expect(() => PostHogRelease.of('mine', { app: 'app' }, { platforms: [ARM64] })._architectureFor(X86_64, 'cpuArchitecture')).toThrow(
    "`cpuArchitecture` must be ARM64 with the release mine, whose images are not all known to exist for another (missing: app), got: 'X86_64'",
  );
});
