import { Image } from './image';
import { worlds } from './world';

const here = worlds();

const LEGACY = { MIGRATION_ALLOW_LEGACY_DATABASE: 'true' };

/** Adds what PostHog's image has of asynchronous migrations; `required` are those that have something to do. */
function withAsync(image: Image, required: string): void {
  image.write('semantic_version/__init__.py');
  image.write('semantic_version/base.py', 'Version = str\n');
  image.write('posthog/constants.py', 'FROZEN_POSTHOG_VERSION = "1.43.0"\n');
  image.write('posthog/async_migrations/__init__.py');
  image.write(
    'posthog/async_migrations/setup.py',
    `class Definition:
    posthog_max_version = "1.41.99"
    def __init__(self, required):
        self.required = required
    def is_required(self):
        return self.required
ALL_ASYNC_MIGRATIONS = {name: Definition(name in "${required}") for name in ("0002_sample", "0007_backfill")}
`,
  );
}

/** A migrated database whose two asynchronous migrations have these states (MigrationStatus of posthog/models/async_migration.py). */
async function fill(first: number, second: number): Promise<void> {
  await here.world.run();
  here.world.ask('CREATE TABLE posthog_asyncmigration (name varchar(50), status smallint)');
  here.world.ask('CREATE TABLE posthog_instancesetting (key varchar(128), raw_value varchar(1024))');
  here.world.ask(`INSERT INTO posthog_asyncmigration VALUES ('0002_sample', ${first}), ('0007_backfill', ${second})`);
}

test.each([
  [2, 1, '', 'the asynchronous migration 0007_backfill is running: wait until it has ended, under /instance/async_migrations'],
  [5, 2, '', 'the asynchronous migration 0002_sample is running: wait'],
  [3, 2, '', 'the asynchronous migration 0002_sample has failed: run it again until it is complete'],
  [2, 0, '0007_backfill', 'the asynchronous migrations 0007_backfill have not run, and this release needs them'],
  [4, 6, '0002_sample 0007_backfill', 'the asynchronous migrations 0002_sample, 0007_backfill have not run'],
])('states %d and %d are refused where %j must run, unless somebody knows better', async (first, second, required, refusal) => {
  await fill(first, second);
  withAsync(here.world.image, required);
  expect(await here.world.run()).toEqual({ status: 1, output: expect.stringContaining(refusal) as string });
  expect((await here.world.run(LEGACY)).output).toContain('asynchronous migrations: not checked');
});

test.each([
  [2, 2],
  [2, 0],
  [4, 6],
])('states %d and %d are migrated where neither must run', async (first, second) => {
  await fill(first, second);
  withAsync(here.world.image, '');
  expect((await here.world.run()).status).toBe(0);
});

test('nothing is refused where PostHog itself is set to go on', async () => {
  await fill(3, 1);
  here.world.ask("INSERT INTO posthog_instancesetting VALUES ('constance:posthog:ASYNC_MIGRATIONS_BLOCK_UPGRADE', 'false')");
  expect((await here.world.run()).status).toBe(0);
});

test('an image that cannot say what must run leaves it to its own check', async () => {
  await fill(0, 2);
  expect(await here.world.run()).toEqual({
    status: 0,
    output: expect.stringContaining('bin/migrate decides whether 0002_sample must run, because: No module named') as string,
  });
});
