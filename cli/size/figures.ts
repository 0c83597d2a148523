import { MEASURED_THROUGHPUT } from './measured-throughput';
/** The trust that a figure deserves. */
export enum Grade {
  /** Measured with PostHog's own code, by this project. */
  MEASURED = 'measured here',
  /** A limit or a number that its maker publishes. */
  DOCUMENTED = 'documented by its maker',
  /** Neither: a guess, or derived from one. */
  ESTIMATED = 'estimated',
}

/** A number that a plan is derived from. */
export interface Figure {
  readonly value: number;
  readonly unit: string;
  readonly grade: Grade;
  /** The measurement, the document, or the basis of the estimate. */
  readonly source: string;
  /** The range of plausible values; undefined for an exact one. */
  readonly range?: readonly [low: number, high: number];
}

function estimated(value: number, unit: string, range: readonly [number, number], source: string): Figure {
  return { value, unit, grade: Grade.ESTIMATED, range, source };
}

function documented(value: number, unit: string, source: string): Figure {
  return { value, unit, grade: Grade.DOCUMENTED, source };
}

function measured(value: number, unit: string, source: string): Figure {
  return { value, unit, grade: Grade.MEASURED, source };
}

const MSK_PRACTICES = 'https://docs.aws.amazon.com/msk/latest/developerguide/bestpractices.html';
const MSK_LIMITS = 'https://docs.aws.amazon.com/msk/latest/developerguide/limits.html';
const EBS_OPTIMIZED = 'https://docs.aws.amazon.com/ec2/latest/instancetypes/gp.html (Amazon EBS specifications, baseline throughput)';

/** The figures of the planner. A plan has the grade of the worst figure that it is derived from. */
export const FIGURES = {
  peakFactor: estimated(4, 'times the average', [3, 10], 'the load of a site varies by day and week; nobody knows yours: set --peak'),
  headroom: estimated(3, 'times the peak', [2, 5], 'throughputs below are estimated, so a plan has three times the tasks that they demand'),
  devEventsPerSecond: estimated(5, 'events/s at the peak', [1, 40], 'DEV has one task of everything and does not scale; it is for evaluation'),

  clickHouseMeasuredBytes: measured(
    282,
    'bytes an event',
    'table sharded_events of July 2026 (its columns and codecs), 158,539 synthetic events of posthog-js of 3,744 bytes, after OPTIMIZE FINAL, with ' +
      'the engine of ClickHouse 26.9 (chDB)',
  ),
  clickHouseEventBytes: estimated(
    600,
    'bytes an event',
    [300, 600],
    '282 were measured with synthetic events, which compress well; larger properties take about 7 % of their size more',
  ),
  clickHouseRecentDays: documented(
    7,
    'days that events are stored a second time',
    'table sharded_events_recent, posthog/models/event/sql.py, July 2026 (mergebloom/posthog-infra @feb3708)',
  ),
  clickHouseSystemBytes: estimated(
    20e9,
    'bytes',
    [5e9, 100e9],
    'log tables of the server, persons, sessions; 50 to 100 GB a year with ten queries/s',
  ),
  clickHouseFree: estimated(0.3, 'of the volume', [0.2, 0.5], 'merges write a part before they delete its sources; a volume grows at 75 %'),
  clickHouseEventsPerServer: estimated(
    10_000,
    'events/s for each server',
    [5000, 20_000],
    'each Kafka table has one consumer, one thread, that parses 4.1 KB of JSON an event and fills several tables; not measured',
  ),

  kafkaIncomingBytes: estimated(
    2300,
    'bytes an event',
    [1000, 5000],
    'topic events_plugin_ingestion: a synthetic event of posthog-js; capture does not compress',
  ),
  kafkaProcessedBytes: estimated(
    4100,
    'bytes an event',
    [1000, 8000],
    'topic clickhouse_events_json: the event with its person. Node compresses it with Snappy (nodejs/src/common/kafka/producer.ts); planned without',
  ),
  kafkaPeakDay: estimated(1.5, 'times the average day', [1.2, 3], 'the busiest three days of a month'),
  kafkaRetentionDays: documented(3, 'days', 'the default of `retention` of Kafka and RedpandaKafka'),
  kafkaFull: documented(0.6, 'of a volume', 'the volume of a broker grows at 60 % of its space: lib/stores/kafka/kafka.ts'),
  redpandaPartition: documented(1 / 60, 'of a volume for each partition', 'the default of `partitionRetention` of RedpandaKafka'),
  brokerPartitions: documented(1000, 'partitions a broker, copies included', `kafka.m7g.large and m7g.xlarge: ${MSK_PRACTICES}`),
  brokerUse: estimated(0.5, 'of the throughput of a broker', [0.3, 0.7], 'the rest is for consumers that catch up, and for a lost broker'),
  brokerGibibytes: documented(16_384, 'GiB a broker', MSK_LIMITS),
  brokersPerCluster: documented(60, 'brokers a cluster with KRaft', MSK_LIMITS),
  brokerMegabytesLarge: documented(78.75, 'MB/s', `m7g.large, 630 Mbit/s: ${EBS_OPTIMIZED}`),
  brokerMegabytesXlarge: documented(156.25, 'MB/s', `m7g.xlarge, 1,250 Mbit/s: ${EBS_OPTIMIZED}`),

  nodeEventsPerSecond: estimated(
    250,
    'events/s for each task of one vCPU',
    [100, 1000],
    `ingestion-general: one thread, with persons and writes to Kafka; measured were ${MEASURED_THROUGHPUT[0].perCpuSecond} for each second of CPU time, ` +
      'with known persons and without PersonHog',
  ),
  captureRequestsPerVcpu: estimated(
    2000,
    'requests/s for each vCPU',
    [1000, 10_000],
    'capture, written in Rust; one event a request is the worst case',
  ),
  flagRequestsPerVcpu: estimated(2000, 'requests/s for each vCPU', [300, 5000], 'feature-flags, written in Rust; it reads persons from PostgreSQL'),
  recordingMegabytes: estimated(1, 'MB a recording', [0.1, 5], 'no public figure; it depends on the length of sessions and the size of pages'),
  replayMegabytesPerSecond: estimated(2, 'MB/s for each vCPU', [0.5, 10], 'replay-capture and ingestion-sessionreplay parse and compress JSON'),
  recordingDays: estimated(30, 'days', [30, 365], 'recordings are deleted after the retention of a project, which is set in the app'),

  postgresWritesPerVcpu: estimated(750, 'writes/s for each vCPU', [300, 3000], 'in the worst case, every event with a person is a write'),
  gp3Gibibytes: documented(65_536, 'GiB a volume', 'https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html'),
  loadBalancerUnitDollars: documented(0.008, 'dollars an hour', 'https://aws.amazon.com/elasticloadbalancing/pricing/ (LCU, us-east-1)'),
  loadBalancerUnitMegabytes: documented(1000, 'MB an hour for each LCU', 'https://aws.amazon.com/elasticloadbalancing/pricing/'),
} as const satisfies Readonly<Record<string, Figure>>;

export type FigureName = keyof typeof FIGURES;

/** Returns the value of a figure. */
export function value(name: FigureName): number {
  return FIGURES[name].value;
}

const ORDER = [Grade.MEASURED, Grade.DOCUMENTED, Grade.ESTIMATED];

/** Returns the grade of what is derived from figures: that of the worst one. */
export function gradeOf(names: readonly FigureName[]): Grade {
  return ORDER[Math.max(0, ...names.map((name) => ORDER.indexOf(FIGURES[name].grade)))];
}
