import { Product } from '../product';

/** A table of ClickHouse that reads a topic of Kafka; a materialized view writes its messages into a stored table. */
export interface ClickHouseKafkaTable {
  readonly table: string;
  readonly topic: string;
  /** The consumer group. A group of several tables has several topics: when one of its members joins or leaves, all of them pause. */
  readonly group: string;
  /** The number of members of the group for this table on each server. */
  readonly consumers: number;
  readonly format: string;
  /** The named collection with the brokers; undefined if the table has them in its statement. */
  readonly collection?: string;
  /** The product whose processes write the topic. */
  readonly product: Product;
  /**
   * The table that fills the same stored table from the same topic. Each of the two reads its own Kafka in PostHog's own cloud; with one
   * Kafka, every message is stored twice.
   */
  readonly secondOf?: string;
}

/** A row of the table, with default values omitted. */
interface Row extends Pick<ClickHouseKafkaTable, 'table' | 'topic'>, Partial<Omit<ClickHouseKafkaTable, 'table' | 'topic' | 'product'>> {
  /** The table has the brokers in its statement. */
  readonly brokersInText?: boolean;
}

/**
 * Every Kafka table at the end of the migrations: 37 tables with 51 consumers, 23 groups and 30 topics.
 *
 * Source: the statements of migrations 0001 to 0287 in posthog/clickhouse/migrations, July 2026 (mergebloom/posthog-infra, commit feb3708), without
 * CLOUD_DEPLOYMENT. The images of the library's release, of September, have a few more. They are not known table by table, but `clickhouse_metrics`
 * has a reader since 26 August (PostHog/posthog pull request 89631). See COMING_CLICKHOUSE_KAFKA_TABLES.
 */
export const CLICKHOUSE_KAFKA_TABLES: readonly ClickHouseKafkaTable[] = [
  ...of(Product.EVENTS, [
    { table: 'kafka_ai_events_json', topic: 'clickhouse_ai_events_json' },
    {
      table: 'kafka_distinct_id_usage',
      topic: 'distinct_id_usage_events_json',
      group: 'clickhouse_distinct_id_usage',
      collection: 'warpstream_ingestion',
    },
    { table: 'kafka_duplicate_events', topic: 'clickhouse_ingestion_events_duplicates', group: 'clickhouse_duplicate_events' },
    { table: 'kafka_events_dead_letter_queue', topic: 'events_dead_letter_queue' },
    { table: 'kafka_events_json', topic: 'clickhouse_events_json' },
    { table: 'kafka_groups', topic: 'clickhouse_groups' },
    { table: 'kafka_heatmaps', topic: 'clickhouse_heatmap_events' },
    { table: 'kafka_ingestion_warnings', topic: 'clickhouse_ingestion_warnings' },
    {
      table: 'kafka_ingestion_warnings_v2',
      topic: 'clickhouse_ingestion_warnings',
      group: 'clickhouse_ingestion_warnings_v2',
      collection: 'warpstream_ingestion',
    },
    { table: 'kafka_performance_events', topic: 'clickhouse_performance_events' },
    { table: 'kafka_person', topic: 'clickhouse_person' },
    { table: 'kafka_person_distinct_id', topic: 'clickhouse_person_unique_id' },
    { table: 'kafka_person_distinct_id2', topic: 'clickhouse_person_distinct_id' },
    { table: 'kafka_person_distinct_id_overrides', topic: 'clickhouse_person_distinct_id', group: 'clickhouse-person-distinct-id-overrides' },
    {
      table: 'kafka_person_overrides',
      topic: 'clickhouse_person_override',
      group: 'clickhouse-person-overrides',
      brokersInText: true,
    },
    {
      table: 'kafka_property_values',
      topic: 'clickhouse_property_values',
      group: 'clickhouse_property_values',
      collection: 'warpstream_ingestion',
      consumers: 8,
    },
    { table: 'kafka_tophog', topic: 'clickhouse_tophog', group: 'clickhouse_tophog' },
    {
      table: 'kafka_tophog_ws',
      topic: 'clickhouse_tophog',
      group: 'clickhouse_tophog_ws',
      collection: 'warpstream_ingestion',
      secondOf: 'kafka_tophog',
    },
    {
      table: 'kafka_usage_report_events_preagg',
      topic: 'clickhouse_events_json',
      group: 'clickhouse_usage_report_events_preagg',
      collection: 'warpstream_ingestion',
    },
  ]),
  ...of(Product.DATA_PIPELINES, [
    { table: 'kafka_app_metrics', topic: 'clickhouse_app_metrics' },
    { table: 'kafka_app_metrics2', topic: 'clickhouse_app_metrics2' },
    {
      table: 'kafka_app_metrics2_ws',
      topic: 'clickhouse_app_metrics2',
      group: 'clickhouse_app_metrics2_ws',
      collection: 'warpstream_ingestion',
      secondOf: 'kafka_app_metrics2',
    },
    { table: 'kafka_cohort_membership', topic: 'cohort_membership_changed', group: 'clickhouse_cohort_membership_changed' },
    {
      table: 'kafka_hog_invocation_results',
      topic: 'clickhouse_hog_invocation_results',
      group: 'clickhouse_hog_invocation_results',
      collection: 'warpstream_cyclotron',
    },
    { table: 'kafka_log_entries_v3', topic: 'log_entries', group: 'clickhouse_log_entries' },
    {
      table: 'kafka_log_entries_ws',
      topic: 'log_entries',
      group: 'clickhouse_log_entries_ws',
      collection: 'warpstream_ingestion',
      secondOf: 'kafka_log_entries_v3',
    },
    { table: 'kafka_message_assets', topic: 'clickhouse_message_assets', group: 'clickhouse_message_assets', collection: 'warpstream_cyclotron' },
    { table: 'kafka_plugin_log_entries', topic: 'plugin_log_entries' },
    { table: 'kafka_precalculated_events', topic: 'clickhouse_prefiltered_events', group: 'clickhouse_prefiltered_events' },
    {
      table: 'kafka_precalculated_person_properties',
      topic: 'clickhouse_precalculated_person_properties',
      group: 'clickhouse_precalculated_person_properties',
    },
    {
      table: 'kafka_precalculated_person_properties_ws',
      topic: 'clickhouse_precalculated_person_properties',
      group: 'clickhouse_precalculated_person_properties_ws',
      collection: 'warpstream_calculated_events',
      secondOf: 'kafka_precalculated_person_properties',
    },
  ]),
  ...of(Product.ERROR_TRACKING, [
    {
      table: 'kafka_error_tracking_fingerprint_issue_state',
      topic: 'clickhouse_error_tracking_fingerprint_issue_state',
      group: 'clickhouse-error-tracking-fingerprint-issue-state',
    },
    {
      table: 'kafka_error_tracking_issue_fingerprint_overrides',
      topic: 'clickhouse_error_tracking_issue_fingerprint',
      group: 'clickhouse-error-tracking-issue-fingerprint-overrides',
    },
    { table: 'kafka_posthog_document_embeddings', topic: 'clickhouse_document_embeddings', group: 'clickhouse_document_embeddings' },
  ]),
  ...of(Product.LOGS, [
    {
      table: 'kafka_logs_avro',
      topic: 'clickhouse_logs',
      group: 'clickhouse-logs-avro-new',
      collection: 'warpstream_logs',
      consumers: 8,
      format: 'Avro',
    },
  ]),
  ...of(Product.SESSION_REPLAY, [
    { table: 'kafka_session_replay_events', topic: 'clickhouse_session_replay_events' },
    { table: 'kafka_session_replay_features', topic: 'clickhouse_session_replay_features' },
  ]),
];

