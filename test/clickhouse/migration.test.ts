import { migrationScript } from '../../lib/services/migration/migration-script';
import { configXml } from '../../lib/stores/clickhouse/config-xml';
import { oneShard } from '../../lib/stores/clickhouse/topology';
import { usersXml } from '../../lib/stores/clickhouse/users-xml';
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
const CRASH_LOG = 'SELECT count() FROM system.tables WHERE database = \'system\' AND name = \'crash_log\'';

test('it tells how much of each disk is free, in the order that the script reads', () => {
  const [rows] = askEngine([DISKS.replace('{}', 'system.disks')], CONFIG);
  expect(rows.map(([, name]) => name)).toContain('default');
  for (const [host, , free, total] of rows) {
    expect(host).not.toBe('');
    expect(Number(free)).toBeGreaterThan(0);
    expect(Number(free)).toBeLessThanOrEqual(Number(total));
  }
});

test('it makes the log of crashes, which a migration reads, when it is told to flush its logs', () => {
  const [before, , after] = askEngine([CRASH_LOG, FLUSH, CRASH_LOG], CONFIG);
  expect([before, after]).toEqual([[['0']], [['1']]]);
});

test.each([DISKS.replace('{}', CLUSTER_DISKS), CLUSTER_FLUSH])('it knows the whole cluster of %s', (query) => {
  // Nothing listens: it is understood, and fails where it connects.
  expect(() => askEngine([query], CONFIG)).toThrow(/clickhouse\.internal|Keeper|ZooKeeper|DDL/i);
  expect(() => askEngine([query.replace('\'posthog\'', '\'nonsense\'')], CONFIG)).toThrow(/nonsense/);
});
