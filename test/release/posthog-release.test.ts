import fc from 'fast-check';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Fn } from 'aws-cdk-lib/core';
import { PostHogImages, PostHogRelease, PostHogReleaseOptions } from '../../lib';
import { RELEASE_2026_09_11_R2 } from '../../lib/release/known-releases';
import { IMAGE_NAMES } from '../../lib/release/release-description';
import { renderRelease } from '../../lib/release/release-file';
import { releaseFile } from './fixtures';

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;
const IMAGES: PostHogImages = { app: `a@${DIGEST}`, capture: `b@${DIGEST}`, featureFlags: `c@${DIGEST}`, hypercacheServer: `d@${DIGEST}` };
const OWN = renderRelease(RELEASE_2026_09_11_R2);
/** An image without known facts. */
const NOTHING = { revision: { unknown: 'not recorded' }, created: { unknown: 'not recorded' } };
const KEYS = Object.keys(IMAGES) as (keyof PostHogImages)[];

describe('the default release', () => {
  const { V2026_09_11_R2: release } = PostHogRelease;
  const images = Object.values<string>({ ...release.images });

  test('has a name, a day, a commit, and every image, from the expected registries', () => {
    expect(release).toMatchObject({
      name: '2026-09-11-r2',
      date: '2026-09-11',
      generation: '2026-09',
      upstreamCommit: '18b824b7932ad13f25602b4ea0376fc568ac4b22',
      topics: [],
    });
    expect(Object.keys({ ...release.images })).toEqual(IMAGE_NAMES);
    expect(
      images.filter(
        (image) =>
          !/^(posthog\/posthog|ghcr\.io\/posthog\/posthog-node|ghcr\.io\/posthog\/posthog\/[a-z-]+|ghcr\.io\/browserless\/chromium|temporalio\/auto-setup)[@:]/.test(
            image,
          ),
      ),
    ).toEqual([]);
  });

  test('has a unique digest for every image', () => {
    const digests = images.map((image) => image.split('@')[1]);
    expect(digests).toEqual(digests.map(() => expect.stringMatching(/^sha256:[0-9a-f]{64}$/) as string));
    expect(new Set(digests).size).toBe(IMAGE_NAMES.length);
    expect(release.floatingImages).toEqual([]);
  });

  test('does not support ARM', () => {
    expect(release.platforms).toEqual([CpuArchitecture.X86_64]);
  });
});

test('a release of your own has its name and images', () => {
  const release = PostHogRelease.of('mine', IMAGES);
  expect(release).toMatchObject({ name: 'mine', images: IMAGES, floatingImages: [] });
});

test('a release has the newest generation, unless it sets another or overrides', () => {
  expect(PostHogRelease.of('mine', IMAGES).generation).toBe('2026-09');
  expect(PostHogRelease.of('mine', IMAGES, { generation: '2026-07' })._generation.webServer.name).toBe('nginx-unit');
  expect(PostHogRelease.of('mine', IMAGES, { overrides: { modes: { capture: 'events-v2' } } })._generation.modes.capture).toBe('events-v2');
  expect(() => PostHogRelease.of('mine', IMAGES, { generation: '2031-01' })).toThrow(
    new Error("`generation` must be one that this version of the library knows: 2026-09, 2026-07, got: '2031-01'; leave it out for the newest"),
  );
});

test('images without a digest are floating, those with tag and digest are not', () => {
  const release = PostHogRelease.of('mine', { ...IMAGES, app: 'posthog/posthog:latest', capture: 'capture', featureFlags: `flags:master@${DIGEST}` });
  expect(release.floatingImages).toEqual(['posthog/posthog:latest', 'capture']);
});

test.each([
  'posthog',
  'posthog/posthog',
  'posthog/posthog:latest',
  'localhost:5000/posthog',
  `ghcr.io/posthog/posthog/capture:master@${DIGEST}`,
  '111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog:v1',
  `registry.example.com:5000/team/posthog@${DIGEST}`,
])('%s is an image', (image) => {
  expect(() => PostHogRelease.of('mine', { ...IMAGES, app: image })).not.toThrow();
});

test.each(KEYS)('fails when %s is not an image', (key) => {
  for (const image of [
    '',
    'https://ghcr.io/posthog',
    'posthog posthog',
    'Posthog/posthog',
    'posthog@sha256:abc',
    'posthog:',
    'posthog@',
    `posthog@${DIGEST}0`,
    `posthog@${DIGEST.toUpperCase()}`,
  ]) {
    expect(() => PostHogRelease.of('mine', { ...IMAGES, [key]: image })).toThrow(
      `\`${key}\` must be an image such as posthog/posthog@sha256:<64 hexadecimal digits>, got: '${image}'`,
    );
  }
});

test('an image is floating exactly if it has no digest', () => {
  const name = fc.stringMatching(/^[a-z0-9]{1,10}(\/[a-z0-9]{1,10}){0,2}$/);
  const tag = fc.option(fc.stringMatching(/^[a-z0-9][a-z0-9.-]{0,10}$/), { nil: undefined });
  fc.assert(
    fc.property(name, tag, fc.boolean(), (repository, version, pinned) => {
      const image = `${repository}${version ? `:${version}` : ''}${pinned ? `@${DIGEST}` : ''}`;
      expect(PostHogRelease.of('mine', { ...IMAGES, app: image }).floatingImages).toEqual(pinned ? [] : [image]);
    }),
  );
});

test('a release of your own has the facts of its options', () => {
  const options: PostHogReleaseOptions = {
    upstreamCommit: 'a'.repeat(40),
    clickHouseVersion: '26.6.2.158',
    clickHouseImage: `clickhouse@${DIGEST}`,
    platforms: [CpuArchitecture.ARM64],
    date: '2026-10-01',
    topics: ['a', 'b'],
  };
  expect(PostHogRelease.of('mine', IMAGES, options)).toMatchObject(options);
});

