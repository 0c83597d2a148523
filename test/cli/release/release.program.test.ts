import { readFileSync } from 'node:fs';
import { ExitCode } from '../../../cli/command';
import { chosenImages, wantedImages } from '../../../cli/release/choice';
import { RELEASE_2026_09_11_R2 } from '../../../lib/release/known-releases';
import { IMAGE_NAMES } from '../../../lib/release/release-description';
import { renderRelease } from '../../../lib/release/release-file';
import { cli, inFolder, Run } from '../fixtures';
import { IMAGE_DIGEST, StubRegistry, startStubRegistry } from './registry/stub-registry';

const COMMIT = 'd'.repeat(40);
const OWN = renderRelease(RELEASE_2026_09_11_R2);
const FILE = 'posthog-release.json';
const OTHERS = IMAGE_NAMES.filter((name) => name !== 'app').flatMap((name) => ['--without', name]);

let registry: StubRegistry;
beforeAll(async () => {
  registry = await startStubRegistry();
});
afterAll(async () => registry.stop());

const fact = (value: string) => ({ value, source: registry.host });

/** Looks for the one image that every PostHog runs, in the registry here. */
async function app(...argv: string[]): Promise<Run> {
  return cli('release', ...OTHERS, '--image', `app=${registry.image}`, '--without', 'clickHouse', '--retries', '0', ...argv);
}

describe('the images of a release', () => {
  const choice = { commits: [], images: new Map<string, string>(), without: [], clickHouseVersion: '26.6.2.158' };
  const wanted = (key: string, more: Partial<Parameters<typeof wantedImages>[0]> = {}) =>
    wantedImages({ ...choice, ...more }).find((one) => one.key === key);

  test('are the newest ones, and ClickHouse by its version', () => {
    expect(wantedImages(choice).map(({ key }) => key)).toEqual([...IMAGE_NAMES, 'clickHouse']);
    expect(wanted('node')).toEqual({ key: 'node', preferred: [], otherwise: 'ghcr.io/posthog/posthog-node:master' });
    expect(wanted('capture')).toEqual({ key: 'capture', preferred: [], otherwise: 'ghcr.io/posthog/posthog/capture:master' });
    expect(wanted('clickHouse')).toEqual({ key: 'clickHouse', preferred: [], otherwise: 'clickhouse/clickhouse-server:26.6.2.158' });
  });

  test('are those with the tag of --tag', () => {
    expect(['app', 'node', 'capture'].map((key) => wanted(key, { tag: 'release' })?.otherwise)).toEqual([
      'posthog/posthog:release',
      'ghcr.io/posthog/posthog-node:release',
      'ghcr.io/posthog/posthog/capture:master',
    ]);
  });

  test('are those of the first commit that has one, and the app is of one of the commits', () => {
    const commits = ['1', '2'].map((digit) => digit.repeat(40));
    expect(wanted('node', { commits })).toEqual({
      key: 'node',
      preferred: commits.map((commit) => `ghcr.io/posthog/posthog-node:${commit}`),
      otherwise: 'ghcr.io/posthog/posthog-node:master',
    });
    expect(wanted('capture', { commits })?.preferred).toEqual([
      'ghcr.io/posthog/posthog/capture:sha-1111111',
      'ghcr.io/posthog/posthog/capture:sha-2222222',
    ]);
    expect(wanted('app', { commits })?.otherwise).toBe(`posthog/posthog:${commits[0]}`);
    expect(wanted('temporal', { commits })).toEqual({ key: 'temporal', preferred: [], otherwise: 'temporalio/auto-setup:1.26.2' });
  });

  test('are replaced by --image and left out by --without', () => {
    const images = chosenImages(['capture=localhost:5000/capture:1', 'clickHouse=localhost:5000/clickhouse:1']);
    expect(wanted('capture', { images, commits: [COMMIT] })).toEqual({ key: 'capture', preferred: [], otherwise: 'localhost:5000/capture:1' });
    expect(wanted('clickHouse', { images })?.otherwise).toBe('localhost:5000/clickhouse:1');
    expect(wanted('cymbal', { without: ['cymbal'] })).toBeUndefined();
  });
});

