/** A Kafka table of ClickHouse that reads a topic a second time, into the data table of another one. */
export interface DuplicateKafkaTable {
  /** The materialized view and the Kafka table to drop, in upstream's order: the view first. */
  readonly drop: readonly [view: string, kafkaTable: string];
  /** The materialized view and the Kafka table of the same topic to keep. Without both, nothing is dropped. */
  readonly keep: readonly [view: string, kafkaTable: string];
}

/**
 * The second set of Kafka tables that PostHog's migrations create outside its cloud.
 *
 * Upstream moved its cloud from one Kafka to another with two sets of tables side by side. Elsewhere both sets read the same Kafka, each
 * with a consumer group of its own, and write each row twice. `app_metrics2` and `tophog` sum their rows, so that the metrics of pipelines and
 * workflows are doubled; the other two deduplicate rows when they merge parts, and do double work until then.
 *
 * Sources, of PostHog/posthog: posthog/clickhouse/migrations/0227_warpstream_kafka_engines.py and 0229_warpstream_calculated_events.py create them
 * without a condition on the cloud; 0243_fix_precalculated_events_date.py drops the set of `precalculated_events` again; 0248_drop_msk_kafka_engines_
 * with_ws_equivalents.py, which drops the other side, is for the cloud only (as of 13 July 2026). Pull request 61230 (June 2026, closed unmerged)
 * drops the first three as this does, "in local only"; pull request 79807 (merged in August 2026, migration 0297) drops the last.
 */
export const DUPLICATE_KAFKA_TABLES: readonly DuplicateKafkaTable[] = [
  { drop: ['log_entries_ws_mv', 'kafka_log_entries_ws'], keep: ['log_entries_v3_mv', 'kafka_log_entries_v3'] },
  { drop: ['app_metrics2_ws_mv', 'kafka_app_metrics2_ws'], keep: ['app_metrics2_mv', 'kafka_app_metrics2'] },
  { drop: ['tophog_ws_mv', 'kafka_tophog_ws'], keep: ['tophog_mv', 'kafka_tophog'] },
  {
    drop: ['precalculated_person_properties_ws_mv', 'kafka_precalculated_person_properties_ws'],
    keep: ['precalculated_person_properties_mv', 'kafka_precalculated_person_properties'],
  },
];
