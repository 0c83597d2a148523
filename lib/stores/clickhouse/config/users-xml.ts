import { DICT_READER_NAME, READER_NAME, USER_NAME, VARIABLES } from './shared-settings';
import { Elements, FromEnv, identifier, xml } from './xml';

/** From PostHog's docker/clickhouse/users.xml, except for the last setting. */
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
  // Upstream's 1 rejects a mutation of a table with an unfinished one, so a slow backfill makes the deletions of that day fail. A table with
  // more than this many is stuck, and the next mutation should fail; ClickHouse's default limit is 1,000.
  number_of_mutations_to_throw: 20,
};

/** The limits of the user that reads events: it must not slow down the queries of PostHog. */
const READER_PROFILE = { readonly: 1, max_execution_time: 30, max_memory_usage: 1_000_000_000, max_threads: 2 };

/** The tables of events: the distributed one, and the one that it reads on each server as the same user. */
const EVENT_TABLES = ['events', 'sharded_events'];

/**
 * Returns the users and their privileges, by element.
 *
 * There is no user `default`: even local programs, or URLs that the server fetches, need a password. PostHog's user can do everything except create
 * users; Kafka tables need the named collections. The definition of a dictionary and every backup contain the password that it reads with: it is
 * that of a user with read-only access to the database (posthog/clickhouse/dictionaries.py; docker/clickhouse/users.xml), from the server itself.
 */
export function usersConfig(database: string, reader = false): Elements {
  return {
    profiles: { default: PROFILE, readonly: { readonly: 1 }, ...(reader ? { reader: READER_PROFILE } : {}) },
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
      [DICT_READER_NAME]: {
        password: new FromEnv(VARIABLES.dictReaderPassword, true),
        // A dictionary without a host connects to its own server, from 127.0.0.1.
        networks: { ip: ['127.0.0.1', '::1'] },
        profile: 'readonly',
        quota: 'default',
        access_management: 0,
        grants: { query: `GRANT SELECT ON ${identifier(database)}.*` },
      },
      ...(reader
        ? {
            [READER_NAME]: {
              password: new FromEnv(VARIABLES.readerPassword, true),
              networks: { ip: '::/0' },
              profile: 'reader',
              quota: 'default',
              access_management: 0,
              grants: { query: EVENT_TABLES.map((table) => `GRANT SELECT ON ${identifier(database)}.${identifier(table)}`) },
            },
          }
        : {}),
    },
  };
}

/** Returns the configuration file of users. */
export function usersXml(database: string, reader = false): string {
  return xml('clickhouse', usersConfig(database, reader));
}
