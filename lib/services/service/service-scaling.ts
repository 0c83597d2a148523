import { Duration } from 'aws-cdk-lib/core';
import { CfnScalableTarget, CfnScalingPolicy } from 'aws-cdk-lib/aws-applicationautoscaling';
import { IMetric, MathExpression, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { BaseService, ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import { RoutedTargets } from './service-route';
import { HttpEndpoint } from '../../catalog/process-definition';
import { TaskSize } from '../../catalog/posthog-size';
import { ConsumerGroup } from '../../catalog/kafka/consumer-groups';
import { IKafka } from '../../stores/kafka/kafka-base';

/** The metrics that the number of tasks depends on. */
export interface ScalingSignals {
  readonly http?: HttpEndpoint;
  /** The target groups; none for a process that no client can reach. */
  readonly targets: readonly RoutedTargets[];
  readonly kafka: IKafka;
  readonly consumes?: readonly ConsumerGroup[];
  /** Indicates whether the number of tasks depends on Celery's queues; lib/operations then adds the policies. */
  readonly scalesOnQueue?: boolean;
  /** The CPU utilization above which it scales out, in percent of what its tasks reserve. */
  readonly targetCpuPercent: number;
}

/** The consumer lag per task above which the service scales out: messages that one task processes in about a minute. */
const TARGET_LAG = 20_000;

/** The period in which MSK reports lags. */
const PERIOD = Duration.minutes(1);

const SUM_LABEL = 'Lag of all groups';

/**
 * Scales the number of tasks of a service, and returns its scaling target; undefined if the number is fixed.
 *
 * Kafka consumers scale on consumer lag, which MSK alone reports; `worker` on Celery's queues (lib/operations/worker-scaling.ts); HTTP services on
 * requests per target, everything else on CPU.
 */
export function scaleService(
  service: BaseService,
  { minTasks, maxTasks }: TaskSize,
  { http, targets, kafka, consumes = [], scalesOnQueue = false, targetCpuPercent }: ScalingSignals,
): ScalableTaskCount | undefined {
  if (minTasks === maxTasks) {
    return undefined;
  }
  const scaling = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
  // Application Auto Scaling uses its service-linked role for ECS with or without the property, which the CDK fills with that role's ARN.
  (scaling.node.findChild('Target').node.defaultChild as CfnScalableTarget).roleArn = undefined;
  if (scalesOnQueue) {
    return scaling;
  }
  if (consumes.length > 0 && kafka.clusterName !== undefined) {
    scaleOnLag(scaling, kafka, consumes);
    return scaling;
  }
  scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: targetCpuPercent });
  targets.forEach((one, index) => {
    if (http) {
      scaleOnRequests(scaling, `Requests${index === 0 ? '' : index + 1}`, http.requestsPerTarget, one);
    }
  });
  return scaling;
}

/** Tracks the requests per target that one load balancer forwards. */
function scaleOnRequests(
  scaling: ScalableTaskCount,
  id: string,
  requestsPerTarget: number,
  { targetGroup, loadBalancerFullName }: RoutedTargets,
): void {
  scaling.scaleOnRequestCount(id, { requestsPerTarget, targetGroup });
  if (loadBalancerFullName !== undefined) {
    // The CDK takes the name from the ARN of the listener, in forty lines of functions.
    policyOf(scaling, id).addPropertyOverride(
      'TargetTrackingScalingPolicyConfiguration.PredefinedMetricSpecification.ResourceLabel',
      `${loadBalancerFullName}/${targetGroup.targetGroupFullName}`,
    );
  }
}

function policyOf(scaling: ScalableTaskCount, id: string): CfnScalingPolicy {
  return scaling.node.findChild('Target').node.findChild(id).node.defaultChild as CfnScalingPolicy;
}

/** Returns the lag of a consumer group, or the sum of several. */
export function consumerLag(kafka: IKafka, groups: readonly ConsumerGroup[], options: MetricOptions = {}): IMetric {
  if (groups.length === 1) {
    return lagOf(kafka, groups[0]).with(options);
  }
  const { label = SUM_LABEL, color, period = PERIOD } = options;
  const lags = groups.map((group, index): [string, IMetric] => [idOf(index), lagOf(kafka, group).with({ ...options, label: undefined })]);
  return new MathExpression({ expression: sumOf(groups.length), usingMetrics: Object.fromEntries(lags), label, color, period });
}

/** Tracks the lag of a consumer group, or the sum of several. */
function scaleOnLag(scaling: ScalableTaskCount, kafka: IKafka, groups: readonly ConsumerGroup[]): void {
  scaling.scaleToTrackCustomMetric('Lag', { metric: lagOf(kafka, groups[0]), targetValue: TARGET_LAG, scaleInCooldown: Duration.minutes(5) });
  if (groups.length > 1) {
    // One policy: with several, a group that has read nothing yet, and so has no metric, would prevent scaling in.
    const policy = policyOf(scaling, 'Lag');
    const metric = 'TargetTrackingScalingPolicyConfiguration.CustomizedMetricSpecification';
    // CloudFormation rejects the properties of a single metric together with a list.
    ['Dimensions', 'MetricName', 'Namespace', 'Statistic'].forEach((property) => policy.addPropertyDeletionOverride(`${metric}.${property}`));
    policy.addPropertyOverride(`${metric}.Metrics`, sumOfLags(kafka, groups));
  }
}

/** Returns the metrics of a scaling policy that tracks a sum of lags. */
function sumOfLags(kafka: IKafka, groups: readonly ConsumerGroup[]): object[] {
  const lags = groups.map((group, index) => {
    const { namespace, metricName, dimensions, statistic } = lagOf(kafka, group).toMetricConfig().metricStat!;
    return {
      Id: idOf(index),
      MetricStat: {
        Metric: {
          Namespace: namespace,
          MetricName: metricName,
          Dimensions: dimensions!.map(({ name, value }) => ({ Name: name, Value: value as string })),
        },
        Stat: statistic,
      },
      ReturnData: false,
    };
  });
  return [...lags, { Id: 'lag', Expression: sumOf(groups.length), Label: SUM_LABEL, ReturnData: true }];
}

/** Returns the sum of lags as an expression: the first group must report, the others count if they do. */
function sumOf(count: number): string {
  return Array.from({ length: count }, (_, index) => (index === 0 ? idOf(index) : `FILL(${idOf(index)}, 0)`)).join(' + ');
}

/** Returns the id of a lag in an expression. */
function idOf(index: number): string {
  return `lag${index}`;
}

function lagOf(kafka: IKafka, { group, topic }: ConsumerGroup): Metric {
  return kafka.metricConsumerLag(group, topic);
}
