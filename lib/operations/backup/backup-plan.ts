import { BackupKind, BackupManifest, rowsOf } from './backup-manifest';

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** The time for which the record of a failed backup is kept. */
const FAILURES_KEPT = 7 * DAY;

/** The longest pause after failures. */
const MAX_PAUSE = 12 * HOUR;

/** The number of failed incremental backups after which the next one is full: their base may be the reason. */
const FAILURES_BEFORE_FULL = 2;

/** The part of the rows that a newer backup must have, so that older ones are deleted in time. */
const SHRUNK = 0.5;

/** The schedule and the retention of backups. Times are in milliseconds. */
export interface BackupSchedule {
  readonly fullInterval: number;
  readonly incrementalInterval: number;
  /** The time for which every backup can be restored at least. */
  readonly retention: number;
}

/** A backup to start. */
export interface DueBackup {
  readonly kind: BackupKind;
  /** The base of an incremental backup, and everything that it is based on, newest first. */
  readonly chain: readonly BackupManifest[];
  readonly reason: string;
}

/** Backups that cannot be restored without each other: a full one, and those based on it. */
export interface BackupChain {
  readonly root: BackupManifest;
  /** Every backup of the chain, also failed ones, oldest first. */
  readonly members: readonly BackupManifest[];
}

/**
 * Returns a backup and everything that it is based on, newest first; undefined if it cannot be restored, because it or one of them is missing, not
 * done, or damaged.
 */
export function restoreChain(name: string, manifests: readonly BackupManifest[]): BackupManifest[] | undefined {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const chain: BackupManifest[] = [];
  for (let next: string | undefined = name; next !== undefined;) {
    const manifest = byName.get(next);
    if (manifest?.state !== 'done' || chain.includes(manifest)) {
      return undefined;
    }
    chain.push(manifest);
    next = manifest.kind === 'full' ? undefined : manifest.base;
  }
  return chain;
}

/** Returns the backups that can be restored, oldest first. */
export function restorable(manifests: readonly BackupManifest[]): BackupManifest[] {
  return manifests.filter(({ name }) => restoreChain(name, manifests) !== undefined).sort(byStart);
}

/** Returns the newest backup that can be restored. */
export function lastRestorable(manifests: readonly BackupManifest[]): BackupManifest | undefined {
  return restorable(manifests).at(-1);
}

/** Returns all chains, oldest first. An incremental backup whose base has no record is a chain of its own. */
export function chainsOf(manifests: readonly BackupManifest[]): BackupChain[] {
  const byName = new Map(manifests.map((manifest) => [manifest.name, manifest]));
  const members = new Map<BackupManifest, BackupManifest[]>();
  for (const manifest of [...manifests].sort(byStart)) {
    const root = rootOf(manifest, byName);
    members.set(root, [...(members.get(root) ?? []), manifest]);
  }
  return [...members].map(([root, list]) => ({ root, members: list })).sort((a, b) => byStart(a.root, b.root));
}

/**
 * Returns the backup that is due; undefined if none is, or if one is running.
 *
 * @param manifests the records of all backups
 * @param schedule the schedule
 * @param now the time
 * @param isWanted indicates that a backup is wanted now, such as before a migration
 */
