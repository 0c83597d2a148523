import { App, Duration, Lazy, Stack } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SecurityGroup, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { ClickHouse, NatMode, PostHog, PostHogCanary, PostHogCanaryProps, PostHogStores, Product } from '../../../lib';
import { CanarySettings } from '../../../lib/operations/canary/canary-settings';
import { certificate, environmentOf, newPostHog, newStack } from '../../helpers/stack';
import { ofType } from '../../helpers/template';

function token(stack: Stack): Secret {
  return new Secret(stack, 'Token');
}

function imported(stack: Stack, reader: boolean) {
  return ClickHouse.fromClickHouseAttributes(stack, 'ClickHouse', {
    host: 'clickhouse.example.internal',
    credentials: Secret.fromSecretNameV2(stack, 'Credentials', 'credentials'),
    readerCredentials: reader ? Secret.fromSecretNameV2(stack, 'ReaderSecret', 'reader') : undefined,
    securityGroups: [SecurityGroup.fromSecurityGroupId(stack, 'Servers', 'sg-0123456789abcdef0')],
  });
}

function define(overrides: Partial<PostHogCanaryProps> = {}, reader = true) {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', { maxAzs: 2 });
  const canary = new PostHogCanary(stack, 'Canary', {
    projectToken: token(stack),
    domainName: 'posthog.example.com',
    clickHouse: imported(stack, reader),
    vpc,
    ...overrides,
  });
  return { stack, canary };
}

function settingsOf(stack: Stack): CanarySettings {
  const { CANARY: text } = functionOf(stack).Environment.Variables;
  return JSON.parse(JSON.stringify(stack.resolve(text)).includes('Fn::Join') ? joined(text) : (text as string)) as CanarySettings;
}

