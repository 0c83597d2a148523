import { execFile } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { PostHogRelease } from '../../lib';
import { IMAGE_SOURCES } from '../../cli/release/image-sources';
import { IMAGE_NAMES } from '../../lib/release/release-description';
import { ROOT } from '../helpers/app';
import { bundled, temporaryFolder } from '../cli/preview/program';
import { Pusher, Pushed } from './images';
import { RunningRegistry, startRegistry } from './registry';
import { startTokenServer } from './token-server';

const REVISION = 'org.opencontainers.image.revision';
const [OLD, NEW] = ['1', '2'].map((digit) => digit.repeat(40));
const BOTH = ['linux/amd64', 'linux/arm64'];

const program = bundled();
const folder = temporaryFolder();

let registry: RunningRegistry;
let pusher: Pusher;
/** The options that have each image come from the registry here. */
let fromHere: string[];

/** A fact as the registry here says it. */
function fact(value: string): object {
  return { value, source: registry.host };
}

/** Runs the command line as users get it. */
async function release(...args: string[]): Promise<{ exitCode: number; out: string; err: string }> {
  const argv = [program, 'release', '--timeout', '10', '--retries', '0', ...args];
  return new Promise((resolve) => {
    execFile(process.execPath, argv, { cwd: folder }, (error, out, err) => resolve({ exitCode: error ? Number(error.code) : 0, out, err }));
  });
}

function repositoryOf(key: keyof typeof IMAGE_SOURCES): string {
  return `mirror/${IMAGE_SOURCES[key].repository.replace(/^ghcr\.io\//, '')}`;
}

async function push(key: keyof typeof IMAGE_SOURCES, image: Partial<Pushed> = {}): Promise<string> {
  return pusher.index(repositoryOf(key), IMAGE_SOURCES[key].tag, {
    platforms: BOTH,
    labels: { [REVISION]: OLD },
    created: '2026-09-11T08:15:30.123456789Z',
    ...image,
  });
}

beforeAll(async () => {
  registry = await startRegistry();
  pusher = new Pusher(registry.host);
  fromHere = [
    ...IMAGE_NAMES.flatMap((key) => ['--image', `${key}=${registry.host}/${repositoryOf(key)}:${IMAGE_SOURCES[key].tag}`]),
    '--image',
    `clickHouse=${registry.host}/mirror/clickhouse:26.6.2.158`,
  ];
  for (const key of IMAGE_NAMES) {
    await push(key);
  }
  await pusher.index('mirror/clickhouse', '26.6.2.158', { platforms: BOTH });
});

afterAll(async () => registry.stop());

test('writes a file with the digest, platforms and commit of every image, which the library reads', async () => {
  const digest = await push('app');
  const { exitCode, out } = await release(...fromHere, '--output', 'first.json');
  const file = path.join(folder, 'first.json');
  const written = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  expect(exitCode).toBe(0);
  expect(out).toContain('first.json: the release 2026-09-11');
  expect(written).toMatchObject({
    schemaVersion: 2,
    name: '2026-09-11',
    date: '2026-09-11',
    upstreamCommit: OLD,
    generation: '2026-09',
    clickHouse: { version: '26.6.2.158', platforms: BOTH },
    images: {
      app: {
        image: `${registry.host}/mirror/posthog/posthog@${digest}`,
        tag: 'latest',
        platforms: BOTH,
        revision: fact(OLD),
        created: fact('2026-09-11T08:15:30Z'),
      },
    },
  });
  expect(Object.keys(written.images as object)).toEqual(IMAGE_NAMES);
  const read = PostHogRelease.fromFile(file);
  expect(read).toMatchObject({
    name: '2026-09-11',
    upstreamCommit: OLD,
    clickHouseVersion: '26.6.2.158',
    floatingImages: [],
    platforms: [CpuArchitecture.X86_64, CpuArchitecture.ARM64],
  });
});

test('writes the same file again, byte by byte, and keeps what people wrote into it', async () => {
  await release(...fromHere, '--output', 'kept.json', '--topic', 'b', '--topic', 'a');
  const before = readFileSync(path.join(folder, 'kept.json'), 'utf8');
  expect(JSON.parse(before)).toMatchObject({ topics: ['a', 'b'] });
  expect((await release(...fromHere, '--output', 'kept.json')).exitCode).toBe(0);
  expect(readFileSync(path.join(folder, 'kept.json'), 'utf8')).toBe(before);
});

