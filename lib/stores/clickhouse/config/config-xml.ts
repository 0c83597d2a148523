import { embeddedKeeper, keeperAddresses } from './keeper-xml';
import { CONFIG_PATH, DATA_PATH, FORMAT_SCHEMAS_PATH, openSsl, USER_SCRIPTS_PATH, VARIABLES } from './shared-settings';
import { systemLogs } from './system-logs';
import { CLICKHOUSE_PORTS, ClickHouseNode, ClickHouseTopology, clustersOf, macrosOf, NAMED_COLLECTIONS, Shard } from './topology';
import { Elements, FromEnv, identifier, xml } from './xml';

/** Options of the server's configuration, in addition to the topology. */
export interface ServerOptions {
  /** The database, created at every startup if it does not exist. */
  readonly database: string;
  /** Indicates whether connections to Kafka use TLS. */
  readonly kafkaTls: boolean;
  /** Indicates whether Kafka's brokers know their availability zones: the server then reads from those of its own. */
  readonly kafkaRacks?: boolean;
}

/**
 * The memory limits of the server, as ratios, so that the file fits every instance type.
 *
 * Upstream's absolute cache sizes (8 GiB and 5 GiB) exceed the memory of a small instance; each cache is limited to its ratio. The rest of the
 * memory is for the page cache, the user-defined functions, which are separate processes, and the operating system.
 */
const MEMORY = { max_server_memory_usage_to_ram_ratio: 0.8, cache_size_to_ram_max_ratio: 0.1, mark_cache_size: 5_368_709_120 };

/** From PostHog's docker/clickhouse/config.xml. */
const POOLS = {
  max_connections: 4096,
  max_concurrent_queries: 200,
  // At least one thread for each consumer of a Kafka table, of which there are 51 (lib/catalog/clickhouse/kafka-tables.ts): with fewer, some tables
  // are never read.
  background_message_broker_schedule_pool_size: 128,
  background_pool_size: 4,
  // Since 26.6 a table with a projection is refused unless size times ratio reaches 25.
  background_merges_mutations_concurrency_ratio: 8,
};

/** From PostHog's docker/clickhouse/config.xml and config.d/default.xml. */
const MERGE_TREE = {
  deduplicate_merge_projection_mode: 'drop',
  lightweight_mutation_projection_mode: 'drop',
  max_bytes_to_merge_at_max_space_in_pool: 1_073_741_824,
  number_of_free_entries_in_pool_to_execute_mutation: 2,
  number_of_free_entries_in_pool_to_execute_optimize_entire_partition: 2,
};

/** The user of connections between servers. */
const INTERSERVER_USER = 'interserver';

/** Returns the whole configuration of a server, by element. */
export function serverConfig(topology: ClickHouseTopology, self: ClickHouseNode, options: ServerOptions): Elements {
  return {
    logger: { level: 'warning', console: 1 },
    ...network(self),
    openSSL: openSsl(topology),
    path: `${DATA_PATH}/`,
    tmp_path: `${DATA_PATH}/tmp/`,
    user_files_path: `${DATA_PATH}/user_files/`,
    format_schema_path: `${FORMAT_SCHEMAS_PATH}/`,
    user_scripts_path: `${USER_SCRIPTS_PATH}/`,
    user_defined_executable_functions_config: `${USER_SCRIPTS_PATH}/*_function.xml`,
    user_directories: { users_xml: { path: `${CONFIG_PATH}/users.xml` } },
    default_profile: 'default',
    default_database: 'default',
    // PostHog's coming schema tool compares the passwords of dictionaries. A query must also request them
    // (format_display_secrets_in_show_and_select),
    // as a user with that privilege.
    display_secrets_in_show_and_select: 1,
    ...POOLS,
    ...MEMORY,
    merge_tree: MERGE_TREE,
    remote_servers: Object.fromEntries(Object.entries(clustersOf(topology)).map(([name, shards]) => [name, cluster(shards)])),
    macros: macrosOf(self),
    named_collections: Object.fromEntries(NAMED_COLLECTIONS.map((name) => [name, { kafka_broker_list: new FromEnv(VARIABLES.kafka) }])),
    ...kafka(options),
    zookeeper: keeperAddresses(topology),
    ...(topology.keepers.length === 0 ? { keeper_server: embeddedKeeper() } : {}),
    distributed_ddl: { path: '/clickhouse/task_queue/ddl' },
    // Batch exports and the data warehouse access objects without keys: the server signs requests with the role of its instance.
    s3: { use_environment_credentials: 1 },
    ...systemLogs(),
    startup_scripts: startupScripts(options.database),
  };
}

/** Returns the server's configuration file. */
export function configXml(topology: ClickHouseTopology, self: ClickHouseNode, options: ServerOptions): string {
  return xml('clickhouse', serverConfig(topology, self, options));
}

function network(self: ClickHouseNode): Elements {
  return {
    listen_host: '0.0.0.0',
    tcp_port_secure: CLICKHOUSE_PORTS.native,
    https_port: CLICKHOUSE_PORTS.http,
    interserver_https_port: CLICKHOUSE_PORTS.interserver,
    interserver_http_host: self.host,
    interserver_http_credentials: { user: INTERSERVER_USER, password: new FromEnv(VARIABLES.cluster, true) },
  };
}

/**
 * Server-wide TLS settings for Kafka, because some migrations write the brokers into tables instead of a named collection
 * (posthog/clickhouse/migrations 0041, 0042, 0062). The CA certificates are those of the image: librdkafka has no default.
 */
const KAFKA_TLS = { security_protocol: 'ssl', ssl_ca_location: '/etc/ssl/certs/ca-certificates.crt' };

/**
 * Returns the settings of connections to Kafka, if there are any. `client_rack` is librdkafka's `client.rack`: brokers that choose replicas by rack
 * then serve the copy in the same zone, whose traffic costs nothing.
 *
 * @see https://clickhouse.com/docs/engines/table-engines/integrations/kafka#configuration
 */
function kafka({ kafkaTls, kafkaRacks = false }: ServerOptions): Elements {
  const settings = { ...(kafkaTls ? KAFKA_TLS : {}), ...(kafkaRacks ? { client_rack: new FromEnv(VARIABLES.kafkaRack) } : {}) };
  return Object.keys(settings).length > 0 ? { kafka: settings } : {};
}

/** Returns a cluster. Its servers authenticate with a secret, so no user can connect without a password. A write goes to one replica. */
function cluster(shards: readonly Shard[]): Elements {
  return {
    secret: new FromEnv(VARIABLES.cluster, true),
    shard: shards.map((replicas) => ({
      internal_replication: 'true',
      replica: replicas.map(({ host }) => ({ host, port: CLICKHOUSE_PORTS.native, secure: 1 })),
    })),
  };
}

/** Returns the startup scripts, for PostHog's migrations: they need the database, and `system.crash_log`, which the first flush creates. */
function startupScripts(database: string): Elements {
  return { scripts: [`CREATE DATABASE IF NOT EXISTS ${identifier(database)}`, 'SYSTEM FLUSH LOGS'].map((query) => ({ query })) };
}
