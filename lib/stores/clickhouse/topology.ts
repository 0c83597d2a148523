/** A server that holds data. */
export interface ClickHouseNode {
  readonly host: string;
  /** What the macro `shard` says: the place of its shard, with two digits. */
  readonly shard: string;
  /** What the macro `replica` says. It stands in the paths of replicated tables and must never change. */
  readonly replica: string;
}

/** A member of the ensemble that coordinates replicated tables and statements on the cluster. */
export interface KeeperNode {
  readonly id: number;
  readonly host: string;
}

/** Which servers there are, and what PostHog calls them. */
export interface ClickHouseTopology {
  readonly nodes: readonly ClickHouseNode[];
  /** Empty where the one server keeps its own coordination. */
  readonly keepers: readonly KeeperNode[];
}

/** A shard of a cluster: servers that hold the same. */
export type Shard = readonly ClickHouseNode[];

/** Where servers and Keeper listen. There is no plain port but that of the Keeper inside a single server, which only that server is let to. */
export const CLICKHOUSE_PORTS = { native: 9440, http: 8443, interserver: 9010, embeddedKeeper: 9181, keeper: 9281, raft: 9234 };

/**
 * The Kafka settings that PostHog's tables name (posthog/settings/data_stores.py; docker/clickhouse/config.d/default.xml, of which only
 * newer ones have the last three).
 */
export const NAMED_COLLECTIONS = [
  'msk_cluster', 'warpstream_ingestion', 'warpstream_calculated_events', 'warpstream_replay', 'warpstream_shared', 'warpstream_cyclotron',
  'warpstream_logs', 'warpstream_traces', 'warpstream_metrics',
] as const;

/**
 * One shard of as many replicas as there are hosts, with an ensemble of Keepers, or none for a single server that keeps its own.
 */
export function oneShard(hosts: readonly string[], keepers: readonly string[]): ClickHouseTopology {
  return {
    nodes: hosts.map((host, index) => ({ host, shard: '01', replica: `ch${index + 1}` })),
    keepers: keepers.map((host, index) => ({ host, id: index + 1 })),
  };
}

/**
 * The clusters that PostHog's migrations and tables name (docker/clickhouse/config.d/default.xml).
 *
 * With one server they are all the same. With more:
 * - `posthog` and `posthog_writable` hold the sharded tables, whose writes reach every shard once;
 * - `posthog_migrations` has every server, so that each gets every table (posthog/clickhouse/client/migration_tools.py, with roles collapsed
 *   to ALL outside PostHog's own cloud), and its shards, so that what is altered once a shard is not altered twice;
 * - `posthog_primary_replica` is read where one server a shard is enough (posthog/models/event/sql.py);
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

/** What a server says about itself. Self-hosted, every server has the one role (posthog/clickhouse/client/connection.py, NodeRole). */
export function macrosOf(node: ClickHouseNode): Readonly<Record<string, string>> {
  return { shard: node.shard, replica: node.replica, hostClusterType: 'online', hostClusterRole: 'data' };
}
