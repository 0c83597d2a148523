import { CLICKHOUSE_KAFKA_TABLES, COMING_CLICKHOUSE_KAFKA_TABLES } from '../../../../lib/catalog/clickhouse/kafka-tables';
import { configXml, serverConfig } from '../../../../lib/stores/clickhouse/config/config-xml';
import { keeperXml } from '../../../../lib/stores/clickhouse/config/keeper-xml';
import { oneShard } from '../../../../lib/stores/clickhouse/config/topology';
import { usersConfig, usersXml } from '../../../../lib/stores/clickhouse/config/users-xml';
import { Elements } from '../../../../lib/stores/clickhouse/config/xml';

const ONE = oneShard(['clickhouse.internal'], []);
const TWO = oneShard(['clickhouse.internal', 'clickhouse-2.internal'], ['keeper-1.internal', 'keeper-2.internal', 'keeper-3.internal']);
const OPTIONS = { database: 'posthog', kafkaTls: true };

const one = serverConfig(ONE, ONE.nodes[0], OPTIONS);
const second = serverConfig(TWO, TWO.nodes[1], OPTIONS);

test('configXml opens no port without TLS except that of an embedded Keeper', () => {
  const ports = (config: Elements) => Object.keys(config).filter((name) => name.endsWith('_port') || name.includes('_port_'));
  expect(ports(one)).toEqual(['tcp_port_secure', 'https_port', 'interserver_https_port']);
  expect(ports(second)).toEqual(ports(one));
  expect(one.keeper_server).toMatchObject({ tcp_port: 9181 });
});

