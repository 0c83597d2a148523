import {
  BACKUP_PREFIXES,
  backupLocation,
  backupPrefix,
  identifier,
  manifestKey,
  METADATA_FILE,
  restoreStatement,
  restoreTableStatement,
} from '../../lib/internal';
import { databaseSteps } from './database-steps';
import { Installation, Volume } from './installation';
import { startServices, stopServices } from './services';
import { clickHouse, code, note, physicalId, shell, Step } from './step';

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

/** Returns the shell command that reads the id of the instance with a tag. */
function instanceOf(tag: string): string {
  return (
    `INSTANCE=$(aws ec2 describe-instances --filters 'Name=tag:cdk-posthog:instance,Values=${tag}' Name=instance-state-name,Values=running ` +
    "--query 'Reservations[].Instances[].InstanceId' --output text)"
  );
}

function connect({ volumes }: Installation): Step {
  const tag = volumes.find(({ isClickHouse }) => isClickHouse)?.tag;
  return shell(
    'Connect to ClickHouse',
    tag === undefined ? 'INSTANCE=<the instance of ClickHouse>' : instanceOf(tag),
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
    shell(
      'Read the record of the backup: `tables` has the rows, `kafkaTables` the Kafka tables',
      `aws s3 cp ${objectUrl(point)}/${manifestKey(point.name)} - | jq '{kafkaTables, tables: [.tables[]? | {name, rows}]}'`,
    ),
    clickHouse(
      'Check that the database is empty, so that the result is 0: RESTORE refuses tables with rows, and with allow_non_empty_tables it would double them',
      `SELECT count() FROM system.tables WHERE database = '${database}'`,
    ),
    clickHouse(
      'Restore everything except the Kafka tables, which would fill tables while these are restored',
      restoreStatement(database, location(point), point.kafkaTables),
    ),
    clickHouse(
      'Compare the number of rows of each table with the record',
      `SELECT name, total_rows FROM system.tables WHERE database = '${database}' AND engine LIKE '%MergeTree' ORDER BY name`,
    ),
    clickHouse(
      'Load each dictionary with the statements that this one prints, and see that none fails',
      `SELECT format('SYSTEM RELOAD DICTIONARY {}.{};', database, name) FROM system.dictionaries WHERE database = '${database}' FORMAT TSVRaw`,
    ),
    note(
      'To read again what came after the backup, reset the offsets of the consumer groups now',
      'docs/backups.md, "Read events again": Kafka refuses it once the Kafka tables consume.',
    ),
    clickHouse(
      'Restore the Kafka tables, one by one. Consumption starts with the first, at the offsets that Kafka stores',
      ...point.kafkaTables.map((table) => restoreTableStatement(database, table, location(point))),
    ),
  ];
}