test('says what changed when a tag has moved on', async () => {
  const before = await push('app');
  await release(...fromHere, '--output', 'before.json');
  const after = await push('app', { labels: { [REVISION]: NEW }, platforms: ['linux/amd64'] });
  const { err } = await release(...fromHere, '--output', 'after.json');
  expect(err).not.toContain('warning:');
  const same = await release('--diff', 'before.json', 'before.json');
  expect(same).toEqual({ exitCode: 0, out: '2026-09-11 and 2026-09-11 run the same\n', err: '' });
  const { exitCode, out } = await release('--diff', 'before.json', 'after.json');
  expect(exitCode).toBe(1);
  expect(out.split('\n')).toEqual(
    expect.arrayContaining([
      'commit 1111111 → 2222222',
      `  https://github.com/PostHog/posthog/compare/${OLD}...${NEW}`,
      `  ${before}`,
      `  → ${after}`,
      '  - linux/arm64',
    ]),
  );
  await push('app');
});

test('takes an image without an index for what its configuration says', async () => {
  const digest = await pusher.single('mirror/single', '1', { platforms: ['linux/arm64'], created: '1970-01-01T00:00:00Z' });
  const { out, err } = await release(...fromHere, '--image', `capture=${registry.host}/mirror/single:1`, '--dry-run', '--json');
  const {
    release: { images },
  } = JSON.parse(out) as { release: { images: Record<string, object> } };
  expect(images.capture).toEqual({
    image: `${registry.host}/mirror/single@${digest}`,
    tag: '1',
    platforms: ['linux/arm64'],
    revision: { unknown: 'the image has no label org.opencontainers.image.revision' },
    created: { unknown: 'the image has no build date' },
  });
  expect(err).toContain('warning: unknown build dates, so these may not belong to the others: capture');
  expect(err).toContain('warning: not for linux/amd64: capture');
});

describe('images of different dates', () => {
  /** The options that have node come from the registry here as if it had been built at another time. */
  async function nodeOf(created: string): Promise<string[]> {
    await pusher.index('mirror/other-node', 'master', { platforms: BOTH, labels: { [REVISION]: NEW }, created });
    return [...fromHere, '--image', `node=${registry.host}/mirror/other-node:master`];
  }

  test('are refused where app and node lie apart, and nothing is written', async () => {
    const { exitCode, out, err } = await release(...(await nodeOf('2026-03-31T10:11:12.5Z')), '--output', 'apart.json');
    expect([exitCode, out]).toEqual([2, '']);
    expect(err).toContain(
      'cdk-posthog: the images app, node, capture must be built within 7 days of each other, because PostHog deploys them together; ' +
        'node was built on 2026-03-31T10:11:12Z and app on 2026-09-11T08:15:30Z, 163 days apart: use another node with --image node=IMAGE, or allow it with --max-apart 164\n',
    );
    expect(existsSync(path.join(folder, 'apart.json'))).toBe(false);
  });

  test('are written where the distance is accepted, with what the registry says of each', async () => {
    const { exitCode, out } = await release(...(await nodeOf('2026-03-31T10:11:12.5Z')), '--max-apart', '164', '--output', 'accepted.json');
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^node +master +[0-9a-f]{12} +2222222 +2026-03-31 /m);
    expect(JSON.parse(readFileSync(path.join(folder, 'accepted.json'), 'utf8'))).toMatchObject({
      images: { node: { revision: fact(NEW), created: fact('2026-03-31T10:11:12Z') } },
    });
  });

  test('are taken a few days apart, and those younger than the app are warned of', async () => {
    const { exitCode, err } = await release(...(await nodeOf('2026-09-14T00:00:00Z')), '--dry-run');
    expect([exitCode, err.split('\n').filter((line) => line.startsWith('warning'))]).toEqual([
      0,
      ['warning: built after the app (2026-09-11), and may expect migrations that it does not have: node (2026-09-14)'],
    ]);
  });
});

test('takes an image by its digest', async () => {
  const digest = await push('capture');
  const { out } = await release(...fromHere, '--image', `capture=${registry.host}/${repositoryOf('capture')}@${digest}`, '--dry-run');
  expect(JSON.parse(out)).toMatchObject({ images: { capture: { image: `${registry.host}/${repositoryOf('capture')}@${digest}`, platforms: BOTH } } });
});

test('says of all images that are not there which they are, and writes nothing', async () => {
  const gone = ['--image', `node=${registry.host}/mirror/posthog/posthog:gone`, '--image', `cymbal=${registry.host}/nowhere:1`];
  const { exitCode, out, err } = await release(...fromHere, ...gone, '--output', 'gone.json');
  expect([exitCode, out]).toEqual([2, '']);
  expect(err).toContain(
    `  node: ${registry.host}/mirror/posthog/posthog:gone: ${registry.host} has no such image (404 MANIFEST_UNKNOWN: manifest unknown)\n`,
  );
  expect(err).toContain(`  cymbal: ${registry.host}/nowhere:1: ${registry.host} has no such image (404`);
  expect(err).toContain('cdk-posthog: 2 of 15 images could not be resolved');
  expect(existsSync(path.join(folder, 'gone.json'))).toBe(false);
});

