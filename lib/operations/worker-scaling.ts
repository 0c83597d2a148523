import { Duration } from 'aws-cdk-lib/core';
import { AdjustmentType, StepScalingAction } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Alarm, AlarmProps, ComparisonOperator, Metric, TreatMissingData } from 'aws-cdk-lib/aws-cloudwatch';
import { ApplicationScalingAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { ScalableTaskCount } from 'aws-cdk-lib/aws-ecs';
import { acknowledge } from '../private/acknowledge';

/** The period in which the length of the queues is published. */
const PERIOD = Duration.minutes(5);

/** A task is added if more tasks of Celery than these wait for ten minutes, and two if it is ten times as many. */
const LONG_QUEUE = 500;

/** The periods in which nothing waits, after which one task is removed. */
const IDLE_PERIODS = 12;

/**
 * Scales `worker` on the length of Celery's queues.
 *
 * A task is removed only after an hour in which nothing waits: a task is stopped after two minutes at most, and longer jobs that it runs are lost,
 * as with every deployment.
 *
 * @param scaling the scaling target of the service, without a policy
 * @param targetCpuPercent the CPU utilization above which it scales out without that metric
 * @param queueDepth the metric of the length; undefined if nothing publishes it, then the service scales on CPU
 */
export function scaleOnQueue(scaling: ScalableTaskCount, targetCpuPercent: number, queueDepth: Metric | undefined): void {
  if (!queueDepth) {
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: targetCpuPercent });
    return;
  }
  const metric = queueDepth.with({ statistic: 'Maximum', period: PERIOD });
  const out = defineAction(scaling, 'QueueOut');
  out.addAdjustment({ lowerBound: 0, upperBound: 9 * LONG_QUEUE, adjustment: 1 });
  out.addAdjustment({ lowerBound: 9 * LONG_QUEUE, adjustment: 2 });
  defineAlarm(scaling, 'QueueLong', out, metric, {
    alarmDescription: 'PostHog worker: adds a task, because many tasks of Celery wait',
    threshold: LONG_QUEUE,
    comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
    evaluationPeriods: 2,
  });
  const back = defineAction(scaling, 'QueueIn');
  back.addAdjustment({ upperBound: 0, adjustment: -1 });
  defineAlarm(scaling, 'QueueEmpty', back, metric, {
    alarmDescription: 'PostHog worker: removes a task, because no task of Celery has waited for an hour',
    threshold: 1,
    comparisonOperator: ComparisonOperator.LESS_THAN_THRESHOLD,
    evaluationPeriods: IDLE_PERIODS,
  });
}

function defineAction(scaling: ScalableTaskCount, id: string): StepScalingAction {
  return new StepScalingAction(scaling, id, { scalingTarget: scaling, adjustmentType: AdjustmentType.CHANGE_IN_CAPACITY, cooldown: PERIOD });
}

/** Defines the alarm of a scaling policy. Without data, the number of tasks stays. */
function defineAlarm(scaling: ScalableTaskCount, id: string, action: StepScalingAction, metric: Metric, props: Omit<AlarmProps, 'metric'>): void {
  const alarm = new Alarm(scaling, id, { ...props, metric, treatMissingData: TreatMissingData.IGNORE });
  alarm.addAlarmAction(new ApplicationScalingAction(action));
  acknowledge(alarm, { CloudWatchAlarmAction: 'its action is a scaling policy' });
}
