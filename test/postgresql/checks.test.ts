import { RELEASE, worlds } from './world';

const here = worlds();

const GIB = 2 ** 30;
const disk = (host: string, free: number, total: number) => `${host}\tdefault\t${free * GIB}\t${total * GIB}\n`;
const hoursAgo = (hours: number) => new Date(Date.now() - hours * 3_600_000).toISOString();

/** Both containers refuse, nothing runs, and the second notes it down. */
async function refuses(settings: Record<string, string>, complaint: RegExp, image = here.world.image): Promise<void> {
  const before = image.runs.length;
  for (const mode of ['checks', 'migrate'] as const) {
    const { status, output } = await here.world.start(mode, settings, image).ended;
    expect({ mode, status, output }).toEqual({ mode, status: 1, output: expect.stringMatching(complaint) as string });
  }
  expect(image.runs).toHaveLength(before);
  expect(here.world.journal('outcome, note').at(-1)).toMatch(new RegExp(`^refused\\|.*${complaint.source}`));
}

describe('disks', () => {
  test('that are too full are refused, also those of other servers, also for an empty database', async () => {
    here.world.stores.clickHouse = (query) => (query.includes('disks') ? disk('ch1', 50, 200) + disk('ch2', 30, 200) : '');
    await refuses(
      {},
      /the disk 'default' of ClickHouse ch2 has 15\.0 % free \(30\.0 GiB of 200\.0\), .* 20 % at least: enlarge the volume, or lower `minFreeDiskPercent`/,
    );
  });

  test('may be as full as somebody wants', async () => {
    here.world.stores.clickHouse = (query) => (query.includes('disks') ? disk('ch1', 30, 200) : '');
    expect((await here.world.run({ MIGRATION_MIN_FREE_DISK_PERCENT: '15' })).output).toContain("disk 'default' of ClickHouse ch1: 15.0 % free");
    here.world.stores.clickHouse = (query) => (query.includes('disks') ? { status: 500, text: 'nobody asks' } : '');
    expect((await here.world.run({ MIGRATION_MIN_FREE_DISK_PERCENT: '0' })).output).toContain('disks: not checked');
  });
});

describe('backups', () => {
  test('are not needed by an empty database', async () => {
    expect((await here.world.run({ MIGRATION_BACKUPS: '[]' })).status).toBe(0);
  });

  test('that are too old are refused', async () => {
    await here.world.run();
    await refuses(
      { MIGRATION_BACKUPS: `["${hoursAgo(25)}"]` },
      /the latest restorable time of the database is 20[-\d]+ [:\d]+ UTC, 1 day, 1:00:\d\d\.\d+ ago: .*raise `maxBackupAge`/,
    );
  });

  test('that are not there are refused', async () => {
    await here.world.run();
    await refuses({ MIGRATION_BACKUPS: '[]' }, /the database has no backups: enable them with its `backupRetention`, or set `checkBackup: false`/);
  });

  test.each([
    ['are young enough', { MIGRATION_BACKUPS: `["${hoursAgo(23)}"]` }, 'backups: the latest restorable time is 20'],
    // As Step Functions writes times.
    [
      'are young enough, written without fractions',
      { MIGRATION_BACKUPS: `["${hoursAgo(1).slice(0, 19)}Z"]` },
      'backups: the latest restorable time is 20',
    ],
    ["are not known, as where the database is somebody else's", {}, 'backups: not checked'],
    ['nobody looks at', { MIGRATION_BACKUPS: '[]', MIGRATION_MAX_BACKUP_AGE: '0' }, 'backups: not checked'],
  ])('that %s are none of its business', async (_, settings, line) => {
    await here.world.run();
    const { status, output } = await here.world.run(settings);
    expect([status, output]).toEqual([0, expect.stringContaining(line)]);
  });
});

describe('releases in between', () => {
  const LATER = { MIGRATION_RELEASE: '2027-03-20', MIGRATION_RELEASE_DATE: '2027-03-20' };

  test('may not be skipped for longer than is allowed', async () => {
    await here.world.run();
    await refuses(
      LATER,
      new RegExp(
        `2027-03-20 is 190 days newer than ${RELEASE}, the release of this database, which exceeds the maximum of 180 days: .*raise \`maxReleaseGap\``,
      ),
    );
    expect((await here.world.run({ ...LATER, MIGRATION_MAX_RELEASE_GAP: '190' })).status).toBe(0);
  });

  test('count from the last that succeeded', async () => {
    await here.world.run();
    here.world.image.write('fail');
    await here.world.run({ MIGRATION_RELEASE: '2027-01-01', MIGRATION_RELEASE_DATE: '2027-01-01' });
    here.world.image.remove('fail');
    await refuses(LATER, /190 days newer/);
  });

  test.each([
    ['where nobody looks', { ...LATER, MIGRATION_MAX_RELEASE_GAP: '0' }],
    ['where the day is not known', { MIGRATION_RELEASE: 'ours', MIGRATION_RELEASE_DATE: '' }],
    ['backwards, as long as the database knows no more', { MIGRATION_RELEASE: '2026-01-01', MIGRATION_RELEASE_DATE: '2026-01-01' }],
  ])('do not matter %s', async (_, settings) => {
    await here.world.run();
    expect((await here.world.run(settings)).status).toBe(0);
  });

  test('are not known in a database that was migrated without this', async () => {
    await here.world.run();
    here.world.ask('DROP TABLE cdk_posthog_migrations');
    expect((await here.world.run(LATER)).output).toContain('previous release: not recorded in this database');
  });
});

describe('a downgrade', () => {
  test('is refused, and done where somebody wants it', async () => {
    await here.world.run({}, here.world.newImage(['0001_initial', '0002_second', '0003_third']));
    await refuses(
      {},
      /the database is ahead of this release, which does not know posthog\.0003_third: PostHog migrates forward only, .*`allowDowngrade` skips this check/,
    );
    const { status, output } = await here.world.run({ MIGRATION_ALLOW_DOWNGRADE: 'true' });
    expect([status, output]).toEqual([0, expect.stringContaining('downgrade: not checked')]);
  });

  test('is not what upstream makes when it squashes migrations, or removes an app', async () => {
    await here.world.run();
    here.world.ask(
      "INSERT INTO django_migrations (app, name, applied) VALUES ('posthog', '0001_squashed_away', now()), ('gone', '0009_last', now())",
    );
    expect((await here.world.run({}, here.world.newImage(['0001_initial', '0002_second', '0003_third']))).status).toBe(0);
  });

  test('cannot be ruled out by an image that does not load', async () => {
    await here.world.run();
    const broken = here.world.newImage(['0001_initial', '0002_second']);
    broken.write('posthog/settings.py', 'raise RuntimeError("SECRET_KEY is the default")\n');
    await refuses({}, /PostHog cannot list the migrations of its image \(exit code 1\)/, broken);
  });
});
