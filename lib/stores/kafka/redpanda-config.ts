import { KAFKA_MESSAGE_BYTES } from '../../catalog/kafka/limits';

/** Options of the configuration of a single Redpanda. */
export interface RedpandaSettings {
  /** The advertised host name. */
  readonly host: string;
  /** The retention of messages, in milliseconds. */
  readonly retentionMs: number;
  /** The maximum size of each partition, in bytes. */
  readonly partitionBytes: number;
}

/**
 * Docker Hub's index for amd64 and arm64, as PostHog's compose file has the tag (docker-compose.base.yml); the digest is that of 11 September 2026.
 */
export const REDPANDA_IMAGE = 'docker.io/redpandadata/redpanda:v25.1.9@sha256:8f7e9e4c1422baaa1a5e2a6c6c668cfe05442cb3cb476542c7dff61725e6fe31';

/** The ports that Redpanda listens on. */
export const REDPANDA_PORTS = { kafka: 9092, admin: 9644, rpc: 33145 } as const;

/** The data folder of Redpanda in the container. */
export const REDPANDA_DATA = '/var/lib/redpanda/data';

/** Small enough that retention, which deletes whole segments, can be exact on a small disk, and larger than a batch. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

/**
 * Returns redpanda.yaml, written as JSON, which is valid YAML. It has the properties of the one broker.
 *
 * Only Kafka's port listens on the network; there is no second broker, and the admin API is used on the instance only. Without addresses, the
 * schema registry and the HTTP proxy do not start.
 *
 * @see https://docs.redpanda.com/25.1/reference/properties/broker-properties/
 */
export function redpandaYaml(host: string): string {
  const local = '127.0.0.1';
  return `${JSON.stringify(
    {
      redpanda: {
        data_directory: REDPANDA_DATA,
        node_id: 0,
        seed_servers: [],
        empty_seed_starts_cluster: true,
        kafka_api: [{ name: 'internal', address: '0.0.0.0', port: REDPANDA_PORTS.kafka }],
        advertised_kafka_api: [{ name: 'internal', address: host, port: REDPANDA_PORTS.kafka }],
        rpc_server: { address: local, port: REDPANDA_PORTS.rpc },
        advertised_rpc_api: { address: local, port: REDPANDA_PORTS.rpc },
        admin: [{ address: local, port: REDPANDA_PORTS.admin }],
        developer_mode: false,
      },
      rpk: { overprovisioned: true },
    },
    undefined,
    2,
  )}\n`;
}

/**
 * Returns the cluster properties. Redpanda reads .bootstrap.yaml at its first start only, so they are also applied at each start.
 *
 * Clients can create topics: PostHog's Node services create those that they read, and a newer PostHog may write to one that
 * does not exist yet. Redpanda's telemetry is disabled.
 *
 * @see https://docs.redpanda.com/25.1/reference/properties/cluster-properties/
 */
export function clusterProperties({ retentionMs, partitionBytes }: Omit<RedpandaSettings, 'host'>): Readonly<Record<string, number | boolean>> {
  return {
    auto_create_topics_enabled: true,
    default_topic_partitions: 1,
    default_topic_replications: 1,
    enable_metrics_reporter: false,
    group_topic_partitions: 3,
    internal_topic_replication_factor: 1,
    kafka_batch_max_bytes: KAFKA_MESSAGE_BYTES,
    log_retention_ms: retentionMs,
    log_segment_size: SEGMENT_BYTES,
    retention_bytes: partitionBytes,
  };
}

/** Returns .bootstrap.yaml. */
export function bootstrapYaml(properties: Readonly<Record<string, number | boolean>>): string {
  return Object.entries(properties)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}

/** Returns the script that applies the cluster properties to a running Redpanda. */
export function applyScript(properties: Readonly<Record<string, number | boolean>>): string {
  return `curl -sSf -m 30 -X PUT -H 'content-type: application/json' --data '${JSON.stringify({ upsert: properties, remove: [] })}' \\
  http://127.0.0.1:${REDPANDA_PORTS.admin}/v1/cluster_config >/dev/null\n`;
}

/**
 * The command of Redpanda: all cores, and all memory except a GiB for the operating system and Docker.
 *
 * Without `--overprovisioned` it busy-waits on every core, which uses up the CPU credits of a burstable instance. rpk's checks need
 * settings of the host that are not visible in a container.
 */
export const REDPANDA_COMMAND = ['redpanda', 'start', '--overprovisioned', '--reserve-memory=1G', '--check=false'] as const;

/**
 * Returns the script for the host before each start. Redpanda needs many concurrent asynchronous I/O requests; and `rpk redpanda start`
 * rewrites redpanda.yaml, so its folder must be writable.
 */
export function prepareScript(source: string, target: string): string {
  return `sysctl -q -w fs.aio-max-nr=1048576
install -d -m 0755 -o "\${OWNER%:*}" -g "\${OWNER#*:}" ${target}
for file in redpanda.yaml .bootstrap.yaml; do
  install -m 0644 -o "\${OWNER%:*}" -g "\${OWNER#*:}" "${source}/$file" "${target}/$file"
done
`;
}
