import { USER_NAME, VARIABLES } from './layout';
import { Elements, FromEnv, xml } from './xml';

/** docker/clickhouse/users.xml of PostHog. */
const PROFILE = {
  max_memory_usage: 10_000_000_000,
  load_balancing: 'random',
  allow_nondeterministic_mutations: 1,
  compatibility: '26.3',
  // The funnel correlation query reads a common table expression twice.
  enable_materialized_cte: 1,
  async_insert: 0,
  // Materialized property columns rely on default expressions, which the rewrite skips on older parts.
  optimize_empty_string_comparisons: 0,
  distributed_product_mode: 'global',
  enable_parallel_replicas: 0,
  max_parallel_replicas: 1,
  allow_experimental_window_functions: 1,
  allow_suspicious_low_cardinality_types: 1,
  insert_distributed_sync: 1,
  throw_on_max_partitions_per_insert_block: 0,
  number_of_mutations_to_throw: 1,
};

/**
 * Who may do what, by element.
 *
 * There is one user, and no `default`: what runs on the server, or makes it fetch an address, must know a password too. PostHog uses the
 * one for its dictionaries as well where CLICKHOUSE_DICT_READER_USER is not set (posthog/clickhouse/dictionaries.py). The user may not make others;
 * Kafka tables need the named collections.
 */
export function usersConfig(): Elements {
  return {
    profiles: { default: PROFILE },
    quotas: { default: { interval: { duration: 3600, queries: 0, errors: 0, result_rows: 0, read_rows: 0, execution_time: 0 } } },
    users: {
      [USER_NAME]: {
        password: new FromEnv(VARIABLES.password, true),
        networks: { ip: '::/0' },
        profile: 'default',
        quota: 'default',
        access_management: 0,
        named_collection_control: 1,
        show_named_collections: 1,
      },
    },
  };
}

/** The file of users. */
export function usersXml(): string {
  return xml('clickhouse', usersConfig());
}
