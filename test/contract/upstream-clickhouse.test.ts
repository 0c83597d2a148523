import { ClickHouseNode, ClickHouseTopology, oneShard } from '../../lib/stores/clickhouse/topology';
import { serverConfig } from '../../lib/stores/clickhouse/config-xml';
import { usersConfig } from '../../lib/stores/clickhouse/users-xml';
import { Content, Elements, FromEnv } from '../../lib/stores/clickhouse/xml';
import upstream from './upstream-clickhouse.json';

const ONE = oneShard(['clickhouse.internal'], []);

function config(topology: ClickHouseTopology = ONE, self: ClickHouseNode = topology.nodes[0]): Elements {
  return serverConfig(topology, self, { database: 'posthog', kafkaTls: true });
}

/** The elements within, with texts as a file would have them. */
function texts(content: Content): Record<string, string> {
  return Object.fromEntries(Object.entries(content as Elements).map(([name, value]) => [name, String(value as string | number)]));
}

test('every cluster is there, and no other', () => {
  expect(Object.keys(config().remote_servers as Elements).sort()).toEqual([...upstream.clusters].sort());
});

test('every macro says of the one server what upstream\'s says', () => {
  expect(config().macros).toEqual(upstream.macros);
});

test('every named collection asks the environment for the brokers', () => {
  const expected = Object.entries(upstream.namedCollections).map(([name, { kafka_broker_list: { fromEnv } }]) => [name, { kafka_broker_list: new FromEnv(fromEnv) }]);
  expect(config().named_collections).toEqual(Object.fromEntries(expected));
});

test('every setting of MergeTree tables is upstream\'s', () => {
  expect(texts(config().merge_tree)).toEqual(Object.fromEntries(Object.entries(upstream.mergeTree).map(([name, { value }]) => [name, value])));
});

test('what else the server is told is upstream\'s where upstream has reasons', () => {
  const { distributed_ddl: ddl, ...rest } = upstream.config;
  expect(texts(config())).toMatchObject(rest);
  expect(config().distributed_ddl).toEqual({ path: ddl });
});

test('the same tables record what the server does, and each of them ends', () => {
  const own = config();
  const tables = Object.keys(own).filter((name) => name.endsWith('_log'));
  expect(tables.sort()).toEqual([...upstream.systemLogs].sort());
  expect(tables.filter((name) => !/INTERVAL \d+ DAY/.test(JSON.stringify(own[name])))).toEqual([]);
});

test('the profile is upstream\'s', () => {
  expect(texts((usersConfig().profiles as Elements).default)).toEqual(upstream.profile);
});
