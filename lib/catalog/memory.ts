import { PostHogProcess } from './posthog-process';

/** The evidence for the memory of a process. */
export interface MemoryEvidence {
  /** MiB that one idle task needs, in total; undefined if it was not measured. */
  readonly mib?: number;
  /** The measurement, or the basis of the guess. */
  readonly basis: string;
  /** The code that was measured; undefined for a guess. */
  readonly commit?: string;
}

/** PostHog's tree of 13 July 2026. */
const JULY = 'mergebloom/posthog-infra @feb3708';

const RUST = { basis: 'guess: a Rust service without load takes tens of MiB' };
const NODE = { basis: 'guess: half a GiB for the bundle and its heap' };

/**
 * The memory of every process: measured with the real code, or a guess. The sizes in process-size.ts must be at least as large as measured.
 *
 * Method: /proc/PID/smaps_rollup of the process, with the environment of the synthesised template, real PostgreSQL and Redis.
 */
export const MEMORY: Readonly<Record<PostHogProcess, MemoryEvidence>> = {
  [PostHogProcess.WEB]: {
    mib: 1733,
    commit: JULY,
    basis:
      'per worker 757 MB anonymous after 15 requests, 694 MB before the first, and 219 MB of file pages that all share (Granian ' +
      '2.7.6): here two workers. ' +
      'Production reports 0.7 to 1.5 GB a worker after days (enricofranke/posthog-k8s, tao101/dokploy-templates, 2026)',
  },
  [PostHogProcess.WORKER]: {
    mib: 2100,
    commit: JULY,
    basis: 'Pss of Celery 702 MB, its scheduler 694 MB and two children of 730 to 834 MB, which share most: 2.2 GB. Production reports 1 GB a child',
  },
  [PostHogProcess.TEMPORAL_DJANGO_WORKER]: {
    mib: 1069,
    commit: JULY,
    basis:
      'one process, a minute after its start on Temporal 1.26.2: 26 queues and the sources of data imports, Rss 1,069 MiB, anonymous ' +
      '838 MiB; the 8 queues of the default, ' +
      'Rss 930 MiB, anonymous 703 MiB',
  },
  [PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER]: {
    mib: 896,
    commit: JULY,
    basis: 'one process with both queues, a minute after its start: Rss 896 MiB, anonymous 693 MiB; the buffers of running exports are not in it',
  },
  [PostHogProcess.TEMPORAL]: {
    mib: 194,
    commit: 'go.temporal.io/server v1.26.2',
    basis: 'Rss of the server with its four parts, 107 schedules and the pollers of 26 queues, after 50 minutes',
  },
  [PostHogProcess.LIVESTREAM]: { basis: 'guess: a Go service with a GeoIP database' },
  [PostHogProcess.BROWSERLESS]: { basis: 'guess: a Chromium of several hundred MiB for each page' },
  [PostHogProcess.CAPTURE]: {
    mib: 55,
    commit: JULY,
    basis:
      'Rss after a few events, without optimisations of the compiler. On top, each of two Kafka producers may hold 400 MiB of events while ' +
      'Kafka does not answer (rust/capture/src/config.rs)',
  },
  [PostHogProcess.REPLAY_CAPTURE]: {
    mib: 41,
    commit: JULY,
    basis:
      'Rss after its start, without optimisations of the compiler; four recordings of 31 MB at once took it to 308 MiB. Its Kafka producer ' +
      'may hold 400 MiB while Kafka does not answer',
  },
  [PostHogProcess.CAPTURE_AI]: {
    mib: 53,
    commit: JULY,
    basis:
      'Rss after its start, without optimisations of the compiler; four AI events of 8 MB at once took it to 146 MiB, bodies of up to 34 MB ' +
      'one after the other to 239 MiB. Its Kafka producers as those of capture',
  },
  [PostHogProcess.CAPTURE_LOGS]: { basis: 'guess: as capture' },
  [PostHogProcess.FEATURE_FLAGS]: RUST,
  [PostHogProcess.HYPERCACHE_SERVER]: RUST,
  [PostHogProcess.PERSONHOG_REPLICA]: RUST,
  [PostHogProcess.PERSONHOG_ROUTER]: RUST,
  [PostHogProcess.PROPERTY_DEFS]: RUST,
  [PostHogProcess.PROPERTY_DEFS_AI]: RUST,
  [PostHogProcess.CYMBAL]: { mib: 75, commit: JULY, basis: 'Rss after its first exception, without optimisations of the compiler' },
  [PostHogProcess.CYMBAL_NOTIFICATIONS]: { mib: 85, commit: JULY, basis: 'Rss after its first notification, without optimisations of the compiler' },
  [PostHogProcess.CYMBAL_RESOLUTION]: {
    mib: 61,
    commit: JULY,
    basis: 'Rss after its first exception, without optimisations of the compiler and without a symbol set, which may take some hundred MiB',
  },
  [PostHogProcess.PLUGINS]: NODE,
  [PostHogProcess.CDP_JANITOR]: NODE,
  [PostHogProcess.CDP_HOGFLOW_SCHEDULER]: NODE,
  [PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER]: NODE,
  [PostHogProcess.INGESTION_GENERAL]: NODE,
  [PostHogProcess.INGESTION_SESSION_REPLAY]: NODE,
  [PostHogProcess.INGESTION_ERROR_TRACKING]: NODE,
  [PostHogProcess.INGESTION_LOGS]: NODE,
  [PostHogProcess.INGESTION_TRACES]: NODE,
  [PostHogProcess.RECORDING_API]: NODE,
};

/** The limit of one worker of the web server; see WEB above. */
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
