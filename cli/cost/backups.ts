import { SETTINGS_VARIABLE } from '../../lib/internal';
import { CloudFormationTemplate } from '../alb/template';
import { CostLine, line, Properties } from './cost-line';
import { Prices } from './prices';

/** The data on a volume that an estimate assumes, in GiB: the sizes of backups depend on it, and templates do not know it. */
const DATA_GIB = 100;

/** The copies of the data in S3: with the defaults, three chains with a full backup each. Incremental ones are left out. */
const FULL_BACKUPS = 3;

/** The part of a volume that changes in a day, an estimate; a snapshot stores changed blocks only. */
const CHANGED_DAILY = 0.05;

/** The days for which snapshots are kept, with the defaults. */
const SNAPSHOT_DAYS = 7;

interface Selection {
  readonly BackupSelection?: { readonly ListOfTags?: unknown };
}

/** Estimates the snapshots of volumes that AWS Backup takes: a whole one, and the changes of each day. */
export function snapshots({ BackupSelection }: Properties & Selection, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const tags = BackupSelection?.ListOfTags;
  const gib = DATA_GIB * (1 + CHANGED_DAILY * SNAPSHOT_DAYS);
  return [line(`Snapshots of a volume: ${gib} GiB`, Array.isArray(tags) ? tags.length : undefined, gib * perMonth.snapshotGb)];
}

/** Estimates the backups of ClickHouse in S3, and the metrics of the function that makes them. Other functions cost by use. */
export function clickHouseBackups({ Environment }: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const settings = (Environment as { Variables?: Record<string, unknown> } | undefined)?.Variables?.[SETTINGS_VARIABLE];
  if (settings === undefined) {
    return [];
  }
  const text = JSON.stringify(settings);
  const has = (name: string) => text.includes(`\\"${name}\\":`);
  const gib = DATA_GIB * FULL_BACKUPS;
  return [
    ...(has('clickHouse') ? [line(`Backups of ClickHouse in S3: ${gib} GiB`, 1, gib * perMonth.s3Gb)] : []),
    line('Custom metric', ['clickHouse', 'rds', 'drill'].filter(has).length, perMonth.metric),
  ];
}
