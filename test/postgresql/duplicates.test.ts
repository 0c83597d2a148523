import { DUPLICATE_KAFKA_TABLES } from '../../lib/catalog/clickhouse/duplicate-kafka-tables';
import { answerAsClickHouse } from './stores';
import { worlds } from './world';

const here = worlds();

const [
  {
    drop: [view, table],
    keep,
  },
  ...others
] = DUPLICATE_KAFKA_TABLES;
const both = [view, table, ...keep];

/** Serves the Kafka tables and views that each server has, and answers what was dropped after a migration. */
async function dropped(servers: Readonly<Record<string, readonly string[]>>, refuses = /nothing/): Promise<string[]> {
  const lines = Object.entries(servers).flatMap(([server, names]) => names.map((name) => `${server}\t${name}`));
  here.world.stores.clickHouse = (query) => {
    if (refuses.test(query)) {
      return { status: 404, text: 'Code: 701. CLUSTER_DOESNT_EXIST' };
    }
    return query.includes('system.tables') ? lines.join('\n') : answerAsClickHouse(query);
  };
  expect((await here.world.run()).status).toBe(0);
  return here.world.stores.queries.map(({ text }) => text).filter((text) => text.includes('DROP'));
}

test('each second set goes, the view before the Kafka table, on the whole cluster', async () => {
  const all = DUPLICATE_KAFKA_TABLES.flatMap(({ drop, keep: kept }) => [...drop, ...kept]);
  const names = DUPLICATE_KAFKA_TABLES.flatMap(({ drop }) => drop);
  expect(await dropped({ ch1: all, ch2: all })).toEqual(names.map((name) => `DROP TABLE IF EXISTS posthog.${name} ON CLUSTER 'posthog'`));
  expect(others).toHaveLength(3);
});

test('on the one server where there is no cluster', async () => {
  expect(await dropped({ ch1: both }, /clusterAllReplicas|ON CLUSTER/)).toEqual([
    `DROP TABLE IF EXISTS posthog.${view} ON CLUSTER 'posthog'`,
    `DROP TABLE IF EXISTS posthog.${view}`,
    `DROP TABLE IF EXISTS posthog.${table} ON CLUSTER 'posthog'`,
    `DROP TABLE IF EXISTS posthog.${table}`,
  ]);
});

test('what an interrupted run has left goes as well', async () => {
  expect(await dropped({ ch1: [table, ...keep] })).toHaveLength(2);
});

test.each<[string, Readonly<Record<string, readonly string[]>>]>([
  ['there is one set only', { ch1: keep }],
  ['the first set is gone', { ch1: [view, table] }],
  ['the first set has no view', { ch1: [view, table, keep[1]] }],
  ['a server lacks the first set', { ch1: both, ch2: [view, table] }],
  ['there is nothing', {}],
])('nothing goes where %s', async (_, servers) => {
  expect(await dropped(servers)).toEqual([]);
});