test('does not overwrite what is no release file, and asks nobody first', async () => {
  writeFileSync(path.join(folder, 'package.json'), '{"name": "mine"}');
  const { exitCode, err } = await release('--output', 'package.json');
  expect([exitCode, err]).toEqual([
    2,
    'cdk-posthog: package.json is not a release file: `schemaVersion` is missing, and must be 2 or 1; write it again with `npx cdk-posthog release` ' +
      'of the same version as the library; it is not overwritten: use another file with --output, or remove it\n',
  ]);
  expect(readFileSync(path.join(folder, 'package.json'), 'utf8')).toBe('{"name": "mine"}');
});

test('fetches a token where the registry wants one, as Docker Hub and ghcr.io do, and says where it gets none', async () => {
  const tokens = await startTokenServer((repository) => repository === 'open/app');
  const guarded = await startRegistry(tokens.auth);
  for (const repository of ['open/app', 'closed/app']) {
    await new Pusher(guarded.host, { authorization: `Bearer ${tokens.pushToken(repository)}` }).index(repository, '1', { platforms: BOTH });
  }
  const open = await release(...fromHere, '--image', `app=${guarded.host}/open/app:1`, '--date', '2026-10-01', '--dry-run');
  const closed = await release(...fromHere, '--image', `app=${guarded.host}/closed/app:1`, '--date', '2026-10-01', '--dry-run');
  await guarded.stop();
  await tokens.stop();
  expect(open.exitCode).toBe(0);
  expect(JSON.parse(open.out)).toMatchObject({ name: '2026-10-01', images: { app: { platforms: BOTH } } });
  expect(tokens.asked[0]).toBe('/token?service=registry.test&scope=repository%3Aopen%2Fapp%3Apull');
  expect(closed.exitCode).toBe(2);
  expect(closed.err).toContain(`closed/app:1: ${guarded.host} does not allow anonymous reads (401 UNAUTHORIZED: authentication required)`);
});

test('says where a registry wants a name and password', async () => {
  writeFileSync(path.join(folder, 'htpasswd'), '');
  const guarded = await startRegistry({ htpasswd: { realm: 'basic-realm', path: path.join(folder, 'htpasswd') } });
  const { exitCode, err } = await release(...fromHere, '--image', `app=${guarded.host}/app:1`);
  await guarded.stop();
  expect(exitCode).toBe(2);
  expect(err).toContain(`${guarded.host} wants a user's name and password, which this command does not have (401)`);
});

describe('the script that proposes a release', () => {
  async function propose(file: string, message: string): Promise<{ exitCode: number; err: string }> {
    const script = path.join(ROOT, 'scripts', 'propose-release.sh');
    return new Promise((resolve) => {
      execFile('bash', [script, file, message, '--timeout', '10', '--retries', '0', ...fromHere], (error, _out, err) =>
        resolve({ exitCode: error ? Number(error.code) : 0, err }),
      );
    });
  }

  test('writes a file that the sample app synthesises with, and the differences from the newest release of the library', async () => {
    await push('app', { labels: { [REVISION]: NEW }, created: '2026-11-20T08:00:00Z' });
    await push('node', { created: '2026-11-19T08:00:00Z' });
    await push('capture', { created: '2026-11-18T08:00:00Z' });
    const [file, message] = ['proposed.json', 'message.md'].map((name) => path.join(folder, name));
    const { exitCode, err } = await propose(file, message);
    expect([exitCode, err]).toEqual([0, expect.stringContaining('resolving 15 images')]);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ name: '2026-11-20', upstreamCommit: NEW });
    const text = readFileSync(message, 'utf8');
    expect(text).toContain('## Differences');
    expect(text).toContain(`${PostHogRelease.V2026_09_11_R2.name} → 2026-11-20`);
  });

  test('fails and writes nothing if images that belong together were built too many days apart', async () => {
    await push('node', { created: '2026-10-01T08:00:00Z' });
    const [file, message] = ['refused.json', 'refused.md'].map((name) => path.join(folder, name));
    const { exitCode, err } = await propose(file, message);
    expect([exitCode, err]).toEqual([2, expect.stringContaining('must be built within 7 days of each other')]);
    expect([file, message].filter((name) => existsSync(name))).toEqual([]);
  });
});
