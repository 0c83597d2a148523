import fc from 'fast-check';
import { PostHogImages, PostHogRelease } from '../../lib';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const IMAGES: PostHogImages = { app: `a@${DIGEST}`, capture: `b@${DIGEST}`, featureFlags: `c@${DIGEST}`, hypercacheServer: `d@${DIGEST}` };
const KEYS = Object.keys(IMAGES) as (keyof PostHogImages)[];

describe('the default release', () => {
  const { V2026_09_11: release } = PostHogRelease;

  test('has a name and the four images, from PostHog\'s own registries', () => {
    expect(release.name).toBe('2026-09-11');
    expect(Object.fromEntries(Object.entries({ ...release.images }).map(([key, image]) => [key, image.split('@')[0]]))).toEqual({
      app: 'posthog/posthog',
      capture: 'ghcr.io/posthog/posthog/capture',
      featureFlags: 'ghcr.io/posthog/posthog/feature-flags',
      hypercacheServer: 'ghcr.io/posthog/posthog/hypercache-server',
    });
  });

  test('names every image by a digest of its own', () => {
    const digests = Object.values({ ...release.images }).map((image: string) => image.split('@')[1]);
    expect(digests).toEqual(digests.map(() => expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string));
    expect(new Set(digests).size).toBe(4);
    expect(release.floatingImages).toEqual([]);
  });
});

test('a release of your own has its name and images', () => {
  const release = PostHogRelease.of('mine', IMAGES);
  expect(release).toMatchObject({ name: 'mine', images: IMAGES, floatingImages: [] });
});

test('images without a digest float, those with tag and digest do not', () => {
  const release = PostHogRelease.of('mine', { ...IMAGES, app: 'posthog/posthog:latest', capture: 'capture', featureFlags: `flags:master@${DIGEST}` });
  expect(release.floatingImages).toEqual(['posthog/posthog:latest', 'capture']);
});

test.each([
  'posthog', 'posthog/posthog', 'posthog/posthog:latest', 'localhost:5000/posthog', `ghcr.io/posthog/posthog/capture:master@${DIGEST}`,
  '111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog:v1', `registry.example.com:5000/team/posthog@${DIGEST}`,
])('%s is an image', (image) => {
  expect(() => PostHogRelease.of('mine', { ...IMAGES, app: image })).not.toThrow();
});

test.each(KEYS)('fails when %s is no image', (key) => {
  for (const image of ['', 'https://ghcr.io/posthog', 'posthog posthog', 'Posthog/posthog', 'posthog@sha256:abc', 'posthog:', 'posthog@', `posthog@${DIGEST}0`, `posthog@${DIGEST.toUpperCase()}`]) {
    expect(() => PostHogRelease.of('mine', { ...IMAGES, [key]: image })).toThrow(`\`${key}\` must be an image such as posthog/posthog@sha256:<64 hexadecimal digits>, got: '${image}'`);
  }
});

test('an image floats exactly where no digest follows it', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,10}(\/[a-z0-9]{1,10}){0,2}$/);
  const tag = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,10}$/), { nil: undefined });
  fc.assert(fc.property(name, tag, fc.boolean(), (repository, version, pinned) => {
    const image = `${repository}${version ? `:${version}` : ''}${pinned ? `@${DIGEST}` : ''}`;
    expect(PostHogRelease.of('mine', { ...IMAGES, app: image }).floatingImages).toEqual(pinned ? [] : [image]);
  }));
});
