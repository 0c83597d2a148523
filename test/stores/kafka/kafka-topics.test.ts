import { clickHouseConsumers } from '../../../lib/catalog/clickhouse/kafka-tables';
import { kafkaTopics, topicLines } from '../../../lib/stores/kafka/kafka-topics';
import { PROCESSES } from '../../../lib/catalog/processes';
import { settingsOf } from '../../helpers/process-context';
import upstream from '../../contract/upstream-topics.json';

const NAMES = kafkaTopics(6).map(({ name }) => name);

test('kafkaTopics has every topic of upstream', () => {
  expect(upstream.precreated.filter((name) => !NAMES.includes(name))).toEqual([]);
  expect(upstream.produced.filter(({ name }) => !NAMES.includes(name))).toEqual([]);
  expect(Object.keys(upstream.notMade).filter((name) => NAMES.includes(name))).toEqual([]);
});

test('kafkaTopics has every topic that a setting names', () => {
  const told = PROCESSES.flatMap((definition) => Object.entries(settingsOf(definition)))
    .filter(([name]) => /KAFKA.*TOPIC/.test(name))
    .map(([, topic]) => topic);
  expect(told.length).toBeGreaterThan(8);
  expect(told.filter((name) => !NAMES.includes(name))).toEqual([]);
});

test('kafkaTopics has valid, unique, sorted names', () => {
  expect(NAMES.filter((name) => !/^[a-z0-9_-]{1,249}$/.test(name))).toEqual([]);
  expect([...new Set(NAMES)].sort()).toEqual(NAMES);
});

test('kafkaTopics gives busy topics several partitions, and dead letters two weeks', () => {
  const topics = kafkaTopics(6);
  expect(topics.find(({ name }) => name === 'events_plugin_ingestion')).toEqual({ name: 'events_plugin_ingestion', partitions: 6 });
  expect(topics.find(({ name }) => name === 'session_recording_snapshot_item_events')?.partitions).toBe(6);
  expect(topics.find(({ name }) => name === 'clickhouse_groups')).toEqual({ name: 'clickhouse_groups', partitions: 1 });
  expect(
    topics
      .filter(({ retentionMs }) => retentionMs)
      .map(({ name }) => name)
      .filter((name) => !/dlq|dead_letter/.test(name)),
  ).toEqual([]);
  expect(topics.find(({ name }) => name === 'events_plugin_ingestion_dlq')?.retentionMs).toBe(14 * 86_400_000);
});

test.each([1, 6, 12])('with %d partitions of busy topics, each topic has a partition for every consumer of ClickHouse', (busyPartitions) => {
  const topics = kafkaTopics(busyPartitions);
  expect(topics.filter(({ name, partitions }) => partitions < Math.max(1, clickHouseConsumers(name)))).toEqual([]);
  expect(topics.find(({ name }) => name === 'clickhouse_property_values')?.partitions).toBe(8);
  expect(topics.find(({ name }) => name === 'clickhouse_logs')?.partitions).toBe(Math.max(8, busyPartitions));
});

test('topicLines writes one topic a line', () => {
  expect(
    topicLines([
      { name: 'a', partitions: 2 },
      { name: 'b', partitions: 1, retentionMs: 5 },
    ]),
  ).toBe('a 2 -\nb 1 5');
});
