import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { Cache, Kafka, NatMode, PostHog, PostHogAlarm, PostHogAlarmOptions, PostHogAlarms } from '../../../lib';
import { newPostHog, newStack } from '../../helpers/stack';
import { posthogTemplate } from '../../helpers/posthog-template';

const CREATED = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined, products: undefined };

const ALARM = 'AWS::CloudWatch::Alarm';

function alarmsOf(
  template: Template,
): Record<string, { AlarmActions?: unknown[]; OKActions?: unknown[]; Threshold: number; EvaluationPeriods: number; DatapointsToAlarm: number }> {
  return Object.fromEntries(
    Object.values(template.findResources(ALARM) as Record<string, { Properties: { AlarmDescription?: string } }>)
      .filter(({ Properties: { AlarmDescription = '' } }) => AlarmDescription.includes('#'))
      .map(({ Properties }) => [Properties.AlarmDescription!.split('#')[1], Properties as never]),
  );
}

function define(alarms: PostHogAlarmOptions): { posthog: PostHog; template: () => Template } {
  const stack = newStack();
  const posthog = newPostHog(stack, { alarms });
  return { posthog, template: () => Template.fromStack(stack) };
}

test('a default PostHog has at most 28 alarms and two composite ones', () => {
  const template = Template.fromJSON(posthogTemplate(CREATED));
  const count = Object.keys(alarmsOf(template)).length;
  expect([count, count <= 28]).toEqual([28, true]);
  template.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 2);
});

test('without NAT, nothing is published that a function needs the APIs of ECS or RDS for', () => {
  const stack = newStack();
  const posthog = newPostHog(stack, { nat: NatMode.NONE, postgres: undefined, manageTopics: false });
  expect(posthog.alarms.missing).toEqual(expect.arrayContaining([PostHogAlarm.FAILING_SERVICES]));
  const text = JSON.stringify(Template.fromStack(stack).findResources('AWS::CloudWatch::Alarm'));
  expect(['FailingServices', 'DatabaseBackupAge', 'ReleaseAge'].filter((name) => text.includes(name))).toEqual(['ReleaseAge']);
});

test('without actions, a warning says that nobody receives alarms', () => {
  const stack = newStack();
  newPostHog(stack);
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('nobody receives alarms: set `email` or `actions` of `alarms`'));
});

test('without alarms, there is neither a warning nor a function that publishes their metrics', () => {
  const stack = newStack();
  newPostHog(stack, { alarms: { enabled: false } });
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('nobody receives'));
  const template = Template.fromStack(stack);
  expect(alarmsOf(template)).toEqual({});
  template.resourceCountIs('AWS::CloudWatch::CompositeAlarm', 0);
  expect(Object.keys(template.findResources('AWS::Scheduler::Schedule')).filter((id) => id.includes('Monitor'))).toEqual([]);
});

test('an email address gets the messages of a topic that CloudWatch may publish to, and no warning is left', () => {
  const stack = newStack();
  newPostHog(stack, { alarms: { email: 'operator@example.com' } });
  Annotations.fromStack(stack).hasNoWarning('*', Match.stringLikeRegexp('nobody receives'));
  const template = Template.fromStack(stack);
  template.hasResourceProperties('AWS::SNS::Subscription', { Protocol: 'email', Endpoint: 'operator@example.com' });
  template.hasResourceProperties('AWS::SNS::TopicPolicy', {
    PolicyDocument: {
      Statement: Match.arrayWith([
        Match.objectLike({ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }),
        Match.objectLike({
          Effect: 'Allow',
          Action: 'sns:Publish',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Condition: { StringEquals: { 'aws:SourceAccount': { Ref: 'AWS::AccountId' } } },
        }),
      ]),
    },
  });
});

test('alarms that follow from one cause have no actions, their composite alarm and every other alarm has', () => {
  const template = Template.fromJSON(posthogTemplate({ ...CREATED, alarms: { email: 'operator@example.com' } }));
  const silent = Object.entries(alarmsOf(template)).filter(([, { AlarmActions }]) => AlarmActions === undefined);
  expect(silent.map(([name]) => name).sort()).toEqual(
    [
      PostHogAlarm.APP_ERRORS,
      PostHogAlarm.APP_LATENCY,
      PostHogAlarm.CELERY_QUEUE,
      PostHogAlarm.CLICKHOUSE_HEALTH,
      PostHogAlarm.CLICKHOUSE_LAG,
      PostHogAlarm.FAILING_SERVICES,
      PostHogAlarm.FLAGS_ERRORS,
      PostHogAlarm.INGESTION_ERRORS,
      PostHogAlarm.INGESTION_LAG,
      PostHogAlarm.INGESTION_LATENCY,
      PostHogAlarm.KAFKA_PARTITIONS,
      PostHogAlarm.LOAD_BALANCER_ERRORS,
      PostHogAlarm.NO_HEALTHY_TARGET,
    ].sort(),
  );
  template.allResourcesProperties('AWS::CloudWatch::CompositeAlarm', { AlarmActions: [Match.anyValue()] });
});

