import { inspect } from 'node:util';
import { Duration, SecretValue, Size, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { IVpc, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import {
  AppAccess,
  AppLoadBalancer,
  AuroraPostgres,
  Cache,
  Cdn,
  ClickHouse,
  ClientAddress,
  Kafka,
  ObjectStorage,
  Postgres,
  PostHogCanary,
  PostHogAlarm,
  PostHogAlarms,
  PostHogCapacity,
  PostHogCdn,
  PostHogDashboard,
  PostHogFirewall,
  PostHogIngress,
  PostHogNetwork,
  PostHogProcess,
  PostHogRelease,
  PostHogStores,
  PostHogRunningHours,
  PostHogUpkeep,
  PostHogBackup,
  PostHogWebAcl,
  Product,
  PublicEndpoint,
  RedpandaKafka,
  TrustedProxies,
} from '../../lib';
import { cdnCertificate, FOR_CDN } from '../ingress/cdn/fixtures';
import { newIngress } from '../ingress/fixtures';
import { RUNNING_HOURS, runningHoursProps } from '../operations/running-hours/fixture';
import { upkeepProps } from '../operations/upkeep/fixture';
import { EXPORTED_STRUCTS, factories, propsOf } from './bad-input-structs';
import { certificate, newPostHog, newStack, stores } from '../helpers/stack';

type Values = Record<string, unknown>;

/** A struct that users fill in. */
interface Target {
  /** The construct that the struct is for; undefined if an error cannot have a path, because there is no construct yet. */
  readonly path?: string;
  /** The prefix of its props in messages. */
  readonly prefix?: string;
  /** The values of its required props. */
  readonly given?: (stack: Stack) => Values;
  readonly make: (stack: Stack, props: never) => unknown;
}

function vpcOf(stack: Stack): IVpc {
  const found = stack.node.tryFindChild('Vpc') as IVpc | undefined;
  const ids = (name: string) => ['a', 'b', 'c'].map((zone) => `subnet-${name}${zone}`);
  return (
    found ??
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['eu-central-1a', 'eu-central-1b', 'eu-central-1c'],
      publicSubnetIds: ids('public'),
      publicSubnetIpv4CidrBlocks: ['10.0.0.0/27', '10.0.0.32/27', '10.0.0.64/27'],
      privateSubnetIds: ids('private'),
      isolatedSubnetIds: ids('isolated'),
    })
  );
}

function secretOf(stack: Stack): ISecret {
  return (stack.node.tryFindChild('AnySecret') as ISecret | undefined) ?? Secret.fromSecretNameV2(stack, 'AnySecret', 'any');
}

const inVpc = (stack: Stack) => ({ vpc: vpcOf(stack) });
const IN_VPC = { path: 'Stack/It', given: inVpc };

/** A PostHog without products, so that values that it accepts are quick to try. */
function posthog(stack: Stack, props: Values): void {
  newPostHog(stack, { products: [], ...props }, 'It');
}

function ofPostHog(prop: string, given: (stack: Stack) => Values = () => ({}), value: (one: Values) => unknown = (one) => one): Target {
  return { path: 'Stack/It', prefix: `${prop}.`, given, make: (stack, props) => posthog(stack, { [prop]: value(props) }) };
}

function ingress(stack: Stack, props: Values): PostHogIngress {
  return new PostHogIngress(stack, 'It', {
    vpc: vpcOf(stack),
    domainName: 'posthog.example.com',
    certificate: certificate(stack),
    appAccess: AppAccess.nobody(),
    ...props,
  });
}

function oauthClient(stack: Stack): Values {
  return { clientId: 'client', clientSecret: secretOf(stack) };
}

function cognito(stack: Stack): Values {
  const userPool = new UserPool(stack, 'Users');
  return {
    userPool,
    userPoolClient: userPool.addClient('Client'),
    userPoolDomain: userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'posthog' } }),
  };
}

