import { backupLocation, backupPrefix, identifier, restoreStatement, restoreTableStatement } from '../../lib/internal';
import { Installation, StackResource, Volume } from './installation';

/** The disasters, with their meaning. */
export const DISASTERS = {
  table: 'a table of ClickHouse was dropped, or has wrong rows',
  volume: 'the volume of ClickHouse is gone or damaged',
  database: 'PostgreSQL is gone, or has wrong rows',
  region: 'the whole region is unavailable for long',
  upgrade: 'a release of PostHog does not work, and going back needs the databases of before',
} as const;

/** The name of a disaster. */
export type Disaster = keyof typeof DISASTERS;

/** The place that the lines of a step are for. */
export type Place = 'shell' | 'clickhouse' | 'code' | 'note';

/** One step, with the lines to run or to write. */
export interface Step {
  readonly title: string;
  readonly place: Place;
  readonly lines: readonly string[];
}

/** The backup to restore from. Without an account, its names are placeholders. */
export interface RestorePoint {
  readonly bucketUrl: string;
  readonly name: string;
  readonly kafkaTables: readonly string[];
}

/** Options of the steps. */
export interface StepOptions {
  readonly point: RestorePoint;
  /** The table that was lost. */
  readonly table?: string;
}

/** Returns the steps after a disaster, in their order. */
export function restoreSteps(disaster: Disaster, installation: Installation, options: StepOptions): Step[] {
  switch (disaster) {
    case 'table':
      return tableSteps(installation, options);
    case 'volume':
      return volumeSteps(installation, options);
    case 'database':
      return databaseSteps(installation);
    case 'region':
      return regionSteps(installation, options);
    case 'upgrade':
      return upgradeSteps(installation, options);
  }
}

const note = (title: string, ...lines: string[]): Step => ({ title, place: 'note', lines });
const shell = (title: string, ...lines: string[]): Step => ({ title, place: 'shell', lines });
const code = (title: string, ...lines: string[]): Step => ({ title, place: 'code', lines });
const clickHouse = (title: string, ...lines: string[]): Step => ({ title, place: 'clickhouse', lines: lines.map((line) => `${line};`) });

/** Returns the shell command that reads a physical id. */
function physicalId({ stack, id }: StackResource): string {
  return (
    `aws cloudformation describe-stack-resource --stack-name ${stack} --logical-resource-id ${id} ` +
    '--query StackResourceDetail.PhysicalResourceId --output text'
  );
}

function connect({ volumes }: Installation): Step {
  const tag = volumes.find(({ isClickHouse }) => isClickHouse)?.tag;
  const instance =
    tag === undefined
      ? 'INSTANCE=<the instance of ClickHouse>'
      : `INSTANCE=$(aws ec2 describe-instances --filters 'Name=tag:cdk-posthog:instance,Values=${tag}' Name=instance-state-name,Values=running ` +
        "--query 'Reservations[].Instances[].InstanceId' --output text)";
  return shell(
    'Connect to ClickHouse',
    instance,
    'aws ssm start-session --target "$INSTANCE"',
    `sudo docker exec -it clickhouse sh -c 'clickhouse client --secure --accept-invalid-certificate --user posthog --password "$POSTHOG_CLICKHOUSE_PASSWORD"'`,
  );
}

function location({ bucketUrl, name }: RestorePoint): string {
  return backupLocation(bucketUrl, backupPrefix(name).slice(0, -1));
}

/** Returns the steps that restore the whole database into an empty server. */
function restoreAll({ database }: Installation, { point }: StepOptions): Step[] {
  return [
    clickHouse(
      'Check that the database is empty, so that the result is 0: RESTORE refuses tables with rows, and with allow_non_empty_tables it would double them',
      `SELECT count() FROM system.tables WHERE database = '${database}'`,
    ),
    clickHouse(
      'Restore everything except the Kafka tables, which would fill tables while these are restored',
      restoreStatement(database, location(point), point.kafkaTables),
    ),
    clickHouse(
      'Compare the number of rows of each table with the record of the backup (clickhouse/manifests/ in the bucket)',
      `SELECT name, total_rows FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree' ORDER BY name`,
    ),
    clickHouse(
      'Restore the Kafka tables, one by one. Consumption starts with the first, at the offsets that Kafka stores',
      ...point.kafkaTables.map((table) => restoreTableStatement(database, table, location(point))),
    ),
  ];
}

