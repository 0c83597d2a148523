import { APP_IMAGE, RELEASE, TASK, worlds } from './world';

const here = worlds();

const HOLDER = `'cdk-posthog migration ${TASK}'`;
const RUNNING = 'running ./bin/migrate';
const LOCKS = "SELECT count(*) FROM pg_locks JOIN pg_database ON oid = database WHERE locktype = 'advisory' AND datname = current_database()";

beforeEach(async () => {
  await here.world.start('checks').ended;
  here.world.image.write('hold');
});

test('two of one release: the second waits, and has nothing left to do', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  const second = here.world.start('migrate');
  await second.says(`waiting for ${HOLDER}, which has held the lock since 20`);
  here.world.image.remove('hold');
  const [one, two] = await Promise.all([first.ended, second.ended]);
  expect([one.status, two.status]).toEqual([0, 0]);
  expect(two.output).toContain(`another process has migrated to ${RELEASE} meanwhile: nothing to do`);
  expect(here.world.image.runs).toEqual([`${RELEASE} --scope=postgres`, RELEASE]);
  expect(here.world.journal()).toEqual([`${RELEASE}|succeeded`]);
});

test('two releases: the second migrates when the first has', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  const second = here.world.start('migrate', { MIGRATION_RELEASE: '2026-10-01', MIGRATION_RELEASE_DATE: '2026-10-01' });
  await second.says('waiting for');
  here.world.image.remove('hold');
  expect((await Promise.all([first.ended, second.ended])).map(({ status }) => status)).toEqual([0, 0]);
  expect(here.world.journal()).toEqual([`${RELEASE}|succeeded`, '2026-10-01|succeeded']);
});

test('the second migrates where the first has failed', async () => {
  here.world.image.write('fail');
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  const second = here.world.start('migrate');
  await second.says('waiting for');
  here.world.image.remove('hold');
  expect((await first.ended).status).toBe(1);
  await second.says(RUNNING);
  expect((await second.ended).status).toBe(1);
  expect(here.world.image.runs).toEqual(['', ' tries: 1', '', ' tries: 1'].map((tries) => `${RELEASE} --scope=postgres${tries}`));
});

test('the second fails in time, names the run that it has waited for, and changes nothing', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  const { status, output } = await here.world.start('migrate', { MIGRATION_LOCK_PATIENCE: '1' }).ended;
  expect([status, output]).toEqual([1, expect.stringContaining(`${HOLDER} has held the lock since 20`)]);
  expect(output).toContain('did not release it within 1 seconds');
  here.world.image.remove('hold');
  await first.ended;
  expect(here.world.journal()).toEqual([`${RELEASE}|succeeded`]);
});

test('one that is killed lets go of the lock, and the next notes that it died', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  first.kill('SIGKILL');
  here.world.image.remove('hold');
  const { status } = await here.world.start('migrate').ended;
  expect(status).toBe(0);
  expect(here.world.journal('outcome, finished IS NOT NULL')).toEqual(['died|t', 'succeeded|t']);
  expect(here.world.ask(LOCKS)).toEqual(['0']);
});

test("one that receives SIGTERM stops PostHog's migrations, and records it", async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  expect(here.world.ask(LOCKS)).toEqual(['1']);
  first.kill('SIGTERM');
  const { status, output } = await first.ended;
  expect([status, output]).toEqual([1, expect.stringContaining('it was stopped; completed migrations are kept')]);
  expect(here.world.journal('outcome')).toEqual(['stopped']);
  expect([here.world.ask(LOCKS), here.world.ask("SELECT to_regclass('django_migrations') IS NULL")]).toEqual([['0'], ['t']]);
});

test('one whose connection ends stops at once, for another may have the lock by then', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  here.world.ask(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE 'cdk-posthog migration %' AND datname = current_database()",
  );
  const { status, output } = await first.ended;
  expect([status, output]).toEqual([
    1,
    expect.stringContaining('the connection that holds the lock has ended, so the migration was stopped; deploy again: '),
  ]);
  expect(here.world.journal('outcome')).toEqual(['failed']);
});

test('a release of the same name with another image is another one', async () => {
  const first = here.world.start('migrate');
  await first.says(RUNNING);
  const second = here.world.start('migrate', { MIGRATION_IMAGE: 'posthog/posthog@sha256:2' });
  await second.says('waiting for');
  here.world.image.remove('hold');
  await Promise.all([first.ended, second.ended]);
  expect(here.world.journal('app_image, outcome')).toEqual([`${APP_IMAGE}|succeeded`, 'posthog/posthog@sha256:2|succeeded']);
});
