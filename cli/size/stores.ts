import { FIGURES, value } from './figures';
import { PROCESSES, TaskPlan } from './tasks';
import { Rates, Traffic } from './traffic';
import { connectionsOf, DEFAULT_PRODUCTS, PostHogSize, topicsOf } from '../../lib/internal';

const GIB = 2 ** 30;
const DAY = 24 * 60 * 60;

/** The Kafka of a plan. */
export interface KafkaPlan {
  readonly kind: 'msk' | 'redpanda';
  readonly instanceType: string;
  /** The availability zones, each with a copy of every partition. */
  readonly zones: number;
  readonly brokersPerSubnet: number;
  /** The initial size of each volume, in GiB. */
  readonly volumeGib: number;
  readonly maxVolumeGib: number;
  /** The partitions of a broker, copies included. */
  readonly partitionsPerBroker: number;
}

/** The ClickHouse of a plan. */
export interface ClickHousePlan {
  readonly instanceType: string;
  readonly replicas: number;
  /** The initial size of each volume: the first months. */
  readonly volumeGib: number;
  /** The size at the end of the retention. */
  readonly maxVolumeGib: number;
  /** The lowest size at the end of the retention, if events compress as well as those that were measured. */
  readonly leastVolumeGib: number;
}

/** The PostgreSQL of a plan. */
export interface PostgresPlan {
  readonly instanceType: string;
  readonly multiAz: boolean;
  readonly storageGib: number;
}

/** The cache of a plan. */
export interface CachePlan {
  readonly nodeType: string;
  readonly replicas: number;
}

/** Rounds up to a multiple. */
function up(amount: number, step: number): number {
  return Math.ceil(amount / step) * step;
}

/** Returns the bytes that producers write to Kafka in a second. */
export function kafkaBytesPerSecond(eventsPerSecond: number, recordingMegabytes: number): number {
  return eventsPerSecond * (value('kafkaIncomingBytes') + value('kafkaProcessedBytes')) + recordingMegabytes * 1e6;
}

/** The volume that a created Kafka has by default, in GiB. It grows by itself. */
const KAFKA_VOLUME = 100;
/** The largest volume of a broker by default, in GiB. */
const KAFKA_MAX_VOLUME = 1024;
/** The volume of Redpanda grows to this multiple of its initial size by default. */
const REDPANDA_GROWTH = 4;

/** The partitions of all topics that the default products need. */
function partitionsOf(topicPartitions: number): number {
  return topicsOf(DEFAULT_PRODUCTS, topicPartitions).reduce((sum, { partitions }) => sum + partitions, 0);
}

/** Plans Kafka: brokers by throughput, partitions and the size of volumes, whichever needs most. */
export function planKafka({ size, topicPartitions }: Pick<TaskPlan, 'size' | 'topicPartitions'>, rates: Rates): KafkaPlan {
  const { events, recordingMegabytes } = rates;
  const keptSeconds = value('kafkaRetentionDays') * DAY * value('kafkaPeakDay');
  const copyGib = (kafkaBytesPerSecond(events.mean, recordingMegabytes.mean) * keptSeconds) / GIB;
  const partitions = partitionsOf(topicPartitions);
  if (size === PostHogSize.DEV) {
    const busiest = (Math.max(events.mean * value('kafkaProcessedBytes'), recordingMegabytes.mean * 1e6) * keptSeconds) / GIB / topicPartitions;
    const volumeGib = Math.max(KAFKA_VOLUME, up(busiest / value('redpandaPartition'), 10), up(copyGib / value('kafkaFull'), 10));
    return {
      kind: 'redpanda',
      instanceType: 't4g.large',
      zones: 1,
      brokersPerSubnet: 1,
      volumeGib,
      maxVolumeGib: volumeGib * REDPANDA_GROWTH,
      partitionsPerBroker: partitions,
    };
  }
  const isLarge = size === PostHogSize.LARGE;
  const zones = size === PostHogSize.SMALL ? 2 : 3;
  const brokerBytes = value(isLarge ? 'brokerMegabytesXlarge' : 'brokerMegabytesLarge') * 1e6 * value('brokerUse');
  // A broker of each zone has a copy of everything, shared with the other brokers of its zone.
  const brokersPerSubnet = Math.max(
    Math.ceil(kafkaBytesPerSecond(events.peak, recordingMegabytes.peak) / brokerBytes),
    Math.ceil(partitions / value('brokerPartitions')),
    Math.ceil(copyGib / value('kafkaFull') / value('brokerGibibytes')),
    1,
  );
  const volumeGib = Math.max(KAFKA_VOLUME, up(copyGib / value('kafkaFull') / brokersPerSubnet, 10));
  return {
    kind: 'msk',
    instanceType: isLarge ? 'm7g.xlarge' : 'm7g.large',
    zones,
    brokersPerSubnet,
    volumeGib: Math.min(volumeGib, value('brokerGibibytes')),
    maxVolumeGib: Math.min(Math.max(KAFKA_MAX_VOLUME, 2 * volumeGib), value('brokerGibibytes')),
    partitionsPerBroker: Math.ceil(partitions / brokersPerSubnet),
  };
}

/** The months of events that the initial volume has room for; then it grows by itself. */
const FIRST_MONTHS = 3;

/** The smallest volume that is planned, in GiB. */
const CLICKHOUSE_VOLUME = 100;

/** Instance types of ClickHouse by size: chosen, not derived, because nobody knows your queries. */
const CLICKHOUSE_TYPES: Readonly<Record<PostHogSize, string>> = {
  [PostHogSize.DEV]: 'r7g.large',
  [PostHogSize.SMALL]: 'r7g.large',
  [PostHogSize.PRODUCTION]: 'r7g.2xlarge',
  [PostHogSize.LARGE]: 'r7g.8xlarge',
};

