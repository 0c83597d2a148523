/** The evidence for the memory of a process. */
export interface MemoryEvidence {
  /** MiB that one idle task needs, in total; undefined if it was not measured. */
  readonly mib?: number;
  /** The measurement, or the basis of the guess. */
  readonly basis: string;
  /** The code that was measured; undefined for a guess. */
  readonly commit?: string;
}

/**
 * PostHog's tree of 13 July 2026, which was measured.
 *
 * Method: /proc/PID/smaps_rollup of the process, with the environment of the synthesised template, real PostgreSQL and Redis.
 */
export const JULY_TREE = 'mergebloom/posthog-infra @feb3708';

/** The guess for a Rust service. */
export const RUST_MEMORY: MemoryEvidence = { basis: 'guess: a Rust service without load takes tens of MiB' };

/** The guess for a Node process. */
export const NODE_MEMORY: MemoryEvidence = { basis: 'guess: half a GiB for the bundle and its heap' };

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
