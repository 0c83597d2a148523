import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { instanceType, kmsKey, removalPolicy, subnetSelection, vpc } from '../../private/checks/cdk';
import { LOGIN_NAMES } from './postgres-url';
import { Checks, objectWith, required } from '../../private/checks/check';
import { boolean, days, oneOf, text, wholeNumber } from '../../private/checks/values';
import { dailyWindow, weeklyWindow, windowsOverlap } from '../../private/checks/windows';
import { invalidValue } from '../../private/errors';

/**
 * The logins of PostHog's processes on a created PostgreSQL server.
 */
export enum PostgresLogins {
  /** Every process and every migration connects with the master user. */
  SINGLE = 'single',
  /**
   * Migrations connect with the master user, which owns the tables. The app, feature-flags and Temporal have a login each, which migrations create
   * with the privileges that it needs.
   */
  BY_PURPOSE = 'by-purpose',
}

/**
 * Common properties for `Postgres` and `AuroraPostgres`.
 */
export interface PostgresOptions {
  /** The VPC of the server. */
  readonly vpc: IVpc;
  /**
   * The subnets of the server, in two or more availability zones.
   *
   * @default - the isolated subnets, or the private ones if there are none
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Indicates whether a second server in another availability zone takes over if the first one fails.
   *
   * @default false
   */
  readonly multiAz?: boolean;
  /**
   * The maximum number of connections, from 100 to 262,143. A change takes effect after a restart of the server.
   *
   * @default - one for each 9,531,392 bytes of the server's memory, and 400 at least
   */
  readonly maxConnections?: number;
  /**
   * The retention of automatic backups, from 1 to 35 days. The server can be restored to any second of that period.
   *
   * @default Duration.days(7)
   */
  readonly backupRetention?: Duration;
  /**
   * The time of the daily backup, in UTC, half an hour or more, such as `03:00-04:00`.
   *
   * @default - RDS chooses
   */
  readonly preferredBackupWindow?: string;
  /**
   * The time of maintenance, which may restart the server, in UTC, half an hour or more, such as `Sun:04:00-Sun:05:00`. It must not overlap with
   * the time of the backup.
   *
   * @default - RDS chooses
   */
  readonly preferredMaintenanceWindow?: string;
  /**
   * The logins of PostHog's processes. With another one than before, the next migration creates what is missing; processes keep their old login until
   * they are replaced. A change back fails as long as another stack imports the secrets of the logins.
   *
   * @default PostgresLogins.SINGLE
   */
  readonly logins?: PostgresLogins;
  /**
   * The snapshot to create the server from, by name or ARN; it must be encrypted.
   *
   * Do not add, change or remove it as long as the server exists: CloudFormation would create another server.
   *
   * @default - none; an empty server
   */
  readonly snapshotIdentifier?: string;
  /**
   * The master user in the snapshot. Only with `snapshotIdentifier`. Do not change it: a change generates a password that the
   * server does not have. The master user of a new server is `posthog`.
   *
   * @default 'posthog'
   */
  readonly username?: string;
  /**
   * PostHog's database in the snapshot. Only with `snapshotIdentifier`; that of a new server is `posthog`.
   *
   * @default 'posthog'
   */
  readonly databaseName?: string;
  /**
   * The customer managed KMS key for the database and its secrets. Only for a new server: another key replaces an existing one, which
   * `preflight` refuses. An imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The policy for a server that is removed from the stack or replaced. Unless it is DESTROY, the server also has deletion protection,
   * and its secrets are retained.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;
}

/**
 * Properties for `Postgres`.
 */
export interface PostgresProps extends PostgresOptions {
  /**
   * The version. PostHog tests with 15. With a major version only, RDS uses the newest minor version.
   *
   * @default PostgresEngineVersion.VER_15
   */
  readonly version?: PostgresEngineVersion;
  /**
   * Indicates whether `version` may change to another major version. The server is down during the upgrade, which cannot be undone.
   *
   * @default false
   */
  readonly allowMajorVersionUpgrade?: boolean;
  /**
   * The instance type. Less than 4 GiB of memory are not enough for the connections of PostHog's processes.
   *
   * @default InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM)
   */
  readonly instanceType?: InstanceType;
  /**
   * The initial storage, in GiB: 20 or more. It can grow, but not shrink.
   *
   * @default 50
   */
  readonly allocatedStorage?: number;
  /**
   * The maximum of storage autoscaling, in GiB.
   *
   * @default - ten times `allocatedStorage`
   */
  readonly maxAllocatedStorage?: number;
}

export const POSTGRES_DEFAULTS = {
  multiAz: false,
  backupRetention: Duration.days(7),
  username: 'posthog',
  databaseName: 'posthog',
  logins: PostgresLogins.SINGLE,
  removalPolicy: RemovalPolicy.SNAPSHOT,
};

export const POSTGRES_PORT = 5432;

/**
 * Windows last half an hour or more.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html (PreferredBackupWindow, PreferredMaintenanceWindow)
 */
const WINDOW_MINUTES = 30;

/** It is part of URLs. */
const name = text(/^[A-Za-z0-9_-]{1,63}$/, 'must be up to 63 letters, digits, _ and -');

export const POSTGRES_OPTION_CHECKS: Checks<PostgresOptions> = {
  vpc: required(vpc, 'the VPC of the server'),
  vpcSubnets: subnetSelection,
  multiAz: boolean,
  maxConnections: wholeNumber(100, 262_143),
  backupRetention: days(1, 35),
  preferredBackupWindow: dailyWindow(WINDOW_MINUTES),
  preferredMaintenanceWindow: weeklyWindow(WINDOW_MINUTES),
  logins: oneOf(PostgresLogins),
  snapshotIdentifier: text(/^\S+$/, 'must be the name or ARN of a snapshot', 'leave it out to start with an empty server'),
  username: name,
  databaseName: name,
  encryptionKey: kmsKey,
  removalPolicy,
};

/** Rejects options that contradict each other, or that would replace an existing server. */
export function checkPostgresOptions(options: PostgresOptions): void {
  const { preferredBackupWindow, preferredMaintenanceWindow } = options;
  if (preferredBackupWindow && preferredMaintenanceWindow && windowsOverlap(preferredBackupWindow, preferredMaintenanceWindow)) {
    throw invalidValue(
      'preferredMaintenanceWindow',
      `must not overlap with \`preferredBackupWindow\`, ${preferredBackupWindow}`,
      preferredMaintenanceWindow,
    );
  }
  checkMasterUser(options);
  for (const name of ['username', 'databaseName'] as const) {
    checkSnapshotProp(name, options[name], options.snapshotIdentifier);
  }
}

/** Rejects a master user with the name of another login, whose privileges a migration would replace. */
function checkMasterUser({ username, logins }: PostgresOptions): void {
  if (username !== undefined && logins === PostgresLogins.BY_PURPOSE && Object.values(LOGIN_NAMES).includes(username)) {
    throw invalidValue('username', 'must not be the login of a process', username, 'restore the snapshot with its master user');
  }
}

/** Checks a property of the snapshot: both are fixed when a server is created, and a change would replace it. */
function checkSnapshotProp(name: 'username' | 'databaseName', value?: string, snapshotIdentifier?: string): void {
  if (value === undefined) {
    return;
  }
  if (snapshotIdentifier === undefined) {
    throw invalidValue(name, 'needs `snapshotIdentifier`', value, `leave it out: a new server has '${POSTGRES_DEFAULTS[name]}'`);
  }
}

export const INSTANCE_DEFAULTS = {
  version: PostgresEngineVersion.VER_15,
  allowMajorVersionUpgrade: false,
  instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM),
  allocatedStorage: 50,
};

