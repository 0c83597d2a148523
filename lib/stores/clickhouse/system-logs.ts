import { Elements } from './xml';

/** Days that each table of the server's own records is kept: those of PostHog's config.xml, and a month for crashes, which are rare. */
const DAYS = {
  query_log: 12,
  query_thread_log: 5,
  query_views_log: 5,
  text_log: 5,
  metric_log: 5,
  asynchronous_metric_log: 5,
  session_log: 5,
  backup_log: 5,
  // A migration makes a view of it (posthog/clickhouse/custom_metrics.py), so it must be there.
  crash_log: 30,
};

/** What differs from the rest. */
const OTHERS: Readonly<Record<string, Elements>> = {
  query_log: { flush_interval_milliseconds: 500, flush_on_crash: 'true' },
  text_log: { level: 'warning' },
  metric_log: { collect_interval_milliseconds: 1000 },
  crash_log: { flush_interval_milliseconds: 1000, flush_on_crash: 'true' },
};

/**
 * The tables that the server writes about itself, each with an end. A table without a section here is not written: the server's own
 * default file, which has more and keeps them for ever, is not used.
 */
export function systemLogs(): Elements {
  return {
    ...Object.fromEntries(Object.entries(DAYS).map(([table, days]) => [table, {
      database: 'system',
      table,
      // A partition a day, dropped whole when its day is over, instead of parts written anew without the old rows.
      partition_by: 'event_date',
      flush_interval_milliseconds: 7500,
      ...OTHERS[table],
      ttl: `event_date + INTERVAL ${days} DAY`,
      settings: 'ttl_only_drop_parts = 1',
    }])),
    // It has no event_date, so the order and the end must be spelled out.
    opentelemetry_span_log: {
      database: 'system',
      table: 'opentelemetry_span_log',
      engine: 'ENGINE = MergeTree PARTITION BY finish_date ORDER BY (finish_date, finish_time_us, trace_id) TTL finish_date + INTERVAL 5 DAY SETTINGS ttl_only_drop_parts = 1',
      flush_interval_milliseconds: 7500,
    },
  };
}
