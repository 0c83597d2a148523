import { readFileSync } from 'node:fs';
import path from 'node:path';
import { BLOCKS, DEFAULT_GIB } from '../../scripts/size-tables';
import { eventsPerSecondOf, mostEventsPerSecond, SIZES } from '../../cli/size/tasks';
import { thousands } from '../../cli/size/plan';
import { CLICKHOUSE_DEFAULTS } from '../../lib/stores/clickhouse/clickhouse-props';
import { KAFKA_DEFAULTS } from '../../lib/stores/kafka/kafka-props';
import { PostHogSize } from '../../lib';
import { ROOT } from '../helpers/app';

test.each(Object.keys(BLOCKS) as (keyof typeof BLOCKS)[])('the documented %s are those of the planner', (name) => {
  // Where this fails after a change of sizes, figures or prices: node --import tsx scripts/size-tables.ts
  const { block, content } = BLOCKS[name];
  expect(block.read()).toBe(content().trim());
});

test('the default data stores have the volumes that the promise for them is derived from', () => {
  expect({ kafka: KAFKA_DEFAULTS.volumeSize.toGibibytes(), clickHouse: CLICKHOUSE_DEFAULTS.volumeSize.toGibibytes() }).toEqual(DEFAULT_GIB);
});

test('the sizes say what the planner plans them for', () => {
  const source = readFileSync(path.join(ROOT, 'lib', 'catalog', 'posthog-size.ts'), 'utf8');
  const said = [...source.matchAll(/planned for up to ([\d,]+) events per second at the peak/g)].map(([, rate]) => rate);
  expect(said).toEqual(SIZES.filter((size) => size !== PostHogSize.DEV).map((size) => thousands(eventsPerSecondOf(size))));
});

test('the document about large installations has the rate at which one PostHog ends', () => {
  const rounded = thousands(Math.floor(mostEventsPerSecond() / 100) * 100);
  expect(readFileSync(path.join(ROOT, 'docs', 'large-installations.md'), 'utf8')).toContain(`about ${rounded} events a second at the peak`);
});
