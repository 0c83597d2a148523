import { BackupSchedule } from './backup-plan';

/** The ECS task that restores a backup on a server of its own. */
export interface DrillTask {
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroup: string;
  /** The time between two drills, in milliseconds. */
  readonly interval: number;
}

/** The database of PostgreSQL on RDS. */
export interface RdsDatabase {
  readonly kind: 'instance' | 'cluster';
  readonly identifier: string;
}

/** The settings of the function, which the construct writes into its environment as JSON. */
export interface BackupSettings extends BackupSchedule {
  readonly installation: string;
  readonly bucket: string;
  /** The region of the bucket. */
  readonly region: string;
  /** The URL of the bucket for ClickHouse, without a slash at its end. */
  readonly bucketUrl: string;
  /** The server; undefined if ClickHouse is not backed up. */
  readonly clickHouse?: {
    readonly host: string;
    readonly port: number;
    readonly tls: boolean;
    readonly verifyCertificate: boolean;
    readonly database: string;
    /** The ARN of the secret with `username` and `password`. */
    readonly credentials: string;
  };
  readonly rds?: RdsDatabase;
  readonly drill?: DrillTask;
}

/** The name of the environment variable with the settings. */
export const SETTINGS_VARIABLE = 'SETTINGS';

/** The event with which a migration invokes the function. */
export interface BeforeMigrationEvent {
  /** The start of the execution of the state machine, in the format of ISO 8601. */
  readonly beforeMigration: string;
}

/** The result for a migration. */
export interface BeforeMigrationResult {
  readonly outcome: 'done' | 'running' | 'failed';
  readonly message: string;
}