test('the composite alarm of clients waits for services, which a first deployment has not started yet', () => {
  const resources = (posthogTemplate() as { Resources: Record<string, { Type: string; DependsOn?: string[] }> }).Resources;
  const [, { DependsOn = [] }] = Object.entries(resources).find(
    ([id, { Type }]) => Type === 'AWS::CloudWatch::CompositeAlarm' && /Clients/.test(id),
  )!;
  const services = Object.entries(resources).filter(([, { Type }]) => Type === 'AWS::ECS::Service');
  expect(DependsOn).toEqual(expect.arrayContaining(services.map(([id]) => id)));
});

test('actions of ALARM and of OK are those of the user', () => {
  const stack = newStack();
  const [one, other] = ['One', 'Other'].map((id) => new SnsAction(new Topic(stack, id)));
  newPostHog(stack, { alarms: { actions: [one], okActions: [other] } });
  const { AlarmActions, OKActions } = alarmsOf(Template.fromStack(stack))['dead-letters'];
  expect([AlarmActions, OKActions]).toEqual([
    [{ Ref: expect.stringMatching(/^One/) as string }],
    [{ Ref: expect.stringMatching(/^Other/) as string }],
  ]);
});

test('an alarm can be switched off, and gets another threshold and number of values', () => {
  const alarms = alarmsOf(
    define({
      overrides: [
        { alarm: PostHogAlarm.RELEASE_AGE, enabled: false },
        { alarm: PostHogAlarm.CELERY_QUEUE, threshold: 50_000, evaluationPeriods: 12 },
      ],
    }).template(),
  );
  expect(alarms).not.toHaveProperty(PostHogAlarm.RELEASE_AGE);
  expect(alarms[PostHogAlarm.CELERY_QUEUE]).toMatchObject({ Threshold: 50_000, EvaluationPeriods: 12, DatapointsToAlarm: 12 });
});

test.each([
  [
    'two entries for an alarm',
    [{ alarm: PostHogAlarm.MIGRATION }, { alarm: PostHogAlarm.MIGRATION }],
    '`overrides[1].alarm` must not have another entry',
  ],
  [
    'a threshold for an alarm without a metric',
    [{ alarm: PostHogAlarm.KAFKA_INSTANCE, threshold: 1 }],
    '`overrides[0].alarm` must be an alarm of this PostHog',
  ],
  [
    'more values than CloudWatch allows',
    [{ alarm: PostHogAlarm.RELEASE_AGE, evaluationPeriods: 8 }],
    '`overrides[0].evaluationPeriods` must be at most 7',
  ],
  [
    'a negative threshold',
    [{ alarm: PostHogAlarm.MIGRATION, threshold: -1 }],
    '`alarms.overrides[0].threshold` must be a number, 0 or more, got: -1',
  ],
])('refuses %s', (_, overrides, message) => {
  expect(() => define({ overrides })).toThrow(message);
});

test('imported data stores without identifiers have no alarms on their own metrics', () => {
  const names = Object.keys(alarmsOf(define({}).template()));
  const own = [
    PostHogAlarm.DATABASE_LOAD,
    PostHogAlarm.CACHE_LOAD,
    PostHogAlarm.INGESTION_LAG,
    PostHogAlarm.KAFKA_PARTITIONS,
    PostHogAlarm.KAFKA_INSTANCE,
  ];
  expect(own.filter((name) => names.includes(name))).toEqual([]);
  expect(names).toContain(PostHogAlarm.CLICKHOUSE_HEALTH);
});

test('alarms alone watch the parts that they get, and list the others', () => {
  const stack = newStack();
  const alarms = new PostHogAlarms(stack, 'Alarms', {
    cache: Cache.fromCacheAttributes(stack, 'Cache', { host: 'cache.internal', replicationGroupId: 'analytics' }),
    kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9094' }),
    publishedMetrics: ['DeadLetters'],
  });
  expect(Object.keys(alarmsOf(Template.fromStack(stack))).sort()).toEqual(['cache-load', 'dead-letters']);
  expect(alarms.missing).toHaveLength(Object.keys(PostHogAlarm).length - 2);
  expect(alarms.alarm(PostHogAlarm.CACHE_LOAD)).toBe(alarms.alarms[1]);
  expect(alarms.alarm(PostHogAlarm.MIGRATION)).toBeUndefined();
  expect(alarms.compositeAlarms).toEqual([]);
});