/**
 * The limits of gp3 storage on RDS for PostgreSQL, in GiB, and of its autoscaling.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
 */
const STORAGE = { min: 20, max: 65_536, growth: 10, headroom: 1.1 };

export const POSTGRES_CHECKS: Checks<PostgresProps> = {
  ...POSTGRES_OPTION_CHECKS,
  version: objectWith('a PostgresEngineVersion', ['postgresFullVersion'], 'write PostgresEngineVersion.VER_15, or PostgresEngineVersion.of(...)'),
  allowMajorVersionUpgrade: boolean,
  instanceType: instanceType('that RDS supports, without `db.`, such as t4g.medium'),
  allocatedStorage: wholeNumber(STORAGE.min, STORAGE.max),
  maxAllocatedStorage: wholeNumber(STORAGE.min, STORAGE.max),
};

/** Rejects props that contradict each other. */
export function checkPostgresProps(props: PostgresProps): void {
  const { allocatedStorage = INSTANCE_DEFAULTS.allocatedStorage, maxAllocatedStorage } = props;
  const known = maxAllocatedStorage !== undefined && !Token.isUnresolved(maxAllocatedStorage) && !Token.isUnresolved(allocatedStorage);
  if (known && maxAllocatedStorage < allocatedStorage * STORAGE.headroom) {
    throw invalidValue('maxAllocatedStorage', `must exceed \`allocatedStorage\`, ${allocatedStorage}, by a tenth or more`, maxAllocatedStorage);
  }
}

/** Returns the default maximum of storage autoscaling. */
export function defaultMaxAllocatedStorage(allocatedStorage: number): number | undefined {
  // A token cannot be multiplied; without a maximum, storage does not grow automatically.
  return Token.isUnresolved(allocatedStorage) ? undefined : Math.min(allocatedStorage * STORAGE.growth, STORAGE.max);
}
