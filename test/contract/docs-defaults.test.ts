import { readFileSync } from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';
import { CfnOutput, Duration, RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { HttpVersion, PriceClass, SecurityPolicyProtocol } from 'aws-cdk-lib/aws-cloudfront';
import { InstanceClass, InstanceSize, InstanceType, IpAddresses, Port, Vpc } from 'aws-cdk-lib/aws-ec2';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { ContainerImage, ContainerInsights, CpuArchitecture, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup, IpAddressType, SslPolicy, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { AuroraPostgresEngineVersion, PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Function as LambdaFunction } from 'aws-cdk-lib/aws-lambda';
import ts from 'typescript';
import {
  AppAccess,
  AppLoadBalancer,
  AuroraPostgres,
  Cache,
  CacheEncryption,
  CacheEviction,
  CapacityProviderKind,
  ClickHouse,
  ClientAddress,
  EmailEncryption,
  Kafka,
  KafkaBrokerType,
  KafkaEncryption,
  NatMode,
  ObjectStorage,
  Postgres,
  PostHogCanary,
  PostHogCapacity,
  PostHogFirewall,
  PostgresLogins,
  PostHogAlarm,
  PostHogIngress,
  PostHogNetwork,
  PostHogProcess,
  PostHogRelease,
  PostHogSize,
  PostHogStores,
  PostHogRunningHours,
  PostHogUpkeep,
  PostHogWebAcl,
  RedpandaKafka,
} from '../../lib';
import { ROOT } from '../helpers/app';
import { appSettings } from '../../lib/services/settings/app-settings';
import { databaseBackup } from '../../lib/migration/database-backup';
import { OIDC, OTHERS } from './docs-defaults-others';
import { certificate, newPostHog, newStack } from '../helpers/stack';
import { zonedStack } from '../helpers/zones';
import { newCdn } from '../ingress/cdn/fixtures';
import { newMigration, vpcOf } from '../migration/fixture';
import { runningHoursProps } from '../operations/running-hours/fixture';
import { upkeepProps } from '../operations/upkeep/fixture';
import { newBackup } from '../operations/backup/fixtures';
import { newClickHouse } from '../stores/clickhouse/fixtures';

/** A property of a struct that users fill in. */
interface Prop {
  readonly name: string;
  readonly optional: boolean;
  readonly default?: string;
}

/**
 * The properties of every struct that lib/index.ts exports, by `Struct.property`. Interfaces that start with I are for calling, not for filling in.
 */
function documentedProps(): Prop[] {
  const index = readFileSync(path.join(ROOT, 'lib', 'index.ts'), 'utf8');
  const exported = [...index.matchAll(/export \{([^}]*)\} from '([^']*)'/g)].flatMap(([, names, file]) =>
    names
      .split(',')
      .map((name) => name.trim())
      .filter((name) => /^type (?!I[A-Z])/.test(name))
      .map((name) => ({ struct: name.slice('type '.length), file })),
  );
  return exported.flatMap(({ struct, file }) => {
    const source = ts.createSourceFile(file, readFileSync(path.join(ROOT, 'lib', `${file}.ts`), 'utf8'), ts.ScriptTarget.Latest, true);
    const declaration = source.statements.filter(ts.isInterfaceDeclaration).find(({ name }) => name.text === struct);
    return declaration!.members.filter(ts.isPropertySignature).map((member) => ({
      name: `${struct}.${member.name.getText()}`,
      optional: member.questionToken !== undefined,
      default: ts.getTextOfJSDocComment(ts.getJSDocTags(member).find(({ tagName }) => tagName.text === 'default')?.comment)?.trim(),
    }));
  });
}

const PROPS = documentedProps();
const LITERALS = PROPS.filter((prop) => prop.default !== undefined && !prop.default.startsWith('-'));

/** What documented defaults may be written with. */
const WORDS = {
  AppAccess,
  AuroraPostgresEngineVersion,
  CacheEncryption,
  CacheEviction,
  CapacityProviderKind,
  ClientAddress,
  ContainerInsights,
  CpuArchitecture,
  Duration,
  InstanceClass,
  InstanceSize,
  InstanceType,
  EmailEncryption,
  HttpVersion,
  IpAddresses,
  IpAddressType,
  KafkaBrokerType,
  KafkaEncryption,
  NatMode,
  PostgresEngineVersion,
  PostgresLogins,
  PostHogRelease,
  PostHogSize,
  PriceClass,
  RemovalPolicy,
  LogGroupClass,
  RetentionDays,
  SecurityPolicyProtocol,
  Size,
  SslPolicy,
};

type Props = Record<string, unknown>;

