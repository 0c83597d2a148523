import { Duration, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { ClickHouse, Kafka, PostHogNetwork, PostHogProcess, PostHogUpkeep, PostHogUpkeepProps } from '../../../lib';
import { upkeepScript } from '../../../lib/operations/upkeep/upkeep-script';
import { environmentOf, newPostHog, newStack } from '../../helpers/stack';
import { taskOf } from '../../helpers/template';
import { upkeepProps } from './fixture';

interface States {
  readonly States: Record<string, Record<string, unknown>>;
  readonly StartAt: string;
}

function define(props: Partial<PostHogUpkeepProps> = {}): { stack: Stack; upkeep: PostHogUpkeep; template: Template } {
  const stack = newStack();
  const upkeep = new PostHogUpkeep(stack, 'Upkeep', { ...upkeepProps(stack), ...props });
  return { stack, upkeep, template: Template.fromStack(stack) };
}

function statesOf(template: Template): States {
  const [{ Properties }] = Object.values(template.findResources('AWS::StepFunctions::StateMachine')) as {
    Properties: { DefinitionString: string | { 'Fn::Join': [string, unknown[]] } };
  }[];
  const text = Properties.DefinitionString;
  return JSON.parse(
    typeof text === 'string' ? text : text['Fn::Join'][1].map((part) => (typeof part === 'string' ? part : 'token')).join(''),
  ) as States;
}

function stepsOf(template: Template): unknown {
  return environmentOf(template, 'upkeep').UPKEEP_STEPS;
}

test('the state machine runs one task with the command of its input, and fails if the task does', () => {
  const { States: states, StartAt: first } = statesOf(define().template);
  expect(first).toBe('IsCommandGiven');
  expect(states.IsCommandGiven).toMatchObject({ Choices: [{ Variable: '$.Command', IsPresent: true, Next: 'Run' }], Default: 'TakeDefaultCommand' });
  expect(states.TakeDefaultCommand).toMatchObject({ Result: 'daily', ResultPath: '$.Command', Next: 'Run' });
  expect(states.Run).toMatchObject({
    Resource: 'arn:token:states:::ecs:runTask.sync',
    Parameters: {
      LaunchType: 'FARGATE',
      NetworkConfiguration: {
        AwsvpcConfiguration: { Subnets: ['subnet-a', 'subnet-b'], SecurityGroups: ['sg-0123456789abcdef0'], AssignPublicIp: 'DISABLED' },
      },
      Overrides: { ContainerOverrides: [{ 'Name': 'upkeep', 'Command.$': 'States.Array($.Command)' }] },
    },
    TimeoutSeconds: 172_800,
    End: true,
  });
  // Without a catch, an error ends the execution as failed.
  expect(Object.values(states).some(({ Catch }) => Catch !== undefined)).toBe(false);
});

test('only errors before a task has started are retried: a failed run goes on with the next one', () => {
  const { Retry: retries } = statesOf(define().template).States.Run as { Retry: { ErrorEquals: string[] }[] };
  const errors = retries.flatMap(({ ErrorEquals }) => ErrorEquals);
  expect(errors).toContain('AmazonECS.Unknown');
  expect(errors.filter((error) => /^States\./.test(error))).toEqual([]);
});

test('the schedules start the weekly and the daily run in UTC, with a role that can start nothing else', () => {
  const { template } = define();
  const schedules = Object.values(template.findResources('AWS::Scheduler::Schedule')) as {
    Properties: { ScheduleExpression: string; Target: object };
  }[];
  expect(schedules.map(({ Properties }) => Properties)).toEqual([
    expect.objectContaining({ ScheduleExpression: 'cron(0 22 ? * SAT *)', ScheduleExpressionTimezone: 'Etc/UTC' }),
    expect.objectContaining({ ScheduleExpression: 'cron(0 3 * * ? *)', ScheduleExpressionTimezone: 'Etc/UTC' }),
  ]);
  expect(schedules.map(({ Properties: { Target } }) => (Target as { Input: string }).Input)).toEqual(['{"Command":"weekly"}', '{"Command":"daily"}']);
  template.hasResourceProperties('AWS::IAM::Role', {
    AssumeRolePolicyDocument: { Statement: [Match.objectLike({ Principal: { Service: 'scheduler.amazonaws.com' } })] },
    Policies: [{ PolicyDocument: { Statement: [{ Action: 'states:StartExecution', Effect: 'Allow', Resource: Match.anyValue() }] } }],
  });
});

test('schedules of your own replace those of the library', () => {
  const { template } = define({
    weeklySchedule: ScheduleExpression.rate(Duration.days(7)),
    dailySchedule: ScheduleExpression.rate(Duration.hours(6)),
  });
  const found = Object.values(template.findResources('AWS::Scheduler::Schedule')) as { Properties: { ScheduleExpression: string } }[];
  expect(found.map(({ Properties }) => Properties.ScheduleExpression)).toEqual(['rate(7 days)', 'rate(6 hours)']);
});

test('the task runs the script in an image of its own entry point, without AWS permissions and privileges', () => {
  const { template } = define();
  const [, { ContainerDefinitions: containers, Cpu, Memory }] = taskOf(template, 'upkeep') as unknown as [
    string,
    { ContainerDefinitions: Record<string, unknown>[]; Cpu: string; Memory: string },
  ];
  expect(containers).toEqual([expect.objectContaining({ EntryPoint: ['python', '-c', upkeepScript()], Command: ['daily'], StopTimeout: 120 })]);
  expect([Cpu, Memory]).toEqual(['512', '1024']);
  const roles = Object.entries(template.findResources('AWS::IAM::Role')) as [string, { Properties: { Policies?: unknown } }][];
  expect(roles.filter(([id]) => id.includes('TaskRole')).map(([, { Properties }]) => Properties.Policies)).toEqual([undefined]);
});

test('the task has all settings and secrets of the worker but its size and the addresses of proxies', () => {
  const stack = newStack();
  newPostHog(stack, { environment: { EXTRA: 'yes' }, serviceOptions: [{ process: PostHogProcess.WORKER, environment: { OF_WORKER: 'yes' } }] });
  const template = Template.fromStack(stack);
  const [worker, upkeep] = ['worker', 'upkeep'].map((name) => environmentOf(template, name));
  const { SKIP_ASYNC_MIGRATIONS_SETUP, UPKEEP_STEPS, UPKEEP_INSTALLATION, ...shared } = upkeep;
  const { TRUSTED_PROXIES, WEB_CONCURRENCY, CELERY_MAX_MEMORY_PER_CHILD, CELERY_MAX_TASKS_PER_CHILD, ...expected } = worker;
  expect(shared).toEqual(expected);
  expect(shared).toMatchObject({ EXTRA: 'yes', OF_WORKER: 'yes' });
  expect([SKIP_ASYNC_MIGRATIONS_SETUP, UPKEEP_STEPS]).toEqual(['1', 'deletions verification tokens requests metrics']);
  expect([UPKEEP_INSTALLATION, TRUSTED_PROXIES, WEB_CONCURRENCY, CELERY_MAX_MEMORY_PER_CHILD, CELERY_MAX_TASKS_PER_CHILD]).not.toContain(undefined);
});

test('the task reaches what the worker reaches, with its security groups', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, {});
  const template = Template.fromStack(stack);
  const ofWorker = Object.values(template.findResources('AWS::ECS::Service')).find(({ Properties }) =>
    JSON.stringify(Properties).includes('WorkerTask'),
  ) as { Properties: { NetworkConfiguration: { AwsvpcConfiguration: { SecurityGroups: unknown[] } } } };
  const groups = ofWorker.Properties.NetworkConfiguration.AwsvpcConfiguration.SecurityGroups;
  const definition = JSON.stringify(
    template.findResources('AWS::StepFunctions::StateMachine', { Properties: { DefinitionString: Match.anyValue() } }),
  );
  expect(groups.length).toBeGreaterThan(0);
  expect(groups.filter((group) => !definition.includes(JSON.stringify(group)))).toEqual([]);
  expect(posthog.upkeep?.metrics).toEqual(['OldestPendingDeletionAge', 'PersonOverrides', 'UpkeepFailures']);
});