/** The text of a join, with references as their names. */
function joined(text: unknown): string {
  return (text as { 'Fn::Join': [string, unknown[]] })['Fn::Join'][1]
    .map((part) => (typeof part === 'string' ? part : JSON.stringify(part).replace(/["\\]/g, "'")))
    .join('');
}

interface FunctionProperties {
  readonly Environment: { readonly Variables: Readonly<Record<string, unknown>> };
  readonly Timeout: number;
}

function functionOf(stack: Stack): FunctionProperties {
  const found = ofType<FunctionProperties>(Template.fromStack(stack), 'AWS::Lambda::Function').find(([id]) => id.includes('Canary'));
  return found![1].Properties;
}

test('the canary runs every five minutes and waits for an event for two', () => {
  const { stack } = define();
  Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(5 minutes)' });
  expect(functionOf(stack).Timeout).toBe(200);
  expect(settingsOf(stack)).toMatchObject({
    host: 'posthog.example.com',
    port: 443,
    flags: true,
    recordings: true,
    patienceMs: 120_000,
    clickHouse: { host: 'clickhouse.example.internal', port: 8443, tls: true, verifyCertificate: true, database: 'posthog' },
  });
});

test('the canary follows its options', () => {
  const { stack } = define({ interval: Duration.minutes(1), maxDelay: Duration.seconds(30), flags: false, recordings: false, installation: 'Mine' });
  Template.fromStack(stack).hasResourceProperties('AWS::Scheduler::Schedule', { ScheduleExpression: 'rate(1 minute)' });
  expect(functionOf(stack).Timeout).toBe(110);
  expect(settingsOf(stack)).toMatchObject({ installation: 'Mine', flags: false, recordings: false, patienceMs: 30_000 });
});

test('the canary can read the token and the read-only login, and no other secret', () => {
  const { stack } = define();
  const roles = JSON.stringify(ofType(Template.fromStack(stack), 'AWS::IAM::Role').filter(([id]) => /^CanaryFunctionRole/.test(id)));
  expect(roles.match(/secretsmanager:GetSecretValue/g)!.length).toBeGreaterThan(0);
  expect(roles).toContain('"Ref":"Token');
  expect(roles).toContain(':secret:reader-');
  expect(roles).not.toContain(':secret:credentials');
});

test('ClickHouse admits the canary on its HTTP port only', () => {
  const { stack } = define();
  const rules = ofType(Template.fromStack(stack), 'AWS::EC2::SecurityGroupIngress').map(([, { Properties }]) => Properties);
  expect(rules).toMatchObject([{ GroupId: 'sg-0123456789abcdef0', FromPort: 8443, ToPort: 8443, Description: 'from PostHog canary' }]);
});

test('the canary has metrics of its installation', () => {
  const { canary } = define({ installation: 'Mine' });
  const identity = { namespace: 'PostHog', dimensions: { Installation: 'Mine' }, statistic: 'Maximum' };
  expect(canary.metricFailures()).toMatchObject({ ...identity, metricName: 'CanaryFailures' });
  expect(canary.metricEventDelay()).toMatchObject({ ...identity, metricName: 'CanaryEventDelay' });
  expect(canary.distinctId).toBe('cdk-posthog-canary');
});

test.each<[string, () => unknown, string]>([
  ['a ClickHouse without a read-only login', () => define({}, false), '[Stack/Canary] `clickHouse` must have `readerCredentials`'],
  ['half a minute', () => define({ interval: Duration.seconds(90) }), '`interval` must be whole minutes, got: 90 seconds'],
  ['two hours', () => define({ interval: Duration.hours(2) }), '`interval` must be from 1 minute to 1 hour, got: 2 hours'],
  ['a delay of a second', () => define({ maxDelay: Duration.seconds(1) }), '`maxDelay` must be from 10 seconds to 10 minutes, got: 1 second'],
  [
    'a delay that is not known at synthesis',
    () => define({ maxDelay: Duration.seconds(Lazy.number({ produce: () => 60 })) }),
    '`maxDelay` must be known at synthesis',
  ],
])('the canary refuses %s', (_, make, message) => {
  expect(make).toThrow(message);
});

describe('PostHog', () => {
  const created = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };

  test('has no canary and no read-only login without `canary`', () => {
    const stack = newStack();
    const posthog = newPostHog(stack, created);
    expect([posthog.canary, posthog.clickHouse.readerCredentials]).toEqual([undefined, undefined]);
  });

  test('creates the read-only login for its canary', () => {
    const stack = newStack();
    const posthog = newPostHog(stack, { ...created, canary: { projectToken: token(stack) } });
    expect(posthog.clickHouse.readerCredentials).toBeDefined();
    expect(posthog.canary!.node.path).toBe('Stack/PostHog/Canary');
    Template.fromStack(stack).hasResourceProperties('AWS::SecretsManager::Secret', {
      GenerateSecretString: Match.objectLike({ SecretStringTemplate: '{"username":"reader"}' }),
    });
  });

  test('deletes the events of its canary in the weekly upkeep', () => {
    const stack = newStack();
    const posthog = newPostHog(stack, { ...created, canary: { projectToken: token(stack) } });
    expect(environmentOf(Template.fromStack(stack), 'upkeep')).toMatchObject({ UPKEEP_CANARY: posthog.canary!.distinctId });
  });

  test('has a canary of the deployed products only', () => {
    const stack = newStack();
    newPostHog(stack, { ...created, products: [Product.EVENTS], canary: { projectToken: token(stack) } });
    expect(settingsOf(stack)).toMatchObject({ host: 'posthog.example.com', flags: false, recordings: false });
  });

  test('refuses a canary without NAT', () => {
    const stack = newStack();
    expect(() => newPostHog(stack, { nat: NatMode.NONE, manageTopics: false, canary: { projectToken: token(stack) } })).toThrow(
      '`canary` needs NAT, because it reaches the domain name as clients do',
    );
  });

  test('has a canary with the data stores of another stack', () => {
    const app = new App();
    const storesStack = new Stack(app, 'Stores');
    const stores = new PostHogStores(storesStack, 'Stores', { clickHouseReader: true });
    const stack = new Stack(app, 'PostHog');
    const posthog = new PostHog(stack, 'PostHog', {
      stores,
      domainName: 'posthog.example.com',
      certificate: certificate(stack),
      canary: { projectToken: token(stack) },
    });
    expect(posthog.canary).toBeDefined();
    app.synth();
    expect(storesStack.dependencies).toEqual([]);
  });

  test('says how to get a read-only login with data stores of another stack', () => {
    const app = new App();
    const stores = new PostHogStores(new Stack(app, 'Stores'), 'Stores');
    const stack = new Stack(app, 'PostHog');
    const props = { stores, domainName: 'posthog.example.com', certificate: certificate(stack), canary: { projectToken: token(stack) } };
    expect(() => new PostHog(stack, 'PostHog', props)).toThrow('set `reader: true` of ClickHouse, `clickHouseReader: true` of PostHogStores');
  });
});
