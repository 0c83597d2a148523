import { AlarmDefinition, DAILY, DAY, GIB, HALF, HOUR, HOURLY, LONG, OFTEN, STEADY } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';

const CLIENTS: readonly AlarmDefinition[] = [
  {
    alarm: PostHogAlarm.INGESTION_ERRORS,
    id: 'IngestionErrors',
    summary: 'Processes that receive events, recordings and logs answer with server errors.',
    threshold: 5,
    unit: '% of requests',
    ...OFTEN,
  },
  {
    alarm: PostHogAlarm.FLAGS_ERRORS,
    id: 'FlagsErrors',
    summary: 'Processes that answer feature flags and remote configuration respond with server errors.',
    threshold: 5,
    unit: '% of requests',
    ...OFTEN,
  },
  {
    alarm: PostHogAlarm.APP_ERRORS,
    id: 'AppErrors',
    summary: 'The app responds with server errors.',
    threshold: 10,
    unit: '% of requests',
    ...OFTEN,
  },
  {
    alarm: PostHogAlarm.LOAD_BALANCER_ERRORS,
    id: 'LoadBalancerErrors',
    summary: 'The load balancer itself responds with server errors, because no process does.',
    threshold: 5,
    unit: '% of requests',
    ...OFTEN,
  },
  {
    alarm: PostHogAlarm.NO_HEALTHY_TARGET,
    id: 'NoHealthyTarget',
    summary: 'A process that clients reach has no healthy task.',
    threshold: 1,
    unit: 'healthy tasks',
    minutes: 1,
    periods: 5,
    datapoints: 5,
    isBelow: true,
  },
  {
    alarm: PostHogAlarm.INGESTION_LATENCY,
    id: 'IngestionLatency',
    summary: 'Events are accepted slowly: the slowest hundredth of the requests takes this long.',
    threshold: 5,
    unit: 's',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.APP_LATENCY,
    id: 'AppLatency',
    summary: 'The app responds slowly: the slowest hundredth of the requests takes this long.',
    threshold: 45,
    unit: 's',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.CANARY,
    id: 'Canary',
    summary: 'The canary, which uses PostHog as a client does, fails.',
    threshold: 0,
    unit: 'failed steps',
    ...OFTEN,
  },
].map((definition) => ({ ...definition, group: 'clients' }));

const PIPELINE: readonly AlarmDefinition[] = [
  {
    alarm: PostHogAlarm.INGESTION_LAG,
    id: 'IngestionLag',
    summary: 'Messages wait for the ingestion processes, so events are late.',
    threshold: 100_000,
    unit: 'messages',
    ...HALF,
  },
  {
    alarm: PostHogAlarm.CLICKHOUSE_LAG,
    id: 'ClickHouseLag',
    summary: 'Ingested messages wait for ClickHouse, so events are late.',
    threshold: 200_000,
    unit: 'messages',
    ...HALF,
  },
  {
    alarm: PostHogAlarm.CELERY_QUEUE,
    id: 'CeleryQueue',
    summary: 'Tasks of the app wait for `worker`: exports, subscriptions, cohorts and mail are late.',
    threshold: 1000,
    unit: 'tasks',
    ...LONG,
  },
  {
    alarm: PostHogAlarm.FAILING_SERVICES,
    id: 'FailingServices',
    summary: 'Tasks of a service fail, run out of memory, are missing, or were rolled back.',
    threshold: 0,
    unit: 'services',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.CLICKHOUSE_HEALTH,
    id: 'ClickHouseHealth',
    summary: 'A ClickHouse server does not answer, has read-only tables, or does not store what it reads from Kafka.',
    threshold: 0,
    unit: 'failures',
    ...OFTEN,
  },
  {
    alarm: PostHogAlarm.KAFKA_PARTITIONS,
    id: 'KafkaPartitions',
    summary: 'Partitions of Kafka are offline or have too few copies.',
    threshold: 0,
    unit: 'partitions',
    // A restart of a broker, as MSK's maintenance does, takes less.
    minutes: 15,
    periods: 2,
    datapoints: 2,
  },
  {
    alarm: PostHogAlarm.KAFKA_INSTANCE,
    id: 'KafkaInstance',
    summary: 'The EC2 instance of Redpanda fails its status checks.',
    threshold: 0,
    unit: 'failed checks',
    ...OFTEN,
  },
].map((definition) => ({ ...definition, group: 'pipeline' }));