const OIDC = {
  issuer: 'https://login.example.com',
  authorizationEndpoint: 'https://login.example.com/authorize',
  tokenEndpoint: 'https://login.example.com/token',
  userInfoEndpoint: 'https://login.example.com/user',
  clientId: 'client',
  clientSecret: SecretValue.secretsManager('oidc'),
};

/** Structs whose props others inherit. */
const INHERITED = [
  'PostHogIngressOptions',
  'AppSecretsOptions',
  'AppSettingsOptions',
  'OperationsOptions',
  'PostHogPartsOptions',
  'PostgresOptions',
  'PostHogCanaryOptions',
];

/** Structs that users who implement an interface return. */
const RETURNED = ['ClickHouseAppFiles', 'PostgresLoginCredentials'];

/** Every other struct that the library exports, with what it is for. */
const STRUCTS: Record<string, Target> = {
  PostHogProps: { path: 'Stack/It', make: posthog },
  PostHogIngressProps: { path: 'Stack/It', make: ingress },
  PostHogStoresProps: {
    path: 'Stack/It',
    given: (stack) => ({ ...inVpc(stack), ...stores(new Construct(stack, 'Given')) }),
    make: (stack, props) => new PostHogStores(stack, 'It', props),
  },
  PostHogNetworkProps: { path: 'Stack/It', make: (stack, props) => new PostHogNetwork(stack, 'It', props) },
  EmailOptions: ofPostHog('email', () => ({ host: 'mail.example.com', fromAddress: 'posthog@example.com' })),
  SingleSignOnOptions: ofPostHog('singleSignOn'),
  OAuthClient: { ...ofPostHog('singleSignOn', oauthClient, (github) => ({ github })), prefix: 'singleSignOn.github.' },
  SlackApp: ofPostHog('slackApp', (stack) => ({ ...oauthClient(stack), signingSecret: secretOf(stack) })),
  AiKeys: ofPostHog('aiKeys'),
  MigrationOptions: ofPostHog('migration'),
  PostHogRunningHoursOptions: ofPostHog('runningHours', () => RUNNING_HOURS as unknown as Values),
  PostHogRunningHoursProps: { path: 'Stack/It', given: runningHoursProps, make: (stack, props) => new PostHogRunningHours(stack, 'It', props) },
  PostHogUpkeepOptions: ofPostHog('upkeep'),
  PostHogUpkeepProps: { path: 'Stack/It', given: upkeepProps, make: (stack, props) => new PostHogUpkeep(stack, 'It', props) },
  PostHogAlarmOptions: ofPostHog('alarms'),
  PostHogAlarmOverride: {
    ...ofPostHog(
      'alarms',
      () => ({ alarm: PostHogAlarm.MIGRATION }),
      (one) => ({ overrides: [one] }),
    ),
    prefix: 'alarms.overrides[0].',
  },
  PostHogAlarmsProps: { path: 'Stack/It', make: (stack, props) => new PostHogAlarms(stack, 'It', props) },
  PostHogDashboardProps: { path: 'Stack/It', make: (stack, props) => new PostHogDashboard(stack, 'It', props) },
  PostHogBackupOptions: ofPostHog('backup'),
  PostHogBudgetOptions: ofPostHog('budget', () => ({ monthlyLimit: 1500, email: 'owner@example.com' })),
  RestoreDrillOptions: {
    ...ofPostHog(
      'backup',
      () => ({}),
      (restoreDrills) => ({ restoreDrills }),
    ),
    prefix: 'backup.restoreDrills.',
  },
  PostHogBackupProps: { ...IN_VPC, make: (stack, props) => new PostHogBackup(stack, 'It', props) },
  PostHogServiceOptions: {
    ...ofPostHog(
      'serviceOptions',
      () => ({ process: PostHogProcess.WEB }),
      (one) => [one],
    ),
    prefix: 'serviceOptions[0].',
  },
  FargateCapacityOptions: { make: (_, props) => PostHogCapacity.fargate(props) },
  SharedCapacityOptions: { make: (_, props) => PostHogCapacity.instances(props) },
  InstanceCapacityOptions: { make: (_, props) => PostHogCapacity.instances(props) },
  ManagedInstanceCapacityOptions: { make: (_, props) => PostHogCapacity.managedInstances(props) },
  CapacityProviderOptions: { make: (_, props) => PostHogCapacity.fromProvider('own', props) },
  InternalLoadBalancerOptions: {
    make: (stack, props) => posthog(stack, { vpc: vpcOf(stack), appLoadBalancer: AppLoadBalancer.internal(props) }),
  },
  DomainNameOptions: {
    path: 'Stack/It',
    prefix: 'ingestionDomainNames[0].',
    given: (stack) => ({ domainName: 't.example.com', certificate: certificate(new Construct(stack, 'Own')) }),
    make: (stack, props) => ingress(stack, { ingestionDomainNames: [props] }),
  },
  OidcOptions: {
    given: () => OIDC,
    make: (stack, props) => ingress(stack, { appAccess: AppAccess.oidc(props) }).route(PostHogProcess.WEB, group(stack)),
  },
  CognitoOptions: {
    given: cognito,
    make: (stack, props) => ingress(stack, { appAccess: AppAccess.cognito(props) }).route(PostHogProcess.WEB, group(stack)),
  },
  PostHogCdnProps: {
    path: 'Stack/It',
    given: (stack) => {
      const given = new Construct(stack, 'Given');
      return { ingress: newIngress(given, { ...inVpc(stack), ...FOR_CDN }), certificate: cdnCertificate(given) };
    },
    make: (stack, props) => new PostHogCdn(stack, 'It', props),
  },
  VerifiedAddressOptions: { make: (stack, props) => ingress(stack, { clientAddress: ClientAddress.verified(props) }) },
  ClientAddressProxyOptions: {
    path: 'Stack/It',
    given: () => ({ upstreamPort: 8000 }),
    make: (stack, props) => {
      const taskDefinition = new FargateTaskDefinition(stack, 'Task');
      taskDefinition.addContainer('process', { image: ContainerImage.fromRegistry('process') });
      ingress(stack, { clientAddress: ClientAddress.verified() }).addClientAddressProxy(taskDefinition, props);
    },
  },
  PostHogCanaryProps: {
    path: 'Stack/It',
    given: (stack) => ({
      vpc: vpcOf(stack),
      domainName: 'posthog.example.com',
      projectToken: secretOf(stack),
      clickHouse: ClickHouse.fromClickHouseAttributes(stack, 'Reader', {
        host: 'clickhouse.internal',
        credentials: secretOf(stack),
        readerCredentials: secretOf(stack),
      }),
    }),
    make: (stack, props) => new PostHogCanary(stack, 'It', props),
  },
  FirewallOptions: { make: (stack, props) => ingress(stack, { firewall: PostHogFirewall.managed(props) }) },
  PostHogWebAclProps: { path: 'Stack/It', make: (stack, props) => new PostHogWebAcl(stack, 'It', props) },
  CacheProps: { ...IN_VPC, make: (stack, props) => new Cache(stack, 'It', props) },
  KafkaProps: { ...IN_VPC, make: (stack, props) => new Kafka(stack, 'It', props) },
  RedpandaKafkaProps: { ...IN_VPC, make: (stack, props) => new RedpandaKafka(stack, 'It', props) },
  PostgresProps: { ...IN_VPC, make: (stack, props) => new Postgres(stack, 'It', props) },
  AuroraPostgresProps: { ...IN_VPC, make: (stack, props) => new AuroraPostgres(stack, 'It', props) },
  ClickHouseProps: {
    path: 'Stack/It',
    given: (stack) => ({
      vpc: vpcOf(stack),
      kafka: stores(new Construct(stack, 'Given')).kafka,
    }),
    make: (stack, props) => new ClickHouse(stack, 'It', props),
  },
  ObjectStorageProps: { path: 'Stack/It', make: (stack, props) => new ObjectStorage(stack, 'It', props) },
  PostgresAttributes: {
    path: 'Stack/It',
    given: (stack) => ({ urlSecret: secretOf(stack) }),
    make: (stack, props) => posthog(stack, { postgres: Postgres.fromPostgresAttributes(stack, 'It', props), products: [] }),
  },
  CacheAttributes: {
    path: 'Stack/It',
    given: () => ({ host: 'cache.internal' }),
    make: (stack, props) => Cache.fromCacheAttributes(stack, 'It', props),
  },
  KafkaAttributes: {
    path: 'Stack/It',
    given: () => ({ bootstrapServers: 'b-1.internal:9094' }),
    make: (stack, props) => Kafka.fromKafkaAttributes(stack, 'It', props),
  },
  ClickHouseAttributes: {
    path: 'Stack/It',
    given: (stack) => ({ host: 'clickhouse.internal', credentials: secretOf(stack) }),
    make: (stack, props) => ClickHouse.fromClickHouseAttributes(stack, 'It', props),
  },
  ObjectStorageAttributes: {
    path: 'Stack/It',
    given: (stack) => ({ bucket: Bucket.fromBucketName(stack, 'Bucket', 'objects') }),
    make: (stack, props) => ObjectStorage.fromObjectStorageAttributes(stack, 'It', props),
  },
  PostHogImages: { given: () => ({ app: 'posthog/posthog' }), make: (_, props) => PostHogRelease.of('mine', props) },
  PostHogReleaseOptions: { make: (_, props) => PostHogRelease.of('mine', { app: 'posthog/posthog' }, props) },
  PostHogReleaseOverrides: {
    prefix: 'overrides.',
    make: (_, overrides) => PostHogRelease.of('mine', { app: 'posthog/posthog' }, { overrides }),
  },
};

