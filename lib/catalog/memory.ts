import { PostHogSize } from './posthog-size';

/** The evidence for the memory of a process. */
export interface MemoryEvidence {
  /** MiB that one idle task needs, in total; undefined if it was not measured. */
  readonly mib?: number;
  /** The measurement, or the basis of the guess. */
  readonly basis: string;
  /** The code that was measured; undefined for a guess. */
  readonly commit?: string;
  /** MiB that a task reserves on a shared instance, by size. It may take more, up to the limit of the size, while the instance has it. */
  readonly reservationMiB: Readonly<Record<PostHogSize, number>>;
  /** The load that the reservations are for, or `guess: ` and what they are guessed from. */
  readonly reservationBasis: string;
}

/** Returns the MiB that a task of a process reserves on a shared instance; never more than the limit of the size. */
export function memoryReservation({ memory }: { readonly memory: MemoryEvidence }, size: PostHogSize): number {
  return memory.reservationMiB[size];
}

/**
 * PostHog's tree of 13 July 2026, which was measured.
 *
 * Method: /proc/PID/smaps_rollup of the process, with the environment of the synthesised template, real PostgreSQL and Redis.
 */
export const JULY_TREE = 'mergebloom/posthog-infra @feb3708';

/** The basis of reservations for which no load was measured. */
export const HALF_OF_LIMIT = 'guess: about half of the limit';

/** Returns the guess for a Rust service. */
export function guessedRustMemory(reservationMiB: MemoryEvidence['reservationMiB']): MemoryEvidence {
  return { basis: 'guess: a Rust service without load takes tens of MiB', reservationMiB, reservationBasis: HALF_OF_LIMIT };
}

/** The measured memory of a Node process. */
interface NodeMeasurement {
  /** Resident MiB, median of five idle minutes. */
  readonly idleMiB: number;
  /** Resident MiB at most, at its start. */
  readonly startMiB: number;
  /** Resident MiB at most under load; undefined if no load was measured. */
  readonly loadMiB?: number;
  /** The load. */
  readonly load?: string;
}

/**
 * Returns the memory of a Node process that was measured with Node.js 24.13, Kafka 3.9, PostgreSQL 15, Redis 7 and a GeoIP database of 62 MB, by
 * scripts/process-memory. Its code was compiled by esbuild; RE2, uWebSockets.js and the native job queue had substitutes in JavaScript.
 * `reservationMiB` is at least the peak and a quarter.
 */
export function nodeMemory({ idleMiB, startMiB, loadMiB, load }: NodeMeasurement, reservationMiB: MemoryEvidence['reservationMiB']): MemoryEvidence {
  const underLoad = loadMiB === undefined ? '' : `; ${loadMiB} MiB with ${load}`;
  return {
    mib: idleMiB,
    commit: JULY_TREE,
    basis: `Rss, median of five idle minutes; ${startMiB} MiB at its start${underLoad}`,
    reservationMiB,
    reservationBasis:
      loadMiB === undefined
        ? `guess: the peak at its start, ${startMiB} MiB, and a quarter; more in larger sizes, for a load that was not measured`
        : `the peak under load, ${loadMiB} MiB, and a quarter; more in larger sizes`,
  };
}

/** The limit of one worker of the web server; see the memory of `web`. */
const WEB_WORKER_MIB = 2048;

/** The margin below that, for the request that exceeds the limit of a worker and for the new worker that starts before the old one ends. */
const WEB_MARGIN_MIB = 320;

/** Returns the number of workers of the web server in a task, and the size at which one is replaced. */
export function webServerMemory(memoryLimitMiB: number): { readonly workers: number; readonly recycleAtMiB: number } {
  const workers = Math.max(1, Math.floor(memoryLimitMiB / WEB_WORKER_MIB));
  return { workers, recycleAtMiB: Math.floor(memoryLimitMiB / workers) - WEB_MARGIN_MIB };
}

/** The memory of Celery itself and its scheduler, 1.4 GB, and a margin. */
const CELERY_BASE_MIB = 2048;

/** The limit of a child of Celery: no task of PostHog should need more, and a child with more has a leak. */
const CELERY_CHILD_MIB = 2048;

/** Returns the number of children of Celery in a task, and the size at which one is replaced. */
export function celeryMemory(cpu: number, memoryLimitMiB: number): { readonly children: number; readonly recycleAtMiB: number } {
  const children = Math.max(2, Math.floor(cpu / 1024));
  return { children, recycleAtMiB: Math.min(CELERY_CHILD_MIB, Math.floor((memoryLimitMiB - CELERY_BASE_MIB) / children)) };
}