function objectUrl({ bucketUrl }: RestorePoint): string {
  return bucketUrl.replace(/^https:\/\/(.+)\.s3\..*$/, 's3://$1');
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
      'SET max_table_size_to_drop = 0',
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

/** Returns the step that leaves an instance one volume to choose: it refuses to start with two of the same tag (docs/instances.md). */
function onlyVolume(volume: Volume): Step {
  return shell(
    'If the old volume still exists, remove its tag, so that only the new one has it',
    `VOLUME=$(${physicalId(volume)})`,
    `aws ec2 delete-tags --resources "$VOLUME" --tags Key=cdk-posthog:volume`,
  );
}

function volumeSteps(installation: Installation, options: StepOptions): Step[] {
  const volume = installation.volumes.find(({ isClickHouse }) => isClickHouse);
  const fromSnapshot: Step[] = volume
    ? [
        snapshotOf(volume, installation),
        onlyVolume(volume),
        code(
          'Create a volume from it: faster than a restore, with everything up to the snapshot. Keep `snapshotId` afterwards',
          "new ClickHouse(this, 'ClickHouse', { ..., snapshotId: 'snap-...' })",
        ),
        shell(
          `Deploy ${volume.stack}, then replace the instance: the next one attaches the new volume`,
          `npx cdk deploy ${volume.stack}`,
          instanceOf(volume.tag),
          'GROUP=$(aws autoscaling describe-auto-scaling-instances --instance-ids "$INSTANCE" ' +
            "--query 'AutoScalingInstances[0].AutoScalingGroupName' --output text)",
          'aws autoscaling start-instance-refresh --auto-scaling-group-name "$GROUP" --preferences MinHealthyPercentage=0',
        ),
        note(
          'If the snapshot works, start the services (last step); you are done',
          'Events between the snapshot and the loss are lost, unless you reset the offsets of consumer groups.',
        ),
      ]
    : [];
  return [
    stopServices(installation),
    ...fromSnapshot,
    note(
      'Without a snapshot: start with an empty volume',
      'Deploy a ClickHouse with another construct id, or create an empty encrypted volume with the tag of the old one in its availability zone, remove ' +
        'the tag from the old one if it still exists, and replace the instance as above:',
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
    ...afterwards(installation),
    startServices(installation),
  ];
}

function afterwards({ migration }: Installation): Step[] {
  return [
    note(
      'On a ClickHouse with other passwords, such as one in another stack, create the dictionaries again',
      'docs/clickhouse.md, "Dictionaries", has the statements.',
    ),
    shell(
      'Run the migration by hand: it installs the functions and checks the schema',
      migration ? `MIGRATION=$(${physicalId(migration)})` : 'MIGRATION=<the state machine of the migration>',
      'aws stepfunctions start-execution --state-machine-arn "$MIGRATION"',
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
    shell(
      'Deploy the data stores first, and not PostHog: no migration may run before ClickHouse is restored. Both need a stack of their own for that',
      'npx cdk deploy <stack of PostHogStores>',
    ),
    note(
      'Use the names of the new stack and of the bucket in that region in all steps that follow',
      'Synthesise the new app and name its templates with --template. The bucket of the backups is that of the copy, and the role of the new',
      'ClickHouse must be allowed to read it (`backup: { bucket }` of the new PostHog).',
    ),
    shell(
      'In a replicated bucket, change the location of the base in every incremental backup: it names the bucket of the lost region',
      `OLD=https://<old bucket>.s3.<old region>.amazonaws.com; NEW=${options.point.bucketUrl}; COPY=${objectUrl(options.point)}`,
      `for NAME in $(aws s3 ls "$COPY/${BACKUP_PREFIXES.backups}" | awk '/-incremental/ {print $2}'); do ` +
        `aws s3 cp "$COPY/${BACKUP_PREFIXES.backups}$NAME${METADATA_FILE}" - | sed "/<base_backup>/s#$OLD#$NEW#" | ` +
        `aws s3 cp - "$COPY/${BACKUP_PREFIXES.backups}$NAME${METADATA_FILE}"; done`,
    ),
    connect(installation),
    ...restoreAll(installation, options),
    note('Create the dictionaries again, because passwords are other ones', 'docs/clickhouse.md, "Dictionaries", has the statements.'),
    shell('Deploy PostHog, whose migration installs the functions and checks the schema, and change the DNS records', 'npx cdk deploy --all'),
  ];
}

function upgradeSteps(installation: Installation, options: StepOptions): Step[] {
  return [
    note(
      'First try the release before on the migrated databases',
      'Set `release` back and deploy: processes of one release usually run on the schema of the next (docs/upgrades.md). The steps below lose everything since the upgrade.',
    ),
    stopServices(installation),
    note(
      'PostgreSQL: to a time before the upgrade',
      'The steps of `cdk-posthog restore database`, with that time, up to its snapshot. Leave out its deployment, which would migrate.',
    ),
    note(
      'ClickHouse: the backup that the migration started',
      `Backup: ${options.point.name}; choose the last one that ended before the upgrade with --backup.`,
    ),
    connect(installation),
    clickHouse(
      'Empty the database. Its Kafka tables go first, so that nothing is consumed; ClickHouse refuses to drop more than 50 GB without the setting',
      'SET max_table_size_to_drop = 0',
      ...options.point.kafkaTables.map((table) => `DROP TABLE IF EXISTS ${identifier(installation.database)}.${identifier(table)} SYNC`),
      `DROP DATABASE ${identifier(installation.database)} SYNC`,
      `CREATE DATABASE ${identifier(installation.database)}`,
    ),
    ...restoreAll(installation, options),
    code(
      'Set the release of before, with the restored server',
      "new PostHog(this, 'PostHog', { ..., release: PostHogRelease.<before>, postgres: restored })",
    ),
    shell('Deploy it', 'npx cdk deploy --all'),
    startServices(installation),
  ];
}