function group(stack: Stack) {
  const balancer = new ApplicationLoadBalancer(stack, 'Other', { vpc: vpcOf(stack) });
  return balancer.addListener('Listener', { port: 80 }).addTargets('Targets', { port: 80 });
}

/** The arguments of factories that are no structs of the library, by the name of the factory and the argument. */
const ARGUMENTS: Record<string, { readonly type: string; readonly call: (value: never) => unknown }> = {
  'AppAccess.fromCidrs(cidrs)': { type: 'string[]', call: (value) => AppAccess.fromCidrs(value) },
  'Cdn.fromCidrs(cidrs)': { type: 'string[]', call: (value) => Cdn.fromCidrs(value) },
  'TrustedProxies.fromSubnets(subnets)': { type: 'ISubnet[]', call: (value) => TrustedProxies.fromSubnets(value) },
  'TrustedProxies.fromLoadBalancer(loadBalancer)': { type: 'IApplicationLoadBalancer', call: (value) => TrustedProxies.fromLoadBalancer(value) },
  'TrustedProxies.fromAddresses(addresses)': { type: 'string[]', call: (value) => TrustedProxies.fromAddresses(value) },
  'PostHogFirewall.fromWebAcl(webAcl)': { type: 'PostHogWebAcl', call: (value) => PostHogFirewall.fromWebAcl(value) },
  'PostHogFirewall.fromWebAclArn(webAclArn)': { type: 'string', call: (value) => PostHogFirewall.fromWebAclArn(value) },
  'PublicEndpoint.answeredBy(process)': { type: 'PostHogProcess', call: (value) => PublicEndpoint.answeredBy(value) },
  'PostHogCapacity.fromProvider(name)': { type: 'string', call: (value) => PostHogCapacity.fromProvider(value) },
  'PostHogRelease.of(name)': { type: 'string', call: (value) => PostHogRelease.of(value, { app: 'posthog/posthog' }) },
  'PostHogRelease.fromFile(path)': { type: 'string', call: (value) => PostHogRelease.fromFile(value) },
};

