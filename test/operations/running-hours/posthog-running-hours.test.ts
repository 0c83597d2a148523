import { Duration, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { PostHog, PostHogProps, PostHogRunningHours, PostHogSize } from '../../../lib';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { RUNNING_HOURS, runningHoursProps } from './fixture';

function define(props: Partial<PostHogProps> = {}): { stack: Stack; posthog: PostHog; template: Template } {
  const stack = newStack();
  const posthog = newPostHog(stack, { runningHours: RUNNING_HOURS, upkeep: { enabled: false }, ...props });
  return { stack, posthog, template: Template.fromStack(stack) };
}

const { posthog, template } = define();

/** The resources of a type whose ids contain a text. */
function found(type: string, id: string): [string, { Properties: Record<string, unknown>; DependsOn?: string[] }][] {
  return Object.entries(template.findResources(type)).filter(([name]) => name.includes(id)) as ReturnType<typeof found>;
}

/** The definition of the state machine, references as `<LogicalId.Attribute>`. */
function definition(): string {
  const [[, { Properties }]] = found('AWS::StepFunctions::StateMachine', 'RunningHours');
  const { 'Fn::Join': join } = Properties.DefinitionString as { 'Fn::Join': [string, unknown[]] };
  return join[1]
    .map((part) =>
      typeof part === 'string'
        ? part
        : `<${Object.values(part as object)
            .flat()
            .join('.')}>`,
    )
    .join('');
}

test('two schedules start and stop PostHog in the time zone of the user, and repeat what could not start', () => {
  const schedules = found('AWS::Scheduler::Schedule', 'RunningHours').map(([, { Properties }]) => Properties);
  expect(schedules).toEqual(
    [
      ['cron(30 7 ? * MON-FRI *)', 'start'],
      ['cron(0 20 ? * MON-FRI *)', 'stop'],
    ].map(
      ([expression, action]) =>
        expect.objectContaining({
          ScheduleExpression: expression,
          ScheduleExpressionTimezone: 'Europe/Berlin',
          Target: expect.objectContaining({
            Input: `{"Action":"${action}"}`,
            RetryPolicy: expect.objectContaining({ MaximumRetryAttempts: 3 }) as object,
          }) as object,
        }) as object,
    ),
  );
});

test('every service is in the state machine once for a stop and once for a start, with its minimum number of tasks', () => {
  const { ChangeGroups, ...states } = (
    JSON.parse(definition()) as { States: Record<string, { Result: { Services: { Name: string; DesiredCount: number }[] }[] }> }
  ).States;
  const [stop, start] = [states.TakeStopOrder, states.TakeStartOrder].map(({ Result }) => Result.flatMap(({ Services }) => Services));
  const services = Object.keys(template.findResources('AWS::ECS::Service')).map((id) => `<${id}.Name>`);
  expect(ChangeGroups).toBeDefined();
  expect(stop.map(({ Name }) => Name).sort()).toEqual([...services].sort());
  expect(start.map(({ Name }) => Name).sort()).toEqual([...services].sort());
  expect(stop.every(({ DesiredCount }) => DesiredCount === 0)).toBe(true);
  // The size SMALL has two tasks of `web`, and one of `ingestion-general`.
  expect(['Web', 'IngestionGeneral'].map((id) => start.find(({ Name }) => Name.includes(`Services${id}Service`))?.DesiredCount)).toEqual([2, 1]);
  expect(start.every(({ DesiredCount }) => DesiredCount >= 1)).toBe(true);
});

test('the state machine suspends the scaling of exactly the services that scale', () => {
  const scaling = posthog.services.filter((service) => service.scaling).length;
  expect(scaling).toBeGreaterThan(0);
  expect(scaling).toBeLessThan(posthog.services.length);
  expect(definition().match(/"ResourceId":"service\//g)).toHaveLength(2 * scaling);
});

test('the state machine can change these services and the scaling of ECS, publish metrics of PostHog, and nothing else', () => {
  const [[, { Properties }]] = found('AWS::IAM::Role', 'RunningHoursStateMachineRole');
  const statements = (
    Properties.Policies as { PolicyDocument: { Statement: { Action: string | string[]; Resource: unknown; Condition?: object }[] } }[]
  ).flatMap(({ PolicyDocument }) => PolicyDocument.Statement);
  const own = statements.filter(({ Action }) => !/^(logs|xray):/.test([Action].flat()[0]));
  expect(own.map(({ Action }) => Action)).toEqual([
    ['ecs:DescribeServices', 'ecs:UpdateService'],
    'application-autoscaling:RegisterScalableTarget',
    'cloudwatch:PutMetricData',
  ]);
  expect((own[0].Resource as object[]).map((one) => Object.values(one)[0] as string).sort()).toEqual(
    Object.keys(template.findResources('AWS::ECS::Service')).sort(),
  );
  expect(own[1].Condition).toEqual({
    StringEquals: {
      'application-autoscaling:service-namespace': 'ecs',
      'application-autoscaling:scalable-dimension': 'ecs:service:DesiredCount',
    },
  });
  expect(own[2].Condition).toEqual({ StringEquals: { 'cloudwatch:namespace': 'PostHog' } });
});

test('the alarm of a stop keeps its state between two values', () => {
  const [[id, { Properties }]] = found('AWS::CloudWatch::Alarm', 'RunningHours');
  expect(Properties).toMatchObject({ MetricName: 'Stopped', Threshold: 0, EvaluationPeriods: 1, TreatMissingData: 'ignore' });
  expect(Properties.AlarmActions).toBeUndefined();
  const [[, clients]] = found('AWS::CloudWatch::CompositeAlarm', 'Clients');
  expect(clients.Properties).toMatchObject({
    ActionsSuppressor: { 'Fn::GetAtt': [id, 'Arn'] },
    ActionsSuppressorWaitPeriod: 60,
    ActionsSuppressorExtensionPeriod: 2700,
  });
  const [[either]] = found('AWS::CloudWatch::CompositeAlarm', 'Suppressor');
  const [[, pipeline]] = found('AWS::CloudWatch::CompositeAlarm', 'Pipeline');
  expect(pipeline.Properties).toMatchObject({ ActionsSuppressor: { 'Fn::GetAtt': [either, 'Arn'] } });
});

test('a failed execution counts as a failed job', () => {
  const [[machine]] = found('AWS::StepFunctions::StateMachine', 'RunningHours');
  const [[, { Properties }]] = found('AWS::CloudWatch::Alarm', 'FailedJobs');
  expect(JSON.stringify(Properties.Metrics)).toContain(`{"Ref":"${machine}"}`);
});

test('the check at the end of a deployment reads the alarm, and nothing else', () => {
  const [[id]] = found('AWS::CloudWatch::Alarm', 'RunningHours');
  expect(only(template, 'Custom::PostHogDeploymentCheck')).toMatchObject({ StoppedAlarm: { Ref: id } });
  const [[, { Properties }]] = found('AWS::IAM::Role', 'DeploymentCheck');
  expect(JSON.stringify(Properties.Policies)).toContain(
    JSON.stringify({ Action: 'cloudwatch:DescribeAlarms', Effect: 'Allow', Resource: { 'Fn::GetAtt': [id, 'Arn'] } }),
  );
});

test('without the prop there is no schedule, and the check of a deployment asks nobody', () => {
  const without = define({ runningHours: undefined });
  expect(without.posthog.runningHours).toBeUndefined();
  without.template.resourceCountIs('AWS::Scheduler::Schedule', found('AWS::Scheduler::Schedule', '').length - 2);
  expect(JSON.stringify(without.template.toJSON())).not.toContain('StoppedAlarm');
});

test('it takes eight resources more', () => {
  const count = (one: Template) => Object.keys((one.toJSON() as { Resources: object }).Resources).length;
  expect(count(template) - count(define({ runningHours: undefined }).template)).toBe(8);
});

test.each([PostHogSize.PRODUCTION, PostHogSize.LARGE])('the size %s warns that events are lost', (size) => {
  const { stack } = define({ size });
  Annotations.fromStack(stack).hasWarning('/Stack/PostHog', Match.stringLikeRegexp('`runningHours` stops a PostHog of the size'));
});

test('a trial has no warning', () => {
  const { stack } = define({ size: PostHogSize.DEV });
  Annotations.fromStack(stack).hasNoWarning('/Stack/PostHog', Match.stringLikeRegexp('runningHours'));
});

test('it is useful alone, with any schedules', () => {
  const stack = newStack();
  const { stateMachine, stoppedAlarm } = new PostHogRunningHours(stack, 'Hours', {
    ...runningHoursProps(stack),
    start: ScheduleExpression.rate(Duration.days(1)),
    installation: 'trial',
  });
  expect([stateMachine, stoppedAlarm]).not.toContain(undefined);
  Template.fromStack(stack).hasResourceProperties('AWS::CloudWatch::Alarm', {
    AlarmName: 'trial-stopped',
    Dimensions: [{ Name: 'Installation', Value: 'trial' }],
  });
});

test('services are required', () => {
  const stack = newStack();
  expect(() => new PostHogRunningHours(stack, 'Hours', { ...RUNNING_HOURS, services: [] })).toThrow(/`services` .*pass `services` of a PostHog/);
});
