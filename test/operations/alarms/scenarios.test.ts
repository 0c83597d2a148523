import { AlarmWorld } from './alarm-world';
import { Source, TemplateMetric } from './alarm-evaluator';
import { Value } from './metric-math';
import { posthogTemplate } from '../../helpers/posthog-template';
import { RUNNING_HOURS } from '../running-hours/fixture';

const HOUR = 60;
const DAY = 24 * HOUR;

/** Created data stores: imported ones report fewer metrics. */
const CREATED = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined, products: undefined };

const TEMPLATE = posthogTemplate({ ...CREATED, alarms: { email: 'operator@example.com' } }) as ConstructorParameters<typeof AlarmWorld>[0];

/** The same with running hours. */
const WITH_HOURS = posthogTemplate({ ...CREATED, alarms: { email: 'operator@example.com' }, runningHours: RUNNING_HOURS }) as typeof TEMPLATE;

type Values = Readonly<Record<string, (metric: TemplateMetric, minute: number) => Value>>;

/** Whether the target group or another dimension of a metric belongs to one of some processes. */
function isOf(metric: TemplateMetric, ...processes: readonly string[]): boolean {
  return processes.some((process) => Object.values(metric.dimensions).some((value) => value.includes(`Services${process}Targets`)));
}

const CAPTURES = ['Capture', 'ReplayCapture'];

/** The ages and shares of a PostHog that is well; metrics that are not named have no values. */
const WELL: Values = {
  HealthyHostCount: () => 2,
  FreeStorageSpace: () => 40 * 1024 ** 3,
  CPUUtilization: () => 20,
  DatabaseConnections: () => 150,
  DatabaseMemoryUsagePercentage: () => 30,
  EngineCPUUtilization: () => 5,
  Evictions: () => 0,
  KafkaDataLogsDiskUsed: () => 20,
  OfflinePartitionsCount: () => 0,
  UnderReplicatedPartitions: () => 0,
  SumOffsetLag: () => 0,
  StatusCheckFailed: () => 0,
  DaysToExpiry: (_, minute) => (minute % (12 * HOUR) === 0 ? 300 : undefined),
  ...every5({
    CeleryQueueDepth: () => 3,
    ClickHouseDiskUsedPercent: () => 30,
    ClickHouseFailingConsumers: () => 0,
    ClickHouseMutationAge: () => 0,
    ClickHousePartsInPartition: () => 40,
    ClickHouseReadOnlyTables: () => 0,
    ClickHouseServerErrors: () => 0,
    ClickHouseUnreachable: () => 0,
    DeadLetters: () => 0,
    FailingServices: () => 0,
    MonitorFailures: () => 0,
    ReleaseAge: () => 20 * 24 * 60 * 60,
  }),
};

/** Requests of clients all day; the load balancer has no metric of errors that did not happen. */
const BUSY: Values = { ...WELL, RequestCount: () => 600, TargetResponseTime: () => 0.2 };

/** The monitor publishes in every fifth minute. */
function every5(values: Values): Values {
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, (metric, minute) => (minute % 5 === 0 ? value(metric, minute) : undefined)]),
  );
}

function source(values: Values): Source {
  return (metric, minute) => values[metric.name]?.(metric, minute);
}

/** Plays one part of a scenario after the other, each for some minutes. */
function play(...parts: readonly [minutes: number, values: Values][]): AlarmWorld {
  return playIn(TEMPLATE, ...parts);
}

function playIn(template: typeof TEMPLATE, ...parts: readonly [minutes: number, values: Values][]): AlarmWorld {
  const world = new AlarmWorld(template);
  parts.forEach(([minutes, values]) => world.play(minutes, source(values)));
  return world;
}

function messages(world: AlarmWorld): string[] {
  return world.messages.map(({ alarm }) => alarm);
}

test('a PostHog without a single client changes no state in two days', () => {
  expect(play([2 * DAY, WELL]).changes).toEqual([]);
});

test('a PostHog with clients changes no state in two days', () => {
  expect(play([2 * DAY, BUSY]).changes).toEqual([]);
});

test('the start of a new stack sends no message: no metric, then targets that are not healthy yet, then a monitor that runs', () => {
  const starting: Values = { ...WELL, HealthyHostCount: () => 0, ...every5({ ClickHouseUnreachable: () => 0, FailingServices: () => 2 }) };
  expect(messages(play([30, {}], [4, starting], [2 * HOUR, WELL]))).toEqual([]);
});

