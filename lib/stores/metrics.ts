import { Duration } from 'aws-cdk-lib/core';
import { Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';
import { invalidProp, withPath } from '../private/errors';

/** The identity of a metric in CloudWatch. */
export interface MetricIdentity {
  readonly namespace: string;
  readonly metricName: string;
  readonly dimensionsMap: Readonly<Record<string, string>>;
}

/** Returns a metric of a data store, in the account and the region of its stack. */
export function storeMetric(store: IConstruct, identity: MetricIdentity, options: MetricOptions = {}): Metric {
  return new Metric({ ...identity, ...options }).attachTo(store);
}

/** Options of the metric of failed status checks. EC2 reports them every minute, and one failure counts. */
export const STATUS_CHECK: MetricOptions = { statistic: Stats.MAXIMUM, period: Duration.minutes(1) };

/**
 * Returns a metric of an EC2 instance.
 *
 * @see https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/viewing_metrics_with_cloudwatch.html
 */
export function instanceMetric(
  store: IConstruct,
  dimensionsMap: Readonly<Record<string, string>>,
  metricName: string,
  options?: MetricOptions,
): Metric {
  return storeMetric(store, { namespace: 'AWS/EC2', metricName, dimensionsMap }, options);
}

/**
 * Returns a metric that an instance publishes about its volume (instance/boot/growth.sh), by the tag of the volume.
 */
export function volumeMetric(store: IConstruct, tag: string, metricName: string, options?: MetricOptions): Metric {
  return storeMetric(store, { namespace: 'PostHog', metricName, dimensionsMap: { Volume: tag } }, options);
}

/**
 * Returns the name of the AWS resource that reports the metrics of a data store.
 *
 * @param store the data store
 * @param attribute the attribute of an imported data store that holds the name
 * @param name the name; undefined if it is not known
 * @param factory the static method that takes the attribute
 */
export function reporter(store: IConstruct, attribute: string, name: string | undefined, factory: string): string {
  if (name === undefined) {
    return withPath(store, () => {
      throw invalidProp(attribute, 'is required for metrics, because CloudWatch has them by that name', `pass it to ${factory}()`);
    });
  }
  return name;
}