test('a run cannot begin before the first migration has ended', () => {
  const stack = newStack();
  newPostHog(stack, {});
  const machines = Template.fromStack(stack).findResources('AWS::StepFunctions::StateMachine') as Record<string, { DependsOn?: string[] }>;
  const [[, { DependsOn }]] = Object.entries(machines).filter(([id]) => id.includes('Upkeep'));
  expect(DependsOn).toContainEqual(expect.stringContaining('MigrationRunCondition'));
});

test('steps that are turned off are not run, and their schedule goes with the last of them', () => {
  expect(stepsOf(define({ deletions: false }).template)).toBe('tokens requests metrics');
  const { template, upkeep } = define({ deletionRequests: false, metrics: false });
  expect(stepsOf(template)).toBe('deletions verification tokens');
  template.resourceCountIs('AWS::Scheduler::Schedule', 1);
  expect(upkeep.metrics).toEqual([]);
});

test('a schedule for nothing is refused', () => {
  const dailySchedule = ScheduleExpression.rate(Duration.days(1));
  expect(() => define({ deletionRequests: false, metrics: false, dailySchedule })).toThrow(/`dailySchedule` has no effect with/);
});

test('enabled: false has no schedule, and a PostHog no upkeep at all', () => {
  define({ enabled: false }).template.resourceCountIs('AWS::Scheduler::Schedule', 0);
  const stack = newStack();
  expect(newPostHog(stack, { upkeep: { enabled: false } }).upkeep).toBeUndefined();
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('upkeep');
});

