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
  CeleryQueueDepth: { unit: 'Count', publisher: 'monitor', meaning: 'tasks of the app that wait for a worker' },
  ClickHouseBackupAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since the last complete backup of ClickHouse ended' },
  DatabaseBackupAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since the latest moment that PostgreSQL can be restored to' },
  RestoreDrillAge: { unit: 'Seconds', publisher: 'backup', meaning: 'time since a restore drill of ClickHouse passed' },
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