test('a release without options has no facts', () => {
  const release = PostHogRelease.of('mine', IMAGES);
  expect([release.upstreamCommit, release.clickHouseVersion, release.clickHouseImage, release.date]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect([release.platforms, release.topics]).toEqual([[CpuArchitecture.X86_64], []]);
});

test('the image of ClickHouse is that of its version by default', () => {
  expect(PostHogRelease.of('mine', IMAGES, { clickHouseVersion: '26.6.2.158' }).clickHouseImage).toBe('clickhouse/clickhouse-server:26.6.2.158');
});

test.each<[PostHogReleaseOptions, string]>([
  [{ upstreamCommit: '18b824b' }, "`upstreamCommit` must be the full hash of a commit, 40 hexadecimal digits in lower case, got: '18b824b'"],
  [{ clickHouseVersion: '26.6' }, "`clickHouseVersion` must be a version of ClickHouse such as 26.6.2.158, got: '26.6'"],
  [
    { clickHouseImage: 'Not an image' },
    "`clickHouseImage` must be an image such as clickhouse/clickhouse-server@sha256:<64 hexadecimal digits>, got: 'Not an image'",
  ],
  [{ date: '2026-02-29' }, "`date` must be a day such as 2026-09-11, got: '2026-02-29'"],
  [{ topics: ['a', 'b c'] }, "`topics[1]` must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores, got: 'b c'"],
  [{ topics: ['a', 'b', 'a'] }, "`topics` must not contain duplicates, got: 'a'"],
  [{ platforms: [] }, '`platforms` must name an architecture, got: []; leave it out for CpuArchitecture.X86_64'],
])('PostHogRelease.of refuses %j', (options, message) => {
  expect(() => PostHogRelease.of('mine', IMAGES, options)).toThrow(new Error(message));
});

test('PostHogRelease.of accepts tokens', () => {
  const token = Fn.importValue('Value');
  expect(() =>
    PostHogRelease.of(
      'mine',
      { app: token },
      { upstreamCommit: token, clickHouseVersion: token, clickHouseImage: token, date: token, topics: [token] },
    ),
  ).not.toThrow();
});

test('a release does not change with the lists that were passed in', () => {
  const topics = ['a'];
  const platforms = [CpuArchitecture.ARM64];
  const taskQueues = ['one'];
  const release = PostHogRelease.of('mine', IMAGES, { topics, platforms, overrides: { taskQueues } });
  topics.push('b');
  platforms.push(CpuArchitecture.X86_64);
  taskQueues.push('two');
  expect([release.topics, release.platforms, release._generation.taskQueues]).toEqual([['a'], [CpuArchitecture.ARM64], ['one']]);
});

describe('a release in a file', () => {
  test('is equal to the release that was written', () => {
    const { V2026_09_11_R2: own } = PostHogRelease;
    const read = PostHogRelease.fromFile(releaseFile(renderRelease({ ...RELEASE_2026_09_11_R2, topics: ['b', 'a'] })));
    const { name, images, upstreamCommit, clickHouseVersion, clickHouseImage, date } = own;
    expect(read).toMatchObject({ name, images, upstreamCommit, clickHouseVersion, clickHouseImage, date });
    expect([read.platforms, read.topics]).toEqual([[CpuArchitecture.X86_64], ['a', 'b']]);
  });

  test.each<[string, string[] | undefined, string[] | undefined, CpuArchitecture[]]>([
    ['both', ['linux/amd64', 'linux/arm64'], ['linux/arm/v7', 'linux/arm64', 'linux/amd64'], [CpuArchitecture.X86_64, CpuArchitecture.ARM64]],
    ['what they have in common', ['linux/amd64', 'linux/arm64'], ['linux/arm64'], [CpuArchitecture.ARM64]],
    ['x86-64 if platforms are not recorded', ['linux/amd64', 'linux/arm64'], undefined, [CpuArchitecture.X86_64]],
  ])('is for the architectures that all images are for: %s', (_, app, node, expected) => {
    const images = { app: { image: `app@${DIGEST}`, platforms: app, ...NOTHING }, node: { image: `node@${DIGEST}`, platforms: node, ...NOTHING } };
    expect(PostHogRelease.fromFile(releaseFile(renderRelease({ name: 'mine', images }))).platforms).toEqual(expected);
  });

  test.each<[string, string, string]>([
    ['is no JSON', 'nonsense', 'it is not JSON'],
    [
      'has a wrong field',
      OWN.replace('"posthog/posthog@', '"posthog posthog@'),
      "`images.app.image` must be an image such as posthog/posthog@sha256:<64 hexadecimal digits>, got: 'posthog posthog@sha256:" +
        "1d5e31c9c61f3f48050a45c7e3ba529ea49d0414f9caa47ad23fdb23606117c4'",
    ],
    [
      'has nothing to run on',
      renderRelease({
        name: 'mine',
        images: { app: { image: 'app', platforms: ['linux/amd64'], ...NOTHING }, node: { image: 'node', platforms: ['linux/arm64'], ...NOTHING } },
      }),
      'its images have no architecture in common: node not for linux/amd64; app not for linux/arm64',
    ],
  ])('fails if the file %s', (_, text, message) => {
    const file = releaseFile(text);
    expect(() => PostHogRelease.fromFile(file)).toThrow(new Error(`the release file ${file} cannot be used: ${message}`));
  });

  test('fails if the file does not exist', () => {
    expect(() => PostHogRelease.fromFile('nowhere.json')).toThrow(
      new Error('the release file nowhere.json cannot be used: it cannot be read (ENOENT); write it with `npx cdk-posthog release`'),
    );
  });
});
