import { ClickHouseTopology, clustersOf, macrosOf, oneShard } from '../../../../lib/stores/clickhouse/config/topology';

/** Hosts by cluster, shard by shard. */
function hosts(topology: ClickHouseTopology): Record<string, string[][]> {
  return Object.fromEntries(
    Object.entries(clustersOf(topology)).map(([name, shards]) => [name, shards.map((shard) => shard.map(({ host }) => host))]),
  );
}

test('oneShard of one host has one node in every cluster, and no Keepers', () => {
  const topology = oneShard(['a'], []);
  expect(topology.keepers).toEqual([]);
  expect(Object.values(hosts(topology))).toEqual(new Array(9).fill([['a']]));
});

test('oneShard of replicas has one shard in every cluster, and a primary replica', () => {
  const topology = oneShard(['a', 'b'], ['k1', 'k2', 'k3']);
  const { posthog_primary_replica: primary, ...rest } = hosts(topology);
  expect(primary).toEqual([['a']]);
  expect(Object.values(rest)).toEqual(new Array(8).fill([['a', 'b']]));
  expect(topology.keepers).toEqual([
    { id: 1, host: 'k1' },
    { id: 2, host: 'k2' },
    { id: 3, host: 'k3' },
  ]);
});

test('replicas have macros that differ in the replica only', () => {
  expect(oneShard(['a', 'b'], ['k']).nodes.map(macrosOf)).toEqual([
    { shard: '01', replica: 'ch1', hostClusterType: 'online', hostClusterRole: 'data' },
    { shard: '01', replica: 'ch2', hostClusterType: 'online', hostClusterRole: 'data' },
  ]);
});

test('clustersOf several shards spreads sharded clusters, and has every server in the others', () => {
  const node = (host: string, shard: string, replica: string) => ({ host, shard, replica });
  expect(hosts({ nodes: [node('a', '01', 'ch1'), node('b', '01', 'ch2'), node('c', '02', 'ch1'), node('d', '02', 'ch2')], keepers: [] })).toEqual({
    posthog: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    posthog_single_shard: [['a', 'b', 'c', 'd']],
    posthog_migrations: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    posthog_writable: [
      ['a', 'b'],
      ['c', 'd'],
    ],
    posthog_primary_replica: [['a'], ['c']],
    ai_events: [['a', 'b', 'c', 'd']],
    aux: [['a', 'b', 'c', 'd']],
    ops: [['a', 'b', 'c', 'd']],
    sessions: [['a', 'b', 'c', 'd']],
  });
});