function tableSteps(installation: Installation, options: StepOptions): Step[] {
  const { database } = installation;
  const table = options.table ?? '<table>';
  const name = `${identifier(database)}.${identifier(table)}`;
  return [
    note(
      'Choose a backup from before the loss',
      `Backup: ${options.point.name}. Rows since it are lost, unless you keep those that are there (next steps) or Kafka still retains their events.`,
    ),
    connect(installation),
    clickHouse(
      'If the table exists, keep its rows: the restored one needs its name and its path in Keeper',
      `CREATE TABLE ${identifier(database)}.${identifier(`${table}_before_restore`)} ENGINE = MergeTree ORDER BY tuple() AS SELECT * FROM ${name}`,
      `DROP TABLE ${name} SYNC`,
    ),
    note(
      'If it was dropped without SYNC',
      'ClickHouse removes its path in Keeper 8 minutes after the DROP. "Replica ... already exists" means that it still waits.',
    ),
    clickHouse('Restore the table', restoreTableStatement(database, table, location(options.point))),
    clickHouse(
      'Compare, then add rows of the old one that are missing, and drop it',
      `SELECT count() FROM ${name}`,
      `DROP TABLE ${identifier(database)}.${identifier(`${table}_before_restore`)}`,
    ),
  ];
}

function snapshotOf(volume: Volume, { vault }: Installation): Step {
  return shell(
    `Find the last snapshot of ${volume.tag}`,
    vault ? `VAULT=$(${physicalId(vault)})` : 'VAULT=<the vault of snapshots>',
    `VOLUME=$(${physicalId(volume)})`,
    'aws backup list-recovery-points-by-backup-vault --backup-vault-name "$VAULT" --query ' +
      '"reverse(sort_by(RecoveryPoints[?contains(ResourceArn, \'$VOLUME\')], &CreationDate))[].[CreationDate,RecoveryPointArn,Status]" --output table',
  );
}

function volumeSteps(installation: Installation, options: StepOptions): Step[] {
  const volume = installation.volumes.find(({ isClickHouse }) => isClickHouse);
  const fromSnapshot: Step[] = volume
    ? [
        snapshotOf(volume, installation),
        code(
          'Create a volume from it: faster than a restore, with everything up to the snapshot. Keep `snapshotId` afterwards',
          "new ClickHouse(this, 'ClickHouse', { ..., snapshotId: 'snap-...' })",
        ),
        shell(`Deploy ${volume.stack}; docs/instances.md has the details`, `npx cdk deploy ${volume.stack}`),
        note(
          'If the snapshot works, you are done',
          'Events between the snapshot and the loss are lost, unless you reset the offsets of consumer groups.',
        ),
      ]
    : [];
  return [
    ...fromSnapshot,
    note(
      'Without a snapshot: start with an empty volume',
      'Deploy a ClickHouse with another construct id, or create an empty encrypted volume with the tag of the old one in its availability zone:',
      ...(volume
        ? [
            `aws ec2 create-volume --availability-zone <zone> --encrypted --volume-type gp3 --size ${volume.gibibytes ?? '<GiB>'} ` +
              `--tag-specifications 'ResourceType=volume,Tags=[{Key=cdk-posthog:volume,Value=${volume.tag}}]'`,
          ]
        : []),
      'Do not run a migration before the restore: it fills tables, and RESTORE refuses those.',
    ),
    connect(installation),
    ...restoreAll(installation, options),
    ...afterwards(),
  ];
}

function afterwards(): Step[] {
  return [
    note(
      'Afterwards',
      'Start the state machine of the migration by hand, without input: it installs the functions and checks the schema.',
      'A ClickHouse in another stack has other passwords: create the dictionaries again (docs/clickhouse.md, Dictionaries).',
    ),
  ];
}

