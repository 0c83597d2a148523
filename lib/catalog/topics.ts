import { PostHogProcess } from './posthog-process';
import { Product } from './product';

/** ClickHouse, as a reader of topics: its Kafka tables. */
export const CLICKHOUSE = 'clickhouse';

/** A reader or writer of a topic. */
export type TopicClient = PostHogProcess | typeof CLICKHOUSE;

type OneOrMore<T> = readonly [T, ...T[]];

/** The writers: processes of this library, or the reason why none does. */
type Written = { readonly writers: OneOrMore<PostHogProcess>; readonly noWriter?: never } | { readonly writers?: never; readonly noWriter: string };

/** The readers: processes of this library and ClickHouse, or the reason why there are none. A topic with neither does not compile. */
type Read = { readonly readers: OneOrMore<TopicClient>; readonly noReader?: never } | { readonly readers?: never; readonly noReader: string };

interface Traits {
  readonly name: string;
  /** The products that it is created for; undefined if it is always created: the app or ClickHouse uses it. */
  readonly products?: OneOrMore<Product>;
  /** Carries data of SDKs, so it has the default number of partitions of the brokers; the others have one. */
  readonly busy?: true;
  /** The retention of messages, in milliseconds; undefined for the default of the brokers. */
  readonly retentionMs?: number;
  /** The source, if July's tree does not have it: generations before that one neither read nor write it. */
  readonly newer?: string;
}

/** A topic of Kafka that a process of PostHog reads or writes. */
export type Topic = Traits & Written & Read;

const {
  WEB,
  WORKER,
  CAPTURE,
  REPLAY_CAPTURE,
  CAPTURE_AI,
  CAPTURE_LOGS,
  PLUGINS,
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  INGESTION_GENERAL,
  INGESTION_SESSION_REPLAY,
  INGESTION_ERROR_TRACKING,
  INGESTION_LOGS,
  INGESTION_TRACES,
  RECORDING_API,
  PROPERTY_DEFS,
  PROPERTY_DEFS_AI,
  CYMBAL,
  CYMBAL_NOTIFICATIONS,
  LIVESTREAM,
  TEMPORAL_DJANGO_WORKER,
  TEMPORAL_BATCH_EXPORTS_WORKER,
} = PostHogProcess;

const EVENTS = [Product.EVENTS, Product.AI, Product.LIVE_EVENTS] as const;
const REPLAY = [Product.SESSION_REPLAY] as const;
const ERRORS = [Product.ERROR_TRACKING] as const;
const PIPELINES = [Product.DATA_PIPELINES] as const;
const LOGS = [Product.LOGS] as const;

/** All Django processes that act on what users do. */
const DJANGO = [WEB, WORKER, TEMPORAL_DJANGO_WORKER] as const;

/** Dead letters are kept for two weeks, for a person to inspect. */
const DEAD_LETTERS = { noReader: 'dead letters: kept for a human', retentionMs: 14 * 24 * 60 * 60 * 1000 } as const;

/** Upstream has a second deployment of the same process for diverted events; diverting is off by default (`INGESTION_OVERFLOW_MODE=disabled`). */
const OVERFLOW = 'written only if events are diverted manually; upstream reads it with another deployment of the same mode';
const UNUSED = "no code of July's tree writes or reads it; ingestion checks at its start that its topics exist, and so do migrations";
const NO_JULY_TABLE = 'a Kafka table of ClickHouse reads it only since later migrations';
const IN_POSTGRES = 'these jobs are kept in the database cyclotron_node (nodejs/src/server.ts)';
const SEPTEMBER = 'PostHog/posthog docker/kafka/topics.txt @18b824b, September 2026';

