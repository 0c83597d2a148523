import { embeddedKeeper, keeperAddresses } from '../../stores/clickhouse/config/keeper-xml';
import { clustersOf, macrosOf, oneShard } from '../../stores/clickhouse/config/topology';
import { Elements, xml } from '../../stores/clickhouse/config/xml';

/** The ports of the scratch server, which it listens on for its own container only. */
const PORTS = { native: 9000 };

/** The folder of the scratch server. */
export const DRILL_FOLDER = '/tmp/drill';

/**
 * Keeps the parts of restored tables as they are, so that they can be compared: no merge is small enough, and no row expires.
 *
 * @see https://clickhouse.com/docs/operations/settings/merge-tree-settings
 */
const NO_MERGES = {
  max_bytes_to_merge_at_max_space_in_pool: 1,
  max_bytes_to_merge_at_min_space_in_pool: 1,
  max_number_of_merges_with_ttl_in_pool: 0,
};

/**
 * Returns the configuration of a scratch server for restore drills: its own Keeper and folder, and no way to Kafka. Paths of replicated tables
 * are those of the real server, so both cannot share a Keeper.
 *
 * @param folder the folder of its data, without a slash at its end
 */
export function drillConfig(folder: string = DRILL_FOLDER): string {
  const topology = oneShard(['localhost'], []);
  const moved = (elements: Elements): Elements =>
    Object.fromEntries(
      Object.entries(elements).map(([name, value]) => [name, typeof value === 'string' && name.endsWith('_path') ? `${folder}/${name}/` : value]),
    );
  return xml('clickhouse', {
    logger: { level: 'warning', console: 1 },
    listen_host: '127.0.0.1',
    tcp_port: PORTS.native,
    path: `${folder}/data/`,
    tmp_path: `${folder}/tmp/`,
    user_files_path: `${folder}/user_files/`,
    format_schema_path: `${folder}/format_schemas/`,
    user_directories: { users_xml: { path: `${folder}/config.xml` } },
    users: { default: { password: '', networks: { ip: '127.0.0.1' }, profile: 'default', quota: 'default' } },
    profiles: { default: {} },
    quotas: { default: {} },
    default_profile: 'default',
    // A table with a projection needs 25 of size times ratio, as on the real server.
    background_pool_size: 4,
    background_merges_mutations_concurrency_ratio: 8,
    merge_tree: NO_MERGES,
    remote_servers: Object.fromEntries(
      Object.entries(clustersOf(topology)).map(([name]) => [name, { shard: { replica: { host: 'localhost', port: PORTS.native } } }]),
    ),
    macros: macrosOf(topology.nodes[0]),
    zookeeper: keeperAddresses(topology),
    keeper_server: moved(embeddedKeeper()),
    distributed_ddl: { path: '/clickhouse/task_queue/ddl' },
    s3: { use_environment_credentials: 1 },
  });
}
