import fc from 'fast-check';
import { BackupManifest, backupName, parseManifest } from '../../../lib/operations/backup/backup-manifest';
import {
  BackupSchedule,
  chainsOf,
  dueBackup,
  endOf,
  expiredBackups,
  lastRestorable,
  oldFailures,
  restorable,
  restoreChain,
} from '../../../lib/operations/backup/backup-plan';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const START = Date.parse('2026-11-30T03:00:00Z');
const SCHEDULE: BackupSchedule = { fullInterval: 7 * DAY, incrementalInterval: DAY, retention: 14 * DAY };

/** The record of a backup that began some hours after the start, and took one. */
function backup(hours: number, options: Partial<BackupManifest> = {}): BackupManifest {
  const time = START + hours * HOUR;
  const kind = options.kind ?? (options.base === undefined ? 'full' : 'incremental');
  return {
    name: backupName(kind, time),
    kind,
    state: 'done',
    started: new Date(time).toISOString(),
    finished: new Date(time + HOUR).toISOString(),
    ...options,
  };
}

const FULL = backup(0);
const FIRST = backup(24, { base: FULL.name });
const SECOND = backup(48, { base: FIRST.name });

const at = (hours: number) => START + hours * HOUR;

describe('the next backup', () => {
  test('is full if there is none, and incremental on the last one a day later', () => {
    expect(dueBackup([], SCHEDULE, at(0))).toMatchObject({ kind: 'full', chain: [] });
    expect(dueBackup([FULL], SCHEDULE, at(23))).toBeUndefined();
    expect(dueBackup([FULL, FIRST], SCHEDULE, at(48))).toMatchObject({ kind: 'incremental', chain: [FIRST, FULL] });
  });

  test('is full after a week, also right after an incremental one', () => {
    expect(dueBackup([FULL, backup(167, { base: FULL.name })], SCHEDULE, at(168))).toMatchObject({ kind: 'full' });
  });

  test('does not start while another one runs', () => {
    expect(dueBackup([FULL, backup(1, { base: FULL.name, state: 'running' })], SCHEDULE, at(500), true)).toBeUndefined();
  });

  test('waits for longer after each failure, at most half a day', () => {
    const failures = [0, 1, 3, 7, 15, 27].map((hours) => backup(hours, { state: 'failed', kind: 'full' }));
    const due = (count: number, hours: number) => dueBackup(failures.slice(0, count), SCHEDULE, at(hours)) !== undefined;
    expect([due(1, 0.9), due(1, 1), due(2, 2.9), due(2, 3), due(5, 26.9), due(5, 27), due(6, 38.9), due(6, 39)]).toEqual([
      false,
      true,
      false,
      true,
      false,
      true,
      false,
      true,
    ]);
  });

  test('is full if incremental ones fail twice, and if the base is damaged or its record is missing', () => {
    const failed = (hours: number) => backup(hours, { base: FULL.name, state: 'failed' });
    expect(dueBackup([FULL, failed(24)], SCHEDULE, at(26))).toMatchObject({ kind: 'incremental' });
    expect(dueBackup([FULL, failed(24), failed(26)], SCHEDULE, at(30))).toMatchObject({ kind: 'full' });
    expect(dueBackup([{ ...FULL, state: 'damaged' }, FIRST], SCHEDULE, at(48))).toMatchObject({ kind: 'full' });
    expect(dueBackup([FIRST], SCHEDULE, at(48))).toMatchObject({ kind: 'full' });
  });

  test('is made when it is requested, also soon after another one and after a failure', () => {
    expect(dueBackup([FULL], SCHEDULE, at(2), true)).toMatchObject({ kind: 'incremental' });
    expect(dueBackup([FULL, backup(2, { base: FULL.name, state: 'failed' })], SCHEDULE, at(2), true)).toMatchObject({ kind: 'incremental' });
  });

  test('does not wait for the time of a clock that was ahead', () => {
    const future = backup(10_000);
    expect(dueBackup([FULL, future], SCHEDULE, at(24))).toMatchObject({ kind: 'incremental', chain: [FULL] });
    expect(dueBackup([future], SCHEDULE, at(24))).toMatchObject({ kind: 'full' });
  });
});

describe('backups that are deleted', () => {
  const NEXT = backup(168);

  test('are those of a chain whose newest is older than the retention, each before its base', () => {
    const all = [FULL, FIRST, SECOND, NEXT];
    expect(expiredBackups(all, SCHEDULE, endOf(SECOND) + 14 * DAY - 1)).toEqual([]);
    expect(expiredBackups(all, SCHEDULE, endOf(SECOND) + 14 * DAY)).toEqual([SECOND, FIRST, FULL]);
  });

  test('are never the last ones that can be restored, however old they are', () => {
    expect(expiredBackups([FULL, FIRST], SCHEDULE, at(100_000))).toEqual([]);
    expect(expiredBackups([FULL, FIRST, backup(168, { state: 'failed', kind: 'full' })], SCHEDULE, at(100_000))).not.toContain(FULL);
  });

  test('are kept twice as long if the newest backup has less than half of their rows', () => {
    const tables = (rows: number) => [{ name: 'sharded_events', rows, parts: [] }];
    const all = [
      { ...FULL, tables: tables(1_000) },
      { ...NEXT, tables: tables(10) },
    ];
    expect(expiredBackups(all, SCHEDULE, endOf(FULL) + 14 * DAY)).toEqual([]);
    expect(expiredBackups(all, SCHEDULE, endOf(FULL) + 28 * DAY)).toEqual([all[0]]);
  });

  test('go on to be deleted if a run was interrupted', () => {
    const half = [
      { ...FULL, state: 'deleting' as const },
      { ...FIRST, state: 'deleting' as const },
    ];
    expect(expiredBackups([...half, backup(600)], SCHEDULE, at(600))).toEqual([half[1], half[0]]);
  });

  test('include the records of old failures, except those that others are based on', () => {
    const failed = backup(0, { state: 'failed', kind: 'full', isCleaned: true });
    expect(oldFailures([failed], at(167))).toEqual([]);
    expect(oldFailures([failed], at(168))).toEqual([failed]);
    expect(oldFailures([failed, backup(1, { base: failed.name })], at(168))).toEqual([]);
  });
});

