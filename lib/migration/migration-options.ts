import { Duration } from 'aws-cdk-lib/core';
import { knownSeconds } from '../private/quantities';
import { invalidValue } from '../private/errors';
import { checkWhole } from '../private/numbers';
import { checkFargateSize } from '../private/fargate-size';

/**
 * Options for the database migrations that run before processes are updated, and for the checks before them.
 */
export interface MigrationOptions {
  /**
   * The time that a deployment waits for a migration, from 1 to 12 hours. The migration itself is stopped 15 minutes earlier.
   *
   * @default Duration.hours(6)
   */
  readonly timeout?: Duration;
  /**
   * The CPU units of the migration task; 1024 are one vCPU.
   *
   * @default 2048
   */
  readonly cpu?: number;
  /**
   * The memory of the migration task, in MiB.
   *
   * @default 8192
   */
  readonly memoryLimitMiB?: number;
  /**
   * The minimum free space of each ClickHouse disk, from 0 to 90 percent. 0 disables the check.
   *
   * @default 20
   */
  readonly minFreeDiskPercent?: number;
  /**
   * The maximum age of the latest restorable time of the database. `Duration.seconds(0)` disables the check. It is skipped for an imported
   * database without `instanceIdentifier` and `clusterIdentifier`, and for the first migration of an empty one.
   *
   * @default Duration.hours(24)
   */
  readonly maxBackupAge?: Duration;
  /**
   * The maximum age difference between the last migrated release and this one. `Duration.days(0)` disables the check. It is skipped if either
   * date is unknown.
   *
   * @default Duration.days(180)
   */
  readonly maxReleaseGap?: Duration;
  /**
   * Indicates whether to migrate a database that has migrations of a newer release.
   *
   * @default false
   */
  readonly allowDowngrade?: boolean;
  /**
   * Indicates whether to migrate databases that need other steps before this release: migrations by older images (bridges), Django migrations from
   * before a
   * squash, or incomplete asynchronous migrations. See docs/upgrades.md.
   *
   * @default false
   */
  readonly allowLegacyDatabase?: boolean;
  /**
   * Shell commands to run in PostHog's image after the migration. A command that fails makes the deployment fail.
   *
   * @default - none
   */
  readonly postMigrationCommands?: string[];
  /**
   * Any text. Changing it makes the next deployment migrate again, even if nothing else has changed.
   *
   * @default - none
   */
  readonly trigger?: string;
}

/** The options with their defaults, in seconds and days. */
export interface MigrationPlan {
  readonly timeoutSeconds: number;
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly minFreeDiskPercent: number;
  readonly maxBackupAgeSeconds: number;
  readonly maxReleaseGapDays: number;
  readonly allowDowngrade: boolean;
  readonly allowLegacyDatabase: boolean;
  readonly postMigrationCommands: readonly string[];
  readonly trigger?: string;
}

const DEFAULTS = {
  timeout: Duration.hours(6),
  // On 4 vCPUs and 8 GiB shared with everything else, others reported more than an hour for an empty database. Two migrations
  // run in parallel, each in a full Django process.
  cpu: 2048,
  memoryLimitMiB: 8192,
  minFreeDiskPercent: 20,
  maxBackupAge: Duration.hours(24),
  maxReleaseGap: Duration.days(180),
};

const HOUR = 60 * 60;

/** The maximum timeout of CloudFormation (AWS::CloudFormation::WaitCondition, Timeout). */
const LONGEST = 12 * HOUR;

/** Checks options and adds defaults. */
export function migrationPlan(options: MigrationOptions = {}): MigrationPlan {
  const {
    cpu = DEFAULTS.cpu,
    memoryLimitMiB = DEFAULTS.memoryLimitMiB,
    minFreeDiskPercent = DEFAULTS.minFreeDiskPercent,
    postMigrationCommands = [],
  } = options;
  const timeoutSeconds = secondsOf('timeout', options.timeout ?? DEFAULTS.timeout);
  if (timeoutSeconds < HOUR || timeoutSeconds > LONGEST) {
    throw invalidValue('timeout', 'must be from 1 to 12 hours, the maximum of CloudFormation', options.timeout!.toHumanString());
  }
  checkWhole('minFreeDiskPercent', minFreeDiskPercent, 0, 90);
  checkFargateSize(cpu, memoryLimitMiB);
  const broken = postMigrationCommands.find((line) => line.trim() === '' || line.includes('\n'));
  if (broken !== undefined) {
    throw invalidValue('postMigrationCommands', 'must be single-line commands', broken);
  }
  return {
    timeoutSeconds,
    cpu,
    memoryLimitMiB,
    minFreeDiskPercent,
    maxBackupAgeSeconds: secondsOf('maxBackupAge', options.maxBackupAge ?? DEFAULTS.maxBackupAge),
    maxReleaseGapDays: Math.floor(secondsOf('maxReleaseGap', options.maxReleaseGap ?? DEFAULTS.maxReleaseGap) / (24 * HOUR)),
    allowDowngrade: options.allowDowngrade ?? false,
    allowLegacyDatabase: options.allowLegacyDatabase ?? false,
    postMigrationCommands,
    trigger: options.trigger,
  };
}

function secondsOf(prop: string, duration: Duration): number {
  const seconds = knownSeconds(prop, duration);
  if (seconds === undefined) {
    throw invalidValue(prop, 'must be known at synthesis', 'a token', 'use a literal value');
  }
  return seconds;
}
