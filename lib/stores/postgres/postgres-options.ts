import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkDays } from '../../private/durations';
import { rejected } from '../../private/errors';
import { checkWhole } from '../../private/numbers';

/**
 * What a PostgreSQL server is made from, on RDS or Aurora.
 */
export interface PostgresOptions {
  /** The VPC that the server stands in. */
  readonly vpc: IVpc;
  /**
   * The subnets that the server stands in, in two or more availability zones.
   *
   * @default - the isolated subnets; where there are none, the private ones
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Whether a second server in another availability zone takes over when the first fails.
   *
   * @default false
   */
  readonly multiAz?: boolean;
  /**
   * How many connections the server accepts. It takes a restart of the server to become effective.
   *
   * @default - one for each 9,531,392 bytes of the server's memory, and 400 at least
   */
  readonly maxConnections?: number;
  /**
   * How long automatic backups are kept, from 1 to 35 days. The server can be restored to any second of that time.
   *
   * @default Duration.days(7)
   */
  readonly backupRetention?: Duration;
  /**
   * When the daily backup is made, in UTC, such as `03:00-04:00`.
   *
   * @default - RDS chooses
   */
  readonly preferredBackupWindow?: string;
  /**
   * When RDS may restart the server for maintenance, in UTC, such as `Sun:04:00-Sun:05:00`.
   *
   * @default - RDS chooses
   */
  readonly preferredMaintenanceWindow?: string;
  /**
   * The snapshot to start from, by name or ARN; it must be encrypted.
   *
   * It must stay as it is for as long as the server lives: where it is added, changed or removed, CloudFormation makes another server.
   *
   * @default - none; the server starts empty
   */
  readonly snapshotIdentifier?: string;
  /**
   * The master user that the snapshot has. Only with `snapshotIdentifier`, and to stay as it is with that: a change makes a password that the
   * server does not know. A new server's is `posthog`.
   *
   * @default 'posthog'
   */
  readonly username?: string;
  /**
   * The database in the snapshot that is PostHog's. Only with `snapshotIdentifier`; a new server's is `posthog`.
   *
   * @default 'posthog'
   */
  readonly databaseName?: string;
  /**
   * What happens to the server when it is removed from the stack or replaced. Unless it is DESTROY, the server refuses to be deleted
   * besides, and its secrets are retained.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const POSTGRES_DEFAULTS = {
  multiAz: false,
  backupRetention: Duration.days(7),
  username: 'posthog',
  databaseName: 'posthog',
  removalPolicy: RemovalPolicy.SNAPSHOT,
};

export const POSTGRES_PORT = 5432;

/** Refuses what RDS would refuse, and what would replace a server that stands. */
export function checkPostgresOptions(options: PostgresOptions): void {
  checkDays('backupRetention', options.backupRetention, 1, 35);
  checkWhole('maxConnections', options.maxConnections, 100, 262_143);
  if (options.snapshotIdentifier === '') {
    throw rejected('snapshotIdentifier', 'must be the name or ARN of a snapshot', options.snapshotIdentifier, 'leave it out to start with an empty server');
  }
  for (const name of ['username', 'databaseName'] as const) {
    checkOfSnapshot(name, options[name], options.snapshotIdentifier);
  }
}

/** Both are fixed when a server is made, and a change would replace it. */
function checkOfSnapshot(name: 'username' | 'databaseName', value?: string, snapshotIdentifier?: string): void {
  if (value === undefined) {
    return;
  }
  if (snapshotIdentifier === undefined) {
    throw rejected(name, 'may be given with `snapshotIdentifier` only', value, `leave it out: a new server is made with '${POSTGRES_DEFAULTS[name]}'`);
  }
  // It becomes a part of URLs.
  if (!Token.isUnresolved(value) && !/^[A-Za-z0-9_-]+$/.test(value)) {
    throw rejected(name, 'must be letters, digits, _ and -', value);
  }
}
