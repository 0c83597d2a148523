import { CONSUMER_GROUPS, groupOf, groupsOf, scalingGroupsOf } from '../../../lib/catalog/kafka/consumer-groups';
import { Generation, GENERATIONS } from '../../../lib/catalog/generations/generations';
import { PROCESSES } from '../../../lib/catalog/processes';
import { kafkaTopics } from '../../../lib/stores/kafka/kafka-topics';
import { settingsOf } from '../../helpers/process-context';

const MODES = Object.keys(CONSUMER_GROUPS) as (keyof typeof CONSUMER_GROUPS)[];

/** Modes of other variables than PLUGIN_SERVER_MODE. */
const OTHER_MODES: Readonly<Record<string, keyof typeof CONSUMER_GROUPS>> = {
  'property-defs-rs': 'property-defs',
  'property-defs-ai': 'property-defs-ai',
  'cymbal-notifications': 'cymbal-notifications',
  'livestream': 'livestream',
};

test.each(GENERATIONS.map((generation): [string, Generation] => [generation.name, generation]))(
  'in the generation %s, a process scales on groups of the mode that it runs in, and on no others',
  (_, generation) => {
    const scaling = PROCESSES.filter(({ consumes }) => consumes !== undefined);
    expect(scaling.length).toBeGreaterThan(7);
    for (const definition of scaling) {
      const mode = settingsOf(definition, { generation }).PLUGIN_SERVER_MODE ?? OTHER_MODES[definition.process];
      expect(definition.consumes).toEqual(scalingGroupsOf(mode as keyof typeof CONSUMER_GROUPS));
      expect(definition.consumes).not.toHaveLength(0);
    }
  },
);

test('ingestion-general scales on what its combined mode reads, ordinary events first', () => {
  expect(scalingGroupsOf('ingestion-v2-combined').map(({ group }) => group)).toEqual([
    'clickhouse-ingestion',
    'clickhouse-ingestion-historical',
    'clickhouse-ingestion-overflow',
    'clickhouse-ingestion-ai',
  ]);
});

test('every group has one mode, and its topic exists', () => {
  const groups = MODES.flatMap((mode) => groupsOf(mode).map(({ group }) => group));
  expect(new Set(groups).size).toBe(groups.length);
  const topics = kafkaTopics(1).map(({ name }) => name);
  expect(MODES.flatMap((mode) => groupsOf(mode).map(({ topic }) => topic)).filter((topic) => !topics.includes(topic))).toEqual([]);
});

test('groupOf() fails for a mode with several groups, unless a topic selects one', () => {
  expect(groupOf('livestream', 'notification_events').group).toBe('livestream-notifications');
  expect(() => groupOf('livestream')).toThrow('the mode livestream has no single group for its topic');
  expect(() => groupOf('property-defs', 'clickhouse_person')).toThrow('the mode property-defs has no single group for clickhouse_person');
});