/**
 * The tables that the schema's OpenTofu root adds. There every table has one consumer, `kafka_property_values` and `kafka_logs_avro` too, and
 * `kafka_precalculated_person_properties_ws` does not exist: 43 tables. Migrations between July and November added some of them.
 *
 * Source: posthog/clickhouse/schema/local/objects.tf and posthog/clickhouse/schema/catalog of PostHog/posthog, commits 53d254c and 75514be of
 * November 2026; not in force yet (posthog/clickhouse/schema/README.md, "Staged rollout").
 */
export const COMING_CLICKHOUSE_KAFKA_TABLES: readonly ClickHouseKafkaTable[] = [
  ...of(Product.EVENTS, [
    { table: 'kafka_billing_usage_records', topic: 'clickhouse_billing_usage_records', group: 'clickhouse_billing_usage_records' },
    // Every event a second time, with JSON columns (`sharded_events_json`).
    { table: 'kafka_events_json_native_json', topic: 'clickhouse_events_json', group: 'clickhouse_events_json_native_json' },
  ]),
  ...of(Product.FEATURE_FLAGS, [
    {
      table: 'kafka_flag_evaluations',
      topic: 'clickhouse_flag_evaluations',
      group: 'clickhouse_flag_evaluations',
      collection: 'warpstream_ingestion',
    },
  ]),
  ...of(Product.DATA_PIPELINES, [
    { table: 'kafka_log_entries_aux', topic: 'log_entries', group: 'clickhouse_log_entries_aux', collection: 'warpstream_ingestion' },
  ]),
  ...of(Product.ERROR_TRACKING, [
    {
      table: 'kafka_error_tracking_issue_fingerprint_embeddings',
      topic: 'clickhouse_error_tracking_issue_fingerprint_embeddings',
      group: 'clickhouse_error_tracking_fingerprint_embeddings',
    },
  ]),
  ...of(Product.LOGS, [
    {
      table: 'kafka_metrics_avro4',
      topic: 'clickhouse_metrics',
      group: 'clickhouse-metrics-avro4',
      collection: 'warpstream_metrics',
      format: 'Avro',
    },
    {
      table: 'kafka_trace_spans_avro',
      topic: 'clickhouse_traces',
      group: 'clickhouse-traces-avro',
      collection: 'warpstream_traces',
      format: 'Avro',
    },
  ]),
];

/**
 * Returns the number of members that the largest group of a server has on a topic. With fewer partitions, some of them have nothing to read.
 *
 * @returns the number of members; 0 if ClickHouse does not read the topic
 */
export function clickHouseConsumers(topic: string): number {
  const groups = new Map<string, number>();
  for (const { group, consumers } of CLICKHOUSE_KAFKA_TABLES.filter((table) => table.topic === topic)) {
    groups.set(group, (groups.get(group) ?? 0) + consumers);
  }
  return Math.max(0, ...groups.values());
}

/** Returns the tables of one product, with defaults (`kafka_engine` of posthog/clickhouse/kafka_engine.py). */
function of(product: Product, rows: readonly Row[]): ClickHouseKafkaTable[] {
  return rows.map(({ brokersInText, ...row }) => ({
    group: 'group1',
    consumers: 1,
    format: 'JSONEachRow',
    ...(brokersInText ? {} : { collection: 'msk_cluster' }),
    ...row,
    product,
  }));
}
