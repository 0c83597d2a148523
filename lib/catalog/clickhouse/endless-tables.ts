/** A table of records that PostHog never deletes, with the date for a TTL. */
export interface EndlessRecords {
  readonly table: string;
  /** The writer of the table. */
  readonly writtenBy: string;
  /** The column or expression of type Date for the TTL. */
  readonly date: string;
}

/**
 * The tables without a TTL that grow with usage, and that no one reads after some months.
 *
 * The migration sets the TTL of the first, which the server itself fills, if it has none (script/migrate.py). The others are the owner's decision,
 * because they delete rows of users. docs/clickhouse.md has the statements. Upstream's migrations neither know nor change them.
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

/** The retention of records by default, in days: as upstream does in `ingestion_warnings_v2`. */
export const RECORD_DAYS = 90;

/** Returns the statement that sets the TTL of a table of records. */
export function endOf({ table, date }: EndlessRecords, days: number = RECORD_DAYS): string {
  return `ALTER TABLE posthog.${table} ON CLUSTER posthog MODIFY TTL ${date} + INTERVAL ${days} DAY`;
}

/** The other tables without a TTL, by the reason. */
export const ENDLESS_TABLES = {
  /** Data that users see, or its input. It is deleted when users delete it, or never. */
  data: [
    'cohort_membership',
    'cohortpeople',
    'error_tracking_issue_fingerprint_overrides',
    'groups',
    'person',
    'person_distinct_id',
    'person_distinct_id2',
    'person_distinct_id_overrides',
    'person_overrides',
    'person_static_cohort',
    'pg_embeddings',
    'property_definitions',
    'raw_error_tracking_fingerprint_issue_state',
    'sharded_events',
    'sharded_precalculated_events',
    'sharded_precalculated_person_properties',
    'sharded_raw_sessions',
    'sharded_raw_sessions_v3',
    'sharded_session_replay_events',
    'sharded_session_replay_features',
    'sharded_sessions',
  ],
  /** Tables that do not grow: definitions, or a row for each partition of a topic. */
  constant: [
    'channel_definition',
    'exchange_rate',
    'infi_clickhouse_orm_migrations',
    'logs_kafka_metrics',
    'sharded_web_bot_definition',
    'web_pre_aggregated_teams',
  ],
  /** Tables without a deployed writer: older versions of a table, and those of jobs of PostHog's own cloud. */
  unwritten: [
    'llma_metrics_daily',
    'log_attributes',
    'logs32',
    'query_log_archive_v2',
    'sharded_app_metrics',
    'sharded_query_log_archive_old',
    'web_pre_aggregated_bounces',
    'web_pre_aggregated_bounces_staging',
    'web_pre_aggregated_stats',
    'web_pre_aggregated_stats_staging',
  ],
} as const;
