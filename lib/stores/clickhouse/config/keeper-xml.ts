import { DATA_PATH, openSsl } from './shared-settings';
import { CLICKHOUSE_PORTS, ClickHouseTopology, KeeperNode } from './topology';
import { Elements, xml } from './xml';

/** Old snapshots are deleted, so that they do not fill the disk, as ZooKeeper's did (PostHog/posthog issues 14965 and 57573). */
const COORDINATION = { operation_timeout_ms: 10_000, session_timeout_ms: 30_000, snapshots_to_keep: 3, raft_logs_level: 'warning' };

const PATHS = { log_storage_path: `${DATA_PATH}/coordination/log`, snapshot_storage_path: `${DATA_PATH}/coordination/snapshots` };

/** Returns the embedded Keeper of a single server, an ensemble of one. Only that server connects to it, so it needs no TLS. */
export function embeddedKeeper(): Elements {
  return {
    tcp_port: CLICKHOUSE_PORTS.embeddedKeeper,
    server_id: 1,
    ...PATHS,
    coordination_settings: COORDINATION,
    raft_configuration: { server: { id: 1, hostname: 'localhost', port: CLICKHOUSE_PORTS.raft } },
  };
}

/** Returns the Keeper addresses for a server. */
export function keeperAddresses({ keepers }: ClickHouseTopology): Elements {
  return keepers.length === 0
    ? { node: { host: '127.0.0.1', port: CLICKHOUSE_PORTS.embeddedKeeper } }
    : { node: keepers.map(({ host }) => ({ host, port: CLICKHOUSE_PORTS.keeper, secure: 1 })) };
}

/** Returns the configuration of a standalone Keeper. Statements that contain passwords pass through it, so all connections use TLS. */
export function keeperXml(topology: ClickHouseTopology, self: KeeperNode): string {
  return xml('clickhouse', {
    logger: { level: 'warning', console: 1 },
    path: `${DATA_PATH}/`,
    listen_host: '0.0.0.0',
    openSSL: openSsl(topology),
    keeper_server: {
      tcp_port_secure: CLICKHOUSE_PORTS.keeper,
      server_id: self.id,
      ...PATHS,
      coordination_settings: COORDINATION,
      raft_configuration: {
        secure: 'true',
        server: topology.keepers.map(({ id, host }) => ({ id, hostname: host, port: CLICKHOUSE_PORTS.raft })),
      },
    },
  });
}
