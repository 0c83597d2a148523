import { PostHogProcess } from '../catalog/posthog-process';

/**
 * The size of all processes. docs/scaling.md describes the load that each size handles, and the data stores to use with it.
 */
export enum PostHogSize {
  /** For evaluation: one task of each process, as small as possible. Not for production data. */
  DEV = 'dev',
  /** Two tasks of each HTTP service, one of everything else: up to about 50 events per second. */
  SMALL = 'small',
  /** Two or more tasks of every process that can have two: up to about 1,000 events per second. */
  PRODUCTION = 'production',
  /** More and larger tasks: up to about 5,000 events per second. */
  LARGE = 'large',
}

/** The size of the tasks of a process, and their minimum and maximum number. */
export interface TaskSize {
  /** CPU units; 1024 are one virtual CPU. */
  readonly cpu: number;
  readonly memoryLimitMiB: number;
  readonly minTasks: number;
  readonly maxTasks: number;
}

type Row = readonly [cpu: number, memoryLimitMiB: number, minTasks: number, maxTasks: number];

const {
  WEB,
  WORKER,
  CAPTURE,
  REPLAY_CAPTURE,
  CAPTURE_AI,
  CAPTURE_LOGS,
  FEATURE_FLAGS,
  HYPERCACHE_SERVER,
  PLUGINS,
  CDP_JANITOR,
  CDP_HOGFLOW_SCHEDULER,
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  INGESTION_GENERAL,
  INGESTION_SESSION_REPLAY,
  INGESTION_ERROR_TRACKING,
  INGESTION_LOGS,
  INGESTION_TRACES,
  RECORDING_API,
  PROPERTY_DEFS,
  PROPERTY_DEFS_AI,
  PERSONHOG_REPLICA,
  PERSONHOG_ROUTER,
  CYMBAL,
  CYMBAL_RESOLUTION,
  CYMBAL_NOTIFICATIONS,
  LIVESTREAM,
  BROWSERLESS,
  TEMPORAL,
  TEMPORAL_DJANGO_WORKER,
  TEMPORAL_BATCH_EXPORTS_WORKER,
} = PostHogProcess;

/**
 * The size of every process for every `PostHogSize`, within the sizes of Fargate (fargate-size.ts).
 *
 * lib/catalog/memory.ts has the measurements of each process, or marks an estimate. Web gets 2 GiB for each worker of its web server,
 * whose number follows from the memory. Capture has 2 GiB or more where events must not be lost: each of its two producers may hold 400 MiB. Each
 * Temporal worker is one Python process: more than two CPUs help little, more tasks do.
 */