test('a chain that refers to itself or to a missing backup cannot be restored', () => {
  const loop = backup(0, { kind: 'incremental', base: backupName('incremental', START) });
  expect(restoreChain(loop.name, [loop])).toBeUndefined();
  expect(restoreChain(SECOND.name, [FULL, SECOND])).toBeUndefined();
  expect(restoreChain(SECOND.name, [SECOND, FULL, FIRST])).toEqual([SECOND, FIRST, FULL]);
  expect(chainsOf([loop, FULL]).flatMap(({ members }) => members)).toHaveLength(2);
});

test('a text that is not a record is none', () => {
  expect(['', 'null', '{}', '{"name":"x"}', JSON.stringify({ ...FIRST, base: undefined })].map(parseManifest)).toEqual(Array(5).fill(undefined));
  expect(parseManifest(JSON.stringify(FIRST))).toEqual(FIRST);
});

/** An hour in the life of an installation: what happens to the backup that is due, and to the records. */
interface Hour {
  readonly skipped: number;
  readonly outcome: 'done' | 'failed' | 'running';
  readonly damages: number;
  readonly rows: number;
  readonly interrupted: boolean;
}

const HOURS = fc.array(
  fc.record<Hour>({
    skipped: fc.integer({ min: 1, max: 80 }),
    outcome: fc.constantFrom('done', 'done', 'done', 'failed', 'running'),
    damages: fc.integer({ min: 0, max: 30 }),
    rows: fc.integer({ min: 1, max: 1_000 }),
    interrupted: fc.boolean(),
  }),
  { maxLength: 120 },
);

test('retention never breaks a chain, never deletes the last backup that can be restored, and keeps each as long as promised', () => {
  fc.assert(
    fc.property(HOURS, fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 20 }), (hours, fullDays, more) => {
      const schedule = { fullInterval: fullDays * DAY, incrementalInterval: DAY, retention: (fullDays + more) * DAY };
      let now = START;
      let manifests: BackupManifest[] = [];
      for (const { skipped, outcome, damages, rows, interrupted } of hours) {
        now += skipped * HOUR;
        manifests = manifests.map((one) => (one.state === 'running' ? { ...one, state: 'done', finished: new Date(now).toISOString() } : one));
        // Damage to the newest one, but not to the only one: nothing could be restored then.
        if (damages === 0 && restorable(manifests).length > 1) {
          const { name } = lastRestorable(manifests)!;
          manifests = manifests.map((one) => (one.name === name ? { ...one, state: 'damaged' } : one));
        }
        const before = restorable(manifests);
        const expired = expiredBackups(manifests, schedule, now);
        const deleted = new Set((interrupted ? expired.slice(0, 1) : expired).map(({ name }) => name));
        const marked = new Set(expired.map(({ name }) => name));
        manifests = manifests
          .filter(({ name }) => !deleted.has(name))
          .map((one) => (marked.has(one.name) ? { ...one, state: 'deleting' as const } : one));
        const after = restorable(manifests).map(({ name }) => name);
        expect(after.length > 0).toBe(before.length > 0);
        expect(before.filter((one) => endOf(one) > now - schedule.retention && !after.includes(one.name))).toEqual([]);
        // Whoever deletes in this order leaves no backup without its base, wherever it stops.
        expired.forEach((one, index) => expect(expired.slice(index + 1).some(({ base }) => base === one.name)).toBe(false));
        const due = dueBackup(manifests, schedule, now);
        if (due) {
          expect(due.kind === 'full' || restoreChain(due.chain[0].name, manifests) !== undefined).toBe(true);
          manifests.push(
            backup((now - START) / HOUR, {
              kind: due.kind,
              base: due.chain[0]?.name,
              state: outcome,
              isCleaned: true,
              tables: [{ name: 'events', rows, parts: [] }],
            }),
          );
        }
      }
    }),
  );
});

test('every chain is deleted in the end, within twice the retention after its newest backup', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1_000 }), { minLength: 2, maxLength: 40 }), (sizes) => {
      const manifests = sizes.map((rows, index) => backup(index * 24, { tables: [{ name: 'events', rows, parts: [] }] }));
      const last = manifests.at(-1)!;
      const left = manifests.filter((one) => !expiredBackups(manifests, SCHEDULE, endOf(last) + 2 * SCHEDULE.retention).includes(one));
      expect(left).toEqual([last]);
    }),
  );
});