test.each([
  [['--commit', 'abc'], "--commit must be the full hash of a commit, 40 hexadecimal digits in lower case, got: 'abc'"],
  [['--commit', COMMIT, '--tag', 'latest'], '--tag cannot be combined with --commit or --history'],
  [['--tag', 'a b'], "--tag must be the tag of an image, got: 'a b'"],
  [['--image', 'capture'], "--image must be a name and an image, such as capture=ghcr.io/posthog/posthog/capture:master, got: 'capture'"],
  [
    ['--image', 'capture=Not An Image'],
    "--image must be a name and an image, such as capture=ghcr.io/posthog/posthog/capture:master, got: 'capture=Not An Image'",
  ],
  [['--image', 'web=posthog/posthog'], `--image must be an image of a release, got: 'web'; available: ${IMAGE_NAMES.join(', ')}, clickHouse`],
  [['--without', 'web'], `--without must be an image of a release, got: 'web'; available: ${IMAGE_NAMES.join(', ')}, clickHouse`],
  [['--without', 'app'], '--without app is not possible, because every PostHog runs it'],
  [['--without', 'node', '--image', 'node=node'], '--image and --without both name node'],
  [['--clickhouse-version', '26'], "--clickhouse-version must be a version of ClickHouse such as 26.6.2.158, got: '26'"],
  [['--topic', 'a b'], "--topic must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores, got: 'a b'"],
  [['--name', 'a/b'], "--name must be a name of letters, digits, dots, dashes and underscores, such as 2026-09-11, got: 'a/b'"],
  [['--date', '2026-02-30'], "--date must be a day such as 2026-09-11, got: '2026-02-30'"],
  [['--max-apart', 'far'], "--max-apart must be a whole number from 0 to 9999, got: 'far'"],
  [['--timeout', '0'], "--timeout must be a whole number from 1 to 600, got: '0'"],
  [['--retries', 'many'], "--retries must be a whole number from 0 to 10, got: 'many'"],
  [['--history', 'nowhere.txt'], 'cannot read the history nowhere.txt (ENOENT)'],
  [['--history', 'empty.txt'], '--history must begin with the commit that you want, got: nothing'],
  [['--history', 'history.txt', '--commit', 'e'.repeat(40)], `--history must begin with the commit ${'e'.repeat(40)}, got: ${COMMIT}`],
  [['--history', 'package.json'], "--history must be the full hash of a commit, 40 hexadecimal digits in lower case, got: '{}'"],
  [
    ['--output', 'package.json'],
    'package.json is not a release file: `schemaVersion` is missing, and must be 2 or 1; write it again with `npx cdk-posthog release` of the same version ' +
      'as the library; it is not overwritten: use another file with --output, or remove it',
  ],
  [
    ['--output', '.'],
    'cannot read the release file . (EISDIR); releases of the library are: 2026-09-11-r2; it is not overwritten: use another file with --output, or remove it',
  ],
  [
    ['--diff'],
    '--diff takes two releases, each a file or the name of a release of the library, such as: cdk-posthog release --diff 2026-09-11 posthog-release.json',
  ],
  [['--diff', '2026-09-11', 'nowhere'], 'cannot read the release file nowhere (ENOENT); releases of the library are: 2026-09-11-r2'],
  [
    ['--diff', 'package.json', '2026-09-11'],
    'package.json is not a release file: `schemaVersion` is missing, and must be 2 or 1; write it again with `npx cdk-posthog release` of the same version as the library',
  ],
])('refuses the arguments %j before any request', async (argv, message) => {
  const run = await inFolder({ 'package.json': '{}', 'empty.txt': '\n', 'history.txt': COMMIT }, async () => cli('release', ...argv));
  expect(run).toEqual({ exitCode: ExitCode.FAILED, out: '', err: `cdk-posthog: ${message}` });
});

test('writes the release file, and prints its contents', async () => {
  await inFolder({}, async () => {
    const { exitCode, out, err } = await app();
    expect([exitCode, err]).toEqual([ExitCode.OK, 'resolving 1 images ...']);
    expect(out.split('\n')).toEqual([
      'image  tag  digest        commit   built       platforms',
      `app    1    ${IMAGE_DIGEST.slice(7, 19)}  ccccccc  2026-09-11  linux/amd64`,
      '',
      'posthog-release.json: the release 2026-09-11',
    ]);
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toEqual({
      schemaVersion: 2,
      name: '2026-09-11',
      date: '2026-09-11',
      upstreamCommit: 'c'.repeat(40),
      generation: '2026-09',
      images: {
        app: {
          image: `${registry.host}/posthog/app@${IMAGE_DIGEST}`,
          tag: '1',
          platforms: ['linux/amd64'],
          revision: fact('c'.repeat(40)),
          created: fact('2026-09-11T08:15:30Z'),
        },
      },
    });
  });
});