test('a deployment that takes a quarter of an hour sends no message', () => {
  const deploying: Values = { ...BUSY, HealthyHostCount: () => 1, ...every5({ FailingServices: () => 0, CeleryQueueDepth: () => 800 }) };
  expect(play([HOUR, BUSY], [15, deploying], [HOUR, BUSY]).changes).toEqual([]);
});

test('growth sends no message as long as services scale out and disks grow', () => {
  const wave = (minute: number, low: number, high: number) => low + ((high - low) * (1 + Math.sin(minute / 40))) / 2;
  const growing: Values = {
    ...BUSY,
    RequestCount: (_, minute) => 6_000 + 10 * minute,
    HTTPCode_Target_5XX_Count: () => 12,
    HTTPCode_ELB_5XX_Count: () => 3,
    TargetResponseTime: (metric, minute) => (isOf(metric, 'Web') ? wave(minute, 1, 30) : wave(minute, 0.1, 2)),
    SumOffsetLag: (_, minute) => wave(minute, 0, 90_000),
    CPUUtilization: (_, minute) => wave(minute, 30, 80),
    DatabaseConnections: (_, minute) => wave(minute, 150, 320),
    KafkaDataLogsDiskUsed: (_, minute) => wave(minute, 40, 79),
    ...every5({ CeleryQueueDepth: (_, minute) => wave(minute, 0, 900), ClickHousePartsInPartition: (_, minute) => wave(minute, 50, 600) }),
  };
  expect(play([DAY, growing]).changes).toEqual([]);
});

test('an outage of Kafka that stops capture and everything behind it sends one message, and so does its end none', () => {
  const outage: Values = {
    ...BUSY,
    HTTPCode_Target_5XX_Count: (metric) => (isOf(metric, ...CAPTURES) ? 600 : undefined),
    TargetResponseTime: (metric) => (isOf(metric, ...CAPTURES) ? 20 : 0.2),
    SumOffsetLag: () => undefined,
    OfflinePartitionsCount: () => 80,
    UnderReplicatedPartitions: () => 40,
    ...every5({ ClickHouseFailingConsumers: () => 30, FailingServices: () => 9, MonitorFailures: () => 1, DeadLetters: () => undefined }),
  };
  const recovery: Values = { ...BUSY, SumOffsetLag: (_, minute) => Math.max(0, 600_000 - 15_000 * (minute - (HOUR + 25))) };
  const world = play([HOUR, BUSY], [25, outage], [3 * HOUR, recovery]);
  expect(messages(world)).toEqual(['clients']);
  expect(new Set(world.changes.map(({ alarm }) => alarm)).size).toBeGreaterThanOrEqual(4);
  expect([...world.alarms.values()].filter(({ state }) => state === 'ALARM')).toEqual([]);
});

test('an outage of ClickHouse that the app shows sends one message', () => {
  const outage: Values = {
    ...BUSY,
    HTTPCode_Target_5XX_Count: (metric) => (isOf(metric, 'Web') ? 200 : undefined),
    SumOffsetLag: (_, minute) => 20_000 * (minute - HOUR),
    StatusCheckFailed: () => 1,
    ...every5({
      ClickHouseUnreachable: () => 1,
      ClickHouseDiskUsedPercent: () => undefined,
      ClickHouseFailingConsumers: () => undefined,
      ClickHouseReadOnlyTables: () => undefined,
    }),
  };
  const recovery: Values = { ...BUSY, SumOffsetLag: (_, minute) => Math.max(0, 800_000 - 20_000 * (minute - (HOUR + 40))) };
  expect(messages(play([HOUR, BUSY], [40, outage], [3 * HOUR, recovery]))).toEqual(['clients']);
});

test('an outage of ClickHouse at night, which no client notices, sends one message', () => {
  const outage: Values = { ...WELL, SumOffsetLag: () => 300_000, StatusCheckFailed: () => 1, ...every5({ ClickHouseUnreachable: () => 1 }) };
  expect(messages(play([HOUR, WELL], [2 * HOUR, outage], [2 * HOUR, WELL]))).toEqual(['pipeline']);
});

