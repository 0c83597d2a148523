import { BackupBucket } from './backup-bucket.lambda';
import { BACKUP_PREFIXES, BackupManifest, backupPrefix, baseOf, manifestKey, METADATA_FILE, parseManifest, parseName } from '../backup-manifest';
import { BackupSchedule, expiredBackups, oldFailures, uncleanBackups } from '../backup-plan';

/** The size of the beginning of a metadata file that has the base, in bytes. */
const METADATA_HEAD = 4_096;

/** The object with the time of the first run. */
const FIRST_RUN_KEY = `${BACKUP_PREFIXES.manifests}first-run.json`;

/** The time that a run keeps for itself while it deletes objects, in milliseconds. */
const RESERVED_MS = 120_000;

/** The records of all backups in the bucket, and the objects that belong to them. */
export class BackupRecords {
  public constructor(
    public readonly bucket: BackupBucket,
    private readonly now: () => number,
    private readonly timeLeft: () => number,
  ) {}

  /** Returns the records of all backups. A text that is not a record is left alone. */
  public async read(): Promise<BackupManifest[]> {
    const keys = await this.bucket.keys(BACKUP_PREFIXES.manifests);
    const known = keys.filter((key) => parseName(key.slice(BACKUP_PREFIXES.manifests.length).replace(/\.json$/, '')));
    const texts = await inBatches(known, (key) => this.bucket.get(key));
    return texts.flatMap((text, index) => {
      const manifest = text === undefined ? undefined : parseManifest(text);
      if (text !== undefined && !manifest) {
        console.error(`${known[index]} is not the record of a backup: it is treated as lost`);
      }
      return manifest ? [manifest] : [];
    });
  }

  /** Writes the record of a new backup unless there is one of its name; returns whether it did. */
  public create(manifest: BackupManifest): Promise<boolean> {
    return this.bucket.create(manifestKey(manifest.name), manifest);
  }

  /** Writes the record of a backup. */
  public async write(manifest: BackupManifest): Promise<void> {
    if (manifest.state === 'failed' || manifest.state === 'damaged') {
      console.error(`${manifest.name} is ${manifest.state}: ${manifest.error}`);
    }
    await this.bucket.put(manifestKey(manifest.name), manifest);
  }

  /** Deletes the record of a backup, without its objects. */
  public async withdraw({ name }: BackupManifest): Promise<void> {
    await this.bucket.delete([manifestKey(name)]);
  }

  /** Returns the time of the first run, in milliseconds. */
  public async firstRun(): Promise<number> {
    const text = await this.bucket.get(FIRST_RUN_KEY);
    const time = text === undefined ? NaN : Date.parse((JSON.parse(text) as { time?: string }).time ?? '');
    if (!Number.isNaN(time)) {
      return time;
    }
    await this.bucket.put(FIRST_RUN_KEY, { time: new Date(this.now()).toISOString() });
    return this.now();
  }

  /**
   * Adds records of complete backups whose records were lost, and deletes incomplete ones. Folders with other names are left alone.
   *
   * @param manifests the records
   * @param minAge the age below which a record may still be written, in milliseconds
   * @param isRunning returns whether the server is writing a backup
   */
  public async adopt(manifests: BackupManifest[], minAge: number, isRunning: (name: string) => Promise<boolean>): Promise<BackupManifest[]> {
    const known = new Set(manifests.map(({ name }) => name));
    const adopted: BackupManifest[] = [];
    for (const name of await this.bucket.folders(BACKUP_PREFIXES.backups)) {
      const parsed = parseName(name);
      if (!parsed || known.has(name) || this.now() - Date.parse(parsed.started) < minAge || (await isRunning(name))) {
        continue;
      }
      const metadata = await this.bucket.get(backupPrefix(name) + METADATA_FILE, METADATA_HEAD);
      if (metadata === undefined) {
        console.log(`${name} has no record and is incomplete: its objects are deleted`);
        await this.bucket.deleteAll(backupPrefix(name), this.hasTime);
        continue;
      }
      const base = baseOf(metadata);
      const manifest: BackupManifest = {
        name,
        // ClickHouse names the base only if a file of it is in use.
        kind: base === undefined ? 'full' : 'incremental',
        base,
        state: 'done',
        started: parsed.started,
        finished: parsed.started,
        isAdopted: true,
        etag: await this.bucket.etag(backupPrefix(name) + METADATA_FILE),
      };
      console.log(`${name} has no record: it is adopted`);
      await this.write(manifest);
      adopted.push(manifest);
    }
    return [...manifests, ...adopted];
  }

  /** Deletes the objects of failed backups and of expired chains. The rest is deleted by the next run if there is no time. */
  public async deleteOld(manifests: readonly BackupManifest[], schedule: BackupSchedule): Promise<void> {
    for (const manifest of uncleanBackups(manifests)) {
      if (await this.bucket.deleteAll(backupPrefix(manifest.name), this.hasTime)) {
        await this.write({ ...manifest, isCleaned: true });
      }
    }
    for (const manifest of oldFailures(manifests, this.now())) {
      await this.withdraw(manifest);
    }
    const expired = expiredBackups(manifests, schedule, this.now());
    // First all records: a chain that is deleted in part must not count as one that can be restored.
    for (const manifest of expired.filter(({ state }) => state !== 'deleting')) {
      await this.write({ ...manifest, state: 'deleting' });
    }
    for (const manifest of expired) {
      if (!(await this.bucket.deleteAll(backupPrefix(manifest.name), this.hasTime))) {
        return;
      }
      await this.withdraw(manifest);
      console.log(`${manifest.name} is older than the retention: it is deleted`);
    }
  }

  private readonly hasTime = (): boolean => this.timeLeft() > RESERVED_MS;
}

/** Runs an operation for each item, ten at a time. */
async function inBatches<T, R>(items: readonly T[], operation: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (let first = 0; first < items.length; first += 10) {
    results.push(...(await Promise.all(items.slice(first, first + 10).map(operation))));
  }
  return results;
}
