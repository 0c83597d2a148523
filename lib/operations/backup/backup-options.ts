import { Duration, Size } from 'aws-cdk-lib/core';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { bucket } from '../../private/checks/cdk';
import { Checks, struct } from '../../private/checks/check';
import { boolean, days, durationBetween, gibibytes, oneOfOrToken, text, wholeNumber } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { checkFargateSize, CPU_UNITS } from '../../private/fargate-size';
import { knownSeconds } from '../../private/quantities';

/**
 * Options for drills that restore the last backup of ClickHouse on a server of their own: a Fargate task with an empty disk, which ends afterwards.
 * The backup must fit on that disk. Not verified for a ClickHouse with `replicas`.
 */
export interface RestoreDrillOptions {
  /**
   * The time between two drills, in whole days from 1 to 365.
   *
   * @default Duration.days(30)
   */
  readonly interval?: Duration;
  /**
   * The disk of the task, from 21 to 200 GiB. The backup must fit on it with a tenth to spare; a drill of a larger one fails with that reason.
   *
   * @default Size.gibibytes(100)
   */
  readonly ephemeralStorage?: Size;
  /**
   * The CPU units of the task; 1024 are one vCPU.
   *
   * @default 2048
   */
  readonly cpu?: number;
  /**
   * The memory of the task, in MiB.
   *
   * @default 8192
   */
  readonly memoryLimitMiB?: number;
  /**
   * The image of ClickHouse. Its version must be that of the server, or newer.
   *
   * @default - the image of the release
   */
  readonly image?: string;
}

/**
 * Options for backups.
 */
export interface PostHogBackupOptions {
  /**
   * Indicates whether ClickHouse is backed up to S3. It needs the roles of its servers (`serverRoles`).
   *
   * @default - true if ClickHouse has `serverRoles` and security groups
   */
  readonly clickHouseBackups?: boolean;
  /**
   * Indicates whether AWS Backup takes a snapshot of the volumes of ClickHouse and Redpanda every day. `PostHog` with `RemovalPolicy.DESTROY` takes
   * none by default.
   *
   * @default true
   */
  readonly volumeSnapshots?: boolean;
  /**
   * The bucket of backups, in any region. The policy of its customer managed key, if it has one, must allow the roles of ClickHouse's servers
   * and of the function; docs/backups.md lists what else it needs.
   *
   * @default - a new one, private, encrypted, versioned and retained
   */
  readonly bucket?: IBucket;
  /**
   * The time between two full backups of ClickHouse, in whole days from 1 to 31.
   *
   * @default Duration.days(7)
   */
  readonly fullBackupInterval?: Duration;
  /**
   * The time between two backups of ClickHouse, from an hour to 31 days, and not longer than `fullBackupInterval`. Those between full ones are
   * incremental.
   *
   * @default Duration.hours(24)
   */
  readonly incrementalBackupInterval?: Duration;
  /**
   * The time for which each backup of ClickHouse can be restored, in whole days from 1 to 35, and not shorter than `fullBackupInterval`. A full
   * backup and the incremental ones that need it are deleted together, when the newest of them is older; deleted objects stay for 7 more days as old
   * versions.
   *
   * @default Duration.days(14)
   */
  readonly retention?: Duration;
  /**
   * The time for which snapshots of volumes are kept, in whole days from 1 to 35.
   *
   * @default Duration.days(7)
   */
  readonly snapshotRetention?: Duration;
  /**
   * The ARN of a vault of AWS Backup, in another region or account, that every snapshot of a volume is copied to, and kept for `snapshotRetention`.
   *
   * @default - snapshots are not copied
   */
  readonly copyToVaultArn?: string;
  /**
   * Indicates whether snapshots cannot be deleted before `snapshotRetention` has passed, in the governance mode of AWS Backup Vault Lock.
   *
   * @default false
   */
  readonly lockVault?: boolean;
  /**
   * Indicates whether AWS Backup restores a snapshot of each volume once a month, and deletes the restored volume after a day (restore testing).
   *
   * @default false
   */
  readonly snapshotRestoreTests?: boolean;
  /**
   * Options for drills that restore the last backup of ClickHouse and compare it with the server.
   *
   * @default - no drills
   */
  readonly restoreDrills?: RestoreDrillOptions;
}

/** The options with their defaults. Times are in milliseconds. */
export interface BackupPlan {
  readonly clickHouseBackups?: boolean;
  readonly volumeSnapshots: boolean;
  readonly bucket?: IBucket;
  readonly fullInterval: number;
  readonly incrementalInterval: number;
  readonly retention: number;
  readonly snapshotDays: number;
  readonly copyToVaultArn?: string;
  readonly lockVault: boolean;
  readonly snapshotRestoreTests: boolean;
  readonly drills?: RestoreDrillPlan;
}

/** The options of drills with their defaults. */
export interface RestoreDrillPlan {
  readonly interval: number;
  readonly gibibytes: number;
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly image?: string;
}

