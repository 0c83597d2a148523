import fc from 'fast-check';
import { KNOWN_RELEASES, RELEASE_2026_09_11_R2 } from '../../lib/release/known-releases';
import { IMAGE_NAMES, ReleaseDescription } from '../../lib/release/release-description';
import { parseRelease, renderRelease } from '../../lib/release/release-file';

const DIGEST = `sha256:${'a'.repeat(64)}`;
const COMMIT = 'b'.repeat(40);

const NOTHING = { revision: { unknown: 'not recorded' }, created: { unknown: 'not recorded' } };

const FULL = {
  schemaVersion: 2,
  name: 'mine',
  date: '2026-09-11',
  upstreamCommit: COMMIT,
  clickHouse: { version: '26.6.2.158', image: `clickhouse/clickhouse-server@${DIGEST}`, platforms: ['linux/amd64'], ...NOTHING },
  images: {
    app: {
      image: `posthog/posthog@${DIGEST}`,
      tag: 'latest',
      platforms: ['linux/amd64', 'linux/arm64'],
      revision: { value: COMMIT, source: 'registry-1.docker.io' },
      created: { value: '2026-09-11T08:15:30Z', source: 'registry-1.docker.io' },
    },
  },
  topics: ['a', 'b'],
  generation: '2026-09',
  overrides: { modes: { capture: 'events' }, taskQueues: ['one'], topics: ['c'], webServerEnvironment: { GRANIAN_WORKERS: '2' } },
};

/** Returns a release file with another value at a path such as `images.app.tag`. */
function withField(path: string, value: unknown): string {
  const file = structuredClone(FULL) as Record<string, unknown>;
  const names = path.split('.');
  const parent = names.slice(0, -1).reduce((object, name) => object[name] as Record<string, unknown>, file);
  parent[names.at(-1)!] = value;
  return JSON.stringify(file);
}

function failure(text: string): string {
  try {
    parseRelease(text);
    return 'parsed';
  } catch (error) {
    return (error as Error).message;
  }
}

test('parseRelease reads all fields of a file', () => {
  expect({ schemaVersion: 2, ...parseRelease(JSON.stringify(FULL)) }).toEqual(FULL);
});

test('parseRelease requires only a name and the app', () => {
  const images = { app: { image: 'posthog/posthog', ...NOTHING } };
  expect(parseRelease(JSON.stringify({ schemaVersion: 2, name: 'mine', images }))).toEqual({ name: 'mine', images });
});

test('parseRelease reads a file of the first schema version, with unknown facts for missing fields', () => {
  const images = { app: { image: 'posthog/posthog', revision: COMMIT, created: '2026-09-11T08:15:30Z' }, node: { image: 'node' } };
  expect(parseRelease(JSON.stringify({ schemaVersion: 1, name: 'mine', images }))).toEqual({
    name: 'mine',
    images: {
      app: {
        image: 'posthog/posthog',
        revision: { value: COMMIT, source: 'its registry' },
        created: { value: '2026-09-11T08:15:30Z', source: 'its registry' },
      },
      node: { image: 'node', revision: { unknown: 'not recorded' }, created: { unknown: 'not recorded' } },
    },
  });
  expect(failure(JSON.stringify({ schemaVersion: 1, name: 'mine', images: { app: { image: 'app', created: 'yesterday' } } }))).toBe(
    "`images.app.created` must be a day such as 2026-09-11, or a point in time such as 2026-09-11T08:15:30Z, got: 'yesterday'",
  );
});

test.each(KNOWN_RELEASES.map((release) => [release.name, release]))(
  'the release %s of the library is equal after a round trip, and its file is sorted',
  (_, release) => {
    const text = renderRelease(release);
    expect(parseRelease(text)).toEqual(release);
    expect(Object.keys((JSON.parse(text) as ReleaseDescription).images)).toEqual(IMAGE_NAMES);
    expect(text.endsWith('\n}\n')).toBe(true);
  },
);

