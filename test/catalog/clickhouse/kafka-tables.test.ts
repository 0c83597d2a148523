import { CLICKHOUSE_KAFKA_TABLES, clickHouseConsumers, COMING_CLICKHOUSE_KAFKA_TABLES } from '../../../lib/catalog/clickhouse/kafka-tables';
import { DUPLICATE_KAFKA_TABLES } from '../../../lib/catalog/clickhouse/duplicate-kafka-tables';
import { NAMED_COLLECTIONS } from '../../../lib/stores/clickhouse/config/topology';
import { kafkaTopics } from '../../../lib/stores/kafka/kafka-topics';

const ALL = [...CLICKHOUSE_KAFKA_TABLES, ...COMING_CLICKHOUSE_KAFKA_TABLES];

test('has the numbers of tables, consumers, groups and topics of the migrations', () => {
  const distinct = (of: (table: (typeof CLICKHOUSE_KAFKA_TABLES)[number]) => string) => new Set(CLICKHOUSE_KAFKA_TABLES.map(of)).size;
  expect({
    tables: distinct(({ table }) => table),
    consumers: CLICKHOUSE_KAFKA_TABLES.reduce((sum, { consumers }) => sum + consumers, 0),
    groups: distinct(({ group }) => group),
    topics: distinct(({ topic }) => topic),
  }).toEqual({ tables: 37, consumers: 51, groups: 23, topics: 30 });
});

test('every topic that ClickHouse reads is created', () => {
  const created = kafkaTopics(6).map(({ name }) => name);
  expect(ALL.map(({ topic }) => topic).filter((topic) => !created.includes(topic))).toEqual([]);
});

test('every named collection of a table is configured, and only one table has the brokers in its statement', () => {
  const names: readonly string[] = NAMED_COLLECTIONS;
  expect(ALL.filter(({ collection }) => collection !== undefined && !names.includes(collection))).toEqual([]);
  expect(ALL.filter(({ collection }) => collection === undefined).map(({ table }) => table)).toEqual(['kafka_person_overrides']);
});

test('a second table reads the same topic as the first, in a group of its own', () => {
  const seconds = CLICKHOUSE_KAFKA_TABLES.filter(({ secondOf }) => secondOf !== undefined);
  expect(seconds).toHaveLength(4);
  for (const { secondOf, topic, group } of seconds) {
    const first = CLICKHOUSE_KAFKA_TABLES.find(({ table }) => table === secondOf);
    expect(first?.topic).toBe(topic);
    expect(first?.group).not.toBe(group);
  }
});

test('the second tables are those that the migration drops', () => {
  const seconds = CLICKHOUSE_KAFKA_TABLES.flatMap(({ table, secondOf }) => (secondOf === undefined ? [] : `${table} of ${secondOf}`));
  expect(seconds.sort()).toEqual(DUPLICATE_KAFKA_TABLES.map(({ drop, keep }) => `${drop[1]} of ${keep[1]}`).sort());
});

test.each([
  ['clickhouse_property_values', 8],
  ['clickhouse_logs', 8],
  ['clickhouse_events_json', 1],
  ['clickhouse_app_metrics2', 1],
  ['cdp_internal_events', 0],
])('the largest group on %s has %d members', (topic, members) => {
  expect(clickHouseConsumers(topic)).toBe(members);
});
