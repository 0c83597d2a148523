/** A table of records that nothing of PostHog deletes, and how to give it an end. */
export interface EndlessRecords {
  readonly table: string;
  /** What writes it. */
  readonly writtenBy: string;
  /** The column or expression of type Date that a row ends by. */
  readonly date: string;
}

/**
 * The tables without a TTL that grow with what the deployment does, and that no one looks at after some months.
 *
 * This library sets none of these TTLs: they delete rows, upstream's migrations neither know nor keep them, and how long records are kept is for the
 * owner to say. docs/clickhouse.md has the statements.
 *
 * Source: the schema at the end of migrations 0001 to 0287, July 2026 (mergebloom/posthog-infra, commit feb3708), created by ClickHouse's engine.
 */
export const ENDLESS_RECORDS: readonly EndlessRecords[] = [
  {
    table: 'sharded_query_log_archive',
    writtenBy: 'the server: `ops_query_log_archive_mv` copies each finished query of `system.query_log` (migrations 0273, 0276)',
    date: 'event_date',
  },
  { table: 'sharded_ingestion_warnings', writtenBy: 'ingestion; `ingestion_warnings_v2` has the same, for 90 days', date: 'toDate(timestamp)' },
  { table: 'logs_billing_metrics', writtenBy: 'logs: a row for each project, service and hour', date: 'toDate(time_bucket)' },
  { table: 'custom_metrics_counter_events', writtenBy: 'jobs that count what they do (`MetricsClient`)', date: 'toDate(timestamp)' },
];

/** How many days of records the examples keep: as upstream does in `ingestion_warnings_v2`. */
export const RECORD_DAYS = 90;

/** The statement that gives a table of records an end. */
export function endOf({ table, date }: EndlessRecords, days: number = RECORD_DAYS): string {
  return `ALTER TABLE posthog.${table} ON CLUSTER posthog MODIFY TTL ${date} + INTERVAL ${days} DAY`;
}

/** The other tables without a TTL, by what that means. */
export const ENDLESS_TABLES = {
  /** What users see, or what it is computed from. It goes when they delete it, or never. */
  data: [
    'cohort_membership', 'cohortpeople', 'error_tracking_issue_fingerprint_overrides', 'groups', 'person', 'person_distinct_id',
    'person_distinct_id2', 'person_distinct_id_overrides', 'person_overrides', 'person_static_cohort', 'pg_embeddings', 'property_definitions',
    'raw_error_tracking_fingerprint_issue_state', 'sharded_events', 'sharded_precalculated_events', 'sharded_precalculated_person_properties',
    'sharded_raw_sessions', 'sharded_raw_sessions_v3', 'sharded_session_replay_events', 'sharded_session_replay_features', 'sharded_sessions',
  ],
  /** Does not grow: definitions, or a row for each partition of a topic. */
  constant: [
    'channel_definition', 'exchange_rate', 'infi_clickhouse_orm_migrations', 'logs_kafka_metrics', 'sharded_web_bot_definition',
    'web_pre_aggregated_teams',
  ],
  /** Nothing that is deployed writes it: older versions of a table, and what jobs of PostHog's own cloud fill. */
  unwritten: [
    'llma_metrics_daily', 'log_attributes', 'logs32', 'query_log_archive_v2', 'sharded_app_metrics', 'sharded_query_log_archive_old',
    'web_pre_aggregated_bounces', 'web_pre_aggregated_bounces_staging', 'web_pre_aggregated_stats', 'web_pre_aggregated_stats_staging',
  ],
} as const;
