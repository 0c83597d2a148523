import { Duration } from 'aws-cdk-lib/core';
import { IMetric, MathExpression } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmDefinition } from './alarm-definition';
import { CustomMetricName } from '../custom-metrics';
import { customMetric } from '../installation';
import { Parts } from '../parts';

/** The metric of an alarm; undefined if its subjects are missing, or if nobody publishes it. */
export type AlarmMetric = (subjects: Parts, definition: AlarmDefinition) => IMetric | undefined;

/** CloudWatch's limit for the metrics of one alarm. */
export const MAX_METRICS = 10;

/** Returns a metric with the period of an alarm. */
export function periodOf({ minutes }: AlarmDefinition): Duration {
  return Duration.minutes(minutes);
}

/** Returns the custom metrics that are published, as maxima over the period of an alarm. */
export function publishedMetrics(
  { scope, installation, published }: Parts,
  definition: AlarmDefinition,
  names: readonly CustomMetricName[],
): IMetric[] {
  return names
    .filter((name) => published.includes(name))
    .map((name) => customMetric(scope, installation, name, { statistic: 'Maximum', period: periodOf(definition) }));
}

/**
 * Returns metrics combined with a function of metric math, with 0 for missing values; a single one as it is, and undefined for none.
 *
 * CloudWatch has no value of an expression at a time at which one of its metrics has none, so each is filled.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/using-metric-math.html
 */
export function combined(name: 'MAX' | 'SUM', metrics: readonly IMetric[], definition: AlarmDefinition): IMetric | undefined {
  const some = metrics.slice(0, MAX_METRICS);
  if (some.length < 2) {
    return some[0];
  }
  const ids = some.map((_, index) => `m${index}`);
  return expression(
    `${name}([${ids.map((id) => `FILL(${id}, 0)`).join(', ')}])`,
    Object.fromEntries(ids.map((id, index) => [id, some[index]])),
    definition,
  );
}

/** Returns an expression with the period of an alarm, whose label is the unit of its threshold. */
export function expression(text: string, usingMetrics: Record<string, IMetric>, definition: AlarmDefinition): IMetric {
  return new MathExpression({ expression: text, usingMetrics, label: definition.unit, period: periodOf(definition) });
}
