import fc from 'fast-check';
import { PostHogSize } from '../../../lib';
import { planOf, limitsOf, Plan } from '../../../cli/size/plan';
import { costOf, sumOf, taskCost } from '../../../cli/size/plan-cost';
import { eventsPerSecondOf, mostEventsPerSecond, SIZES } from '../../../cli/size/tasks';
import { eventsPerMonth, Traffic } from '../../../cli/size/traffic';
import { plan } from './fixtures';

/** The parts of a plan that may not become smaller with more traffic. */
function amounts(of: Plan): Record<string, number> {
  const { tasks, kafka, clickHouse, postgres, cache, recordingGib } = of;
  const { least, most } = sumOf(costOf(of));
  const brokers = kafka.zones * kafka.brokersPerSubnet;
  return {
    size: SIZES.indexOf(tasks.size),
    topicPartitions: tasks.topicPartitions,
    raised: tasks.raised.reduce((sum, { maxTasks }) => sum + maxTasks, 0),
    brokers,
    kafkaGib: brokers * kafka.volumeGib,
    replicas: clickHouse.replicas,
    clickHouseGib: clickHouse.replicas * clickHouse.volumeGib,
    maxClickHouseGib: clickHouse.replicas * clickHouse.maxVolumeGib,
    postgresGib: postgres.storageGib,
    cacheNodes: cache.replicas,
    recordingGib,
    tasksAtLoad: [...of.tasksAtLoad.values()].reduce((sum, count) => sum + count, 0),
    limits: limitsOf(of).length > 0 ? 1 : 0,
    least,
    most,
  };
}

const TRAFFIC = fc.record<Traffic>({
  eventsPerMonth: fc.oneof(fc.integer({ min: 1, max: 1e8 }), fc.integer({ min: 1, max: 6e9 })),
  recordingsPerMonth: fc.integer({ min: 0, max: 5e6 }),
  flagRequestsPerMonth: fc.integer({ min: 0, max: 1e10 }),
  retentionMonths: fc.integer({ min: 1, max: 60 }),
  peakFactor: fc.integer({ min: 1, max: 20 }),
});

const INPUTS = ['eventsPerMonth', 'recordingsPerMonth', 'flagRequestsPerMonth', 'retentionMonths', 'peakFactor'] as const;

test('no part of a plan becomes smaller if one input grows', () => {
  fc.assert(
    fc.property(TRAFFIC, fc.constantFrom(...INPUTS), fc.double({ min: 1, max: 50, noNaN: true }), (traffic, input, factor) => {
      const grown = { ...traffic, [input]: Math.ceil(traffic[input] * factor) };
      const [before, after] = [amounts(planOf(traffic)), amounts(planOf(grown))];
      // The volume of each broker is rounded up to 10 GiB, so that more brokers can have a little less in total.
      const rounding = (name: string) => (name === 'kafkaGib' ? 10 * after.brokers : 1e-6);
      const smaller = Object.keys(before).filter((name) => after[name] < before[name] - rounding(name));
      expect(smaller).toEqual([]);
    }),
    { numRuns: 500 },
  );
});

test('the cost of tasks on instances does not fall with the size', () => {
  const costs = SIZES.map((size) => taskCost(plan({ eventsPerMonth: eventsPerMonth(eventsPerSecondOf(size)) }, 'instances'), 'instances'));
  expect(costs.map(({ least }) => least)).toEqual(costs.map(({ least }) => least).sort((a, b) => a - b));
  expect(costs.map(({ most }) => most)).toEqual(costs.map(({ most }) => most).sort((a, b) => a - b));
});

test('a size is planned up to its own limit, and the next one beyond it', () => {
  for (const [index, size] of SIZES.entries()) {
    const limit = eventsPerMonth(eventsPerSecondOf(size));
    expect(plan({ eventsPerMonth: limit }).tasks).toMatchObject({ size, raised: [] });
    const beyond = plan({ eventsPerMonth: Math.ceil(limit * 1.01) }).tasks;
    expect(beyond.size).toBe(SIZES[index + 1] ?? size);
    expect(beyond.raised.length > 0).toBe(size === PostHogSize.LARGE);
  }
});

test('a thousand millions of flag requests need a larger size without events', () => {
  expect(plan({ eventsPerMonth: 1, flagRequestsPerMonth: 1e9 }).tasks.size).not.toBe(PostHogSize.DEV);
});

test('the retention decides on the disk, and not on the first months', () => {
  const [short, long] = [plan({ eventsPerMonth: 1e8, retentionMonths: 3 }), plan({ eventsPerMonth: 1e8, retentionMonths: 36 })];
  expect(long.clickHouse.volumeGib).toBe(short.clickHouse.volumeGib);
  expect(short.clickHouse.maxVolumeGib).toBe(short.clickHouse.volumeGib);
  expect(long.clickHouse.maxVolumeGib).toBeGreaterThan(8 * short.clickHouse.maxVolumeGib);
});

test('the measured bytes of an event need less disk than the planned ones', () => {
  const { leastVolumeGib, maxVolumeGib } = plan({ eventsPerMonth: 1e9 }).clickHouse;
  expect(leastVolumeGib / maxVolumeGib).toBeCloseTo(282 / 600, 1);
});

test('one PostHog ends where a consumer has a task for each of 100 partitions', () => {
  const most = eventsPerMonth(mostEventsPerSecond());
  expect(limitsOf(plan({ eventsPerMonth: most }))).toEqual([]);
  expect(limitsOf(plan({ eventsPerMonth: Math.ceil(most * 1.01) }))).toEqual([
    'ingestion-general needs 101 tasks (estimated), and a topic has at most 100 partitions, one for each task',
  ]);
});

test('a volume of ClickHouse ends at 64 TiB', () => {
  expect(limitsOf(plan({ eventsPerMonth: 3e9, retentionMonths: 120 }))).toEqual([
    expect.stringMatching(/^the events need [\d,]+ GiB on each server of ClickHouse, and a gp3 volume has at most 65,536$/),
  ]);
});

test('a target group ends at 1,000 tasks', () => {
  expect(limitsOf(plan({ flagRequestsPerMonth: 3e12 }))).toEqual([
    expect.stringMatching(/^feature-flags needs \d+ tasks, and a target group has at most 1000 targets$/),
  ]);
});
