import { ECSClient } from '@aws-sdk/client-ecs';
import { DescribeDBClustersCommand, DescribeDBInstancesCommand, RDSClient } from '@aws-sdk/client-rds';
import { S3Client } from '@aws-sdk/client-s3';
import { GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { Context } from 'aws-lambda';
import { BackupBucket } from './backup-bucket.lambda';
import { BackupRecords } from './backup-records.lambda';
import { BackupRun } from './backup-run.lambda';
import { Drills } from './drills.lambda';
import { BackupManifest } from '../backup-manifest';
import { endOf, lastRestorable } from '../backup-plan';
import { BackupSettings, BeforeMigrationEvent, BeforeMigrationResult, RdsDatabase, SETTINGS_VARIABLE } from '../backup-settings';
import { ClickHouseClient } from '../../clickhouse-client';
import { embeddedMetrics } from '../../custom-metrics';

const MAX_ATTEMPTS = 6;

/** Queries of the server's own tables are fast, but a server that is merging may take its time. */
const QUERY_TIMEOUT_MS = 60_000;

/** The longest time that a migration waits for one invocation, in milliseconds. */
const MIGRATION_WAIT_MS = 100_000;

/**
 * Backs up ClickHouse, deletes old backups, and publishes the ages of backups. It runs every hour, and before each migration, which passes an
 * event with `beforeMigration`.
 */
export async function handler(event: Partial<BeforeMigrationEvent> = {}, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<unknown> {
  const settings = JSON.parse(process.env[SETTINGS_VARIABLE] ?? '{}') as BackupSettings;
  const { beforeMigration: since } = event;
  const isMigrating = since !== undefined;
  const started = Date.now();
  const timeLeft = () =>
    isMigrating ? Math.min(context.getRemainingTimeInMillis(), MIGRATION_WAIT_MS - (Date.now() - started)) : context.getRemainingTimeInMillis();
  const bucket = new BackupBucket(
    new S3Client({
      region: settings.region,
      maxAttempts: MAX_ATTEMPTS,
      // An endpoint other than S3's own may not know the names of buckets.
      forcePathStyle: process.env.AWS_ENDPOINT_URL_S3 !== undefined,
      // The beginning of an object has no checksum of its own.
      responseChecksumValidation: 'WHEN_REQUIRED',
    }),
    settings.bucket,
  );
  const records = new BackupRecords(bucket, Date.now, timeLeft);
  if (since !== undefined) {
    return beforeMigration(settings, records, timeLeft, Date.parse(since));
  }
  const errors: Error[] = [];
  const attempt = async <T>(part: string, operation: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await operation();
    } catch (error) {
      // The other parts, and the metrics, must not wait for this one.
      console.error(part, error);
      errors.push(new Error(`${part}: ${(error as Error).message}`, { cause: error }));
      return undefined;
    }
  };
  const { rds, drill, clickHouse } = settings;
  if (clickHouse) {
    await attempt('the backup of ClickHouse', async () => (await runOf(settings, records, timeLeft)).reconcile());
  }
  const last = clickHouse ? await attempt('the records of backups', async () => newest(records)) : undefined;
  const ages = {
    ClickHouseBackupAge: last && secondsSince(last.time),
    DatabaseBackupAge: rds && (await attempt('the backups of PostgreSQL', () => databaseAge(rds))),
    RestoreDrillAge:
      drill &&
      last &&
      (await attempt('the restore drill', () =>
        new Drills(drill, bucket, new ECSClient({ maxAttempts: MAX_ATTEMPTS }), Date.now).reconcile(last.backup),
      )),
  };
  if (Object.values(ages).some((age) => age !== undefined)) {
    console.log(embeddedMetrics(settings.installation, ages, Date.now()));
  }
  if (errors.length > 0) {
    throw new Error(errors.map(({ message }) => message).join('; '), { cause: errors[0] });
  }
  return ages;
}

async function beforeMigration(
  settings: BackupSettings,
  records: BackupRecords,
  timeLeft: () => number,
  since: number,
): Promise<BeforeMigrationResult> {
  try {
    return await (await runOf(settings, records, timeLeft)).beforeMigration(since);
  } catch (error) {
    console.error(error);
    return { outcome: 'failed', message: `the backup of ClickHouse cannot be made: ${(error as Error).message}` };
  }
}

async function runOf(settings: BackupSettings, records: BackupRecords, timeLeft: () => number): Promise<BackupRun> {
  const { credentials, ...server } = settings.clickHouse!;
  const { SecretString = '{}' } = await new SecretsManagerClient({ maxAttempts: MAX_ATTEMPTS }).send(
    new GetSecretValueCommand({ SecretId: credentials }),
  );
  const { username, password } = JSON.parse(SecretString) as { username: string; password: string };
  // PostHog's database may not exist yet on a server without its startup script, and no statement depends on it.
  const clickHouse = new ClickHouseClient({ ...server, database: 'default', username, password }, QUERY_TIMEOUT_MS);
  return new BackupRun({ settings, database: server.database, records, clickHouse, now: Date.now, timeLeft });
}

/** Returns the last backup that can be restored, and the time from which its age counts: the first run if there is none. */
async function newest(records: BackupRecords): Promise<{ readonly backup?: BackupManifest; readonly time: number }> {
  const backup = lastRestorable(await records.read());
  const firstRun = await records.firstRun();
  return { backup, time: backup ? endOf(backup) : firstRun };
}

/** Returns the time since the moment that the database can be restored to, in seconds; undefined if RDS does not know one. */
async function databaseAge({ kind, identifier }: RdsDatabase): Promise<number | undefined> {
  const client = new RDSClient({ maxAttempts: MAX_ATTEMPTS });
  const time =
    kind === 'instance'
      ? (await client.send(new DescribeDBInstancesCommand({ DBInstanceIdentifier: identifier }))).DBInstances?.[0]?.LatestRestorableTime
      : (await client.send(new DescribeDBClustersCommand({ DBClusterIdentifier: identifier }))).DBClusters?.[0]?.LatestRestorableTime;
  if (!time) {
    throw new Error(`${identifier} has no backups: set the retention of its backups to at least a day`);
  }
  return secondsSince(time.getTime());
}

function secondsSince(time: number): number {
  return Math.max(0, Math.round((Date.now() - time) / 1000));
}
