import { Duration } from 'aws-cdk-lib/core';
import { knownSeconds } from '../private/durations';
import { rejected } from '../private/errors';
import { checkWhole } from '../private/numbers';
import { checkFargateSize } from '../private/fargate-size';

/**
 * How PostHog's databases are migrated before its processes roll, and what must hold before that.
 */
export interface MigrationOptions {
  /**
   * How long a deployment waits for a migration, from 1 to 12 hours. The migration itself is stopped a quarter of an hour earlier.
   *
   * @default Duration.hours(6)
   */
  readonly timeout?: Duration;
  /**
   * CPU units of the task that migrates; 1024 are one virtual CPU.
   *
   * @default 2048
   */
  readonly cpu?: number;
  /**
   * Memory of the task that migrates, in MiB.
   *
   * @default 8192
   */
  readonly memoryLimitMiB?: number;
  /**
   * How much of each of ClickHouse's disks must be free, from 0 to 90 percent. With 0 nobody looks.
   *
   * @default 20
   */
  readonly minFreeDiskPercent?: number;
  /**
   * How long ago the time may be that the database can be put back to, where the database is one that this library made. With nothing,
   * `Duration.seconds(0)`, nobody looks. The first migration of an empty database goes on in any case.
   *
   * @default Duration.hours(24)
   */
  readonly maxBackupAge?: Duration;
  /**
   * How much younger a release may be than the one that the database was migrated to last, where the dates of both are known. With
   * nothing, `Duration.days(0)`, nobody looks.
   *
   * @default Duration.days(180)
   */
  readonly maxReleaseGap?: Duration;
  /**
   * Whether to go on where the database has migrations that the release is too old to know.
   *
   * @default false
   */
  readonly allowDowngrade?: boolean;
  /**
   * Whether to go on where the databases need other steps before this release: migrations by older images (bridges), moves of models that came
   * before a squash of Django's migrations, or asynchronous migrations that are not complete. See docs/upgrades.md.
   *
   * @default false
   */
  readonly allowLegacyDatabase?: boolean;
  /**
   * What else to run in PostHog's image when everything is migrated, as lines of a shell: what fails, fails the deployment.
   *
   * @default - nothing
   */
  readonly postMigrationCommands?: string[];
  /**
   * Any text. The next deployment migrates again where it is another one, with nothing else changed.
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
  // On 4 virtual CPUs and 8 GiB that everything else ran on as well, others saw an empty database take more than an hour. Two migrations
  // run beside each other, and each is a whole Django.
  cpu: 2048,
  memoryLimitMiB: 8192,
  minFreeDiskPercent: 20,
  maxBackupAge: Duration.hours(24),
  maxReleaseGap: Duration.days(180),
};

const HOUR = 60 * 60;

/** What CloudFormation waits for at most (AWS::CloudFormation::WaitCondition, Timeout). */
const LONGEST = 12 * HOUR;

/** Checks options, and adds what they leave out. */
export function migrationPlan(options: MigrationOptions = {}): MigrationPlan {
  const { cpu = DEFAULTS.cpu, memoryLimitMiB = DEFAULTS.memoryLimitMiB, minFreeDiskPercent = DEFAULTS.minFreeDiskPercent, postMigrationCommands = [] } = options;
  const timeoutSeconds = secondsOf('timeout', options.timeout ?? DEFAULTS.timeout);
  if (timeoutSeconds < HOUR || timeoutSeconds > LONGEST) {
    throw rejected('timeout', 'must be from 1 to 12 hours, which is what CloudFormation waits for', options.timeout!.toHumanString());
  }
  checkWhole('minFreeDiskPercent', minFreeDiskPercent, 0, 90);
  checkFargateSize(cpu, memoryLimitMiB);
  const broken = postMigrationCommands.find((line) => line.trim() === '' || line.includes('\n'));
  if (broken !== undefined) {
    throw rejected('postMigrationCommands', 'must be commands of one line each', broken);
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
  const seconds = knownSeconds(duration);
  if (seconds === undefined) {
    throw rejected(prop, 'must be known at synthesis', 'a token', 'write it down');
  }
  return seconds;
}
