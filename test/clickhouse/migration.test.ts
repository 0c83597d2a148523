import { DUPLICATE_KAFKA_TABLES } from '../../lib/catalog/clickhouse/duplicate-kafka-tables';
import { migrationScript } from '../../lib/migration/migration-script';
import { configXml } from '../../lib/stores/clickhouse/config/config-xml';
import { oneShard } from '../../lib/stores/clickhouse/config/topology';
import { usersXml } from '../../lib/stores/clickhouse/config/users-xml';
import { askEngine } from './engine';

// What the script that migrates asks of ClickHouse, asked of ClickHouse's own engine.

const SCRIPT = migrationScript();
const ONE = oneShard(['clickhouse.internal'], []);
const CONFIG = { config: configXml(ONE, ONE.nodes[0], { database: 'posthog', kafkaTls: true }), users: usersXml('posthog') };

/** A text of the script, between quotation marks. */
function inScript(pattern: RegExp): string {
  const [, text] = pattern.exec(SCRIPT) ?? [];
  expect(text).toBeDefined();
  return text;
}

const DISKS = inScript(/^DISKS = "(.*)"$/m);
const CLUSTER_DISKS = inScript(/DISKS\.format\("(clusterAllReplicas.*?)"\)/).replace('{}', 'posthog');
const FLUSH = inScript(/"(SYSTEM FLUSH LOGS)"\)/);
const CLUSTER_FLUSH = inScript(/"(SYSTEM FLUSH LOGS ON CLUSTER '\{\}')"/).replace('{}', 'posthog');
const CRASH_LOG = "SELECT count() FROM system.tables WHERE database = 'system' AND name = 'crash_log'";

test('it returns the free space of each disk, in the order that the script reads', () => {
  const [rows] = askEngine([DISKS.replace('{}', 'system.disks')], CONFIG);
  expect(rows.map(([, name]) => name)).toContain('default');
  for (const [host, , free, total] of rows) {
    expect(host).not.toBe('');
    expect(Number(free)).toBeGreaterThan(0);
    expect(Number(free)).toBeLessThanOrEqual(Number(total));
  }
});

test('it creates the crash log, which a migration reads, when logs are flushed', () => {
  const [before, , after] = askEngine([CRASH_LOG, FLUSH, CRASH_LOG], CONFIG);
  expect([before, after]).toEqual([[['0']], [['1']]]);
});

test.each([DISKS.replace('{}', CLUSTER_DISKS), CLUSTER_FLUSH])('it knows the whole cluster of %s', (query) => {
  // Nothing listens: it is understood, and fails where it connects.
  expect(() => askEngine([query], CONFIG)).toThrow(/clickhouse\.internal|Keeper|ZooKeeper|DDL/i);
  expect(() => askEngine([query.replace("'posthog'", "'nonsense'")], CONFIG)).toThrow(/nonsense/);
});

test('it sets a TTL of the copy of every query, and finds it again', () => {
  const found = inScript(/query = f"(SELECT hostName\(\), engine_full .*?)"$/m)
    .replace('{{}}', 'system.tables')
    .replace('{database}', 'posthog')
    .replace('{table}', 'sharded_query_log_archive');
  const ttl = inScript(/ttl = f"(TTL .*?)"$/m).replace('{days or QUERY_LOG_DAYS}', '90');
  const rows = askEngine(
    [
      'CREATE DATABASE IF NOT EXISTS posthog',
      'CREATE TABLE posthog.sharded_query_log_archive (event_date Date, query String) ENGINE = MergeTree PARTITION BY toYYYYMM(event_date) ORDER BY event_date',
      'INSERT INTO posthog.sharded_query_log_archive VALUES (today() - 91, 1), (today() - 1, 2)',
      found,
      `ALTER TABLE posthog.sharded_query_log_archive MODIFY ${ttl} SETTINGS mutations_sync = 2`,
      found,
      'OPTIMIZE TABLE posthog.sharded_query_log_archive FINAL',
      'SELECT query FROM posthog.sharded_query_log_archive',
    ],
    CONFIG,
  );
  expect(rows[3][0].at(-1)).not.toContain(' TTL ');
  expect(rows[5][0].at(-1)).toContain(ttl);
  expect(rows[7]).toEqual([['2']]);
});

test('it knows the Kafka tables and the views that read a topic twice, and drops one set, views first', () => {
  // The library starts no Kafka table, so tables of the engine Null are in their place.
  const found = inScript(/query = f"(SELECT hostName\(\), name .*?)"$/m)
    .replace('{{}}', 'system.tables')
    .replace('{database}', 'posthog')
    .replace("'Kafka'", "'Null'");
  const drop = inScript(/drop = f"(DROP TABLE .*?)"$/m).replace('{database}', 'posthog');
  const [, { drop: second, keep: first }] = DUPLICATE_KAFKA_TABLES;
  const create = ([view, table]: readonly string[]) => [
    `CREATE TABLE posthog.${table} (count Int64) ENGINE = Null`,
    `CREATE MATERIALIZED VIEW posthog.${view} TO posthog.app_metrics2 AS SELECT count FROM posthog.${table}`,
  ];
  const [before, after, rows] = askEngine(
    [
      'CREATE DATABASE IF NOT EXISTS posthog',
      'CREATE TABLE posthog.app_metrics2 (count Int64) ENGINE = MergeTree ORDER BY count',
      ...create(first),
      ...create(second),
      found,
      ...second.map((name) => drop.replace('{name}', name)),
      found,
      `INSERT INTO posthog.${first[1]} VALUES (1)`,
      'SELECT sum(count) FROM posthog.app_metrics2',
    ],
    CONFIG,
  )
    .filter((_, query) => [6, 9, 11].includes(query))
    .map((answer) => answer.map((row) => row.at(-1)));
  expect([before.sort(), after.sort(), rows]).toEqual([[...first, ...second].sort(), [...first].sort(), ['1']]);
});
