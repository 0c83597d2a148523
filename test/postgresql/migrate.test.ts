import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { SCRIPT } from './image';
import { HALF_FREE } from './stores';
import { APP_IMAGE, RELEASE, TASK, worlds } from './world';

const here = worlds();

const DISKS = "SELECT hostName(), name, free_space, total_space FROM clusterAllReplicas('posthog', system.disks) FORMAT TSV";
const COLUMNS = "SELECT DISTINCT table, name FROM system.columns WHERE database = 'posthog' FORMAT TSV";

test('migrates an empty database, and notes it down', async () => {
  const looked = await here.world.start('checks').ended;
  expect([looked.status, looked.output]).toEqual([0, expect.stringContaining('the database is empty: no further checks')]);
  expect(here.world.ask("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'")).toEqual(['0']);
  expect(readFileSync(path.join(here.world.image.folder, 'migrate.py'), 'utf8')).toBe(SCRIPT);

  const { status, output } = await here.world.start('migrate').ended;
  expect([status, output]).toEqual([0, expect.stringContaining(`PostHog ${RELEASE} is migrated`)]);
  expect(here.world.image.runs).toEqual([`${RELEASE} --scope=postgres`, RELEASE]);
  expect(here.world.ask('SELECT name FROM django_migrations ORDER BY id')).toEqual(['0001_initial', '0002_second']);
  expect(here.world.journal('release, released, upstream_commit, app_image, task, outcome, note, finished >= started')).toEqual([
    `${RELEASE}|${RELEASE}|18b824b|${APP_IMAGE}|${TASK}|succeeded||t`,
  ]);
});

test('has the logs of ClickHouse flushed before anything migrates, with the credentials of PostHog', async () => {
  await here.world.run();
  expect(here.world.stores.queries.map(({ text }) => text)).toEqual([
    'SELECT 1',
    DISKS,
    COLUMNS,
    'SELECT 1',
    DISKS,
    COLUMNS,
    "SYSTEM FLUSH LOGS ON CLUSTER 'posthog'",
    "SELECT hostName(), name FROM clusterAllReplicas('posthog', system.tables) WHERE database = 'posthog' AND engine IN ('Kafka', 'MaterializedView') FORMAT TSV",
    "SELECT hostName(), engine_full FROM clusterAllReplicas('posthog', system.tables) WHERE database = 'posthog' AND name = 'sharded_query_log_archive' FORMAT TSV",
  ]);
  expect(here.world.stores.queries[0].headers).toMatchObject({ 'x-clickhouse-user': 'posthog', 'x-clickhouse-key': 'secret' });
});

test('is safe to run again', async () => {
  await here.world.run();
  const { status, output } = await here.world.run();
  expect([status, output]).toEqual([0, expect.stringContaining(`previous release: ${RELEASE}`)]);
  expect(here.world.image.runs).toEqual([`${RELEASE} --scope=postgres`, RELEASE, `${RELEASE} --scope=postgres`, RELEASE]);
  expect(here.world.journal()).toEqual([`${RELEASE}|succeeded`, `${RELEASE}|succeeded`]);
});

test('asks the one server where the cluster does not answer', async () => {
  here.world.stores.clickHouse = (query) =>
    /clusterAllReplicas|ON CLUSTER/.test(query) ? { status: 404, text: 'Code: 701. CLUSTER_DOESNT_EXIST' } : query.includes('disks') ? HALF_FREE : '';
  const { status, output } = await here.world.run();
  expect([status, output]).toEqual([
    0,
    expect.stringContaining('only 127.0.0.1 is queried, because: ClickHouse responded with 404: Code: 701. CLUSTER_DOESNT_EXIST'),
  ]);
  expect(here.world.stores.queries.map(({ text }) => text)).toEqual(
    expect.arrayContaining(['SYSTEM FLUSH LOGS', expect.stringContaining(' FROM system.tables WHERE ')]),
  );
});

