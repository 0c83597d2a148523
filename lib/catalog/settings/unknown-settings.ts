import { PostHogProcess } from '../posthog-process';

/** A setting that the library sets and no program of July's tree reads by its name. */
export interface UnknownSetting {
  /** The name, or a regular expression for several. */
  readonly name: string;
  /** The processes; by default all that have the setting. */
  readonly processes?: readonly PostHogProcess[];
  /** The reader, or the reason why it is set nevertheless. */
  readonly reason: string;
}

const { CAPTURE, CAPTURE_AI, REPLAY_CAPTURE, INGESTION_GENERAL, CYMBAL, TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER, WEB, WORKER } =
  PostHogProcess;

const TEMPORAL_WORKERS = [TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER] as const;

const COMPOSE = "in PostHog's compose files; read by nothing in July's tree";

/**
 * Every setting of a process that its program does not read by name, according to July's tree.
 *
 * The names that programs read are in test/contract/upstream-settings.json; a test compares both, each way.
 */
export const UNKNOWN_SETTINGS: readonly UnknownSetting[] = [
  { name: 'RUST_LOG', reason: 'the tracing of Rust (`EnvFilter::from_default_env`)' },
  { name: 'TASK_QUEUES', processes: TEMPORAL_WORKERS, reason: 'the start script of this library' },
  {
    name: 'TEMPLATES_OF',
    processes: [WORKER],
    reason: 'starts the worker again, and with it the synchronisation of templates, with a new image of `plugins`',
  },
  { name: 'AWS_(DEFAULT_)?REGION', processes: [WEB, WORKER, ...TEMPORAL_WORKERS], reason: 'clients of AWS, below Python: boto3 and s3fs, delta-rs' },
  {
    name: 'USE_LOCAL_SETUP|DATA_WAREHOUSE_S3_REGION',
    processes: [WEB, WORKER, ...TEMPORAL_WORKERS],
    reason: 'read by newer versions of posthog/settings/data_warehouse.py',
  },
  { name: 'OMP_NUM_THREADS', processes: TEMPORAL_WORKERS, reason: 'libraries for numbers, below Python: threads for each processor' },
  {
    name: 'KAFKA_(INGESTION_(UPSTREAM|DOWNSTREAM|SESSIONREPLAY)|WARPSTREAM_(LOGS|METRICS))_PRODUCER_(METADATA_BROKER_LIST|SECURITY_PROTOCOL|MESSAGE_MAX_BYTES)',
    reason: 'a producer of other modes of Node: all modes have the same settings, so that a mode which gains a producer finds its brokers',
  },
  {
    name: 'KAFKA_INGESTION_PRODUCER_(METADATA_BROKER_LIST|SECURITY_PROTOCOL|MESSAGE_MAX_BYTES)|CAPTURE_OUTPUT_\\w+_TOPIC',
    processes: [CAPTURE, CAPTURE_AI, REPLAY_CAPTURE],
    reason: "the next generation of capture, which reads none of today's (rust/capture/src/{config,producers}.rs of September 2026)",
  },
  {
    name: 'CAPTURE_ANALYTICS_AI_EVENTS_TOPIC|AI_MAX_EVENT_BYTES',
    processes: [CAPTURE, CAPTURE_AI],
    reason: 'capture since August 2026 (rust/capture/src/outputs/topics.rs @2182ac3, PostHog/posthog#87034)',
  },
  {
    name: 'AI_BLOB_\\w+',
    processes: [INGESTION_GENERAL, WEB, WORKER, ...TEMPORAL_WORKERS],
    reason: 'the app and its ingestion since August 2026 (posthog/settings/object_storage.py, nodejs/src/ingestion/pipelines/ai)',
  },
  { name: 'METRICS_REDIS_HOST', reason: 'the mode ingestion-metrics of Node, which no process runs: all modes have the same settings' },
  { name: 'REDIS_URL', processes: [CYMBAL], reason: COMPOSE },
  { name: 'MAXMIND_DB_PATH|PERSONS_URL', processes: [CYMBAL], reason: COMPOSE },
];