function databaseSteps({ rds }: Installation): Step[] {
  const [kind, source] = rds?.isCluster ? ['cluster', 'restore-db-cluster-to-point-in-time'] : ['instance', 'restore-db-instance-to-point-in-time'];
  const names = rds?.isCluster
    ? '--source-db-cluster-identifier "$DATABASE" --db-cluster-identifier "$DATABASE-restored"'
    : '--source-db-instance-identifier "$DATABASE" --target-db-instance-identifier "$DATABASE-restored"';
  return [
    shell(
      'Restore to the last moment, or to one before the loss, as a new server: the old one stays as it is',
      rds ? `DATABASE=$(${physicalId(rds)})` : 'DATABASE=<the RDS instance>',
      `aws rds ${source} ${names} --use-latest-restorable-time   # or --restore-to-time 2026-11-30T12:00:00Z`,
    ),
    shell(
      'Create a snapshot of it, which the construct creates its server from',
      `aws rds wait db-${kind}-available --db-${kind}-identifier "$DATABASE-restored"`,
      rds?.isCluster
        ? 'aws rds create-db-cluster-snapshot --db-cluster-identifier "$DATABASE-restored" --db-cluster-snapshot-identifier "$DATABASE-restored"'
        : 'aws rds create-db-snapshot --db-instance-identifier "$DATABASE-restored" --db-snapshot-identifier "$DATABASE-restored"',
    ),
    code(
      'Pass a server from that snapshot to PostHog. Keep `snapshotIdentifier` for the whole life of that server (docs/stores.md)',
      "const restored = new Postgres(this, 'PostgresRestored', { vpc, snapshotIdentifier: '<the snapshot>' });",
      "new PostHog(this, 'PostHog', { ..., postgres: restored })",
    ),
    shell('Deploy', 'npx cdk deploy --all'),
    note(
      'Afterwards',
      'Delete the server "...-restored" and its snapshot. ClickHouse may have events of persons that PostgreSQL does not know any more.',
    ),
  ];
}

function regionSteps(installation: Installation, options: StepOptions): Step[] {
  return [
    note(
      'What must exist in the other region already',
      'The bucket of backups, replicated or in another region (`backup: { bucket }`); snapshots in another vault (`copyToVaultArn`); a copy of the ' +
        'snapshots or automated backups of RDS (docs/backups.md). Without them, nothing can be restored there.',
    ),
    code(
      'Deploy the app to the other region, without traffic: a new stack with its own name and `env: { region }`, its PostgreSQL from the copied snapshot',
    ),
    note(
      'Deploy the data stores first, and not PostHog: no migration may run before ClickHouse is restored.',
      'npx cdk deploy <stack of PostHogStores>',
    ),
    connect(installation),
    ...restoreAll(installation, options),
    ...afterwards(),
    shell('Deploy PostHog, and change the DNS records of its names', 'npx cdk deploy --all'),
  ];
}

function upgradeSteps(installation: Installation, options: StepOptions): Step[] {
  return [
    note(
      'First try the release before on the migrated databases',
      'Set `release` back and deploy: processes of one release usually run on the schema of the next (docs/upgrades.md). The steps below lose everything since the upgrade.',
    ),
    note(
      'Stop ingestion while databases are restored',
      'Set the desired count of every service to 0. Capture answers with errors meanwhile, and SDKs retry; docs/backups.md has the command.',
    ),
    note('PostgreSQL: to a time before the upgrade', 'The steps of `cdk-posthog restore database`, with --restore-to-time.'),
    note(
      'ClickHouse: the backup that the migration started',
      `Backup: ${options.point.name}; choose the last one that ended before the upgrade with --backup.`,
    ),
    connect(installation),
    clickHouse(
      'Empty the database. Its Kafka tables go first, so that nothing is consumed',
      ...options.point.kafkaTables.map((table) => `DROP TABLE IF EXISTS ${identifier(installation.database)}.${identifier(table)} SYNC`),
      `DROP DATABASE ${identifier(installation.database)} SYNC`,
      `CREATE DATABASE ${identifier(installation.database)}`,
    ),
    ...restoreAll(installation, options),
    code('Deploy the release of before', "new PostHog(this, 'PostHog', { ..., release: PostHogRelease.<before> })"),
  ];
}
