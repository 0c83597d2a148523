import { Duration, Lazy } from 'aws-cdk-lib/core';
import { MigrationOptions, migrationPlan } from '../../lib/migration/migration-options';
import { newStack } from '../helpers/stack';
import { newMigration } from './fixture';

test('has defaults', () => {
  expect(migrationPlan()).toEqual({
    timeoutSeconds: 21_600,
    cpu: 2048,
    memoryLimitMiB: 8192,
    minFreeDiskPercent: 20,
    maxBackupAgeSeconds: 86_400,
    maxReleaseGapDays: 180,
    allowDowngrade: false,
    allowLegacyDatabase: false,
    postMigrationCommands: [],
    trigger: undefined,
  });
});

test('takes what it is given, and nothing where nothing is to be looked at', () => {
  const options = {
    timeout: Duration.hours(12),
    cpu: 4096,
    memoryLimitMiB: 16384,
    minFreeDiskPercent: 0,
    maxBackupAge: Duration.seconds(0),
    maxReleaseGap: Duration.days(0),
    allowDowngrade: true,
    allowLegacyDatabase: true,
    postMigrationCommands: ['python manage.py cleartokens'],
    trigger: '2',
  };
  expect(migrationPlan(options)).toEqual({
    timeoutSeconds: 43_200,
    cpu: 4096,
    memoryLimitMiB: 16384,
    minFreeDiskPercent: 0,
    maxBackupAgeSeconds: 0,
    maxReleaseGapDays: 0,
    allowDowngrade: true,
    allowLegacyDatabase: true,
    postMigrationCommands: ['python manage.py cleartokens'],
    trigger: '2',
  });
});

test.each<[MigrationOptions, string]>([
  [{ timeout: Duration.hours(13) }, "[Stack/Migration] `timeout` must be from 1 to 12 hours, the maximum of CloudFormation, got: '13 hours'"],
  [{ timeout: Duration.minutes(59) }, "[Stack/Migration] `timeout` must be from 1 to 12 hours, the maximum of CloudFormation, got: '59 minutes'"],
  [
    { timeout: Duration.seconds(Lazy.number({ produce: () => 7200 })) },
    "[Stack/Migration] `timeout` must be known at synthesis, got: 'a token'; use a literal value",
  ],
  [{ minFreeDiskPercent: 91 }, '[Stack/Migration] `minFreeDiskPercent` must be a whole number from 0 to 90, got: 91'],
  [{ cpu: 3 }, '[Stack/Migration] `cpu` must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got: 3'],
  [{ memoryLimitMiB: 1024 }, '[Stack/Migration] `memoryLimitMiB` must be one of 4096, '],
  [{ postMigrationCommands: ['one\ntwo'] }, "[Stack/Migration] `postMigrationCommands` must be single-line commands, got: 'one\ntwo'"],
  [{ postMigrationCommands: [' '] }, "[Stack/Migration] `postMigrationCommands` must be single-line commands, got: ' '"],
])('refuses %j', (options, message) => {
  expect(() => newMigration(newStack(), { options })).toThrow(message);
});
