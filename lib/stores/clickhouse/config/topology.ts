/** A server that holds data. */
export interface ClickHouseNode {
  readonly host: string;
  /** The macro `shard`: the number of its shard, with two digits. */
  readonly shard: string;
  /** The macro `replica`. It is part of the paths of replicated tables and must never change. */
  readonly replica: string;
}

/** A member of the ensemble that coordinates replicated tables and statements on the cluster. */
export interface KeeperNode {
  readonly id: number;
  readonly host: string;
}

/** The servers and Keepers of a ClickHouse. */
export interface ClickHouseTopology {
  readonly nodes: readonly ClickHouseNode[];
  /** Empty if a single server has an embedded Keeper. */
  readonly keepers: readonly KeeperNode[];
}

/** A shard of a cluster: servers that hold the same data. */
export type Shard = readonly ClickHouseNode[];

/** The ports of servers and Keepers. All use TLS, except that of an embedded Keeper, which only its server can reach. */
export const CLICKHOUSE_PORTS = { native: 9440, http: 8443, interserver: 9010, embeddedKeeper: 9181, keeper: 9281, raft: 9234 };

/**
 * The named collections of Kafka settings that PostHog's tables use (posthog/settings/data_stores.py; docker/clickhouse/config.d/default.xml,
 * of which only newer versions have the last three).
 */
export const NAMED_COLLECTIONS = [
  'msk_cluster',
  'warpstream_ingestion',
  'warpstream_calculated_events',
  'warpstream_replay',
  'warpstream_shared',
  'warpstream_cyclotron',
  'warpstream_logs',
  'warpstream_traces',
  'warpstream_metrics',
] as const;

/**
 * Returns a topology with one shard, a replica for each host, and an ensemble of Keepers, or none for a single server with an embedded one.
 */
export function oneShard(hosts: readonly string[], keepers: readonly string[]): ClickHouseTopology {
  return {
    nodes: hosts.map((host, index) => ({ host, shard: '01', replica: `ch${index + 1}` })),
    keepers: keepers.map((host, index) => ({ host, id: index + 1 })),
  };
}

/**
 * Returns the clusters that PostHog's migrations and tables use (docker/clickhouse/config.d/default.xml).
 *
 * With one server they are all the same. With more:
 * - `posthog` and `posthog_writable` have the sharded tables, whose writes reach every shard once;
 * - `posthog_migrations` has every server, so that each gets every table (posthog/clickhouse/client/migration_tools.py, with roles collapsed
 *   to ALL outside PostHog's own cloud), and its shards, so that statements that run once per shard do not run twice;
 * - `posthog_primary_replica` is for reads that need only one server per shard (posthog/models/event/sql.py);
 * - tables that are not sharded are replicated over every server (posthog/clickhouse/table_engines.py, `noshard`), so
 *   `posthog_single_shard` and the satellites, which no self-hosted PostHog has, are one shard of all servers.
 */
export function clustersOf(topology: ClickHouseTopology): Readonly<Record<string, readonly Shard[]>> {
  const shards = [...new Set(topology.nodes.map(({ shard }) => shard))].map((shard) => topology.nodes.filter((node) => node.shard === shard));
  const all = [topology.nodes];
  return {
    posthog: shards,
    posthog_single_shard: all,
    posthog_migrations: shards,
    posthog_writable: shards,
    posthog_primary_replica: shards.map(([first]) => [first]),
    ai_events: all,
    aux: all,
    ops: all,
    sessions: all,
  };
}

/** Returns the macros of a server. Self-hosted servers all have the same role (posthog/clickhouse/client/connection.py, NodeRole). */
export function macrosOf(node: ClickHouseNode): Readonly<Record<string, string>> {
  return { shard: node.shard, replica: node.replica, hostClusterType: 'online', hostClusterRole: 'data' };
}
