import { PostHogProcess, Product } from '../../lib';
import { CLICKHOUSE_KAFKA_TABLES, COMING_CLICKHOUSE_KAFKA_TABLES } from '../../lib/catalog/clickhouse/kafka-tables';
import { CONSUMER_GROUPS } from '../../lib/catalog/kafka/consumer-groups';
import { CLICKHOUSE, Topic, TOPICS } from '../../lib/catalog/kafka/topics';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../lib/catalog/processes/deployed-processes';
import { PROCESSES } from '../../lib/catalog/processes';
import { topicsOf } from '../../lib/migration/topics/product-topics';
import { contextIn } from '../helpers/process-context';
import { newStack } from '../helpers/stack';

const ALL = Object.values(Product);
const BY_NAME = new Map(TOPICS.map((topic) => [topic.name, topic]));

const readersOf = ({ readers }: Topic): readonly string[] => readers ?? [];
const writersOf = ({ writers }: Topic): readonly string[] => writers ?? [];
const clientsOf = (topic: Topic) => [...readersOf(topic), ...writersOf(topic)].filter((client) => client !== CLICKHOUSE);

/** The topics that each process of a deployment with these products has in its environment. */
function namedIn(products: readonly Product[]): [process: string, topic: string][] {
  const deployed = deployedProcesses(products);
  const without = PROCESSES.map(({ process }) => process).filter((process) => !deployed.some((definition) => definition.process === process));
  const context = contextIn(newStack(), { without });
  return deployed.flatMap((definition) =>
    Object.entries(definition.settings(context).environment)
      .filter(([name, value]) => BY_NAME.has(value) || (/_TOPIC(_[A-Z_]+)?$/.test(name) && !/_(MS|BYTES)$/.test(name)))
      .map(([, topic]): [string, string] => [definition.process, topic]),
  );
}

test('each topic is listed once, with readers and writers or the reason for their absence', () => {
  expect(BY_NAME.size).toBe(TOPICS.length);
  expect(TOPICS.filter((topic) => !topic.readers && topic.noReader.length < 15).map(({ name }) => name)).toEqual([]);
  expect(TOPICS.filter((topic) => !topic.writers && topic.noWriter.length < 15).map(({ name }) => name)).toEqual([]);
});

test('exactly the processes that read or write a topic connect to Kafka', () => {
  const clients = new Set(TOPICS.flatMap(clientsOf));
  const connected = PROCESSES.filter(({ stores }) => stores.includes('kafka')).map(({ process }) => process as string);
  expect([...clients].filter((client) => !connected.includes(client))).toEqual([]);
  expect(connected.filter((process) => !clients.has(process))).toEqual(NO_TOPIC);
});

/** They have the settings that all modes of Node have, and touch no topic: their jobs are in PostgreSQL. */
const NO_TOPIC: string[] = [PostHogProcess.CDP_JANITOR, PostHogProcess.CDP_HOGFLOW_SCHEDULER];

test('ClickHouse reads a topic exactly where it has a Kafka table for it', () => {
  const read = [...new Set(CLICKHOUSE_KAFKA_TABLES.map(({ topic }) => topic))].sort();
  expect(
    TOPICS.filter((topic) => readersOf(topic).includes(CLICKHOUSE))
      .map(({ name }) => name)
      .sort(),
  ).toEqual(read);
  expect(COMING_CLICKHOUSE_KAFKA_TABLES.filter(({ topic }) => !BY_NAME.has(topic))).toEqual([]);
});

test('every topic in the environment of a process is in the catalog, with that process among its readers or writers', () => {
  const named = namedIn(ALL);
  expect(new Set(named.map(([process]) => process)).size).toBeGreaterThan(6);
  expect(named.filter(([process, topic]) => !BY_NAME.has(topic) || !clientsOf(BY_NAME.get(topic)!).includes(process))).toEqual([]);
});

test('a process reads every topic whose lag scales it', () => {
  const wrong = PROCESSES.flatMap(({ process, consumes = [] }) => consumes.map(({ topic }) => [process, topic])).filter(
    ([process, topic]) => !BY_NAME.has(topic) || !readersOf(BY_NAME.get(topic)!).includes(process),
  );
  expect(wrong).toEqual([]);
});

test("a process reads the topics of its mode's consumer groups, and no others", () => {
  const MODE_OF: Record<string, string> = { 'property-defs': 'property-defs-rs' };
  const context = contextIn(newStack());
  const processesIn = (mode: string) =>
    PROCESSES.filter(
      (definition) => String(definition.process) === (MODE_OF[mode] ?? mode) || definition.settings(context).environment.PLUGIN_SERVER_MODE === mode,
    ).map(({ process }) => process as string);
  const pairs = Object.entries(CONSUMER_GROUPS).flatMap(([mode, groups]) =>
    groups.flatMap(({ topic }) => processesIn(mode).map((process) => `${process} ${topic}`)),
  );
  expect(Object.keys(CONSUMER_GROUPS).filter((mode) => processesIn(mode).length === 0)).toEqual([]);
  const processes = new Set(pairs.map((pair) => pair.split(' ')[0]));
  const read = TOPICS.flatMap((topic) =>
    readersOf(topic)
      .filter((reader) => processes.has(reader))
      .map((reader) => `${reader} ${topic.name}`),
  );
  expect(read.sort()).toEqual([...new Set(pairs)].sort());
});

const COMBINATIONS: [string, Product[]][] = [
  ['the default products', [...DEFAULT_PRODUCTS]],
  ...ALL.filter((product) => product !== Product.EVENTS).map((product): [string, Product[]] => [`events and ${product}`, [Product.EVENTS, product]]),
];

test.each(COMBINATIONS)('with %s, every topic in the environment of a process is created', (_, products) => {
  const created = topicsOf(products, 1).map(({ name }) => name);
  expect(namedIn(products).filter(([, topic]) => !created.includes(topic))).toEqual([]);
});

/** Topics that one product writes and another one reads, by the product that is left out: what is written to them waits until it expires. */
const WRITTEN_FOR_NOTHING: Partial<Record<Product, string[]>> = {
  [Product.DATA_PIPELINES]: ['cdp_internal_events'],
  [Product.LIVE_EVENTS]: ['notification_events'],
};

test.each(ALL.filter((product) => product !== Product.EVENTS))('without %s, only the known topics have writers and no readers', (product) => {
  const products = ALL.filter((other) => other !== product);
  const deployed = deployedProcesses(products).map(({ process }) => process as string);
  const created = topicsOf(products, 1).map(({ name }) => name);
  const orphans = TOPICS.filter(
    (topic) =>
      topic.readers &&
      created.includes(topic.name) &&
      writersOf(topic).some((writer) => deployed.includes(writer)) &&
      !readersOf(topic).some((reader) => reader === CLICKHOUSE || deployed.includes(reader)),
  );
  expect(orphans.map(({ name }) => name)).toEqual(WRITTEN_FOR_NOTHING[product] ?? []);
});
