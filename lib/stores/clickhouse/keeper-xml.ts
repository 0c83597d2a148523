import { DATA_PATH } from './layout';
import { openSsl } from './tls';
import { CLICKHOUSE_PORTS, ClickHouseTopology, KeeperNode } from './topology';
import { Elements, xml } from './xml';

/** Old snapshots go, so that coordination does not fill the disk, as ZooKeeper's did (PostHog/posthog issues 14965 and 57573). */
const COORDINATION = { operation_timeout_ms: 10_000, session_timeout_ms: 30_000, snapshots_to_keep: 3, raft_logs_level: 'warning' };

const PATHS = { log_storage_path: `${DATA_PATH}/coordination/log`, snapshot_storage_path: `${DATA_PATH}/coordination/snapshots` };

/** The Keeper inside a single server, an ensemble of one. Nothing but that server connects to it, so it needs no TLS. */
export function embeddedKeeper(): Elements {
  return {
    tcp_port: CLICKHOUSE_PORTS.embeddedKeeper,
    server_id: 1,
    ...PATHS,
    coordination_settings: COORDINATION,
    raft_configuration: { server: { id: 1, hostname: 'localhost', port: CLICKHOUSE_PORTS.raft } },
  };
}

/** Where a server finds its Keeper. */
export function keeperAddresses({ keepers }: ClickHouseTopology): Elements {
  return keepers.length === 0
    ? { node: { host: '127.0.0.1', port: CLICKHOUSE_PORTS.embeddedKeeper } }
    : { node: keepers.map(({ host }) => ({ host, port: CLICKHOUSE_PORTS.keeper, secure: 1 })) };
}

/** The configuration of a Keeper that runs by itself. Statements pass through it with the passwords in them, so everything is encrypted. */
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
