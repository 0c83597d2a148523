import { answerAsClickHouse } from './stores';
import { worlds } from './world';

const here = worlds();

const WITHOUT = 'ch1\tReplicatedMergeTree ORDER BY event_date SETTINGS index_granularity = 8192\n';
const NINETY = 'ch1\tReplicatedMergeTree ORDER BY event_date TTL event_date + toIntervalDay(90) SETTINGS index_granularity = 8192\n';
const ON_CLUSTER = (days: number) =>
  `ALTER TABLE posthog.sharded_query_log_archive ON CLUSTER 'posthog' MODIFY TTL event_date + toIntervalDay(${days})`;

/** Returns the statements about the TTL of the copy of every query, with what the servers have of it. */
async function altered(engines: string, environment: Record<string, string> = {}, refuses = /nothing/): Promise<string[]> {
  here.world.stores.clickHouse = (query) => {
    if (refuses.test(query)) {
      return { status: 500, text: 'Code: 159. TIMEOUT_EXCEEDED' };
    }
    return query.includes('engine_full') ? engines : answerAsClickHouse(query);
  };
  const { status, output } = await here.world.run(environment);
  expect({ status, output }).toMatchObject({ status: 0 });
  expect(output.includes('could not be set, the next migration tries again')).toBe(refuses.test('ALTER TABLE'));
  return here.world.stores.queries.map(({ text }) => text).filter((text) => text.includes('MODIFY TTL'));
}

test('a table without a TTL gets one of 90 days', async () => {
  expect(await altered(WITHOUT)).toEqual([ON_CLUSTER(90)]);
});

test('a table of one server without a TTL is enough', async () => {
  expect(await altered(NINETY + WITHOUT)).toEqual([ON_CLUSTER(90)]);
});

test.each([
  ['a release without the table', ''],
  ['a table with the TTL', NINETY],
  ['a table with a TTL of the owner', NINETY.replace('(90)', '(400)')],
])('nothing changes for %s', async (_, engines) => {
  expect(await altered(engines)).toEqual([]);
});

test('a retention that is set replaces any other TTL', async () => {
  expect(await altered(NINETY, { MIGRATION_QUERY_LOG_DAYS: '30' })).toEqual([ON_CLUSTER(30)]);
});

test('a retention that is set already changes nothing', async () => {
  expect(await altered(NINETY.replace('(90)', '(30)'), { MIGRATION_QUERY_LOG_DAYS: '30' })).toEqual([]);
});

test('a migration succeeds although ClickHouse refuses the TTL', async () => {
  expect(await altered(WITHOUT, {}, /ALTER TABLE/)).toHaveLength(2);
});