/** Factories whose arguments are structs, which STRUCTS has. */
const OF_STRUCTS: Record<string, string> = {
  'AppLoadBalancer.internal(options)': 'InternalLoadBalancerOptions',
  'PostHogCapacity.fargate(options)': 'FargateCapacityOptions',
  'PostHogCapacity.instances(options)': 'InstanceCapacityOptions',
  'PostHogCapacity.managedInstances(options)': 'ManagedInstanceCapacityOptions',
  'PostHogCapacity.fromProvider(name, options)': 'CapacityProviderOptions',
  'AppAccess.oidc(options)': 'OidcOptions',
  'AppAccess.cognito(options)': 'CognitoOptions',
  'ClientAddress.verified(options)': 'VerifiedAddressOptions',
  'PostHogFirewall.managed(options)': 'FirewallOptions',
  'PostHogRelease.of(name, images, options)': 'PostHogReleaseOptions',
  'Cache.fromCacheAttributes(scope, id, attrs)': 'CacheAttributes',
  'ClickHouse.fromClickHouseAttributes(scope, id, attrs)': 'ClickHouseAttributes',
  'Kafka.fromKafkaAttributes(scope, id, attrs)': 'KafkaAttributes',
  'ObjectStorage.fromObjectStorageAttributes(scope, id, attrs)': 'ObjectStorageAttributes',
  'Postgres.fromPostgresAttributes(scope, id, attrs)': 'PostgresAttributes',
};