/**
 * Every topic that a process of PostHog reads or writes, with its readers and writers.
 *
 * Sources, all of PostHog/posthog at 13 July 2026 (mergebloom/posthog-infra, commit feb3708) unless a row says otherwise:
 * nodejs/src/common/config/kafka-topics.ts and the configs that name its constants (nodejs/src/{ingestion,cdp,logs}/config.ts,
 * nodejs/src/ingestion/pipelines/{sessionreplay,errortracking,metrics}/config.ts, nodejs/src/session-replay/recording-api/types.ts,
 * nodejs/src/servers/ingestion-general-server.ts, nodejs/src/cdp/consumers), posthog/kafka_client/{topics,routing}.py and the callers of its
 * constants, rust/{capture,capture-logs,cymbal,property-defs-rs,embedding-worker}/src/config.rs, rust/cymbal/src/modes,
 * livestream/configs/configs.go, and the tables that ClickHouse's migrations leave.
 */
export const TOPICS: readonly Topic[] = [
  // Into ingestion, from capture and capture-logs.
  {
    name: 'events_plugin_ingestion',
    products: EVENTS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_GENERAL, LIVESTREAM],
  },
  {
    // Every newer capture diverts AI events to it (rust/capture/src/outputs/topics.rs @2182ac3, August 2026), and every newer combined mode reads
    // it (PostHog/posthog#79506).
    name: 'events_plugin_ingestion_ai',
    products: EVENTS,
    busy: true,
    newer: SEPTEMBER,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_GENERAL],
  },
  {
    name: 'events_plugin_ingestion_async',
    products: EVENTS,
    writers: [INGESTION_GENERAL],
    noReader: 'merges of persons are diverted only where PERSON_MERGE_ASYNC_ENABLED is set, which it is not',
  },
  {
    name: 'events_plugin_ingestion_dlq',
    products: [...EVENTS, ...REPLAY],
    writers: [CAPTURE, CAPTURE_AI, REPLAY_CAPTURE, INGESTION_GENERAL],
    ...DEAD_LETTERS,
  },
  { name: 'events_plugin_ingestion_historical', products: EVENTS, busy: true, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  {
    name: 'events_plugin_ingestion_overflow',
    products: EVENTS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI, INGESTION_GENERAL],
    readers: [INGESTION_GENERAL],
  },
  { name: 'heatmaps_ingestion', products: EVENTS, busy: true, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  { name: 'ingestion-clientwarnings-main-1', products: EVENTS, writers: [CAPTURE, CAPTURE_AI], readers: [INGESTION_GENERAL] },
  {
    name: 'ingestion-errortracking-main',
    products: ERRORS,
    busy: true,
    writers: [CAPTURE, CAPTURE_AI],
    readers: [INGESTION_ERROR_TRACKING],
  },
  { name: 'ingestion-errortracking-main-dlq', products: ERRORS, writers: [INGESTION_ERROR_TRACKING], ...DEAD_LETTERS },
  { name: 'ingestion-errortracking-overflow', products: ERRORS, writers: [INGESTION_ERROR_TRACKING], noReader: OVERFLOW },
  { name: 'ingestion-traces', products: LOGS, busy: true, writers: [CAPTURE_LOGS], readers: [INGESTION_TRACES] },
  { name: 'ingestion-traces-dlq', products: LOGS, writers: [INGESTION_TRACES], ...DEAD_LETTERS },
  { name: 'ingestion-traces-overflow', products: LOGS, writers: [INGESTION_TRACES], noReader: OVERFLOW },
  { name: 'logs_ingestion', products: LOGS, busy: true, writers: [CAPTURE_LOGS], readers: [INGESTION_LOGS] },
  { name: 'logs_ingestion_dlq', products: LOGS, writers: [INGESTION_LOGS], ...DEAD_LETTERS },
  { name: 'logs_ingestion_overflow', products: LOGS, writers: [INGESTION_LOGS], noReader: OVERFLOW },
  {
    name: 'metrics_ingestion',
    products: LOGS,
    busy: true,
    writers: [CAPTURE_LOGS],
    noReader: 'the mode ingestion-metrics reads it, which no process of this library runs',
  },
  {
    name: 'metrics_ingestion_dlq',
    products: LOGS,
    noWriter: 'the mode ingestion-metrics writes it, which no process of this library runs',
    ...DEAD_LETTERS,
  },
  {
    name: 'metrics_ingestion_overflow',
    products: LOGS,
    noWriter: 'the mode ingestion-metrics writes it, which no process of this library runs',
    noReader: OVERFLOW,
  },
  { name: 'session_recording_snapshot_item_dlq', products: REPLAY, writers: [INGESTION_SESSION_REPLAY], ...DEAD_LETTERS },
  {
    name: 'session_recording_snapshot_item_events',
    products: REPLAY,
    busy: true,
    writers: [REPLAY_CAPTURE],
    readers: [INGESTION_SESSION_REPLAY, LIVESTREAM],
  },
  {
    name: 'session_recording_snapshot_item_overflow',
    products: REPLAY,
    busy: true,
    writers: [REPLAY_CAPTURE, INGESTION_SESSION_REPLAY],
    noReader: OVERFLOW,
  },
  {
    name: 'usage_ingestion',
    newer: SEPTEMBER,
    noWriter: "only where Node reports usage to PostHog's billing",
    noReader: "rust/usage-ingestion, which bills customers of PostHog's cloud",
  },
  { name: 'usage_ingestion_dlq', newer: SEPTEMBER, noWriter: "rust/usage-ingestion, which bills customers of PostHog's cloud", ...DEAD_LETTERS },

  // Into ClickHouse.
  { name: 'clickhouse_ai_events_json', busy: true, writers: [INGESTION_GENERAL], readers: [CLICKHOUSE, PROPERTY_DEFS_AI, PLUGINS] },
  { name: 'clickhouse_app_metrics', noWriter: 'superseded by clickhouse_app_metrics2 (posthog/kafka_client/topics.py)', readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_app_metrics2',
    readers: [CLICKHOUSE],
    writers: [
      ...DJANGO,
      TEMPORAL_BATCH_EXPORTS_WORKER,
      PLUGINS,
      CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
      INGESTION_GENERAL,
      INGESTION_ERROR_TRACKING,
      INGESTION_LOGS,
      INGESTION_TRACES,
      CYMBAL,
    ],
  },
  { name: 'clickhouse_behavioral_cohorts_matches', noWriter: UNUSED, noReader: UNUSED },
  {
    name: 'clickhouse_billing_usage_records',
    newer: SEPTEMBER,
    noWriter: "rust/usage-ingestion, which bills customers of PostHog's cloud",
    noReader: NO_JULY_TABLE,
  },
  {
    name: 'clickhouse_document_embeddings',
    readers: [CLICKHOUSE],
    noWriter: 'rust/embedding-worker, which no process of this library runs: similar issues and embedText find nothing',
  },
  { name: 'clickhouse_error_tracking_fingerprint_issue_state', writers: [...DJANGO, CYMBAL], readers: [CLICKHOUSE] },
  { name: 'clickhouse_error_tracking_issue_fingerprint', writers: DJANGO, readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_error_tracking_issue_fingerprint_embeddings',
    noWriter: "a command of Django's that backfills it once",
    noReader: 'its tables are dropped by ClickHouse migration 0155',
  },
  { name: 'clickhouse_error_tracking_issue_fingerprint_overrides', noWriter: UNUSED, noReader: UNUSED },
  {
    name: 'clickhouse_events_json',
    busy: true,
    writers: [INGESTION_GENERAL, INGESTION_ERROR_TRACKING],
    readers: [CLICKHOUSE, PROPERTY_DEFS, PLUGINS, CDP_HOGFLOW_SUBSCRIPTION_MATCHER],
  },
  {
    name: 'clickhouse_flag_evaluations',
    newer: SEPTEMBER,
    noWriter: "July's ingestion does not know it; newer ones write evaluations of flags of chosen teams",
    noReader: NO_JULY_TABLE,
  },
  { name: 'clickhouse_groups', writers: [...DJANGO, INGESTION_GENERAL], readers: [CLICKHOUSE] },
  { name: 'clickhouse_heatmap_events', writers: [INGESTION_GENERAL], readers: [CLICKHOUSE] },
  { name: 'clickhouse_hog_invocation_results', writers: [PLUGINS], readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_ingestion_events_duplicates',
    readers: [CLICKHOUSE],
    noWriter: "rust/kafka-deduplicator, a measurement of PostHog's cloud",
  },
  { name: 'clickhouse_ingestion_warnings', writers: [INGESTION_GENERAL, INGESTION_SESSION_REPLAY, INGESTION_ERROR_TRACKING], readers: [CLICKHOUSE] },
  { name: 'clickhouse_logs', busy: true, writers: [INGESTION_LOGS], readers: [CLICKHOUSE] },
  { name: 'clickhouse_message_assets', writers: [PLUGINS], readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_metrics',
    busy: true,
    noWriter: 'the mode ingestion-metrics writes it, which no process of this library runs',
    noReader: NO_JULY_TABLE,
  },
  {
    name: 'clickhouse_metrics_time_to_see_data',
    writers: [WEB],
    noReader: "ClickHouse's tables for it are commented out (posthog/models/query_metrics/sql.py): how long users wait is not kept",
  },
  { name: 'clickhouse_performance_events', noWriter: 'superseded by session replay', readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_person',
    busy: true,
    writers: [...DJANGO, INGESTION_GENERAL],
    readers: [CLICKHOUSE, PLUGINS, CDP_HOGFLOW_SUBSCRIPTION_MATCHER],
  },
  { name: 'clickhouse_person_distinct_id', busy: true, writers: [...DJANGO, INGESTION_GENERAL], readers: [CLICKHOUSE] },
  { name: 'clickhouse_person_distinct_id_overrides', noWriter: UNUSED, noReader: 'ClickHouse reads overrides from clickhouse_person_distinct_id' },
  { name: 'clickhouse_person_override', noWriter: 'superseded by overrides of distinct ids', readers: [CLICKHOUSE] },
  { name: 'clickhouse_person_overrides', noWriter: UNUSED, noReader: UNUSED },
  { name: 'clickhouse_person_unique_id', noWriter: 'superseded by clickhouse_person_distinct_id', readers: [CLICKHOUSE] },
  { name: 'clickhouse_precalculated_person_properties', writers: [PLUGINS, TEMPORAL_DJANGO_WORKER], readers: [CLICKHOUSE] },
  { name: 'clickhouse_prefiltered_events', writers: [PLUGINS, TEMPORAL_DJANGO_WORKER], readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_property_values',
    readers: [CLICKHOUSE],
    noWriter: 'rust/property-vals-rs, which no process of this library runs: suggestions of property values come from the events themselves',
  },
  { name: 'clickhouse_session_recording_events', noWriter: UNUSED, noReader: UNUSED },
  {
    name: 'clickhouse_session_replay_events',
    busy: true,
    writers: [INGESTION_SESSION_REPLAY, RECORDING_API, TEMPORAL_DJANGO_WORKER],
    readers: [CLICKHOUSE],
  },
  { name: 'clickhouse_session_replay_features', writers: [INGESTION_SESSION_REPLAY, RECORDING_API], readers: [CLICKHOUSE] },
  { name: 'clickhouse_tophog', writers: [INGESTION_GENERAL, INGESTION_SESSION_REPLAY, INGESTION_ERROR_TRACKING], readers: [CLICKHOUSE] },
  {
    name: 'clickhouse_traces',
    busy: true,
    writers: [INGESTION_TRACES],
    noReader: "no Kafka table of July's migrations reads it on a self-hosted server; the schema that follows them has one",
  },
  { name: 'cohort_membership_changed', writers: [TEMPORAL_DJANGO_WORKER], readers: [CLICKHOUSE, PLUGINS] },
  { name: 'distinct_id_usage_events_json', noWriter: "a pipeline of PostHog's cloud derives it from events", readers: [CLICKHOUSE] },
  {
    name: 'events_dead_letter_queue',
    noWriter: "July's ingestion has a topic of its own for each pipeline",
    readers: [CLICKHOUSE],
    retentionMs: DEAD_LETTERS.retentionMs,
  },
  {
    name: 'log_entries',
    readers: [CLICKHOUSE],
    writers: [
      ...DJANGO,
      TEMPORAL_BATCH_EXPORTS_WORKER,
      PLUGINS,
      CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
      INGESTION_GENERAL,
      INGESTION_SESSION_REPLAY,
      INGESTION_ERROR_TRACKING,
    ],
  },
  { name: 'log_entries_v2_test', noWriter: UNUSED, noReader: UNUSED },
  { name: 'plugin_log_entries', noWriter: 'superseded by log_entries', readers: [CLICKHOUSE] },

  // Data pipelines, error tracking, flags and others.
  { name: 'cdp_backfill_events', products: PIPELINES, noWriter: UNUSED, noReader: UNUSED },
  { name: 'cdp_cyclotron_email', products: PIPELINES, noWriter: IN_POSTGRES, noReader: IN_POSTGRES },
  { name: 'cdp_cyclotron_hog', products: PIPELINES, writers: [PLUGINS], readers: [PLUGINS] },
  { name: 'cdp_cyclotron_hogflow', products: PIPELINES, noWriter: IN_POSTGRES, noReader: IN_POSTGRES },
  {
    name: 'cdp_cyclotron_hogoverflow',
    products: PIPELINES,
    writers: [PLUGINS],
    noReader:
      'a worker of CDP_CYCLOTRON_JOB_QUEUE_CONSUMER_KIND=hogoverflow, which no process of this library is: calls of inbound webhooks whose ' +
      'function is degraded wait here until they expire (nodejs/src/cdp/consumers/cdp-source-webhooks.consumer.ts)',
  },
  {
    name: 'cdp_data_warehouse_source_table',
    products: PIPELINES,
    writers: [TEMPORAL_DJANGO_WORKER],
    noReader: "upstream's own groups leave its consumer out as not fully developed (nodejs/src/capabilities.ts)",
  },
  { name: 'cdp_function_overflow', products: PIPELINES, noWriter: UNUSED, noReader: UNUSED },
  { name: 'cdp_internal_events', busy: true, writers: [...DJANGO, CYMBAL_NOTIFICATIONS], readers: [PLUGINS, CDP_HOGFLOW_SUBSCRIPTION_MATCHER] },
  {
    name: 'data_warehouse_source_webhooks',
    products: PIPELINES,
    writers: [PLUGINS],
    noReader: 'manage.py run_webhook_s3_sink, which no process of this library runs: webhooks of warehouse sources are accepted, not stored',
  },
  { name: 'data_warehouse_source_webhooks_dlq', products: PIPELINES, noWriter: 'manage.py run_webhook_s3_sink', ...DEAD_LETTERS },
  {
    name: 'data_warehouse_sources_jobs',
    noWriter: "only where a feature flag of PostHog's own organization turns the third version of imports on",
    noReader: 'the loader of the third version of imports, which no process of this library runs',
  },
  { name: 'data_warehouse_sources_jobs_dlq', noWriter: 'the loader of the third version of imports', ...DEAD_LETTERS },
  {
    name: 'document_embedding_results',
    noWriter: 'rust/embedding-worker, which no process of this library runs',
    noReader: "a command of Django's that nothing starts",
  },
  {
    name: 'document_embeddings_input',
    writers: [...DJANGO, CYMBAL_NOTIFICATIONS],
    noReader: 'rust/embedding-worker, which no process of this library runs: similar issues and embedText find nothing',
  },
  { name: 'error_tracking_ingestion_notifications', products: ERRORS, writers: [CYMBAL], readers: [CYMBAL_NOTIFICATIONS] },
  {
    name: 'flags_cache_invalidation',
    noWriter: "only where a feature flag of PostHog's own organization, flags-cache-kafka-dual-write, is on",
    noReader: 'the program flags-cache-builder of rust/feature-flags, which no process of this library runs: Celery rebuilds the cache',
  },
  { name: 'flags_cache_invalidation_dlq', noWriter: 'the program flags-cache-builder of rust/feature-flags', ...DEAD_LETTERS },
  { name: 'notification_events', writers: DJANGO, readers: [LIVESTREAM] },
  {
    name: 'signals_report_completed',
    writers: [TEMPORAL_DJANGO_WORKER],
    noReader: "nothing in July's tree: a signal for other systems of PostHog's cloud",
  },
];
