import { Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { PostHogProcess, PostHogSize } from '../../lib';
import { scaleOnQueue } from '../../lib/operations/worker-scaling';
import { newPostHog, newStack } from '../helpers/stack';

function stackOf(size: PostHogSize, maxTasks?: number): Stack {
  const stack = newStack();
  newPostHog(stack, { size, serviceOptions: maxTasks === undefined ? [] : [{ process: PostHogProcess.WORKER, maxTasks }] });
  return stack;
}

const production = stackOf(PostHogSize.PRODUCTION);
const template = Template.fromStack(production);

/** The logical id of the scaling target of worker. */
const [target] = Object.keys(
  template.findResources('AWS::ApplicationAutoScaling::ScalableTarget', {
    Properties: {
      ResourceId: { 'Fn::Join': ['', Match.arrayWith([{ 'Fn::GetAtt': [Match.stringLikeRegexp('WorkerService(?!.*Temporal)'), 'Name'] }])] },
    },
  }),
).filter((id) => id.startsWith('PostHogServicesWorker'));

test('worker has one to four tasks in production', () => {
  expect(template.findResources('AWS::ApplicationAutoScaling::ScalableTarget')[target].Properties).toMatchObject({ MinCapacity: 1, MaxCapacity: 4 });
});

test('worker scales on the tasks of Celery that wait, and on nothing else', () => {
  const policies = Object.values(template.findResources('AWS::ApplicationAutoScaling::ScalingPolicy')) as {
    Properties: { ScalingTargetId: { Ref: string }; PolicyType: string; StepScalingPolicyConfiguration: object };
  }[];
  const own = policies.filter(({ Properties }) => Properties.ScalingTargetId.Ref === target).map(({ Properties }) => Properties);
  expect(own.map(({ StepScalingPolicyConfiguration: policy }) => policy)).toEqual([
    {
      AdjustmentType: 'ChangeInCapacity',
      Cooldown: 300,
      StepAdjustments: [
        { MetricIntervalLowerBound: 0, MetricIntervalUpperBound: 4500, ScalingAdjustment: 1 },
        { MetricIntervalLowerBound: 4500, ScalingAdjustment: 2 },
      ],
    },
    { AdjustmentType: 'ChangeInCapacity', Cooldown: 300, StepAdjustments: [{ MetricIntervalUpperBound: 0, ScalingAdjustment: -1 }] },
  ]);
});

test.each([
  ['adds a task if 500 wait for ten minutes', 'QueueOut', 'GreaterThanOrEqualToThreshold', 500, 2],
  ['removes a task if none has waited for an hour', 'QueueIn', 'LessThanThreshold', 1, 12],
])('%s', (_, policy, ComparisonOperator, Threshold, EvaluationPeriods) => {
  template.hasResourceProperties('AWS::CloudWatch::Alarm', {
    Namespace: 'PostHog',
    MetricName: 'CeleryQueueDepth',
    Dimensions: [{ Name: 'Installation', Value: Match.anyValue() }],
    Statistic: 'Maximum',
    Period: 300,
    TreatMissingData: 'ignore',
    AlarmActions: [{ Ref: Match.stringLikeRegexp(policy) }],
    ComparisonOperator,
    Threshold,
    EvaluationPeriods,
  });
});

test('a size with one task has neither a scaling target nor alarms of worker, unless it gets more tasks', () => {
  const alarms = (stack: Stack) =>
    Object.keys(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm')).filter((id) => id.startsWith('PostHogServicesWorker'));
  expect(alarms(stackOf(PostHogSize.SMALL))).toEqual([]);
  expect(alarms(stackOf(PostHogSize.SMALL, 2))).toHaveLength(2);
});

test('without a metric of the queues, worker scales on CPU', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, { size: PostHogSize.SMALL });
  const { service } = posthog.service(PostHogProcess.WORKER);
  const scaling = service.autoScaleTaskCount({ maxCapacity: 2 });
  scaleOnQueue(scaling, 60, undefined);
  Template.fromStack(stack).hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
    ScalingTargetId: { Ref: Match.stringLikeRegexp('^PostHogServicesWorker') },
    TargetTrackingScalingPolicyConfiguration: {
      TargetValue: 60,
      PredefinedMetricSpecification: { PredefinedMetricType: 'ECSServiceAverageCPUUtilization' },
    },
  });
});