test("says how PostHog's migrations failed, twice, notes it down, and can be run again", async () => {
  here.world.image.write('fail');
  const { status, output } = await here.world.run();
  const failure = './bin/migrate --scope=postgres ended with 3; its output is above';
  expect([status, output]).toEqual([
    1,
    expect.stringMatching(
      /column "team_id" does not exist\n\[migration\] .*retrying once.*\n(.*\n)*column "team_id" does not exist\n.*ended with 3; its output is above\n$/,
    ),
  ]);
  expect(here.world.image.runs).toEqual([`${RELEASE} --scope=postgres`, `${RELEASE} --scope=postgres tries: 1`]);
  expect(here.world.journal('outcome, note')).toEqual([`failed|${failure}`]);
  here.world.image.remove('fail');
  expect((await here.world.run()).status).toBe(0);
  expect(here.world.journal('outcome')).toEqual(['failed', 'succeeded']);
});

test('goes on where a step fails once', async () => {
  here.world.image.write('fail-once');
  expect((await here.world.run()).status).toBe(0);
  expect(here.world.image.runs).toEqual([`${RELEASE} --scope=postgres`, `${RELEASE} --scope=postgres tries: 1`, RELEASE]);
});

test('migrates in one step where the image knows no scopes, and says so', async () => {
  here.world.image.write('bin/migrate', '#!/bin/bash\necho "all" >>runs\npython manage.py migrate\n');
  const { status, output } = await here.world.run();
  expect([status, output]).toEqual([
    0,
    expect.stringContaining('bin/migrate of this image does not support scopes: everything is migrated in one step'),
  ]);
  expect(here.world.image.runs).toEqual(['all']);
});

test('runs what comes afterwards while it holds the lock, and fails where that does', async () => {
  const settings = { MIGRATION_POST_COMMANDS: 'echo "$MIGRATION_RELEASE" >first\npython manage.py nonsense\ntouch third' };
  const { status, output } = await here.world.run(settings);
  expect([status, output]).toEqual([1, expect.stringContaining('sh -c python manage.py nonsense ended with 1')]);
  expect(['first', 'third'].map((name) => existsSync(path.join(here.world.image.folder, name)))).toEqual([true, false]);
  expect(here.world.journal()).toEqual([`${RELEASE}|failed`]);
});

describe('stores', () => {
  test('are spoken to with TLS, and their certificates are not looked at where PostHog does not either', async () => {
    expect((await here.world.run(here.world.stores.environment(true))).status).toBe(0);
    const { status, output } = await here.world.run({ ...here.world.stores.environment(true), CLICKHOUSE_VERIFY: 'true' });
    expect([status, output]).toEqual([1, expect.stringMatching(/ClickHouse did not respond for 1 seconds: .*certificate verify failed/)]);
  });

  test.each<[string, () => Record<string, string>, string]>([
    ['PostgreSQL', () => ({ DATABASE_URL: 'postgres://posthog@127.0.0.1:1/posthog' }), 'PostgreSQL did not respond for 1 seconds: connection failed'],
    ['the cache', () => ({ REDIS_URL: 'redis://127.0.0.1:1' }), 'the cache did not respond for 1 seconds: '],
    ['Kafka', () => ({ KAFKA_HOSTS: '127.0.0.1:1' }), 'Kafka did not respond for 1 seconds: '],
    ['ClickHouse', () => ({ CLICKHOUSE_HTTP_PORT: '1' }), 'ClickHouse did not respond for 1 seconds: '],
  ])('%s is waited for, and not for ever', async (_, settings, complaint) => {
    const { status, output } = await here.world.run(settings());
    expect([status, output]).toEqual([1, expect.stringContaining(complaint)]);
    expect(output).toContain('[migration] waiting for ');
    expect(here.world.image.runs).toEqual([]);
  });

  test('that are still loading are waited for', async () => {
    here.world.stores.pong = '-LOADING Valkey is loading the dataset in memory';
    const run = here.world.start('checks', { MIGRATION_PATIENCE: '20' });
    await run.says('waiting for the cache: its response is: -LOADING Valkey is loading');
    here.world.stores.pong = '-NOAUTH Authentication required.';
    expect((await run.ended).status).toBe(0);
  });
});
