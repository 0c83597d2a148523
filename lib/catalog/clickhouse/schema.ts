/**
 * The requirements of PostHog's ClickHouse migrations.
 *
 * Source: every statement that `manage.py migrate_clickhouse` sends with the environment of this library's migration task, to an empty server:
 * migrations 0001 to 0287 of July 2026 (mergebloom/posthog-infra, commit feb3708), without CLOUD_DEPLOYMENT. All of them passed on ClickHouse's
 * engine (chDB 26.9.2.1) with the generated configuration, without `ON CLUSTER` and replication, which the engine as a library does not support.
 */
export const CLICKHOUSE_SCHEMA = {
  statements: {
    all: 1337,
    /** Reads and writes of the ledger of migrations. */
    ledger: 298,
    onCluster: 269,
  },
  /** The objects after all migrations. */
  objects: {
    all: 288,
    Distributed: 92,
    MaterializedView: 51,
    MergeTree: 84,
    Kafka: 37,
    View: 17,
    Dictionary: 6,
    Buffer: 1,
    /** The number without a TTL among the 84 that store rows: see ENDLESS_TABLES. */
    storedWithoutEnd: 41,
  },
  /** Clusters of `ON CLUSTER`, of Distributed tables, and of Django's lookup of servers (posthog/clickhouse/cluster.py). */
  clusters: [
    'ai_events',
    'aux',
    'ops',
    'posthog',
    'posthog_migrations',
    'posthog_primary_replica',
    'posthog_single_shard',
    'posthog_writable',
    'sessions',
  ],
  /** Macros in the paths of replicated tables, and of Django's lookup of roles. `database` and `table` are ClickHouse's own. */
  macros: ['hostClusterRole', 'hostClusterType', 'replica', 'shard'],
  namedCollections: ['msk_cluster', 'warpstream_calculated_events', 'warpstream_cyclotron', 'warpstream_ingestion', 'warpstream_logs'],
  /** The rights that the statements need, as `SHOW GRANTS` prints them: Kafka tables use a named collection, Distributed ones are remote. */
  rights: [
    'SELECT',
    'INSERT',
    'ALTER',
    'CREATE',
    'DROP',
    'TRUNCATE',
    'SYSTEM',
    'dictGet',
    'CLUSTER',
    'REMOTE',
    'KAFKA',
    'TABLE ENGINE',
    'NAMED COLLECTION',
  ],
  /** Paths of replicated tables in Keeper; no two tables share one. */
  keeperPaths: 89,
  /** The only storage policy that tables name, which every server has. */
  storagePolicies: ['default'],
  /**
   * The executable functions that queries use (posthog/user_scripts/latest_user_defined_function.xml, without the version of their folder). No
   * statement of the schema uses one yet.
   */
  functions: [
    'aggregate_funnel',
    'aggregate_funnel_cohort',
    'aggregate_funnel_array',
    'aggregate_funnel_trends',
    'aggregate_funnel_array_trends',
    'aggregate_funnel_cohort_trends',
    'aggregate_funnel_json',
    'aggregate_funnel_cohort_json',
    'aggregate_funnel_array_json',
    'aggregate_funnel_trends_json',
    'aggregate_funnel_array_trends_json',
    'aggregate_funnel_cohort_trends_json',
    'JSONDropKeys',
  ],
} as const;
