import { configXml } from '../../lib/stores/clickhouse/config/config-xml';
import { oneShard } from '../../lib/stores/clickhouse/config/topology';
import { usersXml } from '../../lib/stores/clickhouse/config/users-xml';
import { HEALTH_STATEMENT } from '../../lib/operations/monitor/clickhouse-health';
import { askEngine } from './engine';

const ONE = oneShard(['clickhouse.internal'], []);
const CONFIG = { config: configXml(ONE, ONE.nodes[0], { database: 'posthog', kafkaTls: true }), users: usersXml('posthog') };

test('the statement of the monitor measures parts and unfinished mutations on the engine of ClickHouse', () => {
  const insert = 'INSERT INTO monitored VALUES (1)';
  const answers = askEngine(
    [
      HEALTH_STATEMENT,
      'CREATE TABLE monitored (value UInt8) ENGINE = MergeTree ORDER BY value',
      'SYSTEM STOP MERGES monitored',
      ...Array.from({ length: 30 }, () => insert),
      'ALTER TABLE monitored DELETE WHERE value = 1 SETTINGS mutations_sync = 0',
      'SELECT sleep(1.1)',
      HEALTH_STATEMENT,
    ],
    CONFIG,
  );
  const [before, after] = [answers[0], answers.at(-1)!].map(([[disk, parts, readonly, mutation, errors, consumers]]) => ({
    disk: Number(disk) > 0 && Number(disk) < 100,
    parts: Number(parts),
    readonly,
    mutation: Number(mutation),
    errors,
    consumers,
  }));
  expect(before).toMatchObject({ disk: true, readonly: '0', mutation: 0, errors: '0', consumers: '0' });
  expect(before.parts).toBeLessThan(30);
  expect(after).toMatchObject({ disk: true, parts: 30, readonly: '0', errors: '0', consumers: '0' });
  expect(after.mutation).toBeGreaterThan(0);
});
