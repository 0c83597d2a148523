import { Duration } from 'aws-cdk-lib/core';
import { Metric } from 'aws-cdk-lib/aws-cloudwatch';
import { FargateService } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Consumption, HttpEndpoint } from './process-definition';
import { TaskSize } from './process-size';
import { IKafka } from '../stores/kafka-client';

/** What tells how many tasks of a process are needed. */
export interface ScalingSignals {
  readonly http?: HttpEndpoint;
  readonly targetGroup?: ApplicationTargetGroup;
  readonly kafka: IKafka;
  readonly consumes?: Consumption;
}

const TARGET_CPU_PERCENT = 60;

/** Messages that wait in a topic before another task is wanted: what one works off in a minute or so. */
const TARGET_LAG = 20_000;

/**
 * Starts tasks where a process cannot keep up, and ends them where it can with fewer, by what it is limited by.
 *
 * What reads from Kafka does so by how much waits there, where that is known: MSK tells. What answers requests does so by their number, and
 * whatever else by its CPU.
 */
export function scaleService(service: FargateService, { minTasks, maxTasks }: TaskSize, { http, targetGroup, kafka, consumes }: ScalingSignals): void {
  if (minTasks === maxTasks) {
    return;
  }
  const scaling = service.autoScaleTaskCount({ minCapacity: minTasks, maxCapacity: maxTasks });
  if (consumes && kafka.clusterName !== undefined) {
    scaling.scaleToTrackCustomMetric('Lag', { metric: lagOf(kafka.clusterName, consumes), targetValue: TARGET_LAG, scaleInCooldown: Duration.minutes(5) });
    return;
  }
  scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: TARGET_CPU_PERCENT });
  if (http && targetGroup) {
    scaling.scaleOnRequestCount('Requests', { requestsPerTarget: http.requestsPerTarget, targetGroup });
  }
}

/** @see https://docs.aws.amazon.com/msk/latest/developerguide/metrics-details.html */
function lagOf(clusterName: string, { group, topic }: Consumption): Metric {
  return new Metric({
    namespace: 'AWS/Kafka',
    metricName: 'SumOffsetLag',
    dimensionsMap: { 'Cluster Name': clusterName, 'Consumer Group': group, 'Topic': topic },
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
}