test('renderRelease returns the same file for the same release, in every order of fields', () => {
  const { images, name, ...rest } = RELEASE_2026_09_11_R2;
  const shuffled = { ...rest, topics: ['b', 'a'], images: Object.fromEntries(Object.entries(images).reverse()) as unknown as typeof images, name };
  expect(renderRelease(shuffled)).toBe(renderRelease({ ...RELEASE_2026_09_11_R2, topics: ['a', 'b'] }));
});

test.each<[string, unknown, string]>([
  ['schemaVersion', 3, '`schemaVersion` must be 2 or 1, got: 3; write it again with `npx cdk-posthog release` of the same version as the library'],
  ['name', '', "`name` must be a name of letters, digits, dots, dashes and underscores, such as 2026-09-11, got: ''"],
  ['name', undefined, '`name` is missing, and must be a name of letters, digits, dots, dashes and underscores, such as 2026-09-11'],
  [
    'generation',
    '2031-01',
    "`generation` must be one that this version of the library knows: 2026-09, 2026-07, got: '2031-01'; leave it out for the newest",
  ],
  ['overrides', { mode: {} }, '`overrides.mode` is not a field of a release file; the fields are: modes, taskQueues, topics, webServerEnvironment'],
  [
    'overrides.modes',
    { web: 'x' },
    '`overrides.modes` may name the processes that have a mode in the generation 2026-09: cdp-cyclotron-v2-janitor, cdp-hogflow-scheduler, cdp-hogflow-subscription-matcher, ' +
      "ingestion-general, ingestion-sessionreplay, ingestion-error-tracking, ingestion-logs, ingestion-traces, recording-api, capture, capture-ai, replay-capture, cymbal, cymbal-resolution, cymbal-notifications, got: 'web'",
  ],
  ['overrides.modes', { capture: 7 }, '`overrides.modes.capture` must be a text, got: 7'],
  ['overrides.taskQueues', 'one', "`overrides.taskQueues` must be a list, got: 'one'"],
  [
    'overrides.webServerEnvironment',
    { NGINX_UNIT_APP_PROCESSES: '8' },
    "`overrides.webServerEnvironment` may name the variables of the web server, granian, whose names begin with GRANIAN_, got: 'NGINX_UNIT_APP_PROCESSES'; other variables of the app belong in `environment` of PostHog",
  ],
  ['date', '11.9.2026', "`date` must be a day such as 2026-09-11, got: '11.9.2026'"],
  ['date', '2026-13-01', "`date` must be a day such as 2026-09-11, got: '2026-13-01'"],
  ['date', '2026-02-31', "`date` must be a day such as 2026-09-11, got: '2026-02-31'"],
  [
    'upstreamCommit',
    COMMIT.toUpperCase(),
    `\`upstreamCommit\` must be the full hash of a commit, 40 hexadecimal digits in lower case, got: '${COMMIT.toUpperCase()}'`,
  ],
  ['upstreamCommit', 1, '`upstreamCommit` must be the full hash of a commit, 40 hexadecimal digits in lower case, got: 1'],
  ['clickHouse', '26.6.2.158', "`clickHouse` must be an object, got: '26.6.2.158'"],
  ['clickHouse.version', 'latest', "`clickHouse.version` must be a version of ClickHouse such as 26.6.2.158, got: 'latest'"],
  ['clickHouse.image', null, '`clickHouse.image` must be an image such as clickhouse/clickhouse-server@sha256:<64 hexadecimal digits>, got: null'],
  ['clickHouse.digest', DIGEST, '`clickHouse.digest` is not a field of a release file; the fields are: image, tag, platforms, revision, created'],
  ['images', [], '`images` must be an object, got: []'],
  ['images.web', { image: 'posthog/posthog' }, `\`images.web\` is not a field of a release file; the fields are: ${IMAGE_NAMES.join(', ')}`],
  ['images.app', undefined, '`images.app` is required, because every PostHog runs it'],
  ['images.node', 'posthog/posthog-node', "`images.node` must be an object, got: 'posthog/posthog-node'"],
  [
    'images.app.image',
    'posthog/posthog@sha256:1',
    "`images.app.image` must be an image such as posthog/posthog@sha256:<64 hexadecimal digits>, got: 'posthog/posthog@sha256:1'",
  ],
  ['images.app.tag', 'a b', "`images.app.tag` must be the tag of an image, got: 'a b'"],
  ['images.app.platforms', 'linux/amd64', "`images.app.platforms` must be a list, got: 'linux/amd64'"],
  ['images.app.platforms', ['amd64'], "`images.app.platforms[0]` must be an operating system and an architecture such as linux/arm64, got: 'amd64'"],
  ['images.app.revision', '18b824b', "`images.app.revision` must be an object, got: '18b824b'"],
  [
    'images.app.revision',
    undefined,
    '`images.app.revision` is missing, and must be a known value, as { "value", "source" }, or the reason why it is unknown, as { "unknown" }',
  ],
  [
    'images.app.created',
    undefined,
    '`images.app.created` is missing, and must be a known value, as { "value", "source" }, or the reason why it is unknown, as { "unknown" }',
  ],
  ['images.app.created', { value: '2026-09-11' }, '`images.app.created.source` is missing, and must be one line of text'],
  ['images.app.created', { unknown: '' }, "`images.app.created.unknown` must be one line of text, got: ''"],
  ['images.app.created', { unknown: 'why', source: 'x' }, '`images.app.created.source` is not a field of a release file; the fields are: unknown'],
  [
    'images.app.created',
    { value: '2026-09-11', from: 'x' },
    '`images.app.created.from` is not a field of a release file; the fields are: value, source, unknown',
  ],
  [
    'images.app.revision.value',
    '18b824b',
    "`images.app.revision.value` must be the full hash of a commit, 40 hexadecimal digits in lower case, got: '18b824b'",
  ],
  [
    'images.app.created.value',
    'yesterday',
    "`images.app.created.value` must be a day such as 2026-09-11, or a point in time such as 2026-09-11T08:15:30Z, got: 'yesterday'",
  ],
  ['images.app.digest', DIGEST, '`images.app.digest` is not a field of a release file; the fields are: image, tag, platforms, revision, created'],
  ['topics', ['a', 'b c'], "`topics[1]` must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores, got: 'b c'"],
  ['topics', ['..'], "`topics[0]` must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores, got: '..'"],
  ['topics', ['a', 'a'], "`topics` must not contain duplicates, got: 'a'"],
  [
    'topic',
    ['a'],
    '`topic` is not a field of a release file; the fields are: name, date, upstreamCommit, generation, overrides, clickHouse, images, topics',
  ],
])('parseRelease refuses %s with the value %j', (path, value, message) => {
  expect(failure(withField(path, value))).toBe(message);
});

test.each([
  ['nonsense', 'it is not JSON'],
  ['[]', '`the file` must be an object, got: []'],
  ['null', '`the file` must be an object, got: null'],
])('parseRelease refuses %s, which is not a release file', (text, message) => {
  expect(failure(text)).toBe(message);
});

test('parseRelease reads every value of a field, or refuses it with a message that names the field', () => {
  const paths = [
    'name',
    'date',
    'upstreamCommit',
    'clickHouse',
    'clickHouse.version',
    'images',
    'images.app',
    'images.app.image',
    'images.app.platforms',
    'images.app.created',
    'topics',
    'generation',
    'overrides',
    'overrides.modes',
  ];
  fc.assert(
    fc.property(fc.constantFrom(...paths), fc.jsonValue(), (path, value) => {
      const message = failure(withField(path, value));
      expect(message === 'parsed' || message.startsWith(`\`${path}`)).toBe(true);
    }),
  );
});
