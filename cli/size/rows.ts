import { FIGURES, FigureName, Grade, gradeOf, value } from './figures';
import { hostsOf } from './hosts';
import { Capacity, Plan, thousands } from './plan';
import { COST_GRADE, costOf, sumOf, taskCost } from './plan-cost';
import { sizeName } from './snippet';
import { neededConnections } from './stores';
import { PROCESSES, taskSizeOf } from './tasks';
import { PostHogProcess } from '../../lib/internal';

/** One line of a plan: a choice, how far it can be trusted, and how it follows from traffic. */
export interface PlanRow {
  readonly what: string;
  readonly value: string;
  readonly grade: Grade;
  readonly formula: string;
}

/** Describes the value of a figure with its unit. */
function figure(name: FigureName): string {
  const { value: amount, unit } = FIGURES[name];
  return `${Number.isInteger(amount) ? thousands(amount) : String(Math.round(amount * 100) / 100)} ${unit}`;
}

function row(what: string, text: string, figures: readonly FigureName[], formula: string): PlanRow {
  return { what, value: text, grade: gradeOf(figures), formula };
}

/** Formats a rate with a useful number of digits. */
function rate(perSecond: number): string {
  return perSecond >= 100 ? thousands(perSecond) : String(Number(perSecond.toPrecision(2)));
}

function traffic({ rates, traffic: { peakFactor } }: Plan): PlanRow[] {
  const { events } = rates;
  const formula = `events / 2,592,000 s, times ${peakFactor} at the peak`;
  return [row('events a second', `${rate(events.mean)} on average, ${rate(events.peak)} at the peak`, ['peakFactor'], formula)];
}

function tasks(plan: Plan): PlanRow[] {
  const { size, topicPartitions, raised } = plan.tasks;
  const ingestion = taskSizeOf(PostHogProcess.INGESTION_GENERAL, size);
  const most = raised.find(({ process }) => process === PostHogProcess.INGESTION_GENERAL)?.maxTasks ?? ingestion.maxTasks;
  return [
    row(
      'size',
      sizeName(size),
      ['nodeEventsPerSecond', 'headroom', 'captureRequestsPerVcpu', 'flagRequestsPerVcpu'],
      `the smallest with tasks for ${figure('headroom')}; ingestion-general: ${figure('nodeEventsPerSecond')}, up to ${most} ${most === 1 ? 'task' : 'tasks'}`,
    ),
    ...capacity(plan),
    row(
      'topicPartitions',
      String(topicPartitions),
      ['nodeEventsPerSecond', 'headroom'],
      'a partition for each task of the busiest consumer: peak x headroom / events a task, at least the maximum tasks of the size',
    ),
  ];
}

/** Returns the line of the capacity that is planned, and the one of the other capacity with its cost. */
function capacity(plan: Plan): PlanRow[] {
  const { tasksAtLoad, tasks } = plan;
  const hosts = hostsOf(plan);
  const atLoad = [...tasksAtLoad.values()].reduce((sum, count) => sum + count, 0);
  const least = PROCESSES.reduce((sum, { sizes }) => sum + sizes[tasks.size].minTasks, 0);
  const fargate = row(
    'Fargate',
    `${least} tasks, ${atLoad} with the average traffic: ${costRange(plan, 'fargate')}`,
    ['headroom'],
    'the minimum of the size; average / throughput x headroom',
  );
  const instances = row(
    'instances',
    `${hosts.minInstances} to ${hosts.maxInstances} x ${hosts.instanceType}: ${costRange(plan, 'instances')}`,
    ['headroom'],
    'the reserved memory, a quarter of the CPU and the network interface of each task, packed; some reservations are guesses (docs/capacity.md)',
  );
  const [planned, other] = plan.capacity === 'fargate' ? [fargate, instances] : [instances, fargate];
  return [
    { ...planned, what: 'capacity', value: `${planned.what}, ${planned.value}` },
    { ...other, what: 'instead', value: `${other.what}, ${other.value} (--capacity ${plan.capacity === 'fargate' ? 'instances' : 'fargate'})` },
  ];
}

function costRange(plan: Plan, kind: Capacity): string {
  const { least, most } = taskCost(plan, kind);
  return Math.round(least) === Math.round(most) ? `${dollars(least)} a month` : `${dollars(least)} to ${dollars(most)} a month`;
}

