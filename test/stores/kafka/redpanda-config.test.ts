import { applyScript, bootstrapYaml, clusterProperties, REDPANDA_COMMAND, redpandaYaml } from '../../../lib/stores/kafka/redpanda-config';

const PROPERTIES = clusterProperties({ retentionMs: 259_200_000, partitionBytes: 5_368_709_120 });

test('redpandaYaml is valid and complete', () => {
  expect(JSON.parse(redpandaYaml('kafka.example.internal'))).toEqual({
    redpanda: {
      data_directory: '/var/lib/redpanda/data',
      node_id: 0,
      seed_servers: [],
      empty_seed_starts_cluster: true,
      kafka_api: [{ name: 'internal', address: '0.0.0.0', port: 9092 }],
      advertised_kafka_api: [{ name: 'internal', address: 'kafka.example.internal', port: 9092 }],
      rpc_server: { address: '127.0.0.1', port: 33145 },
      advertised_rpc_api: { address: '127.0.0.1', port: 33145 },
      admin: [{ address: '127.0.0.1', port: 9644 }],
      developer_mode: false,
    },
    rpk: { overprovisioned: true },
  });
});

test("redpandaYaml opens only Kafka's port to the network", () => {
  const { redpanda } = JSON.parse(redpandaYaml('kafka')) as { redpanda: Record<string, unknown> };
  const open = JSON.stringify(redpanda).match(/"address":"0\.0\.0\.0","port":\d+/g);
  expect(open).toEqual(['"address":"0.0.0.0","port":9092']);
});

test('bootstrapYaml has one property a line, and all of them', () => {
  expect(bootstrapYaml(PROPERTIES)).toBe(`auto_create_topics_enabled: true
default_topic_partitions: 1
default_topic_replications: 1
enable_metrics_reporter: false
group_topic_partitions: 3
internal_topic_replication_factor: 1
kafka_batch_max_bytes: 33554432
log_retention_ms: 259200000
log_segment_size: 67108864
retention_bytes: 5368709120
`);
});

test('clusterProperties allows batches of the largest message, and segments larger than a batch', () => {
  const { kafka_batch_max_bytes: batch, log_segment_size: segment } = PROPERTIES;
  // REPLAY_BODY_LIMIT in rust/capture/src/router.rs.
  expect(batch).toBeGreaterThan(25 * 1024 * 1024);
  expect(segment).toBeGreaterThanOrEqual(2 * Number(batch));
});

test('applyScript sets the same properties', () => {
  const [, told] = /--data '(.*)' \\/.exec(applyScript(PROPERTIES))!;
  expect(JSON.parse(told)).toEqual({ upsert: PROPERTIES, remove: [] });
});

test('REDPANDA_COMMAND has no developer mode, which would not flush writes', () => {
  expect(REDPANDA_COMMAND.join(' ')).not.toMatch(/dev-container|unsafe-bypass-fsync/);
});
