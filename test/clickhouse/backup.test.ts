import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { BackupManifest } from '../../lib/operations/backup/backup-manifest';
import { lastRestorable, restorable } from '../../lib/operations/backup/backup-plan';
import { backupLocation, restoreStatement } from '../../lib/operations/backup/clickhouse-statements';
import { BackupLab, BUCKET, Engine } from './backup-lab';

// The function's own code, ClickHouse's engine and an emulated S3: whole backups, and faults in the middle of them.

const DAY = 24 * 60 * 60_000;

const SCHEMA = [
  'CREATE DATABASE posthog',
  `CREATE TABLE posthog.sharded_events (uuid UInt64, text String) ENGINE = MergeTree ORDER BY uuid`,
  `CREATE TABLE posthog.person (id UInt64, version UInt64) ENGINE = ReplacingMergeTree(version) ORDER BY id`,
];

const events = (from: number, count: number) =>
  `INSERT INTO posthog.sharded_events SELECT number, hex(MD5(toString(number))) FROM numbers(${from}, ${count})`;

let lab: BackupLab;
const running: Engine[] = [];

beforeEach(async () => {
  lab = await BackupLab.start();
});

afterEach(async () => {
  await Promise.all(running.splice(0).map((engine) => engine.kill()));
  lab.stop();
});

async function engine(): Promise<Engine> {
  const started = await lab.engine();
  running.push(started);
  return started;
}

async function filled(): Promise<Engine> {
  const started = await engine();
  for (const statement of [...SCHEMA, events(0, 50_000), 'INSERT INTO posthog.person SELECT number, 1 FROM numbers(500)']) {
    await started.client.run(statement);
  }
  return started;
}

async function count(from: Engine): Promise<string> {
  const [row] = await from.client.query<{ n: string }>(
    "SELECT concat(toString(count()), ' ', toString(sum(cityHash64(*)))) AS n FROM posthog.sharded_events",
  );
  return row.n;
}

async function restore(manifest: BackupManifest): Promise<Engine> {
  const empty = await engine();
  await empty.client.run(restoreStatement('posthog', backupLocation(lab.url, `clickhouse/backups/${manifest.name}`), manifest.kafkaTables ?? []));
  return empty;
}

test('a full backup and two incremental ones are restored with every row, and expire together', async () => {
  const server = await filled();
  await lab.run(server).reconcile();
  for (const day of [1, 2]) {
    lab.now += DAY;
    await server.client.run(events(50_000 * day, 1_000));
    await lab.run(server).reconcile();
  }
  const manifests = await lab.records().read();
  expect(manifests.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['full done', 'incremental done', 'incremental done']);
  expect(manifests.map(({ tables }) => tables?.find(({ name }) => name === 'sharded_events')?.rows)).toEqual([50_000, 51_000, 52_000]);
  expect(manifests[2].tables?.every(({ parts }) => parts.length > 0)).toBe(true);
  const restored = await restore(manifests[2]);
  expect(await count(restored)).toBe(await count(server));

  // Full ones on days 8 and 15; the newest of the first chain is of day 2.
  for (const days of [6, 7]) {
    lab.now += days * DAY;
    await lab.run(server).reconcile();
  }
  expect((await lab.records().read()).map(({ kind }) => kind)).toEqual(['full', 'incremental', 'incremental', 'full', 'full']);
  lab.now += DAY;
  await lab.run(server).reconcile();
  const left = await lab.records().read();
  expect(left.map(({ kind }) => kind)).toEqual(['full', 'full', 'incremental']);
  expect(await lab.keys(`clickhouse/backups/${manifests[0].name}/`)).toEqual([]);
  expect(await count(await restore(left[2]))).toBe(await count(server));
});

test('a server that is killed in the middle of a backup leaves a failed one, whose objects are deleted, and the next one is complete', async () => {
  const server = await filled();
  // No file of the backup is complete as long as S3 is slow to answer.
  lab.fault = (method, url) => (method === 'PUT' && /backups\/.*\.bin/.test(url) ? 503 : undefined);
  const run = lab.run(server, false);
  await run.reconcile();
  expect((await lab.records().read()).map(({ state }) => state)).toEqual(['running']);
  await running.pop()!.kill();
  lab.fault = () => undefined;
  const again = await Engine.start(server.folder);
  running.push(again);
  lab.now += 5 * 60_000;
  await lab.run(again).reconcile();
  // It may still have been starting.
  expect((await lab.records().read()).map(({ state }) => state)).toEqual(['running']);
  lab.now += 60 * 60_000;
  await lab.run(again).reconcile();
  const [failed, next] = await lab.records().read();
  expect(failed).toMatchObject({ state: 'failed', error: 'the server was restarted before it was complete', isCleaned: true });
  expect(await lab.keys(`clickhouse/backups/${failed.name}/`)).toEqual([]);
  expect(next).toMatchObject({ state: 'done', kind: 'full' });
  expect(await count(await restore(next))).toBe(await count(again));
});

