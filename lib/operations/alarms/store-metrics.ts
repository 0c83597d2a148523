import { IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmDefinition } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';
import { AlarmMetric, combined, expression, MAX_METRICS, periodOf, publishedMetrics } from './alarm-metric';
import { brokersOf } from './pipeline-metrics';
import { Parts } from '../parts';

/** The metrics of the alarms about data stores and scheduled jobs. */
export const STORE_METRICS = {
  [PostHogAlarm.DEAD_LETTERS]: (subjects, definition) => {
    const [letters] = publishedMetrics(subjects, definition, ['DeadLetters']) as (Metric | undefined)[];
    return letters?.with({ statistic: Stats.SUM });
  },
  [PostHogAlarm.CLICKHOUSE_PARTS]: (subjects, definition) => publishedMetrics(subjects, definition, ['ClickHousePartsInPartition'])[0],
  [PostHogAlarm.CLICKHOUSE_ERRORS]: (subjects, definition) => publishedMetrics(subjects, definition, ['ClickHouseServerErrors'])[0],
  [PostHogAlarm.CLICKHOUSE_MUTATIONS]: (subjects, definition) => publishedMetrics(subjects, definition, ['ClickHouseMutationAge'])[0],
  [PostHogAlarm.DISK_SPACE]: fullestDisk,
  [PostHogAlarm.DATABASE_STORAGE]: ({ postgres }, definition) =>
    postgres?.instanceIdentifier === undefined
      ? undefined
      : postgres.metricFreeStorageSpace({ statistic: Stats.MINIMUM, period: periodOf(definition) }),
  [PostHogAlarm.DATABASE_LOAD]: databaseLoad,
  [PostHogAlarm.CACHE_LOAD]: cacheLoad,
  [PostHogAlarm.BACKUP_AGE]: (subjects, definition) =>
    combined('MAX', publishedMetrics(subjects, definition, ['ClickHouseBackupAge', 'DatabaseBackupAge']), definition),
  [PostHogAlarm.RESTORE_DRILL_AGE]: (subjects, definition) => publishedMetrics(subjects, definition, ['RestoreDrillAge'])[0],
  [PostHogAlarm.PENDING_DELETIONS]: (subjects, definition) => publishedMetrics(subjects, definition, ['OldestPendingDeletionAge'])[0],
  [PostHogAlarm.FAILED_JOBS]: failedJobs,
  [PostHogAlarm.CERTIFICATE]: daysToExpiry,
  [PostHogAlarm.MIGRATION]: failedMigrations,
  [PostHogAlarm.RELEASE_AGE]: (subjects, definition) => publishedMetrics(subjects, definition, ['ReleaseAge'])[0],
} satisfies Partial<Record<PostHogAlarm, AlarmMetric>>;

function fullestDisk(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const { kafka } = subjects;
  const published = publishedMetrics(subjects, definition, ['ClickHouseDiskUsedPercent', 'VolumeUsedPercent']);
  const brokers =
    kafka?.clusterName === undefined
      ? []
      : brokersOf(kafka).map((broker) => kafka.metricDataLogsDiskUsed(broker, { statistic: Stats.MAXIMUM, period: periodOf(definition) }));
  return combined('MAX', [...published, ...brokers], definition);
}

/** Returns the CPU utilization or the share of the connections that are open, if their limit is known: the larger one, in percent. */
function databaseLoad({ postgres }: Parts, definition: AlarmDefinition): IMetric | undefined {
  if (!postgres || (postgres.instanceIdentifier ?? postgres.clusterIdentifier) === undefined) {
    return undefined;
  }
  const cpu = postgres.metricCpuUtilization({ period: periodOf(definition) });
  const limit = postgres._connectionLimit;
  if (limit === undefined) {
    return cpu;
  }
  const connections = postgres.metricDatabaseConnections({ statistic: Stats.MAXIMUM, period: periodOf(definition) });
  return expression(`MAX([FILL(cpu, 0), 100 * FILL(connections, 0) / ${limit}])`, { cpu, connections }, definition);
}

/** Returns the share of the memory or of the engine's core that is used: the larger one, in percent; 100 while keys are evicted. */
function cacheLoad({ cache }: Parts, definition: AlarmDefinition): IMetric | undefined {
  const period = periodOf(definition);
  if (!cache || cache.replicationGroupId === undefined) {
    return undefined;
  }
  return expression(
    'MAX([FILL(memory, 0), FILL(cpu, 0), IF(FILL(evictions, 0) > 0, 100, 0)])',
    {
      memory: cache.metricMemoryUsage({ period }),
      cpu: cache.metricEngineCpuUtilization({ period }),
      evictions: cache.metricEvictions({ period }),
    },
    definition,
  );
}

/** Returns the number of sources that the monitor could not read, of runs of upkeep that failed, and of functions that ended with an error. */
function failedJobs(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const published = publishedMetrics(subjects, definition, ['MonitorFailures', 'UpkeepFailures']);
  const errors = subjects.functions.map((one) => one.metricErrors({ statistic: Stats.SUM, period: periodOf(definition) }));
  return combined('SUM', [...published, ...errors], definition);
}

/**
 * Returns the number of days until the first certificate expires. ACM reports it for certificates that it renews and for imported ones.
 *
 * @see https://docs.aws.amazon.com/acm/latest/userguide/cloudwatch-metrics.html
 */
function daysToExpiry({ certificates }: Parts, definition: AlarmDefinition): IMetric | undefined {
  const metrics = certificates
    .slice(0, MAX_METRICS)
    .map((certificate) => certificate.metricDaysToExpiry({ statistic: Stats.MINIMUM, period: periodOf(definition) }));
  if (metrics.length < 2) {
    return metrics[0];
  }
  const ids = metrics.map((_, index) => `d${index}`);
  return expression(
    `MIN([${ids.map((id) => `FILL(${id}, ${definition.threshold})`).join(', ')}])`,
    Object.fromEntries(ids.map((id, index) => [id, metrics[index]])),
    definition,
  );
}

function failedMigrations({ migration }: Parts, definition: AlarmDefinition): IMetric | undefined {
  return (
    migration &&
    combined(
      'SUM',
      ['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionsAborted'].map((name) =>
        migration.metric(name, { statistic: Stats.SUM, period: periodOf(definition) }),
      ),
      definition,
    )
  );
}
