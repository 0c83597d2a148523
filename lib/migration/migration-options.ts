import { Duration } from 'aws-cdk-lib/core';
import { Checks, listOf } from '../private/checks/check';
import { anyText, boolean, days, duration, durationBetween, image, oneOfOrToken, text, wholeNumber } from '../private/checks/values';
import { invalidProp, invalidValue } from '../private/errors';
import { checkFargateSize, CPU_UNITS } from '../private/fargate-size';
import { knownSeconds } from '../private/quantities';

/**
 * Options for the database migrations that run before processes are updated, and for the checks before them.
 */
export interface MigrationOptions {
  /**
   * The time that a deployment waits for a migration, from 1 to 12 hours. The migration itself is stopped 40 minutes earlier; with a backup of
   * ClickHouse, a third of the rest earlier still.
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
   * Indicates whether to check the free space of ClickHouse's disks.
   *
   * @default true
   */
  readonly checkFreeDisk?: boolean;
  /**
   * The minimum free space of each ClickHouse disk, from 1 to 90 percent.
   *
   * @default 20
   */
  readonly minFreeDiskPercent?: number;
  /**
   * Indicates whether to check the age of the database's backups. It is skipped for an imported database without
   * `instanceIdentifier` and `clusterIdentifier`, and for the first migration of an empty one.
   *
   * @default true
   */
  readonly checkBackup?: boolean;
  /**
   * The maximum age of the latest restorable time of the database, at least 10 minutes: RDS updates it every five.
   *
   * @default Duration.hours(24)
   */
  readonly maxBackupAge?: Duration;
  /**
   * Indicates whether to back up ClickHouse first, if it has tables and `PostHog` backs it up. A backup of the last hour is enough. It takes up to a
   * third of the time that the migration itself has.
   *
   * @default true
   */
  readonly backUpClickHouse?: boolean;
  /**
   * Indicates whether to check that no release was skipped. The check is skipped if the date of a release is unknown.
   *
   * @default true
   */
  readonly checkReleaseGap?: boolean;
  /**
   * The maximum age difference between the last migrated release and this one, in whole days from 1 to 3650.
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
   * before a squash,
   * or incomplete asynchronous migrations. See docs/upgrades.md.
   *
   * @default false
   */
  readonly allowLegacyDatabase?: boolean;
  /**
   * The retention of events, in whole days from 30 to 3650. **Older events are deleted for good**: ClickHouse removes them when it merges their
   * parts, which can take weeks. It stays after this option is removed, until you remove the TTL. docs/clickhouse.md.
   *
   * @default - events are never deleted by age
   */
  readonly eventRetention?: Duration;
  /**
   * The retention of ClickHouse's copy of every query (`sharded_query_log_archive`), in whole days from 1 to 3650. Upstream keeps it forever, which
   * takes 50 to 100 GB a year with ten queries a second.
   *
   * @default - 90 days, unless the table has a TTL
   */
  readonly queryLogRetention?: Duration;
  /**
   * Shell commands to run in PostHog's image after the migration. A command that fails makes the deployment fail.
   *
   * @default - none
   */
  readonly postMigrationCommands?: string[];
  /**
   * The image that topics are created with: one of Redpanda, whose program `rpk` does so for any Kafka. Set it to a copy in ECR if tasks have no
   * access to Docker Hub.
   *
   * @default - Redpanda 25.1.9, which PostHog's own single-host installation creates its topics with
   */
  readonly topicsImage?: string;
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
  /** Undefined if it is not checked, as the following two. */
  readonly minFreeDiskPercent?: number;
  readonly maxBackupAgeSeconds?: number;
  readonly maxReleaseGapDays?: number;
  readonly backUpClickHouse: boolean;
  readonly allowDowngrade: boolean;
  readonly allowLegacyDatabase: boolean;
  /** Undefined if events are never deleted by age. */
  readonly eventDays?: number;
  /** Undefined if the table's own TTL, or else the default of the script, applies. */
  readonly queryLogDays?: number;
  readonly postMigrationCommands: readonly string[];
  readonly trigger?: string;
}