class Unrelated {
  public readonly name = 'unrelated';
}

const circular: Values = {};
circular.self = circular;

const WRONG_FOR_ALL = [null, 10n, NaN, Symbol('x'), () => 'x', circular, new Unrelated()];
const WRONG_TEXTS = ['', ' ', 5, true, [], {}];
const WRONG_OBJECTS = ['x', '', 5, true, [], {}];

/** Returns values that callers without a type checker pass for a type, and some of the type that cannot work. */
function hostileValues(type: string): unknown[] {
  const list = /^(?:readonly )?(.*)\[\]$/.exec(type)?.[1];
  if (list) {
    return [...WRONG_FOR_ALL, 'x', 5, true, {}, [null], [undefined], ...hostileValues(list).map((value) => [value])];
  }
  if (type.startsWith('Record<')) {
    return [
      ...WRONG_FOR_ALL,
      'x',
      5,
      true,
      [],
      { A: null },
      { A: undefined },
      { A: 5 },
      { A: {} },
      { A: ['x'] },
      { A: 'x'.repeat(100_000) },
      { '': 'x' },
    ];
  }
  switch (type) {
    case 'string':
      return [...WRONG_FOR_ALL, ...WRONG_TEXTS];
    case 'number':
      return [...WRONG_FOR_ALL, '5', '', true, [], {}, -1, 0, 1.5, 1e12, Infinity];
    case 'boolean':
      return [...WRONG_FOR_ALL, 'true', 'false', 0, 1, [], {}];
    case 'Duration':
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Size.gibibytes(1), Duration.millis(1500), Duration.days(0), Duration.days(1e9)];
    case 'Size':
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Duration.days(1), Size.mebibytes(1536.5), Size.gibibytes(0), Size.tebibytes(1e6)];
    default:
      return [...WRONG_FOR_ALL, ...WRONG_OBJECTS, Duration.days(1), SubnetType.PUBLIC];
  }
}

/** Props that the helpers of this test set. */
const SET_BY_HELPERS = ['domainName', 'appAccess', 'clickHouse', 'objectStorage'];

