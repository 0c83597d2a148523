/** The namespace of the metrics that this library publishes. */
export const NAMESPACE = 'PostHog';

/** The dimension of these metrics. Its value is the name of a PostHog, unique in its account and region. */
export const INSTALLATION = 'Installation';

/** A metric that this library publishes. CloudWatch bills each as a custom metric. */
export interface CustomMetric {
  readonly unit: 'Count' | 'Percent' | 'Seconds';
  /** The part of lib/operations that publishes it. */
  readonly publisher: string;
  readonly meaning: string;
}

/** The metrics that this library publishes, by name. */
export const CUSTOM_METRICS = {
  CanaryEventDelay: { unit: 'Seconds', publisher: 'canary', meaning: "time until ClickHouse has the canary's event" },
  CanaryFailures: { unit: 'Count', publisher: 'canary', meaning: 'steps of the canary that failed: event, flags, recording, query' },
  CeleryQueueDepth: { unit: 'Count', publisher: 'monitor', meaning: 'tasks of the app that wait for a worker' },
  ClickHouseBackupAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since the last complete backup of ClickHouse ended' },
  ClickHouseDiskUsedPercent: { unit: 'Percent', publisher: 'monitor', meaning: "the fullest of ClickHouse's disks" },
  ClickHouseFailingConsumers: {
    unit: 'Count',
    publisher: 'monitor',
    meaning: 'Kafka tables of ClickHouse that fail and have stored nothing for 5 minutes',
  },
  ClickHouseMutationAge: { unit: 'Seconds', publisher: 'monitor', meaning: 'age of the oldest mutation of ClickHouse that has not ended' },
  ClickHousePartsInPartition: { unit: 'Count', publisher: 'monitor', meaning: 'most active parts in a partition of ClickHouse' },
  ClickHouseReadOnlyTables: { unit: 'Count', publisher: 'monitor', meaning: 'replicated tables of ClickHouse that have lost Keeper' },
  ClickHouseServerErrors: { unit: 'Count', publisher: 'monitor', meaning: 'kinds of errors of a ClickHouse server itself in the last 5 minutes' },
  ClickHouseUnreachable: { unit: 'Count', publisher: 'monitor', meaning: 'servers of ClickHouse that do not answer' },
  DatabaseBackupAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since the latest moment that PostgreSQL can be restored to' },
  DeadLetters: { unit: 'Count', publisher: 'monitor', meaning: 'messages that arrived in dead letter topics in the last 5 minutes' },
  FailingServices: { unit: 'Count', publisher: 'monitor', meaning: 'services whose tasks fail, are missing or were rolled back' },
  MonitorFailures: { unit: 'Count', publisher: 'monitor', meaning: 'sources that the monitor cannot read' },
  OldestPendingDeletionAge: { unit: 'Seconds', publisher: 'upkeep', meaning: 'age of the oldest deletion of data that is not done' },
  PersonOverrides: {
    unit: 'Count',
    publisher: 'upkeep',
    meaning: 'merged person ids that queries of events look up, because events have the old ones',
  },
  ReleaseAge: { unit: 'Seconds', publisher: 'monitor', meaning: 'age of the deployed release' },
  RestoreDrillAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since a restore drill of ClickHouse passed' },
  Stopped: { unit: 'Count', publisher: 'running hours', meaning: '1 when all tasks are stopped on a schedule, 0 when they are started' },
  UpkeepFailures: { unit: 'Count', publisher: 'upkeep', meaning: 'steps of an upkeep run that failed' },
} as const satisfies Readonly<Record<string, CustomMetric>>;

/** The name of a metric that this library publishes. */
export type CustomMetricName = keyof typeof CUSTOM_METRICS;

/**
 * Returns a log event that CloudWatch reads values of metrics from. Lambda functions publish by printing it, without a permission or a connection.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 *
 * @param installation the name of the PostHog
 * @param values the values, of which undefined ones are left out
 * @param time the time of the values, in milliseconds since 1970
 */
export function embeddedMetrics(installation: string, values: Readonly<Partial<Record<CustomMetricName, number>>>, time: number): string {
  const known = Object.entries(values).filter((entry): entry is [CustomMetricName, number] => entry[1] !== undefined);
  return JSON.stringify({
    _aws: {
      Timestamp: time,
      CloudWatchMetrics: [
        {
          Namespace: NAMESPACE,
          Dimensions: [[INSTALLATION]],
          Metrics: known.map(([Name]) => ({ Name, Unit: CUSTOM_METRICS[Name].unit })),
        },
      ],
    },
    [INSTALLATION]: installation,
    ...Object.fromEntries(known),
  });
}