test('writes no file for standard output, or if an image is missing', async () => {
  await inFolder({}, async () => {
    expect((await app('--dry-run')).out).toContain('"schemaVersion": 2');
    const { exitCode, err } = await app('--image', `app=${registry.host}/posthog/app:gone`);
    expect(exitCode).toBe(ExitCode.FAILED);
    expect(err).toContain('1 of 1 images could not be resolved; use others with --image, or leave them out with --without:\n  app: ');
    expect(() => readFileSync(FILE)).toThrow('ENOENT');
  });
});

test("keeps topics, generation and ClickHouse's version of an existing file, and reports it", async () => {
  const before = renderRelease({
    ...RELEASE_2026_09_11_R2,
    clickHouse: { ...RELEASE_2026_09_11_R2.clickHouse!, version: '26.9.1.1' },
    topics: ['mine'],
    generation: '2026-07',
    overrides: { topics: ['own'] },
  });
  await inFolder({ [FILE]: before }, async () => {
    const { err } = await cli(
      'release',
      ...OTHERS,
      '--image',
      `app=${registry.image}`,
      '--image',
      `clickHouse=${registry.image}`,
      '--topic',
      'another',
    );
    expect(err).toContain(
      'note: ClickHouse 26.9.1.1 comes from the file as it was; the version that PostHog tests with is in ' +
        `https://github.com/PostHog/posthog/blob/${'c'.repeat(40)}/docker-compose.base.yml; --clickhouse-version changes it`,
    );
    expect(JSON.parse(readFileSync(FILE, 'utf8'))).toMatchObject({
      clickHouse: { version: '26.9.1.1' },
      topics: ['another', 'mine'],
      generation: '2026-07',
      overrides: { topics: ['own'] },
    });
    const named = await cli(
      'release',
      ...OTHERS,
      '--image',
      `app=${registry.image}`,
      '--image',
      `clickHouse=${registry.image}`,
      '--clickhouse-version',
      '26.10.1.1',
    );
    expect(named.err).not.toContain('note:');
  });
});

test('reads commits from the history of a repository', async () => {
  await inFolder({ 'history.txt': `${COMMIT}\n${'e'.repeat(40)}\n` }, async () => {
    const { out, err } = await app('--history', 'history.txt', '--dry-run');
    expect(JSON.parse(out)).toMatchObject({ upstreamCommit: COMMIT });
    expect(err).toContain('warning: the app image was built from ccccccc, not from ddddddd');
  });
});

test('prints the same as JSON', async () => {
  await inFolder({}, async () => {
    const { out } = await app('--json', '--commit', COMMIT);
    expect(JSON.parse(out)).toEqual({
      file: FILE,
      warnings: ['the app image was built from ccccccc, not from ddddddd'],
      release: JSON.parse(readFileSync(FILE, 'utf8')) as unknown,
    });
    expect(JSON.parse((await app('--json', '--dry-run')).out)).not.toHaveProperty('file');
  });
});

test('compares files and releases of the library, with the exit codes of diff', async () => {
  const other = renderRelease({ ...RELEASE_2026_09_11_R2, name: 'other', topics: ['mine'] });
  await inFolder({ 'own.json': OWN, 'other.json': other }, async () => {
    expect(await cli('release', '--diff', '2026-09-11-r2', 'own.json')).toEqual({
      exitCode: ExitCode.OK,
      out: '2026-09-11-r2 and 2026-09-11-r2 run the same',
      err: '',
    });
    expect(await cli('release', '--diff', 'own.json', 'other.json')).toEqual({
      exitCode: ExitCode.NOT_OK,
      out: '2026-09-11-r2 → other\n\nfurther topics\n  + mine',
      err: '',
    });
    const { exitCode, out } = await cli('release', '--diff', 'own.json', 'other.json', '--json');
    expect([exitCode, JSON.parse(out)]).toEqual([
      ExitCode.NOT_OK,
      { same: false, old: '2026-09-11-r2', new: 'other', images: [], topics: { removed: [], added: ['mine'] } },
    ]);
  });
});

test('prints the successor of a withdrawn release', async () => {
  const { exitCode, out } = await cli('release', '--diff', '2026-09-11', '2026-09-11-r2');
  expect(exitCode).toBe(ExitCode.NOT_OK);
  expect(out).toContain(
    'node\n  posthog/posthog-node@sha256:863e76e040ad41aef79f605c33ec71f1529bddf94cfd88941c935da9bde97235\n  → ghcr.io/posthog/posthog-node@sha256:9e7db1a4',
  );
});