const DEFAULTS = {
  timeout: Duration.hours(6),
  // Two migrations run in parallel, each in a full Django process with one thread, so 2 vCPUs. That of PostgreSQL waits for Django alone, in
  // the half of it that was measured (docs/performance.md). On 4 vCPUs and 8 GiB shared with everything else, others reported more than an hour.
  cpu: 2048,
  memoryLimitMiB: 8192,
  minFreeDiskPercent: 20,
  maxBackupAge: Duration.hours(24),
  maxReleaseGap: Duration.days(180),
};

const HOUR = 60 * 60;
const DAY = 24 * HOUR;
const MIN_BACKUP_AGE = 10 * 60;

export const MIGRATION_CHECKS: Checks<MigrationOptions> = {
  // AWS::CloudFormation::WaitCondition, Timeout.
  timeout: durationBetween(Duration.hours(1), Duration.hours(12), 'from 1 to 12 hours, the maximum of CloudFormation'),
  cpu: oneOfOrToken(CPU_UNITS),
  memoryLimitMiB: wholeNumber(512, 122_880),
  checkFreeDisk: boolean,
  minFreeDiskPercent: wholeNumber(1, 90),
  checkBackup: boolean,
  maxBackupAge: duration,
  backUpClickHouse: boolean,
  checkReleaseGap: boolean,
  maxReleaseGap: days(1, 3650),
  allowDowngrade: boolean,
  allowLegacyDatabase: boolean,
  eventRetention: days(30, 3650),
  queryLogRetention: days(1, 3650),
  postMigrationCommands: listOf(text(/^(?=.*\S)[^\n]*$/, 'must be single-line commands'), { duplicates: true }),
  topicsImage: image('docker.io/redpandadata/redpanda'),
  trigger: anyText,
};

/** Checks options and adds defaults. */
export function migrationPlan(options: MigrationOptions = {}): MigrationPlan {
  const { cpu = DEFAULTS.cpu, memoryLimitMiB = DEFAULTS.memoryLimitMiB, postMigrationCommands = [] } = options;
  const timeoutSeconds = secondsOf('timeout', options.timeout ?? DEFAULTS.timeout);
  checkLimits(options);
  checkFargateSize(cpu, memoryLimitMiB);
  return {
    timeoutSeconds,
    cpu,
    memoryLimitMiB,
    minFreeDiskPercent: options.checkFreeDisk === false ? undefined : (options.minFreeDiskPercent ?? DEFAULTS.minFreeDiskPercent),
    maxBackupAgeSeconds: options.checkBackup === false ? undefined : secondsOf('maxBackupAge', options.maxBackupAge ?? DEFAULTS.maxBackupAge),
    maxReleaseGapDays:
      options.checkReleaseGap === false ? undefined : secondsOf('maxReleaseGap', options.maxReleaseGap ?? DEFAULTS.maxReleaseGap) / DAY,
    backUpClickHouse: options.backUpClickHouse ?? true,
    allowDowngrade: options.allowDowngrade ?? false,
    allowLegacyDatabase: options.allowLegacyDatabase ?? false,
    eventDays: options.eventRetention && secondsOf('eventRetention', options.eventRetention) / DAY,
    queryLogDays: options.queryLogRetention && secondsOf('queryLogRetention', options.queryLogRetention) / DAY,
    postMigrationCommands,
    trigger: options.trigger,
  };
}

/** Checks the limits of the pre-migration checks. */
function checkLimits(options: MigrationOptions): void {
  const { maxBackupAge } = options;
  const limits = [
    ['minFreeDiskPercent', 'checkFreeDisk'],
    ['maxBackupAge', 'checkBackup'],
    ['maxReleaseGap', 'checkReleaseGap'],
  ] as const;
  const ineffective = limits.find(([limit, isChecked]) => options[limit] !== undefined && options[isChecked] === false);
  if (ineffective) {
    throw invalidProp(ineffective[0], `has no effect with \`${ineffective[1]}: false\``, 'remove one of them');
  }
  if (maxBackupAge && secondsOf('maxBackupAge', maxBackupAge) < MIN_BACKUP_AGE) {
    throw invalidValue('maxBackupAge', 'must be at least 10 minutes', maxBackupAge, 'to disable the check, set `checkBackup: false`');
  }
}

function secondsOf(prop: string, duration: Duration): number {
  const seconds = knownSeconds(prop, duration);
  if (seconds === undefined) {
    throw invalidProp(prop, 'must be known at synthesis', 'use a literal value, not a token');
  }
  return seconds;
}
