import { IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmDefinition } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';
import { AlarmMetric, combined, expression, periodOf, publishedMetrics } from './alarm-metric';
import { CLICKHOUSE_KAFKA_TABLES } from '../../catalog/clickhouse/kafka-tables';
import { ConsumerGroup } from '../../catalog/kafka/consumer-groups';
import { PostHogProcess } from '../../catalog/posthog-process';
import { PROCESSES } from '../../catalog/processes';
import { IKafka } from '../../stores/kafka/kafka-base';
import { Parts } from '../parts';

/** The metrics of the alarms about what keeps events from being stored. */
export const PIPELINE_METRICS = {
  [PostHogAlarm.INGESTION_LAG]: ({ kafka, services }, definition) => lag(kafka, ingestionGroups(services.map(({ process }) => process)), definition),
  [PostHogAlarm.CLICKHOUSE_LAG]: ({ kafka, clickHouse, products }, definition) => clickHouse && lag(kafka, clickHouseGroups(products), definition),
  [PostHogAlarm.CELERY_QUEUE]: (subjects, definition) => publishedMetrics(subjects, definition, ['CeleryQueueDepth'])[0],
  [PostHogAlarm.FAILING_SERVICES]: (subjects, definition) => publishedMetrics(subjects, definition, ['FailingServices'])[0],
  [PostHogAlarm.CLICKHOUSE_HEALTH]: clickHouseFailures,
  [PostHogAlarm.KAFKA_PARTITIONS]: unhealthyPartitions,
  [PostHogAlarm.KAFKA_INSTANCE]: ({ kafka }, definition) => redpandaOf(kafka)?.metricStatusCheckFailed({ period: periodOf(definition) }),
} satisfies Partial<Record<PostHogAlarm, AlarmMetric>>;

/** The processes whose consumer lag is late or lost data of users. */
const INGESTION: readonly PostHogProcess[] = [
  PostHogProcess.INGESTION_GENERAL,
  PostHogProcess.INGESTION_SESSION_REPLAY,
  PostHogProcess.INGESTION_ERROR_TRACKING,
  PostHogProcess.INGESTION_LOGS,
  PostHogProcess.INGESTION_TRACES,
];

/** The topic of events that were sent for the past. An import of millions of them is expected to wait. */
const HISTORICAL = 'events_plugin_ingestion_historical';

/** Returns the consumer groups of ingestion. */
export function ingestionGroups(deployed: readonly PostHogProcess[]): ConsumerGroup[] {
  return PROCESSES.filter(({ process }) => INGESTION.includes(process) && deployed.includes(process))
    .flatMap(({ consumes = [] }) => consumes)
    .filter(({ topic }) => topic !== HISTORICAL);
}

/** The Kafka tables of ClickHouse whose lag is late or lost data of users; the others have statistics and copies. */
const WATCHED_TABLES = [
  'kafka_events_json',
  'kafka_ai_events_json',
  'kafka_person',
  'kafka_person_distinct_id2',
  'kafka_person_distinct_id_overrides',
  'kafka_groups',
  'kafka_session_replay_events',
  'kafka_app_metrics2',
  'kafka_heatmaps',
  'kafka_logs_avro',
];

/** Returns the consumer groups of ClickHouse for products. */
export function clickHouseGroups(products: Parts['products']): ConsumerGroup[] {
  return CLICKHOUSE_KAFKA_TABLES.filter(({ table, product }) => WATCHED_TABLES.includes(table) && products.includes(product)).map(
    ({ group, topic }) => ({
      group,
      topic,
    }),
  );
}

/** The part of a lag by which it falls in a period, as soon as it is gone in less than two hours. */
const DRAINING = 0.05;

/**
 * Returns the largest lag of consumer groups, which Amazon MSK alone reports; 0 while it falls quickly, because messages that waited during an outage
 * are then being processed.
 */
function lag(kafka: IKafka | undefined, groups: readonly ConsumerGroup[], definition: AlarmDefinition): IMetric | undefined {
  if (kafka?.clusterName === undefined || groups.length === 0) {
    return undefined;
  }
  const lags = groups.map(({ group, topic }) => kafka.metricConsumerLag(group, topic, { period: periodOf(definition) }));
  return expression(`IF(DIFF(lag) + ${DRAINING} * lag < 0, 0, lag)`, { lag: combined('MAX', lags, definition)! }, definition);
}

function clickHouseFailures(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const published = publishedMetrics(subjects, definition, ['ClickHouseUnreachable', 'ClickHouseReadOnlyTables', 'ClickHouseFailingConsumers']);
  const { clickHouse } = subjects;
  const status = clickHouse && (clickHouse._hasMetrics ?? true) ? [clickHouse.metricStatusCheckFailed({ period: periodOf(definition) })] : [];
  return combined('SUM', [...published, ...status], definition);
}

/** Returns the largest number of partitions that were unhealthy for the whole period. Only each broker reports those with too few copies. */
function unhealthyPartitions({ kafka }: Parts, definition: AlarmDefinition): IMetric | undefined {
  if (kafka?.clusterName === undefined) {
    return undefined;
  }
  const { clusterName } = kafka;
  const options = { statistic: Stats.MINIMUM, period: periodOf(definition) };
  const copies = brokersOf(kafka).map((broker) =>
    kafka.metric('UnderReplicatedPartitions', { ...options, dimensionsMap: { 'Cluster Name': clusterName, 'Broker ID': String(broker) } }),
  );
  return combined('MAX', [kafka.metric('OfflinePartitionsCount', options), ...copies], definition);
}

/** Returns the ids of the brokers of a `Kafka`; none for an imported cluster, whose number is not known. */
export function brokersOf(kafka: IKafka): number[] {
  const { brokerCount } = kafka as { readonly brokerCount?: number };
  return Array.from({ length: brokerCount ?? 0 }, (_, index) => index + 1);
}

/** Returns Kafka as a cluster on one EC2 instance, such as `RedpandaKafka`; undefined for any other one. */
function redpandaOf(kafka: IKafka | undefined): { metricStatusCheckFailed(options: object): Metric } | undefined {
  return kafka && 'metricStatusCheckFailed' in kafka ? (kafka as unknown as { metricStatusCheckFailed(options: object): Metric }) : undefined;
}
