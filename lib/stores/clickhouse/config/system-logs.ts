import { Elements } from './xml';

/** The retention of each system log table, in days: as in PostHog's config.xml, and a month for crashes, which are rare. */
const DAYS = {
  query_log: 12,
  query_thread_log: 5,
  query_views_log: 5,
  text_log: 5,
  metric_log: 5,
  asynchronous_metric_log: 5,
  session_log: 5,
  backup_log: 5,
  // A migration creates a view of it (posthog/clickhouse/custom_metrics.py), so it must exist.
  crash_log: 30,
};

/** Settings of single tables. */
const OVERRIDES: Readonly<Record<string, Elements>> = {
  query_log: { flush_interval_milliseconds: 500, flush_on_crash: 'true' },
  text_log: { level: 'warning' },
  metric_log: { collect_interval_milliseconds: 1000 },
  crash_log: { flush_interval_milliseconds: 1000, flush_on_crash: 'true' },
};

/**
 * Returns the system log tables, each with a retention. Tables without a section here are not written: the server's default
 * configuration, which has more and keeps them forever, is not used.
 */
export function systemLogs(): Elements {
  return {
    ...Object.fromEntries(
      Object.entries(DAYS).map(([table, days]) => [
        table,
        {
          database: 'system',
          table,
          // Daily partitions are dropped as a whole, instead of rewriting parts without the expired rows.
          partition_by: 'event_date',
          flush_interval_milliseconds: 7500,
          ...OVERRIDES[table],
          ttl: `event_date + INTERVAL ${days} DAY`,
          settings: 'ttl_only_drop_parts = 1',
        },
      ]),
    ),
    // It has no event_date, so the sorting key and the TTL must be explicit.
    opentelemetry_span_log: {
      database: 'system',
      table: 'opentelemetry_span_log',
      engine:
        'ENGINE = MergeTree PARTITION BY finish_date ORDER BY (finish_date, finish_time_us, trace_id) TTL finish_date + INTERVAL 5 DAY SETTINGS ttl_only_drop_parts = 1',
      flush_interval_milliseconds: 7500,
    },
  };
}
