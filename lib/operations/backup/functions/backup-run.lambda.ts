import { setTimeout as sleep } from 'node:timers/promises';
import { BackupRecords } from './backup-records.lambda';
import { BackedUpTable, BackupManifest, backupName, backupPrefix, LOCK_FILE, METADATA_FILE } from '../backup-manifest';
import { DueBackup, dueBackup, endOf, lastRestorable } from '../backup-plan';
import { BackupSettings, BeforeMigrationResult } from '../backup-settings';
import { backupLocation, backupsQuery, backupStatement, kafkaTablesQuery, partsQuery, tablesQuery } from '../clickhouse-statements';
import { ClickHouseClient, ClickHouseError } from '../../clickhouse-client';

/** The time after which a backup without a trace on the server is a failed one: the statement is sent after the record is written. */
const STARTING_MS = 10 * 60_000;

/** The age of a backup up to which a migration does not start another one. */
const FRESH_MS = 60 * 60_000;

/** The time that a run keeps for itself while it waits for a backup, in milliseconds. */
const RESERVED_MS = 60_000;

/** The longest error that is kept in a record. */
const MAX_ERROR_LENGTH = 1_000;

/** The dependencies of a run. */
export interface BackupContext {
  readonly settings: Pick<BackupSettings, 'fullInterval' | 'incrementalInterval' | 'retention' | 'bucketUrl'>;
  readonly database: string;
  readonly records: BackupRecords;
  readonly clickHouse: Pick<ClickHouseClient, 'query' | 'run'>;
  readonly now: () => number;
  /** Returns the time that is left, in milliseconds. */
  readonly timeLeft: () => number;
}

interface PartRow {
  readonly table: string;
  readonly hash: string;
  readonly rows: string;
}

interface ServerBackup {
  readonly id: string;
  readonly status: string;
  readonly error: string;
  readonly num_files: string;
  readonly total_size: string;
}

/** One run of the function: it compares the records in the bucket with the server, and does what is due. */
export class BackupRun {
  public constructor(private readonly context: BackupContext) {}

  /** Completes and starts backups, and deletes old ones. */
  public async reconcile(): Promise<void> {
    const { settings, records, now } = this.context;
    let manifests = await this.complete(await records.read());
    manifests = await records.adopt(manifests, STARTING_MS, async (name) => (await this.serverBackup(name))?.status === 'CREATING_BACKUP');
    await records.deleteOld(manifests, settings);
    const due = dueBackup(manifests, settings, now());
    if (due) {
      await this.start(due, manifests);
    }
  }

  /**
   * Makes sure that there is a backup of the last hour, and returns whether there is. Called again and again until it is done.
   *
   * @param since the start of the migration, in milliseconds
   */
  public async beforeMigration(since: number): Promise<BeforeMigrationResult> {
    const { settings, records, now } = this.context;
    if ((await this.tables()).length === 0) {
      return { outcome: 'done', message: 'ClickHouse has no tables, so there is nothing to back up' };
    }
    let manifests = await this.complete(await records.read());
    const fresh = lastRestorable(manifests);
    if (fresh && endOf(fresh) >= since - FRESH_MS) {
      return { outcome: 'done', message: `the backup ${fresh.name} is recent` };
    }
    const failures = manifests.filter(({ state, started }) => state === 'failed' && Date.parse(started) >= since);
    if (failures.length > 1) {
      return { outcome: 'failed', message: `two backups of ClickHouse failed: ${failures.at(-1)!.error ?? 'no reason given'}` };
    }
    const due = dueBackup(manifests, settings, now(), true);
    if (due) {
      manifests = await this.start(due, manifests);
    }
    const made = lastRestorable(manifests);
    if (made && endOf(made) >= since) {
      return { outcome: 'done', message: `the backup ${made.name} is complete` };
    }
    return { outcome: 'running', message: `the backup ${manifests.find(({ state }) => state === 'running')?.name ?? ''} is running` };
  }

  /** Records the results of backups that were running. */
  private async complete(manifests: BackupManifest[]): Promise<BackupManifest[]> {
    let changed = manifests;
    for (const manifest of manifests.filter(({ state }) => state === 'running')) {
      const next = await this.result(manifest);
      if (next) {
        await this.context.records.write(next);
        changed = changed.map((one) => (one.name === next.name ? next : one));
      }
    }
    return changed;
  }

  /** Returns the record of a backup that has ended; undefined if it still runs. */
  private async result(manifest: BackupManifest): Promise<BackupManifest | undefined> {
    const {
      records: { bucket },
      now,
    } = this.context;
    const row = await this.serverBackup(manifest.name);
    const finished = new Date(now()).toISOString();
    if (row?.status === 'CREATING_BACKUP') {
      return undefined;
    }
    if (row && row.status !== 'BACKUP_CREATED') {
      return { ...manifest, state: 'failed', finished, error: (row.error || row.status).slice(0, MAX_ERROR_LENGTH) };
    }
    const prefix = backupPrefix(manifest.name);
    const etag = await bucket.etag(prefix + METADATA_FILE);
    if (etag !== undefined && (row || (await bucket.etag(prefix + LOCK_FILE)) === undefined)) {
      const size = row ? { files: Number(row.num_files), bytes: Number(row.total_size) } : {};
      return { ...manifest, state: 'done', finished, etag, ...size, tables: await this.stableTables(manifest.tables ?? []) };
    }
    if (!row && now() - Date.parse(manifest.started) < STARTING_MS) {
      return undefined;
    }
    const error = row ? 'ClickHouse reports it as complete, but its metadata file is missing' : 'the server was restarted before it was complete';
    return { ...manifest, state: 'failed', finished, error };
  }

