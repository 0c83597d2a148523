import { Duration, Lazy } from 'aws-cdk-lib/core';
import { MIGRATION_CHECKS, MigrationOptions, migrationPlan } from '../../lib/migration/migration-options';
import { checkStruct } from '../../lib/private/checks/check';
import { newStack } from '../helpers/stack';
import { newMigration } from './fixture';

test('a migration without options has the documented defaults', () => {
  expect(migrationPlan()).toEqual({
    timeoutSeconds: 21_600,
    cpu: 2048,
    memoryLimitMiB: 8192,
    minFreeDiskPercent: 20,
    maxBackupAgeSeconds: 86_400,
    maxReleaseGapDays: 180,
    backUpClickHouse: true,
    allowDowngrade: false,
    allowLegacyDatabase: false,
    postMigrationCommands: [],
    trigger: undefined,
  });
});

test('replaces defaults by options, and has no limit for a check that is disabled', () => {
  const options = {
    timeout: Duration.hours(12),
    cpu: 4096,
    memoryLimitMiB: 16384,
    checkFreeDisk: false,
    checkBackup: false,
    checkReleaseGap: false,
    backUpClickHouse: true,
    allowDowngrade: true,
    allowLegacyDatabase: true,
    postMigrationCommands: ['python manage.py cleartokens'],
    topicsImage: '111122223333.dkr.ecr.eu-central-1.amazonaws.com/redpanda:v25.1.9',
    trigger: '2',
  };
  expect(migrationPlan(options)).toEqual({
    timeoutSeconds: 43_200,
    cpu: 4096,
    memoryLimitMiB: 16384,
    minFreeDiskPercent: undefined,
    maxBackupAgeSeconds: undefined,
    maxReleaseGapDays: undefined,
    backUpClickHouse: true,
    allowDowngrade: true,
    allowLegacyDatabase: true,
    postMigrationCommands: ['python manage.py cleartokens'],
    trigger: '2',
  });
});

test('accepts the smallest limits of the pre-migration checks', () => {
  const options = { minFreeDiskPercent: 1, maxBackupAge: Duration.minutes(10), maxReleaseGap: Duration.days(1) };
  expect(migrationPlan(options)).toMatchObject({ minFreeDiskPercent: 1, maxBackupAgeSeconds: 600, maxReleaseGapDays: 1 });
});

test.each<[MigrationOptions, string]>([
  [{ timeout: Duration.hours(13) }, '`timeout` must be from 1 to 12 hours, the maximum of CloudFormation, got: 13 hours'],
  [{ timeout: Duration.minutes(59) }, '`timeout` must be from 1 to 12 hours, the maximum of CloudFormation, got: 59 minutes'],
  [
    { timeout: Duration.seconds(Lazy.number({ produce: () => 7200 })) },
    '[Stack/Migration] `timeout` must be known at synthesis; use a literal value, not a token',
  ],
  [
    { topicsImage: 'Redpanda latest' },
    "`topicsImage` must be an image such as docker.io/redpandadata/redpanda@sha256:<64 hexadecimal digits>, got: 'Redpanda latest'",
  ],
  [{ minFreeDiskPercent: 91 }, '`minFreeDiskPercent` must be a whole number from 1 to 90, got: 91'],
  [{ eventRetention: Duration.days(29) }, '`eventRetention` must be whole days, from 30 to 3650, got: 29 days'],
  [{ queryLogRetention: Duration.hours(36) }, '`queryLogRetention` must be whole days, from 1 to 3650, got: 36 hours'],
  [{ minFreeDiskPercent: 0 }, '`minFreeDiskPercent` must be a whole number from 1 to 90, got: 0'],
  [
    { maxBackupAge: Duration.seconds(0) },
    '[Stack/Migration] `maxBackupAge` must be at least 10 minutes, got: 0 seconds; to disable the check, set `checkBackup: false`',
  ],
  [{ maxReleaseGap: Duration.days(0) }, '`maxReleaseGap` must be whole days, from 1 to 3650, got: '],
  [
    { checkFreeDisk: false, minFreeDiskPercent: 5 },
    '[Stack/Migration] `minFreeDiskPercent` has no effect with `checkFreeDisk: false`; remove one of them',
  ],
  [{ cpu: 3 }, '`cpu` must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got: 3'],
  [{ memoryLimitMiB: 1024 }, '[Stack/Migration] `memoryLimitMiB` must be one of 4096, '],
  [{ postMigrationCommands: ['one\ntwo'] }, "`postMigrationCommands[0]` must be single-line commands, got: 'one\ntwo'"],
  [{ postMigrationCommands: [' '] }, "`postMigrationCommands[0]` must be single-line commands, got: ' '"],
])('refuses the migration options %j', (options, message) => {
  expect(() => {
    checkStruct('migration', options, MIGRATION_CHECKS);
    newMigration(newStack(), { options });
  }).toThrow(message);
});