export function dueBackup(manifests: readonly BackupManifest[], schedule: BackupSchedule, now: number, isWanted = false): DueBackup | undefined {
  if (manifests.some(({ state }) => state === 'running')) {
    return undefined;
  }
  // A clock that was ahead must not stop backups until its time has come.
  const known = manifests.filter((manifest) => startOf(manifest) <= now + HOUR);
  const last = lastRestorable(known);
  const failures = failuresAfter(last, known);
  if (!isWanted && failures.length > 0 && now - startOf(failures.at(-1)!) < Math.min(2 ** (failures.length - 1) * HOUR, MAX_PAUSE)) {
    return undefined;
  }
  if (!last) {
    return { kind: 'full', chain: [], reason: 'there is no backup that can be restored' };
  }
  const chain = restoreChain(last.name, known)!;
  const isOlder = (manifest: BackupManifest, interval: number) => now - startOf(manifest) >= interval;
  if (isOlder(chain.at(-1)!, schedule.fullInterval)) {
    return { kind: 'full', chain: [], reason: `the last full backup, ${chain.at(-1)!.name}, is old` };
  }
  if (failures.filter(({ kind }) => kind === 'incremental').length >= FAILURES_BEFORE_FULL) {
    return { kind: 'full', chain: [], reason: `incremental backups on ${last.name} fail` };
  }
  if (isWanted || isOlder(last, schedule.incrementalInterval)) {
    return { kind: 'incremental', chain, reason: isWanted ? 'it was requested' : `the last backup, ${last.name}, is old` };
  }
  return undefined;
}

/**
 * Returns the backups to delete, in this order: each before the one that it is based on.
 *
 * A chain is deleted as a whole, when its newest backup is older than the retention. The chain of the newest backup that can be restored stays, and
 * so does that of a running one. If the newest backup has less than half of its rows, a chain is kept twice as long: a loss that nobody
 * noticed in time must not delete its own backups.
 */
export function expiredBackups(manifests: readonly BackupManifest[], { retention }: BackupSchedule, now: number): BackupManifest[] {
  const last = lastRestorable(manifests);
  const left = last && rowsOf(last);
  return chainsOf(manifests)
    .filter(({ members }) => {
      const newest = Math.max(...members.map(endOf));
      if (members.some(({ state }) => state === 'deleting')) {
        // Its deletion has begun, so it cannot be restored any more, except if a member is new.
        return newest <= now - retention;
      }
      if (last === undefined || members.includes(last) || members.some(({ state }) => state === 'running')) {
        return false;
      }
      const rows = Math.max(...members.map((member) => rowsOf(member) ?? 0));
      return newest <= now - (left !== undefined && left < rows * SHRUNK ? 2 * retention : retention);
    })
    .flatMap(({ members }) => [...members].reverse());
}

/** Returns the failed backups whose objects are still to be deleted. */
export function uncleanBackups(manifests: readonly BackupManifest[]): BackupManifest[] {
  return manifests.filter(({ state, isCleaned }) => state === 'failed' && isCleaned !== true);
}

/** Returns the failed backups whose records are old. A record that a backup is based on stays. */
export function oldFailures(manifests: readonly BackupManifest[], now: number): BackupManifest[] {
  const bases = new Set(manifests.map(({ base }) => base));
  return manifests.filter(
    (manifest) => manifest.state === 'failed' && manifest.isCleaned === true && startOf(manifest) <= now - FAILURES_KEPT && !bases.has(manifest.name),
  );
}

/** Returns the end of a backup, or its start if it has none, in milliseconds. */
export function endOf({ started, finished }: BackupManifest): number {
  return Date.parse(finished ?? started);
}

function startOf({ started }: BackupManifest): number {
  return Date.parse(started);
}

function byStart(a: BackupManifest, b: BackupManifest): number {
  return startOf(a) - startOf(b) || (a.name < b.name ? -1 : 1);
}

function failuresAfter(last: BackupManifest | undefined, manifests: readonly BackupManifest[]): BackupManifest[] {
  return manifests.filter((manifest) => manifest.state === 'failed' && (last === undefined || startOf(manifest) > startOf(last))).sort(byStart);
}

function rootOf(manifest: BackupManifest, byName: ReadonlyMap<string, BackupManifest>): BackupManifest {
  const seen = new Set<BackupManifest>();
  let root = manifest;
  while (root.kind === 'incremental' && root.base !== undefined && !seen.has(root)) {
    seen.add(root);
    const base = byName.get(root.base);
    if (!base) {
      break;
    }
    root = base;
  }
  return root;
}
