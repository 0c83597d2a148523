import { CLICKHOUSE_METRICS, clickHouseMeasurements, HealthRow } from '../../../lib/operations/monitor/clickhouse-health';
import { celeryMeasurements, lengthCommands, lengthsOf } from '../../../lib/operations/monitor/celery-depth';
import { deadLetterTopics } from '../../../lib/operations/monitor/monitor';
import { releaseAge } from '../../../lib/operations/monitor/monitor-request';
import { Product } from '../../../lib';

const ROW: HealthRow = { disk: 41.5, parts: '12', readonly: '0', mutation: null, errors: '1', consumers: '0' };

test('ClickHouse is measured by its worst server', () => {
  const rows = [ROW, { ...ROW, disk: 80, mutation: '7200', readonly: '2' }];
  expect(clickHouseMeasurements(rows)).toEqual({
    ClickHouseUnreachable: 0,
    ClickHouseDiskUsedPercent: 80,
    ClickHousePartsInPartition: 12,
    ClickHouseReadOnlyTables: 2,
    ClickHouseFailingConsumers: 0,
    ClickHouseServerErrors: 1,
    ClickHouseMutationAge: 7200,
  });
  expect(Object.keys(clickHouseMeasurements(rows)).sort()).toEqual([...CLICKHOUSE_METRICS].sort());
});

test('a server that does not answer is counted, and the others are measured', () => {
  expect(clickHouseMeasurements([undefined, ROW])).toMatchObject({ ClickHouseUnreachable: 1, ClickHouseDiskUsedPercent: 41.5 });
  expect(clickHouseMeasurements([undefined])).toEqual({ ClickHouseUnreachable: 1 });
});

test('a row without numbers is refused', () => {
  expect(() => clickHouseMeasurements([{ ...ROW, parts: 'many' }])).toThrow('ClickHouse must answer with a number for parts, got: "many"');
});

test('the lengths of queues are read from any split of the response', () => {
  const queues = ['celery', 'email'];
  expect(lengthCommands(queues).toString()).toBe('*2\r\n$4\r\nLLEN\r\n$6\r\ncelery\r\n*2\r\n$4\r\nLLEN\r\n$5\r\nemail\r\n');
  const response = ':12\r\n:3\r\n';
  expect(Array.from(response, (_, end) => lengthsOf(Buffer.from(response.slice(0, end)), queues))).toEqual(Array.from(response, () => undefined));
  expect(lengthsOf(Buffer.from(response), queues)).toEqual([12, 3]);
  expect(celeryMeasurements([12, 3])).toEqual({ CeleryQueueDepth: 15 });
});

test('an error of the cache is one', () => {
  expect(() => lengthsOf(Buffer.from('-NOAUTH Authentication required.\r\n'), ['celery'])).toThrow('got: -NOAUTH Authentication required.');
});

test('dead letter topics are those of the products that a process writes', () => {
  expect(deadLetterTopics([Product.EVENTS])).toEqual(['events_plugin_ingestion_dlq']);
  expect(deadLetterTopics([Product.LOGS])).toEqual(['ingestion-traces-dlq', 'logs_ingestion_dlq']);
  expect(deadLetterTopics([])).toEqual([]);
});

test('the age of a release is in seconds', () => {
  expect(releaseAge('2026-11-29', new Date('2026-11-30T12:00:00Z'))).toBe(36 * 60 * 60);
  expect(() => releaseAge('yesterday', new Date())).toThrow('the date of the release must be YYYY-MM-DD, got: yesterday');
});