const DEFAULTS = {
  volumeSnapshots: true,
  fullBackupInterval: Duration.days(7),
  incrementalBackupInterval: Duration.hours(24),
  retention: Duration.days(14),
  snapshotRetention: Duration.days(7),
  drillInterval: Duration.days(30),
  drillStorage: Size.gibibytes(100),
  drillCpu: 2048,
  drillMemory: 8192,
};

const DRILL_CHECKS: Checks<RestoreDrillOptions> = {
  interval: days(1, 365),
  // The range of Fargate: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html
  ephemeralStorage: gibibytes(21, 200),
  cpu: oneOfOrToken(CPU_UNITS),
  memoryLimitMiB: wholeNumber(512, 122_880),
  image: text(),
};

export const BACKUP_CHECKS: Checks<PostHogBackupOptions> = {
  clickHouseBackups: boolean,
  volumeSnapshots: boolean,
  bucket,
  fullBackupInterval: days(1, 31),
  incrementalBackupInterval: durationBetween(Duration.hours(1), Duration.days(31), 'from an hour to 31 days'),
  retention: days(1, 35),
  snapshotRetention: days(1, 35),
  copyToVaultArn: text(/^arn:[\w-]+:backup:[\w-]+:\d{12}:backup-vault:.+$/, 'must be the ARN of a vault of AWS Backup'),
  lockVault: boolean,
  snapshotRestoreTests: boolean,
  restoreDrills: struct(DRILL_CHECKS),
};

/** Checks options and adds defaults. */
export function backupPlan(options: PostHogBackupOptions = {}): BackupPlan {
  const fullInterval = milliseconds('fullBackupInterval', options.fullBackupInterval ?? DEFAULTS.fullBackupInterval);
  const incremental = options.incrementalBackupInterval;
  // A full backup more often than every day replaces the incremental ones.
  const incrementalInterval =
    incremental === undefined
      ? Math.min(milliseconds('incrementalBackupInterval', DEFAULTS.incrementalBackupInterval), fullInterval)
      : milliseconds('incrementalBackupInterval', incremental);
  const retention = milliseconds('retention', options.retention ?? DEFAULTS.retention);
  if (incrementalInterval > fullInterval) {
    throw invalidValue('incrementalBackupInterval', 'must not be longer than `fullBackupInterval`', incremental);
  }
  if (retention < fullInterval) {
    throw invalidProp(
      'retention',
      'must not be shorter than `fullBackupInterval`: the incremental backups between two full ones need the first',
      'raise `retention`, or lower `fullBackupInterval`',
    );
  }
  const volumeSnapshots = options.volumeSnapshots ?? DEFAULTS.volumeSnapshots;
  checkEffect(options, volumeSnapshots);
  return {
    clickHouseBackups: options.clickHouseBackups,
    volumeSnapshots,
    bucket: options.bucket,
    fullInterval,
    incrementalInterval,
    retention,
    snapshotDays: milliseconds('snapshotRetention', options.snapshotRetention ?? DEFAULTS.snapshotRetention) / Duration.days(1).toMilliseconds(),
    copyToVaultArn: options.copyToVaultArn,
    lockVault: options.lockVault ?? false,
    snapshotRestoreTests: options.snapshotRestoreTests ?? false,
    drills: options.restoreDrills && drillPlan(options.restoreDrills),
  };
}

function drillPlan(options: RestoreDrillOptions): RestoreDrillPlan {
  const { cpu = DEFAULTS.drillCpu, memoryLimitMiB = DEFAULTS.drillMemory } = options;
  checkFargateSize(cpu, memoryLimitMiB);
  return {
    interval: milliseconds('interval', options.interval ?? DEFAULTS.drillInterval),
    gibibytes: (options.ephemeralStorage ?? DEFAULTS.drillStorage).toGibibytes(),
    cpu,
    memoryLimitMiB,
    image: options.image,
  };
}

/** Rejects options without an effect: a user who sets one relies on it. */
function checkEffect(options: PostHogBackupOptions, volumeSnapshots: boolean): void {
  const ofSnapshots = ['snapshotRetention', 'copyToVaultArn', 'lockVault', 'snapshotRestoreTests'] as const;
  const ofBackups = ['bucket', 'fullBackupInterval', 'incrementalBackupInterval', 'retention', 'restoreDrills'] as const;
  const without = (names: readonly (keyof PostHogBackupOptions)[], off: string) => {
    const found = names.find((name) => options[name] !== undefined && options[name] !== false);
    if (found) {
      throw invalidProp(found, `has no effect with \`${off}: false\``, 'remove one of them');
    }
  };
  if (!volumeSnapshots) {
    without(ofSnapshots, 'volumeSnapshots');
  }
  if (options.clickHouseBackups === false) {
    without(ofBackups, 'clickHouseBackups');
  }
}

function milliseconds(prop: string, duration: Duration): number {
  const seconds = knownSeconds(prop, duration);
  if (seconds === undefined) {
    throw invalidProp(prop, 'must be known at synthesis', 'use a literal value, not a token');
  }
  return seconds * 1000;
}