function kafka({ kafka: { kind, instanceType, zones, brokersPerSubnet, volumeGib, maxVolumeGib, partitionsPerBroker } }: Plan): PlanRow[] {
  const bytes = `${thousands(value('kafkaIncomingBytes') + value('kafkaProcessedBytes'))} bytes an event`;
  const copies = kind === 'redpanda' ? 'one copy' : `${zones} copies`;
  const what = kind === 'redpanda' ? `RedpandaKafka on one ${instanceType}` : `${zones * brokersPerSubnet} x kafka.${instanceType} in ${zones} zones`;
  return [
    row(
      'Kafka brokers',
      what,
      ['kafkaIncomingBytes', 'kafkaProcessedBytes', 'brokerUse', 'peakFactor'],
      `peak x ${bytes} x copies, at half of a broker's EBS throughput; ${thousands(partitionsPerBroker)} partitions a broker (at most ${thousands(value('brokerPartitions'))} recommended)`,
    ),
    row(
      'Kafka volumes',
      `${thousands(volumeGib)} GiB each, up to ${thousands(maxVolumeGib)}`,
      ['kafkaIncomingBytes', 'kafkaPeakDay', 'kafkaRetentionDays'],
      `average x ${bytes}, uncompressed, x ${figure('kafkaPeakDay')} x ${figure('kafkaRetentionDays')} x ${copies}, 60 % full; at least 100 GiB`,
    ),
  ];
}

function clickHouse({ clickHouse: plan, traffic: { retentionMonths } }: Plan): PlanRow[] {
  const servers = plan.replicas === 1 ? 'one server' : `${plan.replicas} replicas`;
  return [
    row(
      'ClickHouse',
      `${plan.instanceType}, ${servers}`,
      ['peakFactor'],
      `chosen by size, not derived: queries decide, and nobody knows yours${plan.replicas > 1 ? '; with replicas, data of deleted persons stays until you allow upkeep (docs/privacy.md)' : ''}`,
    ),
    row(
      'ClickHouse volumes',
      `${thousands(plan.volumeGib)} GiB each at first, ${thousands(plan.leastVolumeGib)} to ${thousands(plan.maxVolumeGib)} after ${retentionMonths} months`,
      ['clickHouseEventBytes', 'clickHouseSystemBytes'],
      `(events x (months + 7 days) x 282 (measured here) to 600 bytes (planned) + 20 GB) / 0.7; at first: three months`,
    ),
    row(
      'retention',
      `${retentionMonths} months`,
      ['clickHouseRecentDays'],
      'as you set it; events are deleted only if you add the prop of the comment below',
    ),
  ];
}

function others(plan: Plan): PlanRow[] {
  const { postgres, cache, recordingGib } = plan;
  const { min, max } = neededConnections(plan.tasks);
  return [
    row(
      'PostgreSQL',
      `db.${postgres.instanceType}, ${postgres.storageGib} GiB${postgres.multiAz ? ', Multi-AZ' : ''}`,
      ['postgresWritesPerVcpu', 'peakFactor'],
      `a write for each event at the peak, ${figure('postgresWritesPerVcpu')}; memory for ${min} connections (${max} scaled out)`,
    ),
    row('cache', `cache.${cache.nodeType}${cache.replicas > 0 ? `, ${cache.replicas} replica` : ''}`, ['peakFactor'], 'chosen by size, not derived'),
    ...(recordingGib > 0
      ? [
          row(
            'recordings in S3',
            `${thousands(Math.ceil(recordingGib))} GiB`,
            ['recordingMegabytes', 'recordingDays'],
            `recordings x ${figure('recordingMegabytes')} x ${figure('recordingDays')}`,
          ),
        ]
      : []),
  ];
}

/** Formats dollars without cents: the figures behind them do not bear any. */
export function dollars(amount: number): string {
  return `$${thousands(amount)}`;
}

function cost(plan: Plan): PlanRow {
  const { least, most } = sumOf(costOf(plan));
  return {
    what: 'cost a month',
    value: `${dollars(least)} to ${dollars(most)}`,
    grade: COST_GRADE,
    formula: 'from the first month with the fewest tasks (as `cost` prints) to full retention with the average traffic; us-east-1, on demand',
  };
}

/** Returns the lines of a plan. */
export function rowsOf(plan: Plan): PlanRow[] {
  return [...traffic(plan), ...tasks(plan), ...kafka(plan), ...clickHouse(plan), ...others(plan), cost(plan)];
}
