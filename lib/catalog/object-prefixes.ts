import { PostHogProcess } from './posthog-process';

/** The ClickHouse servers, which read and write objects themselves: queries name them with the table functions `s3` and `deltaLake`. */
export const CLICKHOUSE_SERVERS = 'clickhouse';

/** A client of the bucket. */
export type ObjectClient = PostHogProcess | typeof CLICKHOUSE_SERVERS;

/** The objects below one prefix. */
export interface ObjectPrefix {
  /** The first part of the keys, without a slash at the end. */
  readonly prefix: string;
  /** The kind of objects. */
  readonly holds: string;
  readonly writers: readonly ObjectClient[];
  readonly readers: readonly ObjectClient[];
  /** The days after which an object is not read again; undefined if PostHog deletes objects itself, or keeps them. */
  readonly expiresAfterDays?: number;
  /** The files of PostHog/posthog that name the prefix, commit feb3708 of 13 July 2026. */
  readonly source: string;
}

const { WEB, WORKER, TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER } = PostHogProcess;
const DJANGO = [WEB, WORKER, TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER];

/** The default prefix of session recordings, the only prefix that a deployment can choose. */
export const RECORDINGS_PREFIX = 'session_recordings';

/**
 * The folder of the data warehouse's tables. Outside of upstream's development setup, the address of a saved query is that of the bucket with
 * `dlt` in it, regardless of BUCKET_URL; so BUCKET_URL and BUCKET_PATH must contain it too.
 */
export const WAREHOUSE_PREFIX = 'dlt';

/** The prefix of the images and files of AI events, which ingestion extracts from them if AI is deployed. */
export const AI_BLOBS_PREFIX = 'aio';