const SIZES: Readonly<Record<PostHogProcess, readonly [dev: Row, small: Row, production: Row, large: Row]>> = {
  [WEB]: [
    [1024, 4096, 1, 1],
    [2048, 8192, 2, 6],
    [2048, 8192, 2, 12],
    [4096, 16384, 3, 24],
  ],
  [WORKER]: [
    [1024, 4096, 1, 1],
    [2048, 8192, 1, 1],
    [4096, 16384, 1, 1],
    [8192, 32768, 1, 1],
  ],
  [PERSONHOG_REPLICA]: [
    [256, 512, 1, 1],
    [256, 512, 2, 4],
    [512, 1024, 2, 8],
    [1024, 2048, 3, 16],
  ],
  [PERSONHOG_ROUTER]: [
    [256, 512, 1, 1],
    [256, 512, 2, 4],
    [512, 1024, 2, 8],
    [1024, 2048, 3, 16],
  ],
  [CAPTURE]: [
    [256, 1024, 1, 1],
    [512, 2048, 2, 10],
    [1024, 2048, 2, 20],
    [2048, 4096, 3, 40],
  ],
  [INGESTION_GENERAL]: [
    [512, 2048, 1, 1],
    [1024, 2048, 1, 6],
    [2048, 4096, 2, 12],
    [2048, 8192, 4, 48],
  ],
  [PROPERTY_DEFS]: [
    [256, 1024, 1, 1],
    [256, 2048, 1, 3],
    [512, 2048, 2, 6],
    [1024, 4096, 2, 12],
  ],
  [FEATURE_FLAGS]: [
    [256, 512, 1, 1],
    [512, 1024, 2, 10],
    [1024, 2048, 2, 20],
    [2048, 4096, 3, 40],
  ],
  [HYPERCACHE_SERVER]: [
    [256, 512, 1, 1],
    [256, 512, 2, 10],
    [256, 512, 2, 20],
    [512, 1024, 3, 40],
  ],
  [REPLAY_CAPTURE]: [
    [256, 1024, 1, 1],
    [512, 2048, 2, 10],
    [1024, 4096, 2, 20],
    [2048, 8192, 3, 40],
  ],
  [INGESTION_SESSION_REPLAY]: [
    [512, 2048, 1, 1],
    [1024, 3072, 1, 6],
    [2048, 6144, 2, 12],
    [2048, 8192, 4, 48],
  ],
  [RECORDING_API]: [
    [256, 1024, 1, 1],
    [256, 1024, 1, 4],
    [512, 2048, 2, 8],
    [1024, 4096, 2, 16],
  ],
  [BROWSERLESS]: [
    [1024, 2048, 1, 1],
    [1024, 2048, 1, 4],
    [2048, 4096, 2, 8],
    [2048, 8192, 2, 16],
  ],
  [PLUGINS]: [
    [512, 2048, 1, 1],
    [1024, 4096, 1, 6],
    [2048, 4096, 2, 12],
    [2048, 8192, 3, 48],
  ],
  [CDP_JANITOR]: [
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
  ],
  [CDP_HOGFLOW_SCHEDULER]: [
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
    [256, 1024, 1, 1],
  ],
  [CDP_HOGFLOW_SUBSCRIPTION_MATCHER]: [
    [256, 1024, 1, 1],
    [256, 1024, 1, 3],
    [512, 2048, 1, 6],
    [1024, 2048, 2, 12],
  ],
  [INGESTION_ERROR_TRACKING]: [
    [256, 1024, 1, 1],
    [512, 2048, 1, 4],
    [1024, 2048, 2, 8],
    [2048, 4096, 2, 16],
  ],
  [CYMBAL]: [
    [256, 1024, 1, 1],
    [512, 1024, 1, 4],
    [1024, 2048, 2, 8],
    [2048, 4096, 2, 16],
  ],
  [CYMBAL_RESOLUTION]: [
    [256, 1024, 1, 1],
    [512, 2048, 1, 4],
    [1024, 4096, 2, 8],
    [2048, 8192, 2, 16],
  ],
  // Few messages: one for each issue that is new, reopened or spiking.
  [CYMBAL_NOTIFICATIONS]: [
    [256, 512, 1, 1],
    [256, 512, 1, 1],
    [256, 512, 1, 2],
    [256, 1024, 2, 4],
  ],
  [CAPTURE_LOGS]: [
    [256, 1024, 1, 1],
    [512, 2048, 2, 10],
    [1024, 2048, 2, 20],
    [2048, 4096, 3, 40],
  ],
  [INGESTION_LOGS]: [
    [256, 1024, 1, 1],
    [512, 2048, 1, 6],
    [1024, 4096, 2, 12],
    [2048, 4096, 2, 24],
  ],
  [INGESTION_TRACES]: [
    [256, 1024, 1, 1],
    [512, 2048, 1, 6],
    [1024, 4096, 2, 12],
    [2048, 4096, 2, 24],
  ],
  [CAPTURE_AI]: [
    [256, 1024, 1, 1],
    [512, 2048, 2, 10],
    [1024, 4096, 2, 20],
    [2048, 4096, 3, 40],
  ],
  [PROPERTY_DEFS_AI]: [
    [256, 1024, 1, 1],
    [256, 1024, 1, 2],
    [512, 2048, 1, 4],
    [512, 2048, 2, 8],
  ],
  [LIVESTREAM]: [
    [256, 512, 1, 1],
    [512, 1024, 1, 1],
    [1024, 2048, 1, 1],
    [2048, 4096, 1, 1],
  ],
  [TEMPORAL]: [
    [256, 1024, 1, 1],
    [512, 1024, 1, 1],
    [1024, 2048, 1, 1],
    [2048, 4096, 1, 1],
  ],
  [TEMPORAL_DJANGO_WORKER]: [
    [512, 2048, 1, 1],
    [1024, 2048, 1, 4],
    [2048, 4096, 2, 8],
    [2048, 8192, 3, 16],
  ],
  [TEMPORAL_BATCH_EXPORTS_WORKER]: [
    [512, 2048, 1, 1],
    [512, 2048, 1, 4],
    [1024, 4096, 2, 8],
    [2048, 8192, 2, 16],
  ],
};

const COLUMNS = [PostHogSize.DEV, PostHogSize.SMALL, PostHogSize.PRODUCTION, PostHogSize.LARGE];

/** Returns the size of a process for a `PostHogSize`. */
export function sizeOf(process: PostHogProcess, size: PostHogSize): TaskSize {
  const [cpu, memoryLimitMiB, minTasks, maxTasks] = SIZES[process][COLUMNS.indexOf(size)];
  return { cpu, memoryLimitMiB, minTasks, maxTasks };
}
