/** A topic as it must be: it may have more partitions, and is never given fewer. */
export interface KafkaTopic {
  readonly name: string;
  readonly partitions: number;
  /** How long messages are kept, in milliseconds; left out where the brokers decide. */
  readonly retentionMs?: number;
}

/**
 * Every topic that a process of PostHog reads or writes.
 *
 * Sources, all of PostHog/posthog: docker/kafka/topics.txt of September 2026 (what must be there before the first consumer),
 * nodejs/src/common/config/kafka-topics.ts, nodejs/src/cdp/services/job-queue/job-queue-kafka.ts, posthog/kafka_client/topics.py,
 * rust/capture/src/config.rs and rust/capture-logs/src/config.rs of July 2026.
 */
const NAMES: readonly string[] = [
  // Into ingestion, from capture and capture-logs.
  'events_plugin_ingestion', 'events_plugin_ingestion_ai', 'events_plugin_ingestion_async', 'events_plugin_ingestion_dlq',
  'events_plugin_ingestion_historical', 'events_plugin_ingestion_overflow', 'heatmaps_ingestion', 'ingestion-clientwarnings-main-1',
  'ingestion-errortracking-main', 'ingestion-errortracking-main-dlq', 'ingestion-errortracking-overflow', 'ingestion-traces', 'ingestion-traces-dlq',
  'ingestion-traces-overflow', 'logs_ingestion', 'logs_ingestion_dlq', 'logs_ingestion_overflow', 'metrics_ingestion', 'metrics_ingestion_dlq',
  'metrics_ingestion_overflow', 'session_recording_snapshot_item_dlq', 'session_recording_snapshot_item_events',
  'session_recording_snapshot_item_overflow', 'usage_ingestion', 'usage_ingestion_dlq',
  // Read by ClickHouse.
  'clickhouse_ai_events_json', 'clickhouse_app_metrics', 'clickhouse_app_metrics2', 'clickhouse_behavioral_cohorts_matches',
  'clickhouse_billing_usage_records', 'clickhouse_document_embeddings', 'clickhouse_error_tracking_fingerprint_issue_state',
  'clickhouse_error_tracking_issue_fingerprint', 'clickhouse_error_tracking_issue_fingerprint_embeddings',
  'clickhouse_error_tracking_issue_fingerprint_overrides', 'clickhouse_events_json', 'clickhouse_flag_evaluations', 'clickhouse_groups',
  'clickhouse_heatmap_events', 'clickhouse_hog_invocation_results', 'clickhouse_ingestion_events_duplicates', 'clickhouse_ingestion_warnings',
  'clickhouse_logs', 'clickhouse_message_assets', 'clickhouse_metrics', 'clickhouse_metrics_time_to_see_data', 'clickhouse_performance_events',
  'clickhouse_person', 'clickhouse_person_distinct_id', 'clickhouse_person_distinct_id_overrides', 'clickhouse_person_override',
  'clickhouse_person_overrides', 'clickhouse_person_unique_id', 'clickhouse_precalculated_person_properties', 'clickhouse_prefiltered_events',
  'clickhouse_property_values', 'clickhouse_session_recording_events', 'clickhouse_session_replay_events', 'clickhouse_session_replay_features',
  'clickhouse_tophog', 'clickhouse_traces', 'cohort_membership_changed', 'distinct_id_usage_events_json', 'events_dead_letter_queue', 'log_entries',
  'log_entries_v2_test', 'plugin_log_entries',
  // Data pipelines, error tracking, flags and others.
  'cdp_backfill_events', 'cdp_cyclotron_email', 'cdp_cyclotron_hog', 'cdp_cyclotron_hogflow', 'cdp_cyclotron_hogoverflow',
  'cdp_data_warehouse_source_table', 'cdp_function_overflow', 'cdp_internal_events', 'data_warehouse_source_webhooks',
  'data_warehouse_source_webhooks_dlq', 'data_warehouse_sources_jobs', 'data_warehouse_sources_jobs_dlq', 'document_embedding_results',
  'document_embeddings_input', 'error_tracking_ingestion_notifications', 'flags_cache_invalidation', 'flags_cache_invalidation_dlq',
  'notification_events', 'signals_report_completed',
];

/** Topics that carry what visitors send, in parallel: one consumer can read each partition. */
const BUSY: readonly string[] = [
  'cdp_internal_events', 'clickhouse_ai_events_json', 'clickhouse_events_json', 'clickhouse_logs', 'clickhouse_metrics', 'clickhouse_person',
  'clickhouse_person_distinct_id', 'clickhouse_session_replay_events', 'clickhouse_traces', 'events_plugin_ingestion', 'events_plugin_ingestion_ai',
  'events_plugin_ingestion_historical', 'events_plugin_ingestion_overflow', 'heatmaps_ingestion', 'ingestion-errortracking-main', 'ingestion-traces',
  'logs_ingestion', 'metrics_ingestion', 'session_recording_snapshot_item_events', 'session_recording_snapshot_item_overflow',
];

/** What could not be processed is kept for a human, two weeks. */
const DEAD_LETTERS = /(_|-)dlq$|^events_dead_letter_queue$/;
const DEAD_LETTER_RETENTION_MS = 14 * 24 * 60 * 60 * 1000;

/**
 * The topics that PostHog needs, in their order by name.
 *
 * @param busyPartitions how many partitions the busy ones have; the others have one
 */
export function kafkaTopics(busyPartitions: number): KafkaTopic[] {
  return [...NAMES].sort().map((name) => ({
    name,
    partitions: BUSY.includes(name) ? busyPartitions : 1,
    ...(DEAD_LETTERS.test(name) ? { retentionMs: DEAD_LETTER_RETENTION_MS } : {}),
  }));
}

/** The topics as the task that makes them reads them: name, partitions and retention, a line each. */
export function topicLines(topics: readonly KafkaTopic[]): string {
  return topics.map(({ name, partitions, retentionMs }) => `${name} ${partitions} ${retentionMs ?? '-'}`).join('\n');
}