const SINGLE: readonly AlarmDefinition[] = [
  {
    alarm: PostHogAlarm.DEAD_LETTERS,
    id: 'DeadLetters',
    summary: 'Messages could not be processed, and were put into a dead letter topic.',
    threshold: 10,
    unit: 'messages in 15 minutes',
    minutes: 15,
    periods: 1,
    datapoints: 1,
  },
  {
    alarm: PostHogAlarm.CLICKHOUSE_PARTS,
    id: 'ClickHouseParts',
    summary: 'A partition of ClickHouse has so many parts that inserts will be delayed, and then refused.',
    threshold: 700,
    unit: 'parts',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.CLICKHOUSE_ERRORS,
    id: 'ClickHouseErrors',
    summary: 'A ClickHouse server has errors of its own, such as too little memory.',
    threshold: 0,
    unit: 'kinds of errors',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.CLICKHOUSE_MUTATIONS,
    id: 'ClickHouseMutations',
    summary: 'A mutation of ClickHouse, such as a deletion, does not end.',
    threshold: DAY,
    unit: 's',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.DISK_SPACE,
    id: 'DiskSpace',
    summary: 'A disk of ClickHouse or Kafka is nearly full.',
    threshold: 80,
    unit: '%',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.DISK_TIME,
    id: 'DiskTime',
    summary: 'A volume of ClickHouse or Redpanda will be full within three days, at the maximum that it may grow to.',
    threshold: 72,
    unit: 'hours',
    ...HOURLY,
    isBelow: true,
  },
  {
    alarm: PostHogAlarm.DATABASE_STORAGE,
    id: 'DatabaseStorage',
    summary: 'PostgreSQL has little storage left.',
    threshold: 4 * GIB,
    unit: 'bytes free',
    isBelow: true,
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.DATABASE_LOAD,
    id: 'DatabaseLoad',
    summary: 'PostgreSQL uses most of its CPU or of its connections.',
    threshold: 85,
    unit: '%',
    ...LONG,
  },
  {
    alarm: PostHogAlarm.CACHE_LOAD,
    id: 'CacheLoad',
    summary: 'The cache uses most of its memory or CPU, or evicts keys.',
    threshold: 85,
    unit: '%',
    ...STEADY,
  },
  {
    alarm: PostHogAlarm.BACKUP_AGE,
    id: 'BackupAge',
    summary: 'The last good backup of ClickHouse or PostgreSQL is old.',
    threshold: 50 * HOUR,
    unit: 's',
    ...HOURLY,
  },
  {
    alarm: PostHogAlarm.RESTORE_DRILL_AGE,
    id: 'RestoreDrillAge',
    summary: 'The last restore drill that succeeded is old.',
    threshold: 40 * DAY,
    unit: 's',
    ...HOURLY,
  },
  {
    alarm: PostHogAlarm.PENDING_DELETIONS,
    id: 'PendingDeletions',
    summary: 'Data that was deleted in PostHog is still there.',
    threshold: 15 * DAY,
    unit: 's',
    // Published once a day.
    ...DAILY,
  },
  {
    alarm: PostHogAlarm.FAILED_JOBS,
    id: 'FailedJobs',
    summary: 'Scheduled jobs of the library fail, so other alarms may see nothing.',
    threshold: 2,
    unit: 'errors in an hour',
    ...HOURLY,
  },
  {
    alarm: PostHogAlarm.CERTIFICATE,
    id: 'Certificate',
    summary: 'The certificate of the load balancer expires soon, and was not renewed.',
    threshold: 21,
    unit: 'days',
    isBelow: true,
    ...DAILY,
  },
  {
    alarm: PostHogAlarm.MIGRATION,
    id: 'Migration',
    summary: 'A migration of the databases failed.',
    threshold: 0,
    unit: 'migrations',
    minutes: 5,
    periods: 1,
    datapoints: 1,
  },
  {
    alarm: PostHogAlarm.RELEASE_AGE,
    id: 'ReleaseAge',
    summary: 'The deployed release is old: security fixes of PostHog are missing, and the way to the newest one gets longer.',
    threshold: 120 * DAY,
    unit: 's',
    ...DAILY,
  },
];

/**
 * Every alarm, in the order of the runbook: clients, pipeline, then everything that has time.
 *
 * Missing values never breach. A metric without values is one of a part that is idle or was never used, such as the errors of a load balancer; a part
 * that has stopped is seen by others: the monitor, and the health checks of the load balancer.
 */
export const ALARM_DEFINITIONS: readonly AlarmDefinition[] = [...CLIENTS, ...PIPELINE, ...SINGLE];

/** Returns the definition of an alarm. */
export function alarmDefinition(alarm: PostHogAlarm): AlarmDefinition {
  return ALARM_DEFINITIONS.find((definition) => definition.alarm === alarm)!;
}
