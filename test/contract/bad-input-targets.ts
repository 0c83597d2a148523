import { SecretValue, Stack } from 'aws-cdk-lib/core';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
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
  PublicEndpoint,
  RedpandaKafka,
  TrustedProxies,
} from '../../lib';
import { cdnCertificate, FOR_CDN } from '../ingress/cdn/fixtures';
import { newIngress } from '../ingress/fixtures';
import { RUNNING_HOURS, runningHoursProps } from '../operations/running-hours/fixture';
import { upkeepProps } from '../operations/upkeep/fixture';
import { certificate, newPostHog, stores } from '../helpers/stack';

export type Values = Record<string, unknown>;

/** A struct that users fill in. */
export interface Target {
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

export const inVpc = (stack: Stack) => ({ vpc: vpcOf(stack) });
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
export const INHERITED = [
  'PostHogIngressOptions',
  'AppSecretsOptions',
  'AppSettingsOptions',
  'OperationsOptions',
  'PostHogPartsOptions',
  'PostgresOptions',
  'PostHogCanaryOptions',
];

/** Structs that users who implement an interface return. */
export const RETURNED = ['ClickHouseAppFiles', 'PostgresLoginCredentials'];

/** Every other struct that the library exports, with what it is for. */
export const STRUCTS: Record<string, Target> = {
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
export const ARGUMENTS: Record<string, { readonly type: string; readonly call: (value: never) => unknown }> = {
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
export const OF_STRUCTS: Record<string, string> = {
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
