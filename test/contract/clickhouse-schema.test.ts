import { CLICKHOUSE_KAFKA_TABLES } from '../../lib/catalog/clickhouse/kafka-tables';
import { CLICKHOUSE_SCHEMA } from '../../lib/catalog/clickhouse/schema';
import { serverConfig } from '../../lib/stores/clickhouse/config/config-xml';
import { ClickHouseTopology, oneShard } from '../../lib/stores/clickhouse/config/topology';
import { usersConfig } from '../../lib/stores/clickhouse/config/users-xml';
import { Elements } from '../../lib/stores/clickhouse/config/xml';
import upstream from './upstream-clickhouse.json';

// test/clickhouse asks ClickHouse's engine about the rights and the functions.

const TOPOLOGIES: [string, ClickHouseTopology][] = [
  ['one server', oneShard(['clickhouse.internal'], [])],
  ['two servers', oneShard(['clickhouse.internal', 'clickhouse-2.internal'], ['keeper-1.internal', 'keeper-2.internal', 'keeper-3.internal'])],
];

/** Names that the configuration lacks. */
function missing(names: readonly string[], element: unknown): string[] {
  return names.filter((name) => !(name in (element as Elements)));
}

describe.each(TOPOLOGIES)('in a ClickHouse with %s, every server', (_, topology) => {
  const configs = topology.nodes.map((node) => serverConfig(topology, node, { database: 'posthog', kafkaTls: true }));

  test('has each cluster that the schema names, with a host', () => {
    expect(configs.flatMap((config) => missing(CLICKHOUSE_SCHEMA.clusters, config.remote_servers))).toEqual([]);
    expect(
      configs.flatMap((config) => Object.values(config.remote_servers as Elements)).filter((cluster) => !JSON.stringify(cluster).includes('"host"')),
    ).toEqual([]);
  });

  test('has each macro and named collection that the schema names', () => {
    expect(configs.flatMap((config) => missing(CLICKHOUSE_SCHEMA.macros, config.macros))).toEqual([]);
    expect(configs.flatMap((config) => missing(CLICKHOUSE_SCHEMA.namedCollections, config.named_collections))).toEqual([]);
  });

  test('has replica macros of its own, so that paths of unsharded tables differ', () => {
    const replicas = configs.map(({ macros }) => `${(macros as Elements).replica as string}-${(macros as Elements).shard as string}`);
    expect(new Set(replicas).size).toBe(topology.nodes.length);
  });

  test('creates the database, and the crash log before a migration creates a view of it', () => {
    expect(configs.flatMap((config) => missing(['crash_log', 'query_log'], config))).toEqual([]);
    expect(JSON.stringify(configs[0].startup_scripts)).toMatch(/CREATE DATABASE IF NOT EXISTS.*SYSTEM FLUSH LOGS/);
  });
});

test("PostHog's ClickHouse user may use named collections, and needs no right to create users", () => {
  expect((usersConfig('posthog').users as Elements).posthog).toMatchObject({ named_collection_control: 1, access_management: 0 });
});

test('the ClickHouse schema and the list of Kafka tables agree', () => {
  expect(CLICKHOUSE_KAFKA_TABLES).toHaveLength(CLICKHOUSE_SCHEMA.objects.Kafka);
  const collections = CLICKHOUSE_KAFKA_TABLES.flatMap(({ collection }) => collection ?? []);
  expect([...new Set(collections)].sort()).toEqual([...CLICKHOUSE_SCHEMA.namedCollections]);
});

test("the ClickHouse functions are those of upstream's configuration", () => {
  expect([...CLICKHOUSE_SCHEMA.functions].sort()).toEqual([...upstream.functions].sort());
});
