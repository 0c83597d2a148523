import { Fn } from 'aws-cdk-lib/core';
import { PostHogRelease } from '../../lib';
import { RELEASE_2026_09_11_R2 } from '../../lib/release/known-releases';

const ECR = '111122223333.dkr.ecr.eu-central-1.amazonaws.com';
const CACHES = { 'docker.io': `${ECR}/docker-hub`, 'ghcr.io': `${ECR}/github` };
const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

/** The app's image of a release with other registries. */
function copy(app: string, registries: Record<string, string> = CACHES): string {
  return PostHogRelease.of('own', { app }).withImagesFrom(registries).images.app;
}

test.each<[string, string, string]>([
  ['an image of Docker Hub', `posthog/posthog@${DIGEST}`, `${ECR}/docker-hub/posthog/posthog@${DIGEST}`],
  ['an official image of Docker Hub, in library/', `nginx@${DIGEST}`, `${ECR}/docker-hub/library/nginx@${DIGEST}`],
  ['an image that names Docker Hub', `docker.io/redpandadata/redpanda@${DIGEST}`, `${ECR}/docker-hub/redpandadata/redpanda@${DIGEST}`],
  ['an official image that names Docker Hub', `docker.io/nginx@${DIGEST}`, `${ECR}/docker-hub/library/nginx@${DIGEST}`],
  ['another name of Docker Hub', `registry-1.docker.io/a/b@${DIGEST}`, `${ECR}/docker-hub/a/b@${DIGEST}`],
  ['an image of GitHub', `ghcr.io/posthog/posthog/capture@${DIGEST}`, `${ECR}/github/posthog/posthog/capture@${DIGEST}`],
  ['the digest of an image with a tag too', `posthog/posthog:latest@${DIGEST}`, `${ECR}/docker-hub/posthog/posthog@${DIGEST}`],
  ['the tag of an image without a digest', 'posthog/posthog:latest', `${ECR}/docker-hub/posthog/posthog:latest`],
  ['an image without a tag', 'posthog/posthog', `${ECR}/docker-hub/posthog/posthog`],
])('withImagesFrom() keeps %s', (_, image, expected) => {
  expect(copy(image)).toBe(expected);
});

test.each([
  ['a private ECR repository', `${ECR}/posthog:1`],
  ['the registries of the copies', 'mirror.example.com/hub/posthog/posthog:1'],
])('withImagesFrom() leaves an image of %s where it is', (_, image) => {
  expect(copy(image, { 'docker.io': 'mirror.example.com/hub' })).toBe(image);
});

test('withImagesFrom() maps every image of the default release, and that of ClickHouse', () => {
  const { images, clickHouseImage, name, generation, platforms } = PostHogRelease.V2026_09_11_R2.withImagesFrom(CACHES);
  const original = PostHogRelease.V2026_09_11_R2;
  const all = Object.values<string>({ ...images });
  expect(
    [...all, clickHouseImage!].filter((image) => !/^111122223333\.dkr\.ecr\.eu-central-1\.amazonaws\.com\/(docker-hub|github)\//.test(image)),
  ).toEqual([]);
  expect(all.map((image) => image.split('@')[1])).toEqual(Object.values<string>({ ...original.images }).map((image) => image.split('@')[1]));
  expect([name, generation, platforms]).toEqual([original.name, original.generation, original.platforms]);
});

test('withImagesFrom() maps the default image of ClickHouse if a release has none', () => {
  const { image } = RELEASE_2026_09_11_R2.clickHouse!;
  expect(PostHogRelease.of('own', { app: 'posthog/posthog' }).withImagesFrom(CACHES).clickHouseImage).toBe(`${ECR}/docker-hub/${image}`);
});

test('withImagesFrom() accepts the names that ECR has for Docker Hub, and registries that are tokens', () => {
  expect(copy('posthog/posthog', { 'registry-1.docker.io': 'mirror.example.com:5000' })).toBe('mirror.example.com:5000/posthog/posthog');
  const token = Fn.importValue('Registry');
  expect(copy('posthog/posthog', { 'docker.io': token })).toBe(`${token}/posthog/posthog`);
});

test.each<[string, Record<string, string>, string]>([
  [
    'a registry of an image that is missing',
    { 'ghcr.io': ECR },
    "`registries` must have the registry docker.io, which the image posthog/posthog comes from, got: ['ghcr.io']",
  ],
  ['no registry', {}, '`registries` must name a registry'],
  [
    'a repository as a key',
    { 'docker.io/posthog': ECR },
    "`registries` must have registries as keys, such as docker.io or ghcr.io, got: 'docker.io/posthog'",
  ],
  ['a URL', { 'docker.io': `https://${ECR}` }, "`registries['docker.io']` must be a registry without a scheme"],
  ['a slash at the end', { 'docker.io': `${ECR}/docker-hub/` }, "`registries['docker.io']` must be a registry without a scheme"],
  ['no text', { 'docker.io': 1 as unknown as string }, "`registries['docker.io']` must be a registry without a scheme"],
])('withImagesFrom() refuses %s', (_, registries, message) => {
  expect(() => copy('posthog/posthog', registries)).toThrow(message);
});

test('withImagesFrom() refuses a withdrawn release', () => {
  expect(() => PostHogRelease.V2026_09_11.withImagesFrom(CACHES)).toThrow('PostHogRelease.V2026_09_11 is withdrawn');
});
