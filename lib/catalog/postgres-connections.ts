import { celeryMemory, webServerMemory } from './memory';
import { PostHogProcess } from './posthog-process';
import { TaskSize } from './posthog-size';

/** The connections to PostgreSQL that one task opens at most. */
export interface PostgresConnections {
  /** Returns the maximum for a size of the task: all of its pools are full. */
  readonly perTask: (size: Pick<TaskSize, 'cpu' | 'memoryLimitMiB'>) => number;
  /** Those of them that are an estimate; the others are limits that PostHog's source sets. Default: 0. */
  readonly estimated?: number;
  /** The pools, with their source in PostHog/posthog, July 2026. */
  readonly source: string;
}

/** The size of a pool of Node, which has one for each database URL. It closes connections after half a second without work. */
const NODE_POOL = 10;

/**
 * The connections that one request, job or activity of Django opens at most: to PostHog's database, and to that of persons for writing and for
 * reading. They are closed at its end (`conn_max_age=0`, posthog/settings/data_stores.py).
 */
const DJANGO_ALIASES = 3;

const always = (connections: number) => () => connections;
const NODE: PostgresConnections = { perTask: always(NODE_POOL), source: 'POSTGRES_CONNECTION_POOL_SIZE, nodejs/src/common/config.ts' };
const NODE_WITH_JOBS: PostgresConnections = {
  perTask: always(2 * NODE_POOL),
  source: 'as above, and CYCLOTRON_NODE_MAX_CONNECTIONS, nodejs/src/cdp/config.ts',
};
const PROPERTY_DEFS: PostgresConnections = { perTask: always(10), source: 'MAX_PG_CONNECTIONS, rust/property-defs-rs/src/config.rs' };
const TEMPORAL_WORKER: PostgresConnections = {
  perTask: always(5 * DJANGO_ALIASES),
  estimated: 5 * DJANGO_ALIASES,
  source:
    'no limit but that of activities (MAX_CONCURRENT_ACTIVITIES, 50 for each queue, posthog/settings/temporal.py); counted as five that use the database at the same moment',
};

/**
 * The connections of every process that connects to PostgreSQL.
 *
 * They are maximums that are rarely reached together. The exceptions are the workers of Temporal, whose number has no useful limit.
 */
export const POSTGRES_CONNECTIONS: Readonly<Partial<Record<PostHogProcess, PostgresConnections>>> = {
  [PostHogProcess.WEB]: {
    perTask: ({ memoryLimitMiB }) => webServerMemory(memoryLimitMiB).workers * DJANGO_ALIASES,
    source: 'one request in each worker of the web server (bin/docker-server-unit)',
  },
  [PostHogProcess.WORKER]: {
    perTask: ({ cpu, memoryLimitMiB }) => celeryMemory(cpu, memoryLimitMiB).children * DJANGO_ALIASES,
    source: 'one job in each child of Celery (bin/docker-worker-celery)',
  },
  [PostHogProcess.TEMPORAL_DJANGO_WORKER]: TEMPORAL_WORKER,
  [PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER]: TEMPORAL_WORKER,
  [PostHogProcess.INGESTION_GENERAL]: {
    perTask: always(3 * NODE_POOL),
    source: "as above, for PostHog's database and for persons, written and read (nodejs/src/common/utils/db/postgres.ts)",
  },
  [PostHogProcess.INGESTION_SESSION_REPLAY]: NODE,
  [PostHogProcess.INGESTION_ERROR_TRACKING]: NODE,
  [PostHogProcess.INGESTION_LOGS]: NODE,
  [PostHogProcess.INGESTION_TRACES]: NODE,
  [PostHogProcess.RECORDING_API]: NODE,
  [PostHogProcess.PLUGINS]: {
    perTask: always(6 * NODE_POOL),
    estimated: 3 * NODE_POOL,
    source: 'as above, for persons written and read, and a pool for jobs in each of some three queues (nodejs/src/server.ts)',
  },
  [PostHogProcess.CDP_JANITOR]: NODE_WITH_JOBS,
  [PostHogProcess.CDP_HOGFLOW_SCHEDULER]: NODE_WITH_JOBS,
  [PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER]: NODE_WITH_JOBS,
  [PostHogProcess.FEATURE_FLAGS]: {
    perTask: always(40),
    source: 'MAX_PG_CONNECTIONS for each of four pools, rust/feature-flags/src/config.rs; two of them without a URL for persons',
  },
  [PostHogProcess.PROPERTY_DEFS]: PROPERTY_DEFS,
  [PostHogProcess.PROPERTY_DEFS_AI]: PROPERTY_DEFS,
  [PostHogProcess.PERSONHOG_REPLICA]: {
    perTask: always(15),
    source: 'MAX_PG_CONNECTIONS and BULK_MAX_PG_CONNECTIONS, rust/personhog-replica/src/config.rs',
  },
  [PostHogProcess.CYMBAL]: { perTask: always(4), source: 'MAX_PG_CONNECTIONS, rust/cymbal/src/core/config.rs' },
  [PostHogProcess.CYMBAL_RESOLUTION]: { perTask: always(4), source: 'MAX_PG_CONNECTIONS, rust/cymbal/src/core/config.rs' },
  [PostHogProcess.CYMBAL_NOTIFICATIONS]: { perTask: always(4), source: 'MAX_PG_CONNECTIONS, rust/cymbal/src/modes/notifications/config.rs' },
  [PostHogProcess.TEMPORAL]: {
    perTask: always(60),
    source: 'SQL_MAX_CONNS and SQL_VIS_MAX_CONNS of its four parts, lib/catalog/processes/exports/temporal.ts',
  },
};

/** The connections of tasks. */
export interface ConnectionSum {
  /** Those of the minimum number of tasks, with all pools full. */
  readonly min: number;
  /** Those of them that are no estimate. */
  readonly known: number;
  /** Those of the maximum number of tasks. */
  readonly max: number;
}

/** Returns the connections to PostgreSQL of processes with their sizes. */
export function connectionsOf(sizes: readonly (readonly [process: PostHogProcess, size: TaskSize])[]): ConnectionSum {
  return sizes.reduce<ConnectionSum>(
    (sum, [process, size]) => {
      const { perTask, estimated = 0 } = POSTGRES_CONNECTIONS[process] ?? { perTask: always(0) };
      const all = perTask(size);
      return {
        min: sum.min + all * size.minTasks,
        known: sum.known + (all - estimated) * size.minTasks,
        max: sum.max + all * size.maxTasks,
      };
    },
    { min: 0, known: 0, max: 0 },
  );
}