/** What comes of a struct: the template, or what a store knows about itself. */
const RESULTS: Record<string, (props: Props) => unknown> = {
  PostHogProps: template((stack, props) => newPostHog(stack, { manageTopics: true, ...props })),
  PostHogStoresProps: template((stack, props) => new PostHogStores(stack, 'Stores', props)),
  PostHogReleaseOptions: (props) =>
    PostHogRelease.of('mine', { app: 'posthog/posthog' }, props).platforms.map(({ _cpuArchitecture }) => _cpuArchitecture),
  MigrationOptions: template((stack, props) =>
    newMigration(stack, {
      options: props,
      backup: databaseBackup(new Postgres(stack, 'Postgres', { vpc: vpcOf(stack) })),
      clickHouseBackup: LambdaFunction.fromFunctionArn(stack, 'Backup', 'arn:aws:lambda:eu-central-1:111122223333:function:backup'),
    }),
  ),
  PostHogRunningHoursProps: template((stack, props) => new PostHogRunningHours(stack, 'Hours', { ...runningHoursProps(stack), ...props })),
  PostHogUpkeepOptions: template((stack, props) => newPostHog(stack, { upkeep: props })),
  PostHogUpkeepProps: template((stack, props) => new PostHogUpkeep(stack, 'Upkeep', { ...upkeepProps(stack), ...props })),
  PostHogBackupOptions: template((stack, props) => newBackup(stack, { restoreDrills: undefined, ...props })),
  RestoreDrillOptions: template((stack, props) => newBackup(stack, { restoreDrills: props })),
  EmailOptions: (props) => appSettings({ email: { host: 'mail', fromAddress: 'a@b', ...props } }),
  PostHogServiceOptions: template((stack, props) => newPostHog(stack, { serviceOptions: [{ process: PostHogProcess.CAPTURE, ...props }] })),
  OperationsOptions: template((stack, props) => newPostHog(stack, props)),
  PostHogAlarmOptions: template((stack, props) => newPostHog(stack, { alarms: props })),
  PostHogAlarmOverride: template((stack, props) => newPostHog(stack, { alarms: { overrides: [{ alarm: PostHogAlarm.MIGRATION, ...props }] } })),
  PostHogNetworkProps: template((stack, props) => new PostHogNetwork(stack, 'Network', props)),
  PostHogIngressOptions: template(ingress),
  PostHogIngressProps: template(ingress),
  FargateCapacityOptions: (props) => PostHogCapacity.fargate(props)._settings,
  SharedCapacityOptions: (props) => PostHogCapacity.instances(props)._settings,
  InstanceCapacityOptions: template((stack, props) => newPostHog(stack, { capacity: PostHogCapacity.instances(props) })),
  ManagedInstanceCapacityOptions: template((stack, props) => newPostHog(stack, { capacity: PostHogCapacity.managedInstances(props) })),
  CapacityProviderOptions: (props) => PostHogCapacity.fromProvider('own', props)._settings,
  InternalLoadBalancerOptions: template((stack, props) => newPostHog(stack, { appLoadBalancer: AppLoadBalancer.internal(props) })),
  PostHogCdnProps: template((stack, props) => {
    newCdn(stack, props);
  }),
  PostHogCanaryOptions: template(canary),
  PostHogCanaryProps: template(canary),
  FirewallOptions: template((stack, props) => ingress(stack, { firewall: PostHogFirewall.managed(props) })),
  PostHogWebAclProps: (props) => {
    const stack = newStack({ env: { account: '111122223333', region: 'us-east-1' } });
    new PostHogWebAcl(stack, 'WebAcl', props);
    return Template.fromStack(stack).toJSON();
  },
  ClientAddressProxyOptions: template((stack, props) => {
    const taskDefinition = new FargateTaskDefinition(stack, 'Task');
    taskDefinition.addContainer('process', { image: ContainerImage.fromRegistry('process') });
    ingress(stack, { clientAddress: ClientAddress.verified() }).addClientAddressProxy(taskDefinition, { upstreamPort: 8000, ...props });
  }),
  CognitoOptions: template((stack, props) => {
    const userPool = new UserPool(stack, 'Users');
    const pool = {
      userPool,
      userPoolClient: userPool.addClient('Client'),
      userPoolDomain: userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'posthog' } }),
    };
    return ingress(stack, { appAccess: AppAccess.cognito({ ...pool, ...props }) });
  }),
  OidcOptions: template((stack, props) => ingress(stack, { appAccess: AppAccess.oidc({ ...OIDC, ...props }) })),
  PostgresOptions: template((stack, props) => new Postgres(stack, 'Store', { vpc: new Vpc(stack, 'Vpc'), ...ofSnapshot(props) })),
  PostgresProps: template((stack, props) => new Postgres(stack, 'Store', { vpc: new Vpc(stack, 'Vpc'), ...props })),
  AuroraPostgresProps: template((stack, props) => new AuroraPostgres(stack, 'Store', { vpc: new Vpc(stack, 'Vpc'), ...props })),
  CacheProps: template((stack, props) => new Cache(stack, 'Store', { vpc: new Vpc(stack, 'Vpc'), ...props })),
  ObjectStorageProps: template((stack, props) => new ObjectStorage(stack, 'Store', props)),
  PostgresAttributes: store((stack, props) =>
    Postgres.fromPostgresAttributes(stack, 'Store', { urlSecret: Secret.fromSecretNameV2(stack, 'Secret', 'secret'), ...props }),
  ),
  CacheAttributes: store((stack, props) => Cache.fromCacheAttributes(stack, 'Store', { host: 'cache', ...props })),
  RedpandaKafkaProps: template((stack, props) => new RedpandaKafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc'), ...props })),
  KafkaProps: template((stack, props) => new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc'), ...props })),
  KafkaAttributes: store((stack, props) => Kafka.fromKafkaAttributes(stack, 'Store', { bootstrapServers: 'kafka:9999', ...props })),
  ClickHouseAttributes: store((stack, props) =>
    ClickHouse.fromClickHouseAttributes(stack, 'Store', {
      host: 'clickhouse',
      credentials: Secret.fromSecretNameV2(stack, 'Secret', 'secret'),
      ...props,
    }),
  ),
  ClickHouseProps: template((stack, props) => newClickHouse(stack, props)),
  ObjectStorageAttributes: store((stack, props) =>
    ObjectStorage.fromObjectStorageAttributes(stack, 'Store', { bucket: Bucket.fromBucketName(stack, 'Bucket', 'bucket'), ...props }),
  ),
};

function template(define: (stack: Stack, props: Props) => void): (props: Props) => unknown {
  return (props) => {
    const stack = zonedStack();
    define(stack, props);
    return Template.fromStack(stack).toJSON();
  };
}

/** The values of a store that are plain, and the port that it is reached on. */
function store(define: (stack: Stack, props: Props) => object): (props: Props) => unknown {
  return (props) =>
    Object.entries(define(newStack(), props)).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'object' ? JSON.stringify((value as { defaultPort?: Port }).defaultPort?.toRuleJson()) : value,
    ]);
}

