import { value } from './figures';
import { CachePlan, ClickHousePlan, KafkaPlan, planCache, planClickHouse, planKafka, planPostgres, PostgresPlan, recordingGib } from './stores';
import { planTasks, TaskPlan, tasksAtLoad } from './tasks';
import { Rates, ratesOf, Traffic } from './traffic';
import { type PostHogProcess } from '../../lib/internal';

/** The capacity that tasks run on. */
export type Capacity = 'fargate' | 'instances';

/** A PostHog for some traffic. */
export interface Plan {
  readonly traffic: Traffic;
  readonly rates: Rates;
  readonly tasks: TaskPlan;
  /** The number of tasks of each process with the average traffic. */
  readonly tasksAtLoad: ReadonlyMap<PostHogProcess, number>;
  readonly capacity: Capacity;
  readonly kafka: KafkaPlan;
  readonly clickHouse: ClickHousePlan;
  readonly postgres: PostgresPlan;
  readonly cache: CachePlan;
  /** The gibibytes of recordings in the bucket. */
  readonly recordingGib: number;
}

/** The targets of a target group that AWS allows without a request. */
export const TARGETS_PER_GROUP = 1000;

/** Plans a PostHog. The plan of too much traffic has limits: see `limitsOf`. */
export function planOf(traffic: Traffic, capacity: Capacity = 'fargate'): Plan {
  const rates = ratesOf(traffic);
  const tasks = planTasks(rates);
  return {
    traffic,
    rates,
    tasks,
    tasksAtLoad: tasksAtLoad(tasks, rates),
    capacity,
    kafka: planKafka(tasks, rates),
    clickHouse: planClickHouse(tasks.size, traffic),
    postgres: planPostgres(tasks, rates),
    cache: planCache(tasks.size),
    recordingGib: recordingGib(traffic),
  };
}

/** Returns the reasons why one PostHog of this library is not enough for a plan; none if it is. */
export function limitsOf({ rates, tasks, kafka, clickHouse }: Plan): string[] {
  const { beyond, raised } = tasks;
  const servers = clickHouse.replicas * value('clickHouseEventsPerServer');
  const brokers = kafka.brokersPerSubnet * kafka.zones;
  const targets = raised.find(({ maxTasks }) => maxTasks > TARGETS_PER_GROUP);
  return [
    ...(beyond ? [`${beyond.process} needs ${beyond.tasks} tasks (estimated), and a topic has at most 100 partitions, one for each task`] : []),
    ...(rates.events.peak > servers
      ? [`${clickHouse.replicas} servers of ClickHouse read about ${thousands(servers)} events a second from Kafka (estimated)`]
      : []),
    ...(clickHouse.maxVolumeGib > value('gp3Gibibytes')
      ? [`the events need ${thousands(clickHouse.maxVolumeGib)} GiB on each server of ClickHouse, and a gp3 volume has at most 65,536`]
      : []),
    ...(brokers > value('brokersPerCluster') ? [`Kafka needs ${brokers} brokers, and a cluster has at most 60`] : []),
    ...(targets ? [`${targets.process} needs ${targets.maxTasks} tasks, and a target group has at most ${TARGETS_PER_GROUP} targets`] : []),
  ];
}

/** Formats a number with separators. */
export function thousands(amount: number): string {
  return Math.round(amount).toLocaleString('en-US');
}
