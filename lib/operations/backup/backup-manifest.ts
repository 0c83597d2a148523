/** The prefixes of the bucket. ClickHouse writes below the first one only; everything else is the function's. */
export const BACKUP_PREFIXES = {
  backups: 'clickhouse/backups/',
  manifests: 'clickhouse/manifests/',
  drills: 'clickhouse/drills/',
} as const;

/** The object that ClickHouse writes last, with the list of all files of a backup. */
export const METADATA_FILE = '.backup';

/** The object that marks a backup as unfinished. ClickHouse deletes it at the end (src/Backups/BackupImpl.cpp of ClickHouse/ClickHouse). */
export const LOCK_FILE = '.lock';

/** The kind of a backup: a full one, or the difference to another one. */
export type BackupKind = 'full' | 'incremental';

/** The state of a backup. A damaged one, and one that is being deleted, cannot be restored. */
export type BackupState = 'running' | 'done' | 'failed' | 'damaged' | 'deleting';

/** A table of a backup. */
export interface BackedUpTable {
  readonly name: string;
  /** The number of rows when the backup began. */
  readonly rows: number;
  /**
   * The hashes of the parts that existed both before and after the backup, with their rows: they are all in the backup. Merges and insertions replace
   * other parts while the backup runs, so those are not comparable.
   */
  readonly parts: readonly (readonly [hash: string, rows: number])[];
}

/** The record of a backup of ClickHouse: an object of its own in the bucket. */
export interface BackupManifest {
  readonly name: string;
  readonly kind: BackupKind;
  /** The backup that an incremental one is based on. */
  readonly base?: string;
  readonly state: BackupState;
  /** The times in the format of ISO 8601, in UTC. */
  readonly started: string;
  readonly finished?: string;
  readonly error?: string;
  /** Indicates that the record was lost and is derived from the backup itself: it has no tables. */
  readonly isAdopted?: boolean;
  /** Indicates that the objects of a failed backup are deleted. */
  readonly isCleaned?: boolean;
  readonly files?: number;
  readonly bytes?: number;
  /** The ETag of the metadata file: another one is the sign of a backup that was changed. */
  readonly etag?: string;
  readonly tables?: readonly BackedUpTable[];
  /** The names of the Kafka tables, which RESTORE must leave out at first. */
  readonly kafkaTables?: readonly string[];
}

const NAME = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-(full|incremental)$/;

/** Returns the name of a backup that starts now. Names sort by time. */
export function backupName(kind: BackupKind, now: number): string {
  return `${new Date(now).toISOString().replace(/\.\d+|[-:]/g, '')}-${kind}`;
}

/** Returns the time and the kind in the name of a backup; undefined for any other name, such as that of a backup by hand. */
export function parseName(name: string): { readonly started: string; readonly kind: BackupKind } | undefined {
  const match = NAME.exec(name);
  if (!match) {
    return undefined;
  }
  const [, year, month, day, hour, minute, second, kind] = match;
  return { started: `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`, kind: kind as BackupKind };
}

/** Returns the key of the record of a backup. */
export function manifestKey(name: string): string {
  return `${BACKUP_PREFIXES.manifests}${name}.json`;
}

/** Returns the prefix of the objects of a backup. */
export function backupPrefix(name: string): string {
  return `${BACKUP_PREFIXES.backups}${name}/`;
}

/** Parses the record of a backup; undefined if the text is not one. */
export function parseManifest(text: string): BackupManifest | undefined {
  try {
    const value = JSON.parse(text) as Partial<BackupManifest> | null;
    const isManifest =
      typeof value?.name === 'string' &&
      parseName(value.name) !== undefined &&
      typeof value.state === 'string' &&
      !Number.isNaN(Date.parse(value.started ?? '')) &&
      (value.kind === 'full' || typeof value.base === 'string');
    return isManifest ? (value as BackupManifest) : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Returns the base of a backup from the beginning of its metadata file, where ClickHouse names it; undefined for a full backup.
 *
 * @param metadata the beginning of the metadata file, which is XML
 */
export function baseOf(metadata: string): string | undefined {
  return /<base_backup>[^<]*\/([^/<']+)\/?'/.exec(metadata)?.[1];
}

/** Returns the number of rows of a backup; undefined if its record has no tables. */
export function rowsOf({ tables }: BackupManifest): number | undefined {
  return tables?.reduce((sum, { rows }) => sum + rows, 0);
}