test('configXml connects servers with TLS, by name, with the shared secret', () => {
  expect(configXml(TWO, TWO.nodes[1], OPTIONS)).toContain(`  <posthog>
   <secret from_env="POSTHOG_CLICKHOUSE_CLUSTER_SECRET" hide_in_preprocessed="true"/>
   <shard>
    <internal_replication>true</internal_replication>
    <replica>
     <host>clickhouse.internal</host>
     <port>9440</port>
     <secure>1</secure>
    </replica>
    <replica>
     <host>clickhouse-2.internal</host>
     <port>9440</port>
     <secure>1</secure>
    </replica>
   </shard>
  </posthog>
`);
  expect(second).toMatchObject({
    interserver_http_host: 'clickhouse-2.internal',
    interserver_http_credentials: { user: 'interserver', password: { variable: 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET' } },
  });
});

test('configXml has an embedded Keeper for a single server, and three Keepers with TLS for replicas', () => {
  expect(one.zookeeper).toEqual({ node: { host: '127.0.0.1', port: 9181 } });
  expect(one.keeper_server).toMatchObject({
    server_id: 1,
    raft_configuration: { server: { id: 1, hostname: 'localhost', port: 9234 } },
    coordination_settings: { snapshots_to_keep: 3 },
  });
  expect(second.keeper_server).toBeUndefined();
  expect(second.zookeeper).toEqual({ node: [1, 2, 3].map((number) => ({ host: `keeper-${number}.internal`, port: 9281, secure: 1 })) });
});

test('keeperXml has the id of the Keeper and all members, with TLS only', () => {
  const file = keeperXml(TWO, TWO.keepers[2]);
  expect(file).toContain('<server_id>3</server_id>');
  expect([...file.matchAll(/<hostname>(.*)<\/hostname>/g)].map(([, host]) => host)).toEqual([
    'keeper-1.internal',
    'keeper-2.internal',
    'keeper-3.internal',
  ]);
  expect(file).toContain('<secure>true</secure>');
  expect(file).not.toContain('<tcp_port>');
});

test('configXml verifies certificates with a single server, and accepts all with replicas', () => {
  expect(one.openSSL).toMatchObject({
    client: {
      verificationMode: 'relaxed',
      caConfig: '/var/lib/clickhouse/tls/server.crt',
      invalidCertificateHandler: { name: 'RejectCertificateHandler' },
    },
  });
  expect(second.openSSL).toMatchObject({ client: { verificationMode: 'none', invalidCertificateHandler: { name: 'AcceptCertificateHandler' } } });
});

test('configXml has TLS for Kafka in the whole server, or not at all', () => {
  expect(one.kafka).toEqual({ security_protocol: 'ssl', ssl_ca_location: '/etc/ssl/certs/ca-certificates.crt' });
  expect(serverConfig(ONE, ONE.nodes[0], { ...OPTIONS, kafkaTls: false }).kafka).toBeUndefined();
  expect(configXml(ONE, ONE.nodes[0], { ...OPTIONS, kafkaRacks: true })).toContain('<client_rack from_env="KAFKA_CLIENT_RACK"/>');
});

test('configXml creates the database and flushes the system logs at startup', () => {
  expect(serverConfig(ONE, ONE.nodes[0], { ...OPTIONS, database: 'a`b\\' }).startup_scripts).toEqual({
    scripts: [{ query: 'CREATE DATABASE IF NOT EXISTS `a\\`b\\\\`' }, { query: 'SYSTEM FLUSH LOGS' }],
  });
});

test('configXml limits memory by ratios', () => {
  expect(one).toMatchObject({ max_server_memory_usage_to_ram_ratio: 0.8, cache_size_to_ram_max_ratio: 0.1 });
  expect(one).not.toHaveProperty('max_server_memory_usage');
  expect(one).not.toHaveProperty('uncompressed_cache_size');
});

test('usersXml has two users with passwords from the environment', () => {
  const file = usersXml('posthog');
  expect(Object.keys(usersConfig('posthog').users as Elements)).toEqual(['posthog', 'dict_reader']);
  expect(file.match(/<networks>/g)).toHaveLength(2);
  expect(file).toContain('<password from_env="POSTHOG_CLICKHOUSE_PASSWORD" hide_in_preprocessed="true"/>');
  expect(file).toContain('<password from_env="POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD" hide_in_preprocessed="true"/>');
  expect(file.match(/<access_management>0<\/access_management>/g)).toHaveLength(2);
});

test('usersXml lets the user of dictionaries read the database from its own server only', () => {
  expect((usersConfig('a`b').users as Elements).dict_reader).toMatchObject({
    networks: { ip: ['127.0.0.1', '::1'] },
    profile: 'readonly',
    grants: { query: 'GRANT SELECT ON `a\\`b`.*' },
  });
  expect((usersConfig('posthog').profiles as Elements).readonly).toEqual({ readonly: 1 });
});

test('usersXml has a user that reads events only if it is wanted', () => {
  const { reader } = usersConfig('a`b', true).users as Elements;
  expect(reader).toMatchObject({
    networks: { ip: '::/0' },
    profile: 'reader',
    access_management: 0,
    grants: { query: ['GRANT SELECT ON `a\\`b`.`events`', 'GRANT SELECT ON `a\\`b`.`sharded_events`'] },
  });
  expect((usersConfig('posthog', true).profiles as Elements).reader).toMatchObject({ readonly: 1, max_execution_time: 30 });
  expect(usersXml('posthog', true)).toContain('<password from_env="POSTHOG_CLICKHOUSE_READER_PASSWORD" hide_in_preprocessed="true"/>');
  expect(usersXml('posthog')).not.toContain('POSTHOG_CLICKHOUSE_READER_PASSWORD');
});

test('usersXml allows 20 unfinished mutations of a table', () => {
  const limit = ((usersConfig('posthog').profiles as Elements).default as Elements).number_of_mutations_to_throw;
  expect(limit).toBeGreaterThan(2);
  expect(limit).toBeLessThan(1000);
});

test('configXml has more threads than there are consumers of Kafka tables', () => {
  const consumers = [...CLICKHOUSE_KAFKA_TABLES, ...COMING_CLICKHOUSE_KAFKA_TABLES].reduce((sum, table) => sum + table.consumers, 0);
  expect(one.background_message_broker_schedule_pool_size).toBeGreaterThanOrEqual(consumers);
});

test('configXml shows passwords of dictionaries to privileged queries that request them', () => {
  expect(one.display_secrets_in_show_and_select).toBe(1);
});
