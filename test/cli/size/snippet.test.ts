import { PostHogSize } from '../../../lib';
import { costOf, sumOf } from '../../../cli/size/plan-cost';
import { Capacity } from '../../../cli/size/plan';
import { ofType } from '../../../cli/alb/template';
import { Traffic } from '../../../cli/size/traffic';
import { plan, synthesise } from './fixtures';

/** A plan of each size, at its beginning and its end, and beyond the largest. */
const GRID: readonly [name: string, size: PostHogSize, given: Partial<Traffic>, capacity: Capacity][] = [
  ['evaluation', PostHogSize.DEV, { eventsPerMonth: 1e6, recordingsPerMonth: 1000 }, 'fargate'],
  ['a small team', PostHogSize.SMALL, { eventsPerMonth: 10e6, recordingsPerMonth: 5000, flagRequestsPerMonth: 3e6 }, 'fargate'],
  ['the end of SMALL, kept for five years', PostHogSize.SMALL, { eventsPerMonth: 300e6, retentionMonths: 60 }, 'fargate'],
  ['a small team on instances', PostHogSize.SMALL, { eventsPerMonth: 10e6 }, 'instances'],
  ['PRODUCTION', PostHogSize.PRODUCTION, { eventsPerMonth: 500e6 }, 'fargate'],
  ['PRODUCTION on instances', PostHogSize.PRODUCTION, { eventsPerMonth: 600e6 }, 'instances'],
  [
    'the end of one PostHog',
    PostHogSize.LARGE,
    { eventsPerMonth: 5.3e9, recordingsPerMonth: 1e6, flagRequestsPerMonth: 1e11, peakFactor: 4 },
    'fargate',
  ],
];

test.each(GRID)('the constructs accept the plan for %s', (_, size, given, capacity) => {
  const planned = plan(given, capacity);
  expect(planned.tasks.size).toBe(size);
  const { templates, cost, messages } = synthesise(planned);

  expect(messages.filter((message) => /connections|partitions|memory|error:/.test(message))).toEqual([]);
  expect(Math.max(...templates.map(({ Resources }) => Object.keys(Resources).length))).toBeLessThan(500);

  // What `cost` prints for the program, within three percent. If other resources cost more or less now, change OTHER_COSTS.
  const { least } = sumOf(costOf(planned));
  expect(Math.abs(least - cost) / cost).toBeLessThan(0.03);

  const brokers = templates.flatMap((template) => ofType<{ NumberOfBrokerNodes: number }>(template, 'AWS::MSK::Cluster'));
  expect(brokers.map(([, { NumberOfBrokerNodes }]) => NumberOfBrokerNodes)).toEqual(
    planned.kafka.kind === 'msk' ? [planned.kafka.zones * planned.kafka.brokersPerSubnet] : [],
  );
  const volumes = templates.flatMap((template) => ofType<{ Size: number }>(template, 'AWS::EC2::Volume')).map(([, { Size }]) => Size);
  const servers = Array<number>(planned.clickHouse.replicas).fill(planned.clickHouse.volumeGib);
  expect(volumes).toEqual(expect.arrayContaining(servers));
});
