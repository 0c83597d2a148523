import { diffReleases, isSame } from '../../../cli/release/diff';
import { diffText } from '../../../cli/release/diff-text';
import { RELEASE_2026_09_11_R2 } from '../../../lib/release/known-releases';
import { ReleaseDescription, ReleaseImage } from '../../../lib/release/release-description';

const [OLD, NEW, OTHER] = ['1', '2', '3'].map((digit) => digit.repeat(40));
const [A, B] = ['a', 'b'].map((digit) => `sha256:${digit.repeat(64)}`);

/** What is known of an image of which nothing but its commit is. */
function built(commit: string): Pick<ReleaseImage, 'revision' | 'created'> {
  return { revision: { value: commit, source: 'localhost' }, created: { unknown: 'not asked' } };
}

const NOTHING = { revision: { unknown: 'not asked' }, created: { unknown: 'not asked' } };

const BEFORE: ReleaseDescription = {
  name: 'before',
  date: '2026-09-11',
  upstreamCommit: OLD,
  clickHouse: { version: '26.6.2.158', image: `clickhouse@${A}`, ...NOTHING },
  topics: ['kept', 'gone'],
  images: {
    app: { image: `app@${A}`, platforms: ['linux/amd64', 'linux/arm64'], ...built(OLD) },
    node: { image: `node@${A}`, platforms: ['linux/amd64', 'linux/arm64'], ...built(OTHER) },
    capture: { image: `capture@${A}`, platforms: ['linux/amd64', 'linux/arm64'], ...built(OLD) },
  },
};

function text(after: ReleaseDescription): string[] {
  return diffText(BEFORE.name, after.name, diffReleases(BEFORE, after)).split('\n');
}

test('a release with another name and other registries has no differences', () => {
  const after = {
    ...BEFORE,
    name: 'after',
    date: '2026-10-01',
    images: { ...BEFORE.images, app: { ...BEFORE.images.app, tag: 'other', created: { value: '2026-10-01T00:00:00Z', source: 'localhost' } } },
  };
  expect(isSame(diffReleases(BEFORE, after))).toBe(true);
  expect(text(after)).toEqual(['before and after run the same']);
  expect(isSame(diffReleases(RELEASE_2026_09_11_R2, RELEASE_2026_09_11_R2))).toBe(true);
});

test('another commit has a link to the comparison', () => {
  expect(text({ ...BEFORE, upstreamCommit: NEW })).toEqual([
    'before → before',
    '',
    'commit 1111111 → 2222222',
    `  https://github.com/PostHog/posthog/compare/${OLD}...${NEW}`,
  ]);
  expect(text({ ...BEFORE, upstreamCommit: undefined })).toEqual(['before → before', '', 'commit 1111111 → not known']);
});

test('another image is shown by its digests, with a link only if its commits differ from those of the release', () => {
  const images = {
    ...BEFORE.images,
    app: { ...BEFORE.images.app, image: `app@${B}`, ...built(NEW) },
    node: { ...BEFORE.images.node!, image: `node@${B}`, ...built(NEW) },
  };
  expect(text({ ...BEFORE, upstreamCommit: NEW, images }).slice(5)).toEqual([
    'app',
    '  app',
    `  ${A}`,
    `  → ${B}`,
    '',
    'node',
    '  node',
    `  ${A}`,
    `  → ${B}`,
    '  built from 3333333 → 2222222',
    `  https://github.com/PostHog/posthog/compare/${OTHER}...${NEW}`,
  ]);
});

test('a moved, an added and a removed image are shown in full', () => {
  const platforms = ['linux/amd64', 'linux/arm64'];
  const images = {
    app: BEFORE.images.app,
    node: { image: 'ecr/node:1', platforms, ...NOTHING },
    cymbal: { image: `cymbal@${B}`, platforms, ...NOTHING },
  };
  expect(text({ ...BEFORE, images }).slice(2)).toEqual([
    'node',
    `  node@${A}`,
    '  → ecr/node:1',
    '',
    'capture',
    `  capture@${A}`,
    '  → none',
    '',
    'cymbal',
    '  none',
    `  → cymbal@${B}`,
  ]);
});

test('another ClickHouse, topics and platforms are shown', () => {
  const images = { ...BEFORE.images, capture: { ...BEFORE.images.capture!, platforms: undefined } };
  expect(
    text({ ...BEFORE, clickHouse: { version: '26.9.1.1', image: `clickhouse@${B}`, ...NOTHING }, topics: ['new', 'kept'], images }).slice(2),
  ).toEqual([
    'ClickHouse',
    '  26.6.2.158 → 26.9.1.1',
    '  clickhouse',
    `  ${A}`,
    `  → ${B}`,
    '',
    'further topics',
    '  - gone',
    '  + new',
    '',
    'platforms of all images',
    '  - linux/arm64',
  ]);
  expect(text({ ...BEFORE, clickHouse: undefined }).slice(2)).toEqual(['ClickHouse', '  26.6.2.158 → not known', `  clickhouse@${A}`, '  → none']);
});

test('another generation and other overrides are shown', () => {
  expect(text({ ...BEFORE, generation: '2026-07', overrides: { topics: ['b', 'a'] } }).slice(2)).toEqual([
    'generation',
    '  2026-09 → 2026-07',
    '',
    'overrides of the generation',
    '  none → {"topics":["a","b"]}',
  ]);
  expect(
    isSame(diffReleases({ ...BEFORE, overrides: { topics: ['a', 'b'] } }, { ...BEFORE, generation: '2026-09', overrides: { topics: ['b', 'a'] } })),
  ).toBe(true);
});

test('each changed field is a difference', () => {
  const changes: Partial<ReleaseDescription>[] = [
    { upstreamCommit: NEW },
    { clickHouse: { ...BEFORE.clickHouse!, version: '1.1.1.1' } },
    { clickHouse: { ...BEFORE.clickHouse!, image: 'x' } },
    { topics: ['kept'] },
    { generation: '2026-07' },
    { overrides: { topics: ['mine'] } },
    { images: { app: BEFORE.images.app } },
    { images: { ...BEFORE.images, app: { ...BEFORE.images.app, platforms: ['linux/amd64'] } } },
  ];
  expect(changes.filter((change) => isSame(diffReleases(BEFORE, { ...BEFORE, ...change })))).toEqual([]);
});
