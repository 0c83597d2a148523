import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DUPLICATE_KAFKA_TABLES } from '../../lib/catalog/clickhouse/duplicate-kafka-tables';
import { migrationScript } from '../../lib/migration/migration-script';
import { configXml } from '../../lib/stores/clickhouse/config/config-xml';
import { oneShard } from '../../lib/stores/clickhouse/config/topology';
import { usersXml } from '../../lib/stores/clickhouse/config/users-xml';
import { ROOT } from '../helpers/app';
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
  const ttl = inScript(/ttl = f"(TTL .*?)"$/m)
    .replace('{date}', inScript(/limit_table\("sharded_query_log_archive", "(.*?)"/))
    .replace('{days}', '90');
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

/** Events of four months, with the columns, partitions and order that the statements depend on (posthog/models/event/sql.py). */
const EVENTS = [
  "CREATE TABLE posthog.sharded_events (event String, timestamp DateTime64(6, 'UTC')) ENGINE = ReplacingMergeTree PARTITION BY toYYYYMM(timestamp) ORDER BY (toDate(timestamp), event)",
  // No merge of its own meanwhile.
  'ALTER TABLE posthog.sharded_events MODIFY SETTING merge_with_ttl_timeout = 1000000',
  "INSERT INTO posthog.sharded_events VALUES ('a', '2024-01-15 00:00:00'), ('b', '2024-02-15 00:00:00'), ('c', now64(6)), ('d', now64(6) - INTERVAL 23 MONTH)",
];

/** The statements of docs/clickhouse.md that delete events by age, for a single server. */
function eventStatements(): string[] {
  const page = readFileSync(path.join(ROOT, 'docs', 'clickhouse.md'), 'utf8');
  return [...page.matchAll(/^ {4}(ALTER TABLE posthog\.sharded_events .*);$/gm)].map(([, statement]) => statement.replace(' ON CLUSTER posthog', ''));
}

test('it sets the TTL of events that `eventRetention` asks for, finds it again, and rewrites nothing', () => {
  const ttl = inScript(/ttl = f"(TTL .*?)"$/m)
    .replace('{date}', inScript(/limit_table\("sharded_events", "(.*?)"/))
    .replace('{days}', '730');
  const rows = askEngine(
    [
      'CREATE DATABASE IF NOT EXISTS posthog',
      ...EVENTS,
      `ALTER TABLE posthog.sharded_events MODIFY ${ttl}${inScript(/limit_table\("sharded_events".*settings="(.*?)"/)}`,
      "SELECT engine_full FROM system.tables WHERE name = 'sharded_events'",
      "SELECT count() FROM system.mutations WHERE table = 'sharded_events'",
      'OPTIMIZE TABLE posthog.sharded_events FINAL',
      'SELECT arrayStringConcat(arraySort(groupArray(event))) FROM posthog.sharded_events',
    ],
    CONFIG,
  );
  expect(rows[5][0][0]).toContain(ttl);
  expect([rows[6], rows[8]]).toEqual([[['0']], [['cd']]]);
});

test('the TTL of events that docs/clickhouse.md describes rewrites nothing, and removes old rows with the next merge; a partition goes at once', () => {
  const [ttl, drop] = eventStatements();
  const left = 'SELECT arrayStringConcat(arraySort(groupArray(event))) FROM posthog.sharded_events';
  const rows = askEngine(
    [
      'CREATE DATABASE IF NOT EXISTS posthog',
      ...EVENTS,
      ttl,
      "SELECT count() FROM system.mutations WHERE table = 'sharded_events'",
      left,
      drop,
      left,
      'OPTIMIZE TABLE posthog.sharded_events FINAL',
      left,
      "SELECT position(engine_full, 'toIntervalMonth(24)') > 0 FROM system.tables WHERE name = 'sharded_events'",
    ],
    CONFIG,
  );
  expect([rows[5], rows[6]]).toEqual([[['0']], [['abcd']]]);
  expect(rows[8]).toEqual([['bcd']]);
  expect(rows[10]).toEqual([['cd']]);
  expect(rows[11]).toEqual([['1']]);
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