/** Returns the size of a volume of ClickHouse, in GiB, which has all events of some months. */
export function clickHouseGib(eventsPerMonth: number, months: number, eventBytes: number = value('clickHouseEventBytes')): number {
  const events = eventsPerMonth * (months + value('clickHouseRecentDays') / 30);
  const bytes = (events * eventBytes + value('clickHouseSystemBytes')) / (1 - value('clickHouseFree'));
  return Math.max(CLICKHOUSE_VOLUME, up(bytes / GIB, 50));
}

/** Plans ClickHouse. */
export function planClickHouse(size: PostHogSize, { eventsPerMonth, retentionMonths }: Traffic): ClickHousePlan {
  const replicas = size === PostHogSize.PRODUCTION || size === PostHogSize.LARGE ? 2 : 1;
  const volumeGib = clickHouseGib(eventsPerMonth, Math.min(FIRST_MONTHS, retentionMonths));
  return {
    instanceType: CLICKHOUSE_TYPES[size],
    replicas,
    volumeGib,
    maxVolumeGib: clickHouseGib(eventsPerMonth, retentionMonths),
    leastVolumeGib: clickHouseGib(eventsPerMonth, retentionMonths, FIGURES.clickHouseMeasuredBytes.value),
  };
}

/** Instance types of PostgreSQL with their vCPUs and memory in GiB, smallest first. */
const POSTGRES_TYPES = [
  { type: 't4g.medium', vcpus: 2, gib: 4 },
  { type: 'm7g.large', vcpus: 2, gib: 8 },
  { type: 'm7g.xlarge', vcpus: 4, gib: 16 },
  { type: 'r7g.xlarge', vcpus: 4, gib: 32 },
  { type: 'r7g.2xlarge', vcpus: 8, gib: 64 },
  { type: 'r7g.4xlarge', vcpus: 16, gib: 128 },
] as const;

/** The first type that a size may have, and its storage in GiB: chosen, not derived. */
const POSTGRES_LEAST: Readonly<Record<PostHogSize, { readonly type: string; readonly storageGib: number }>> = {
  [PostHogSize.DEV]: { type: 't4g.medium', storageGib: 50 },
  [PostHogSize.SMALL]: { type: 't4g.medium', storageGib: 50 },
  [PostHogSize.PRODUCTION]: { type: 'm7g.large', storageGib: 100 },
  [PostHogSize.LARGE]: { type: 'r7g.2xlarge', storageGib: 500 },
};

/** The memory for each connection in the library's formula, with the part of the memory that is PostgreSQL's, and the least number. */
export const CONNECTIONS = { bytes: 9_531_392, memory: 0.9, least: 400, fullPools: 0.8 };

/** Returns the connections that the minimum number of tasks of a size needs. */
export function neededConnections({ size, raised }: Pick<TaskPlan, 'size' | 'raised'>): { readonly min: number; readonly max: number } {
  return connectionsOf(
    PROCESSES.map(({ process, sizes }) => {
      const maxTasks = raised.find((other) => other.process === process)?.maxTasks;
      return [process, maxTasks === undefined ? sizes[size] : { ...sizes[size], maxTasks }] as const;
    }),
  );
}

/** Plans PostgreSQL: enough vCPUs for a write for each event at the peak, and memory for the pools of the minimum number of tasks. */
export function planPostgres(plan: TaskPlan, { events }: Rates): PostgresPlan {
  const { type: least, storageGib } = POSTGRES_LEAST[plan.size];
  const needed = neededConnections(plan).min * CONNECTIONS.fullPools;
  const connections = (gib: number) => Math.max(CONNECTIONS.least, Math.floor((gib * GIB * CONNECTIONS.memory) / CONNECTIONS.bytes));
  const candidates = POSTGRES_TYPES.slice(POSTGRES_TYPES.findIndex(({ type }) => type === least));
  const found = candidates.find(({ vcpus, gib }) => vcpus * value('postgresWritesPerVcpu') >= events.peak && connections(gib) >= needed);
  return {
    instanceType: (found ?? candidates[candidates.length - 1]).type,
    multiAz: plan.size !== PostHogSize.DEV && plan.size !== PostHogSize.SMALL,
    storageGib,
  };
}

const CACHES: Readonly<Record<PostHogSize, CachePlan>> = {
  [PostHogSize.DEV]: { nodeType: 't4g.small', replicas: 0 },
  [PostHogSize.SMALL]: { nodeType: 't4g.small', replicas: 0 },
  [PostHogSize.PRODUCTION]: { nodeType: 'm7g.large', replicas: 1 },
  [PostHogSize.LARGE]: { nodeType: 'r7g.large', replicas: 1 },
};

/** Plans the cache, by size. */
export function planCache(size: PostHogSize): CachePlan {
  return CACHES[size];
}

/** Returns the gibibytes of recordings in the bucket, once the first of them expire. */
export function recordingGib({ recordingsPerMonth }: Traffic): number {
  return (recordingsPerMonth * value('recordingMegabytes') * 1e6 * (value('recordingDays') / 30)) / GIB;
}

/** Returns the load balancer's capacity units in an average hour, by the bytes of events and recordings. */
export function loadBalancerUnits({ events, recordingMegabytes }: Rates): number {
  const megabytesPerHour = 3600 * ((events.mean * value('kafkaIncomingBytes')) / 1e6 + recordingMegabytes.mean);
  return megabytesPerHour / value('loadBalancerUnitMegabytes');
}
