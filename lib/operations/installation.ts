import { Names } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { IConstruct } from 'constructs';
import { CustomMetricName, INSTALLATION, NAMESPACE } from './custom-metrics';

/** The longest name: a part of names of alarms, which people read. */
const MAX_LENGTH = 64;

/** Returns the name of a PostHog in metrics and alarms, from the names of its stack and construct: unique in an account and region. */
export function installationName(scope: IConstruct): string {
  return Names.uniqueResourceName(scope, { maxLength: MAX_LENGTH, separator: '-', allowedSpecialCharacters: '-' });
}

/** Returns a metric that this library publishes, in the account and region of a construct's stack. */
export function customMetric(scope: IConstruct, installation: string, metricName: CustomMetricName, options?: MetricOptions): Metric {
  return new Metric({ namespace: NAMESPACE, metricName, dimensionsMap: { [INSTALLATION]: installation }, ...options }).attachTo(scope);
}