test('a VPC without private subnets needs subnets', () => {
  const stack = newStack();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'], isolatedSubnetIds: ['subnet-i'] });
  const cluster = Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'analytics', vpc });
  const props = { ...upkeepProps(stack), cluster };
  expect(() => new PostHogUpkeep(stack, 'Upkeep', props)).toThrow(/`subnets` is required: the VPC of the cluster has no private subnets/);
  expect(new PostHogUpkeep(stack, 'Isolated', { ...props, subnets: { subnets: vpc.isolatedSubnets } }).stateMachine).toBeDefined();
});

test('deletions are off with replicas of ClickHouse, with a warning, unless they are allowed', () => {
  const withReplicas = (allowSeveralServers?: boolean) => {
    const stack = newStack();
    const { vpc, loadBalancerSubnets } = new PostHogNetwork(stack, 'Network');
    const kafka = new Kafka(stack, 'Broker', { vpc });
    const clickHouse = new ClickHouse(stack, 'Servers', { vpc, kafka, replicas: 2 });
    newPostHog(stack, { vpc, loadBalancerSubnets, kafka, clickHouse, upkeep: { allowSeveralServers } });
    return stack;
  };
  const refused = withReplicas();
  Annotations.fromStack(refused).hasWarning('/Stack/PostHog', Match.stringLikeRegexp('with 2 ClickHouse servers, deletions were not verified'));
  expect(stepsOf(Template.fromStack(refused))).toBe('tokens metrics');
  const allowed = withReplicas(true);
  Annotations.fromStack(allowed).hasNoWarning('/Stack/PostHog', Match.stringLikeRegexp('deletions were not verified'));
  expect(environmentOf(Template.fromStack(allowed), 'upkeep')).toMatchObject({
    UPKEEP_STEPS: 'deletions verification tokens requests metrics',
    UPKEEP_ALLOW_SEVERAL_SERVERS: 'true',
  });
});

test('the metrics are of this PostHog, and the failures of its state machine', () => {
  const { stack, upkeep } = define({ installation: 'analytics' });
  expect(upkeep.metricOldestPendingDeletionAge()).toMatchObject({
    namespace: 'PostHog',
    metricName: 'OldestPendingDeletionAge',
    dimensions: { Installation: 'analytics' },
    statistic: 'Maximum',
  });
  const failed = upkeep.metricFailed();
  expect([failed.namespace, failed.metricName]).toEqual(['AWS/States', 'ExecutionsFailed']);
  expect(stack.resolve(failed.dimensions?.StateMachineArn)).toEqual({ Ref: expect.stringContaining('Upkeep') as unknown });
});

test('the script of a task definition has room for the settings: the limit of 64 KiB is for both', () => {
  expect(Buffer.byteLength(upkeepScript())).toBeLessThan(20 * 1024);
});