/** Every prefix of the bucket. If a setting defines a prefix, it has upstream's default. */
export const OBJECT_PREFIXES: readonly ObjectPrefix[] = [
  {
    prefix: RECORDINGS_PREFIX,
    holds: 'session recordings; `recordingsPrefix` names another prefix',
    writers: [PostHogProcess.INGESTION_SESSION_REPLAY],
    readers: [PostHogProcess.RECORDING_API, ...DJANGO],
    source: 'nodejs/src/ingestion/pipelines/sessionreplay/config.ts, posthog/settings/session_replay_v2.py',
  },
  {
    prefix: 'symbolsets',
    holds: 'source maps and other symbol sets',
    writers: [...DJANGO, PostHogProcess.CYMBAL_RESOLUTION],
    readers: [PostHogProcess.CYMBAL_RESOLUTION, ...DJANGO],
    source: 'products/error_tracking/backend/logic/symbol_sets.py, rust/cymbal/src/core/config.rs',
  },
  {
    prefix: 'llma',
    holds: 'bodies of large AI events',
    writers: [PostHogProcess.CAPTURE_AI],
    readers: [],
    source: "rust/capture/src/config.rs (AI_S3_PREFIX, which upstream's compose file sets to this)",
  },
  {
    prefix: AI_BLOBS_PREFIX,
    holds: 'images and files of AI events, which the events only name: needed for as long as these',
    writers: [PostHogProcess.INGESTION_GENERAL],
    readers: DJANGO,
    source: 'AI_BLOB_S3_PREFIX in posthog/settings/object_storage.py; ingestion writes them since September 2026',
  },
  {
    prefix: 'cache',
    holds: 'remote configurations, flag definitions and surveys, behind the copy in the cache',
    writers: DJANGO,
    readers: [PostHogProcess.FEATURE_FLAGS, PostHogProcess.HYPERCACHE_SERVER, ...DJANGO],
    source: 'posthog/storage/hypercache.py, rust/common/hypercache/src/lib.rs',
  },
  {
    prefix: 'batch-exports',
    holds: 'staged batch exports, and the files of exports that users download',
    writers: [CLICKHOUSE_SERVERS, TEMPORAL_BATCH_EXPORTS_WORKER],
    readers: [TEMPORAL_BATCH_EXPORTS_WORKER, WEB],
    expiresAfterDays: 7,
    source: 'products/batch_exports/backend/temporal/pipeline/internal_stage.py, .../destinations/file_download_batch_export.py',
  },
  {
    prefix: WAREHOUSE_PREFIX,
    holds: 'tables of the data warehouse: imported data and materialised views',
    writers: [TEMPORAL_DJANGO_WORKER],
    readers: [CLICKHOUSE_SERVERS, ...DJANGO],
    source: 'products/data_modeling/backend/models/datawarehouse_saved_query.py, products/warehouse_sources/backend/models/external_data_job.py',
  },
  {
    prefix: 'managed',
    holds: 'files that users upload as tables of the data warehouse',
    writers: [WEB],
    readers: [CLICKHOUSE_SERVERS, ...DJANGO],
    source: 'products/data_warehouse/backend/presentation/views/table.py',
  },
  {
    prefix: 'data_pipelines_extract',
    holds: 'rows on their way from a source into the data warehouse',
    writers: [TEMPORAL_DJANGO_WORKER],
    readers: [TEMPORAL_DJANGO_WORKER],
    source: 'products/warehouse_sources/backend/temporal/data_imports/pipelines/pipeline_v3/s3/common.py',
  },
  {
    prefix: 'cdp_producer',
    holds: 'imported rows on their way to destinations',
    writers: [TEMPORAL_DJANGO_WORKER],
    readers: [TEMPORAL_DJANGO_WORKER],
    source: 'products/warehouse_sources/backend/temporal/data_imports/pipelines/pipeline/cdp_producer.py',
  },
  {
    prefix: 'source_webhook_producer',
    holds: 'rows that sources of the data warehouse send by webhook',
    writers: DJANGO,
    readers: [TEMPORAL_DJANGO_WORKER],
    source: 'products/data_warehouse/backend/logic/webhook_consumer/writer.py',
  },
  django(
    'exports',
    'pictures and files of dashboards, insights and recordings',
    'OBJECT_STORAGE_EXPORTS_FOLDER in posthog/settings/object_storage.py',
  ),
  django('media_uploads', 'pictures in texts', 'OBJECT_STORAGE_MEDIA_UPLOADS_FOLDER in posthog/settings/object_storage.py'),
  django('deletion-inputs', 'lists of recordings that are to be deleted', 'posthog/temporal/session_replay/delete_recordings/object_storage.py'),
  django('tasks', 'logs and artifacts of tasks, and usage reports', 'OBJECT_STORAGE_TASKS_FOLDER in posthog/settings/object_storage.py'),
  django('legal_documents', 'signed documents', 'OBJECT_STORAGE_LEGAL_DOCUMENTS_FOLDER in posthog/settings/object_storage.py'),
  django('visual_review', 'snapshots of visual reviews', 'OBJECT_STORAGE_VISUAL_REVIEW_FOLDER in products/visual_review/backend/storage.py'),
];

/** Returns the prefixes that a client writes. */
export function writtenBy(client: ObjectClient): string[] {
  return OBJECT_PREFIXES.filter(({ writers }) => writers.includes(client)).map(({ prefix }) => prefix);
}

/**
 * Returns the prefixes that a process is limited to; undefined for Django's processes, which get a new prefix every few weeks and can use the bucket.
 */
export function prefixesOf(process: PostHogProcess): string[] | undefined {
  const own = OBJECT_PREFIXES.filter(({ readers, writers }) => readers.includes(process) || writers.includes(process));
  return DJANGO.includes(process) ? undefined : own.map(({ prefix }) => prefix);
}

/** Returns the prefixes that a client reads. */
export function readBy(client: ObjectClient): string[] {
  return OBJECT_PREFIXES.filter(({ readers }) => readers.includes(client)).map(({ prefix }) => prefix);
}

function django(prefix: string, holds: string, source: string): ObjectPrefix {
  return { prefix, holds, source, writers: DJANGO, readers: DJANGO };
}
