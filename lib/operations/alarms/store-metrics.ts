import { IMetric, Metric, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmDefinition } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';
import { AlarmMetric, combined, expression, MAX_METRICS, periodOf, publishedMetrics } from './alarm-metric';
import { brokersOf } from './pipeline-metrics';
import { Parts, volumesOf } from '../parts';

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
  [PostHogAlarm.DISK_TIME]: shortestTime,
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
  const volumes = volumesOf(subjects).map((instance) => instance.metricVolumeUsedPercent({ period: periodOf(definition) }));
  const published = publishedMetrics(subjects, definition, ['ClickHouseDiskUsedPercent']);
  const brokers =
    kafka?.clusterName === undefined
      ? []
      : brokersOf(kafka).map((broker) => kafka.metricDataLogsDiskUsed(broker, { statistic: Stats.MAXIMUM, period: periodOf(definition) }));
  return combined('MAX', [...published, ...volumes, ...brokers], definition);
}

/** Returns the shortest time until a volume that grows by itself is full at its maximum. */
function shortestTime(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const times = volumesOf(subjects)
    .slice(0, MAX_METRICS)
    .map((instance) => instance.metricVolumeHoursToFull({ period: periodOf(definition) }));
  return times.length < 2 ? times[0] : least(times, definition);
}

/** Returns the CPU utilization or the share of the connections that are open, if their limit is known: the larger one, in percent. */
function databaseLoad({ postgres }: Parts, definition: AlarmDefinition): IMetric | undefined {
  if (!postgres || (postgres.instanceIdentifier ?? postgres.clusterIdentifier) === undefined) {
    return undefined;
  }
  const cpu = postgres.metricCpuUtilization({ period: periodOf(definition) });
  const limit = postgres._maxConnections;
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

/** The errors of a function that fails: Lambda repeats an asynchronous invocation twice. */
const ATTEMPTS = 3;

/**
 * Returns the number of errors of scheduled jobs, in units of a run of a function that fails: a failed run of another job counts as much, and so does
 * a monitor that cannot read a source for more than half of the time.
 *
 * @see https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html
 */
function failedJobs(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const period = periodOf(definition);
  const [unread] = publishedMetrics(subjects, definition, ['MonitorFailures']) as (Metric | undefined)[];
  const terms: [IMetric, (id: string) => string][] = [
    ...(unread ? [[unread.with({ statistic: Stats.AVERAGE }), (id) => `IF(${id} > 0.5, ${ATTEMPTS}, 0)`] as [IMetric, (id: string) => string]] : []),
    ...[
      ...publishedMetrics(subjects, definition, ['UpkeepFailures']),
      ...subjects.stateMachines.map((one) => one.metricFailed({ statistic: Stats.SUM, period })),
    ].map((metric): [IMetric, (id: string) => string] => [metric, (id) => `${ATTEMPTS} * ${id}`]),
    ...subjects.functions.map((one): [IMetric, (id: string) => string] => [one.metricErrors({ statistic: Stats.SUM, period }), (id) => id]),
  ];
  return terms.length === 0
    ? undefined
    : expression(
        terms.map(([, text], index) => text(`FILL(m${index}, 0)`)).join(' + '),
        Object.fromEntries(terms.map(([metric], index) => [`m${index}`, metric])),
        definition,
      );
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
  return least(metrics, definition);
}

/** Returns the least of metrics, with the threshold for missing values, which no value of an alarm about lower ones breaches. */
function least(metrics: readonly IMetric[], definition: AlarmDefinition): IMetric {
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