test('an outage of capture sends one message within a quarter of an hour', () => {
  const outage: Values = {
    ...BUSY,
    HealthyHostCount: (metric) => (isOf(metric, 'Capture') ? 0 : 2),
    HTTPCode_ELB_5XX_Count: () => 500,
    ...every5({ FailingServices: () => 1 }),
  };
  const world = play([HOUR, BUSY], [2 * HOUR, outage], [2 * HOUR, BUSY]);
  expect(messages(world)).toEqual(['clients']);
  expect(world.messages[0].minute).toBeLessThan(HOUR + 15);
});

test('a client outage after days of consumer lag still sends its message', () => {
  const late: Values = { ...BUSY, SumOffsetLag: () => 500_000 };
  const outage: Values = { ...late, HTTPCode_Target_5XX_Count: () => 500 };
  expect(messages(play([HOUR, BUSY], [DAY, late], [HOUR, outage]))).toEqual(['pipeline', 'clients']);
});

test('a lag that rises and falls around a high value sends one message', () => {
  const unsteady: Values = { ...BUSY, SumOffsetLag: (_, minute) => 500_000 + 50_000 * Math.sin(minute / 12) };
  expect(messages(play([HOUR, BUSY], [DAY, unsteady]))).toEqual(['pipeline']);
});

test('an outage that repeats every hour sends a message each time, and none in between', () => {
  const outage: Values = { ...BUSY, HTTPCode_Target_5XX_Count: () => 500 };
  const hour: [number, Values][] = [
    [40, BUSY],
    [20, outage],
  ];
  expect(messages(play(...hour, ...hour, ...hour, [HOUR, BUSY]))).toEqual(['clients', 'clients', 'clients']);
});

/** A stop reports itself once, and a start does; in between nobody does. */
function reported(value: number, at: number, values: Values): Values {
  return { ...values, Stopped: (_, minute) => (minute === at ? value : undefined) };
}

/** A night without tasks, in which clients go on sending requests, and consumer lag stays. */
const ASLEEP: Values = {
  ...WELL,
  HealthyHostCount: () => undefined,
  HTTPCode_ELB_5XX_Count: () => 300,
  SumOffsetLag: () => 400_000,
  ...every5({ CeleryQueueDepth: () => 2_000, CanaryFailures: () => 3 }),
};
const NIGHT = 11 * HOUR;
/** Tasks start: the load balancer still answers with errors for ten minutes. */
const WAKING: Values = { ...ASLEEP, HealthyHostCount: () => 0, SumOffsetLag: (_, minute) => Math.max(0, 400_000 - 15_000 * (minute - HOUR - NIGHT)) };

test('a night in which tasks are stopped sends no message, and neither does the morning', () => {
  const world = playIn(
    WITH_HOURS,
    [HOUR, BUSY],
    [NIGHT, reported(1, HOUR, ASLEEP)],
    [10, reported(0, HOUR + NIGHT, WAKING)],
    [20, { ...BUSY, SumOffsetLag: WAKING.SumOffsetLag }],
    [3 * HOUR, BUSY],
  );
  expect(messages(world)).toEqual([]);
  expect(world.changes.map(({ alarm }) => alarm)).toEqual(expect.arrayContaining(['stopped', 'load-balancer-errors', 'celery-queue']));
  expect([...world.alarms.values()].filter(({ state }) => state === 'ALARM')).toEqual([]);
});

test('a night without running hours sends messages', () => {
  expect(messages(play([HOUR, BUSY], [NIGHT, ASLEEP]))).toEqual(['clients']);
});

test('a start that does not bring PostHog back sends its message within an hour', () => {
  const world = playIn(WITH_HOURS, [HOUR, BUSY], [NIGHT, reported(1, HOUR, ASLEEP)], [2 * HOUR, reported(0, HOUR + NIGHT, ASLEEP)]);
  expect(messages(world)).toEqual(['clients']);
  expect(world.messages[0].minute).toBeLessThan(HOUR + NIGHT + 60);
});

test('an outage in running hours sends its message', () => {
  const outage: Values = { ...BUSY, HTTPCode_Target_5XX_Count: () => 500 };
  expect(messages(playIn(WITH_HOURS, [HOUR, reported(0, 0, BUSY)], [HOUR, outage]))).toEqual(['clients']);
});