/** What must not be in a message, or in a template. */
const GARBAGE = /\[object |undefined|NaN|Symbol\(/;

/** Runs something with a value, and returns what is wrong with its error, if there is one and it is wrong. */
function wrongWith(prop: string, path: string | undefined, act: () => void): string | undefined {
  try {
    act();
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    const named = new RegExp(`[\`.]${prop}[\`.[]`).test(message);
    const shown = message.replaceAll(/got: (NaN|\[NaN\]|Symbol\(x\)|\[Symbol\(x\)\])/g, 'got: it');
    const expected = name === 'Error' && named && !GARBAGE.test(shown) && (path === undefined || message.startsWith(`[${path}`));
    return expected ? undefined : `${name}: ${message.slice(0, 300)}`;
  }
}

/** Tries hostile values for every prop of a struct, and returns what went wrong. */
function fuzz(struct: string): string[] {
  const { path, given = () => ({}), make } = STRUCTS[struct];
  const wrong: string[] = [];
  for (const { name, type } of propsOf(struct)) {
    for (const value of hostileValues(type)) {
      const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
      const error = wrongWith(name, path, () => {
        make(stack, { ...given(stack), [name]: value } as never);
        if (GARBAGE.test(JSON.stringify(Template.fromStack(stack).toJSON()))) {
          throw new RangeError('the template has garbage');
        }
      });
      if (error !== undefined) {
        wrong.push(`${struct}.${name} = ${inspect(value, { depth: 0 })}: ${error}`);
      }
    }
  }
  return wrong;
}

test('covers every struct and factory of the public API', () => {
  expect([...Object.keys(STRUCTS), ...INHERITED, ...RETURNED].sort()).toEqual([...EXPORTED_STRUCTS].sort());
  const known = [...Object.keys(ARGUMENTS), ...Object.keys(OF_STRUCTS)].map((name) => name.split('(')[0]);
  expect([...new Set(known)].sort()).toEqual([...new Set(factories().map((name) => name.split('(')[0]))].sort());
  expect(Object.values(OF_STRUCTS).filter((struct) => !(struct in STRUCTS))).toEqual([]);
});

test.each(Object.keys(STRUCTS))('%s takes or refuses hostile values by the name of the prop', (struct) => {
  expect(fuzz(struct)).toEqual([]);
});

test.each(Object.entries(ARGUMENTS))('%s takes or refuses hostile values by its name', (name, { type, call }) => {
  const argument = /\((\w+)\)/.exec(name)![1];
  const wrong = hostileValues(type).map((value) => wrongWith(argument, undefined, () => call(value as never)));
  expect(wrong.filter((error) => error !== undefined)).toEqual([]);
});

test('misspelt props are refused with the right name', () => {
  const wrong: string[] = [];
  for (const [struct, { prefix = '', given, make }] of Object.entries(STRUCTS)) {
    for (const { name } of propsOf(struct).filter((one) => one.name !== one.name.toLowerCase())) {
      const stack = newStack();
      const others = Object.fromEntries(Object.entries(given?.(stack) ?? {}).filter(([key]) => key !== name));
      // Those that the helpers of this test set themselves are not missing.
      const value = { ...others, ...(SET_BY_HELPERS.includes(name) ? { [name]: undefined } : {}), [name.toLowerCase()]: 'x' };
      try {
        make(stack, value as never);
        wrong.push(`${struct}.${name}: accepted`);
      } catch (error) {
        const { message } = error as Error;
        if (!message.includes(`\`${prefix}${name.toLowerCase()}\` does not exist; write \`${prefix}${name}\``)) {
          wrong.push(`${struct}.${name}: ${message}`);
        }
      }
    }
  }
  expect(wrong).toEqual([]);
});

test('a prop of a struct that extends ours is no misspelling', () => {
  const stack = newStack();
  const props = { ...inVpc(stack), replicas: 1, replica: 'mine', team: 'analytics' };
  expect(() => new Cache(stack, 'It', props)).not.toThrow();
});

test('the products of a PostHog are not listed twice', () => {
  expect(() => newPostHog(newStack(), { products: [Product.EVENTS, Product.EVENTS] })).toThrow('`products` must not contain duplicates, got: ');
});
