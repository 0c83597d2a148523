/** The engines of tables that only read from Kafka. RESTORE must leave them out: they would fill tables while these are restored. */
export const KAFKA_ENGINE = 'Kafka';

/** Returns a name in backticks. */
export function identifier(name: string): string {
  return `\`${name.replace(/[\\`]/g, '\\$&')}\``;
}

/** Returns a text in quotes. */
export function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}

/** Returns the S3 location of a backup for BACKUP and RESTORE. The server signs with the role of its instance. */
export function backupLocation(bucketUrl: string, prefix: string): string {
  return `S3(${quoted(`${bucketUrl}/${prefix}`)})`;
}

/** Options for `backupStatement`. */
export interface BackupStatementOptions {
  readonly database: string;
  readonly id: string;
  /** The location, from `backupLocation`. */
  readonly location: string;
  readonly baseLocation?: string;
}

/** Returns the statement that starts a backup and does not wait for it. */
export function backupStatement({ database, id, location, baseLocation }: BackupStatementOptions): string {
  const settings = [`id = ${quoted(id)}`, ...(baseLocation === undefined ? [] : [`base_backup = ${baseLocation}`])];
  return `BACKUP DATABASE ${identifier(database)} TO ${location} SETTINGS ${settings.join(', ')} ASYNC`;
}

/**
 * Returns the statement that restores a database without its Kafka tables.
 *
 * @param database the database, which must be empty
 * @param location the location, from `backupLocation`
 * @param kafkaTables the names of the Kafka tables
 */
export function restoreStatement(database: string, location: string, kafkaTables: readonly string[]): string {
  const except =
    kafkaTables.length === 0 ? '' : ` EXCEPT TABLES ${kafkaTables.map((table) => `${identifier(database)}.${identifier(table)}`).join(', ')}`;
  return `RESTORE DATABASE ${identifier(database)}${except} FROM ${location}`;
}

/** Returns the statement that restores a table; as another one if `as` is given. */
export function restoreTableStatement(database: string, table: string, location: string, as?: string): string {
  const target = as === undefined ? '' : ` AS ${identifier(database)}.${identifier(as)}`;
  return `RESTORE TABLE ${identifier(database)}.${identifier(table)}${target} FROM ${location}`;
}

/** Returns the query for the tables that store rows, with their rows. */
export function tablesQuery(database: string): string {
  return (
    `SELECT name, toString(ifNull(total_rows, 0)) AS rows FROM system.tables ` +
    `WHERE database = ${quoted(database)} AND engine LIKE '%MergeTree' ORDER BY name`
  );
}

/** Returns the query for the active parts of all tables. The hash is that of the part's files, which a backup and a restore do not change. */
export function partsQuery(database: string): string {
  return (
    'SELECT table, name, hash_of_all_files AS hash, toString(rows) AS rows FROM system.parts ' +
    `WHERE database = ${quoted(database)} AND active ORDER BY table, name`
  );
}

/** Returns the query for what the server knows about backups since its start. */
export function backupsQuery(): string {
  return 'SELECT id, status, error, num_files, total_size FROM system.backups';
}

/** Returns the query for the names of the Kafka tables. */
export function kafkaTablesQuery(database: string): string {
  return `SELECT name FROM system.tables WHERE database = ${quoted(database)} AND engine = '${KAFKA_ENGINE}' ORDER BY name`;
}