  /** Starts a backup, waits for its end as long as there is time, and returns all records. */
  private async start({ kind, chain, reason }: DueBackup, manifests: BackupManifest[]): Promise<BackupManifest[]> {
    const { settings, database, records, clickHouse, now } = this.context;
    const damaged = await this.damaged(chain);
    if (damaged) {
      // Everything that is based on it cannot be restored either, so the next one is full.
      await records.write(damaged);
      const marked = manifests.map((one) => (one.name === damaged.name ? damaged : one));
      return this.start({ kind: 'full', chain: [], reason: `${damaged.name} is damaged` }, marked);
    }
    const tables = await this.tables();
    if (tables.length === 0) {
      return manifests;
    }
    const started = new Date(now()).toISOString();
    const kafkaTables = (await clickHouse.query<{ name: string }>(kafkaTablesQuery(database))).map(({ name }) => name);
    const manifest: BackupManifest = {
      name: backupName(kind, now()),
      kind,
      base: chain[0]?.name,
      state: 'running',
      started,
      tables,
      kafkaTables,
    };
    if (!(await records.create(manifest))) {
      return manifests;
    }
    // S3 is strongly consistent: of two runs at the same time, at least one sees the other's record, and leaves the backup to it.
    const other = (await records.read()).find(({ state, name }) => state === 'running' && name !== manifest.name);
    if (other) {
      await records.withdraw(manifest);
      console.log(`${other.name} is running already`);
      return [...manifests.filter(({ name }) => name !== other.name), other];
    }
    console.log(`${manifest.name} starts: ${reason}`);
    const location = (name: string) => backupLocation(settings.bucketUrl, backupPrefix(name).slice(0, -1));
    const baseLocation = manifest.base === undefined ? undefined : location(manifest.base);
    try {
      await clickHouse.run(backupStatement({ database, id: manifest.name, location: location(manifest.name), baseLocation }));
    } catch (error) {
      if (!(error instanceof ClickHouseError)) {
        // The connection broke: the backup may have started, so a later run finds out.
        throw error;
      }
      const failed: BackupManifest = { ...manifest, state: 'failed', finished: started, error: error.message.slice(0, MAX_ERROR_LENGTH) };
      await records.write(failed);
      return [...manifests, failed];
    }
    return this.wait([...manifests, manifest]);
  }

  /** Waits for the end of the running backup, so that small ones are recorded at once. */
  private async wait(manifests: BackupManifest[]): Promise<BackupManifest[]> {
    const { timeLeft } = this.context;
    let current = manifests;
    for (let pause = 1_000; timeLeft() > RESERVED_MS + pause; pause = Math.min(pause * 2, 15_000)) {
      await sleep(pause);
      current = await this.complete(current);
      if (!current.some(({ state }) => state === 'running')) {
        break;
      }
    }
    return current;
  }

  /** Returns the first backup of a chain whose metadata file is missing or another one, as a damaged one. */
  private async damaged(chain: readonly BackupManifest[]): Promise<BackupManifest | undefined> {
    for (const manifest of chain) {
      const etag = await this.context.records.bucket.etag(backupPrefix(manifest.name) + METADATA_FILE);
      if (etag === undefined || (manifest.etag !== undefined && etag !== manifest.etag)) {
        const error = etag === undefined ? 'its metadata file is missing' : 'its metadata file was changed';
        return { ...manifest, state: 'damaged', error };
      }
    }
    return undefined;
  }

  private async serverBackup(id: string): Promise<ServerBackup | undefined> {
    return (await this.context.clickHouse.query<ServerBackup>(backupsQuery())).find((row) => row.id === id);
  }

  /** Returns the tables that store rows, with their parts. */
  private async tables(): Promise<BackedUpTable[]> {
    const { clickHouse, database } = this.context;
    const tables = await clickHouse.query<{ name: string; rows: string }>(tablesQuery(database));
    const parts = await clickHouse.query<PartRow>(partsQuery(database));
    const byTable = new Map<string, [string, number][]>();
    parts.forEach(({ table, hash, rows }) => byTable.set(table, [...(byTable.get(table) ?? []), [hash, Number(rows)]]));
    return tables.map(({ name, rows }) => ({ name, rows: Number(rows), parts: byTable.get(name) ?? [] }));
  }

  /** Returns tables with those parts that still exist: they existed before and after the backup, so they are in it. */
  private async stableTables(before: readonly BackedUpTable[]): Promise<BackedUpTable[]> {
    const after = new Set((await this.tables()).flatMap(({ name, parts }) => parts.map(([hash]) => `${name} ${hash}`)));
    return before.map((table) => ({ ...table, parts: table.parts.filter(([hash]) => after.has(`${table.name} ${hash}`)) }));
  }
}