test('a base whose metadata file is gone makes the next backup a full one', async () => {
  const server = await filled();
  await lab.run(server).reconcile();
  const [{ name }] = await lab.records().read();
  await lab.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: `clickhouse/backups/${name}/.backup` }));
  lab.now += DAY;
  await lab.run(server).reconcile();
  const manifests = await lab.records().read();
  expect(manifests.map(({ kind, state }) => `${kind} ${state}`)).toEqual(['full damaged', 'full done']);
  expect(restorable(manifests).map((manifest) => manifest.name)).toEqual([manifests[1].name]);
});

test('a server without the permission to write records the reason, and is tried again with growing pauses', async () => {
  const server = await filled();
  lab.fault = (method, url) => (method === 'PUT' && url.includes('/clickhouse/backups/') ? 403 : undefined);
  await lab.run(server).reconcile();
  expect(await lab.records().read()).toMatchObject([{ state: 'failed', error: expect.stringContaining('fault of the test') as string }]);
  lab.now += 60_000;
  await lab.run(server).reconcile();
  expect(await lab.records().read()).toHaveLength(1);
  lab.fault = () => undefined;
  lab.now += 60 * 60_000;
  await lab.run(server).reconcile();
  expect(lastRestorable(await lab.records().read())).toMatchObject({ kind: 'full' });
});

test('a database with rows refuses a restore, and keeps its rows', async () => {
  const server = await filled();
  await lab.run(server).reconcile();
  const [manifest] = await lab.records().read();
  const statement = restoreStatement('posthog', backupLocation(lab.url, `clickhouse/backups/${manifest.name}`), []);
  await expect(server.client.run(statement)).rejects.toThrow(/already contains some data/);
  expect((await count(server)).split(' ')[0]).toBe('50000');
});

test('a record that was lost is derived from its backup', async () => {
  const server = await filled();
  await lab.run(server).reconcile();
  lab.now += DAY;
  await server.client.run(events(60_000, 10));
  await lab.run(server).reconcile();
  const before = await lab.records().read();
  await Promise.all(before.map((manifest) => lab.records().withdraw(manifest)));
  lab.now += 60 * 60_000;
  await lab.run(server).reconcile();
  const after = await lab.records().read();
  expect(after.map(({ name, kind, base }) => ({ name, kind, base }))).toEqual(before.map(({ name, kind, base }) => ({ name, kind, base })));
  expect(restorable(after)).toHaveLength(2);
});

test('a migration waits for a backup, and for none if there are no tables', async () => {
  const empty = await engine();
  await expect(lab.run(empty).beforeMigration(lab.now)).resolves.toMatchObject({
    outcome: 'done',
    message: expect.stringContaining('no tables') as string,
  });
  expect(await lab.keys('')).toEqual([]);
  const server = await filled();
  const since = lab.now;
  await expect(lab.run(server, false).beforeMigration(since)).resolves.toMatchObject({ outcome: 'running' });
  await expect(lab.run(server).beforeMigration(since)).resolves.toMatchObject({ outcome: expect.stringMatching(/^(running|done)$/) as string });
  await new Promise((resolve) => {
    setTimeout(resolve, 3_000);
  });
  await expect(lab.run(server).beforeMigration(since)).resolves.toMatchObject({ outcome: 'done' });
  expect(await lab.records().read()).toHaveLength(1);
});

test('a migration is refused after two backups that failed, with the reason', async () => {
  const server = await filled();
  lab.fault = (method, url) => (method === 'PUT' && url.includes('/clickhouse/backups/') ? 403 : undefined);
  const since = lab.now;
  await lab.run(server).beforeMigration(since);
  lab.now += 20_000;
  await lab.run(server).beforeMigration(since);
  lab.now += 20_000;
  await expect(lab.run(server).beforeMigration(since)).resolves.toMatchObject({
    outcome: 'failed',
    message: expect.stringContaining('fault of the test') as string,
  });
});

describe('a restore drill', () => {
  async function backedUp(): Promise<BackupManifest> {
    const server = await filled();
    await lab.run(server).reconcile();
    lab.now += DAY;
    await server.client.run(events(70_000, 5_000));
    await lab.run(server).reconcile();
    return lastRestorable(await lab.records().read())!;
  }

  test('passes for a backup that is as in its record', async () => {
    const { name } = await backedUp();
    await expect(lab.drill(name)).resolves.toMatchObject({
      outcome: 'passed',
      message: expect.stringMatching(/^3 parts with 55500 rows in 2 tables are as in the record$/) as string,
    });
  });

  test('finds a file whose content was changed', async () => {
    const { name, base } = await backedUp();
    const data = (await lab.keys(`clickhouse/backups/${base}/data/posthog/sharded_events/`)).find(
      (key) => key.endsWith('data.bin') || key.endsWith('text.bin'),
    );
    await lab.damage(data!);
    await expect(lab.drill(name)).resolves.toMatchObject({
      outcome: 'failed',
      message: expect.stringContaining('the table sharded_events') as string,
    });
  });

  test('finds a file that is missing', async () => {
    const { name } = await backedUp();
    const [key] = (await lab.keys(`clickhouse/backups/${name}/data/posthog/sharded_events/`)).filter((one) => one.endsWith('.bin'));
    await lab.s3.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    await expect(lab.drill(name)).resolves.toMatchObject({ outcome: 'failed', message: expect.stringContaining('cannot be restored') as string });
  });
});