/** Users and databases are of snapshots. */
function ofSnapshot(props: Props): Props {
  return { snapshotIdentifier: 'before', ...props };
}

function canary(stack: Stack, props: Props): PostHogCanary {
  const secret = Secret.fromSecretNameV2(stack, 'Secret', 'secret');
  const clickHouse = ClickHouse.fromClickHouseAttributes(stack, 'Store', { host: 'clickhouse', credentials: secret, readerCredentials: secret });
  return new PostHogCanary(stack, 'Canary', {
    vpc: new Vpc(stack, 'Vpc'),
    domainName: 'posthog.example.com',
    projectToken: secret,
    clickHouse,
    ...props,
  });
}

function ingress(stack: Stack, props: Props): PostHogIngress {
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-0123456789abcdef0',
    availabilityZones: ['a', 'b'],
    publicSubnetIds: ['p1', 'p2'],
    publicSubnetIpv4CidrBlocks: ['10.0.0.0/27', '10.0.0.32/27'],
    publicSubnetRouteTableIds: ['r1', 'r2'],
    privateSubnetIds: ['s1', 's2'],
    privateSubnetIpv4CidrBlocks: ['10.0.1.0/27', '10.0.1.32/27'],
    privateSubnetRouteTableIds: ['r3', 'r4'],
  });
  const made = new PostHogIngress(stack, 'Ingress', { vpc, domainName: 'posthog.example.com', certificate: certificate(stack), ...props });
  made.route(PostHogProcess.WEB, new ApplicationTargetGroup(stack, 'Web', { vpc, port: 8000, targetType: TargetType.IP }));
  // What the template of an ingress alone does not hold.
  new CfnOutput(stack, 'Environment', { value: stack.toJsonString(made.proxyEnvironment) });
  return made;
}

const defaults = new Map<string, unknown>();

function resultOf(struct: string, props?: Props): unknown {
  if (props) {
    return RESULTS[struct](props);
  }
  defaults.set(struct, defaults.get(struct) ?? RESULTS[struct]({}));
  return defaults.get(struct);
}

test('the parser finds every exported struct with its props', () => {
  expect(new Set(PROPS.map(({ name }) => name.split('.')[0])).size).toBeGreaterThanOrEqual(15);
  expect(PROPS.find(({ name }) => name === 'PostHogNetworkProps.ipAddresses')).toEqual({
    name: 'PostHogNetworkProps.ipAddresses',
    optional: true,
    default: "IpAddresses.cidr('10.0.0.0/16')",
  });
});

test('every optional prop documents its default, and no required prop does', () => {
  expect(PROPS.filter((prop) => prop.optional !== Boolean(prop.default)).map(({ name }) => name)).toEqual([]);
});

test('every documented default value has a row in OTHERS', () => {
  expect(Object.keys(OTHERS).sort()).toEqual(LITERALS.map(({ name }) => name).sort());
});

test.each(LITERALS.map((prop) => [prop.name, prop.default!]))('%s defaults to %s', (name, documented) => {
  const [struct, prop] = name.split('.');
  const value: unknown = vm.runInNewContext(documented, WORDS);
  expect(resultOf(struct, { [prop]: value })).toEqual(resultOf(struct));
  expect(resultOf(struct, { [prop]: OTHERS[name] })).not.toEqual(resultOf(struct));
});
