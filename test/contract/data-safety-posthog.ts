import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { ContainerInsights, CpuArchitecture, Secret } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType, SslPolicy } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import {
  AppAccess,
  AppLoadBalancer,
  ClientAddress,
  EndpointGroup,
  NatMode,
  PostHog,
  PostHogCapacity,
  PostHogFirewall,
  PostHogNetwork,
  PostHogProcess,
  PostHogRelease,
  PostHogSize,
  PostHogStores,
  Product,
  TrustedProxies,
} from '../../lib';
import { Change, FEWER_BROKERS, NAME_TAKEN, OVERLAP, PROTECTED, READER, Said, Subject, to } from './data-safety-changes';
import { Given } from './data-safety-given';
import { FEW } from '../helpers/stack';
import { RUNNING_HOURS } from '../operations/running-hours/fixture';

const IN_VPC = ({ vpc }: Given) => ({ vpc });

const BROUGHT: Said = { file: 'docs/stores.md', text: 'The created resource then leaves the stack' };

/** A store or secret of the user's own in place of one that was made. */
function brought(name: keyof Given['stores'], ...types: string[]): Change {
  return { to: ({ stores }) => stores[name], endangers: { what: types.map((type) => `${type} removed`), said: BROUGHT } };
}

const BROUGHT_SECRET: Change = { to: ({ secret }) => secret, endangers: { what: ['AWS::SecretsManager::Secret removed'], said: BROUGHT } };

/** What a listener of the user's own needs besides. */
const LISTENER = ({ vpc, listener, loadBalancer }: Given) => ({
  vpc,
  listener,
  loadBalancer,
  trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']),
  rulePriorityBase: 2000,
  certificate: undefined,
});

const OTHER_CLUSTER: Change['endangers'] = {
  what: ['AWS::MSK::Cluster replaced'],
  said: { file: 'docs/kafka.md', text: 'Another VPC or other subnets need another cluster' },
};

const NEW_NAMESPACE = 'a new private namespace renames every process';
const RENAMED = 'the process gets another private name';
/** In the other direction, the cluster of three zones has fewer brokers in two. */
const MOVED_KAFKA = [NAME_TAKEN, FEWER_BROKERS];

const OTHER_RELEASE = PostHogRelease.of('other', {
  ...PostHogRelease.V2026_09_11_R2.images,
  app: 'posthog/posthog:other',
  capture: 'posthog/capture:other',
});

const OTHER_ZONE: Change = {
  to: (given) => given.turned(given.vpc.privateSubnets),
  with: IN_VPC,
  endangers: {
    what: ['AWS::EC2::Volume refused'],
    said: { file: 'docs/instances.md', text: 'CloudFormation refuses to move a volume to another zone' },
  },
};

/** The key for data at rest, with or without which every data store would be another one. */
const OTHER_KEY: Change = {
  to: ({ key }) => key,
  endangers: {
    what: ['AWS::EC2::Volume refused', 'AWS::ElastiCache::ReplicationGroup replaced', 'AWS::MSK::Cluster replaced', 'AWS::RDS::DBInstance replaced'],
    said: { file: 'docs/stores.md', text: 'Set it for a new stack only' },
  },
  refused: ['a data store gets its key when it is created', NAME_TAKEN],
};

const OTHER_SUBNETS: Change = {
  to: ({ vpc }) => ({ subnets: vpc.isolatedSubnets.slice(1) }),
  with: IN_VPC,
  endangers: OTHER_CLUSTER,
  refused: MOVED_KAFKA,
};

/** The data stores that are passed in. */
const BROUGHT_STORES = {
  postgres: brought('postgres', 'AWS::RDS::DBInstance', 'AWS::SecretsManager::Secret'),
  cache: brought('cache', 'AWS::ElastiCache::ReplicationGroup'),
  kafka: brought('kafka', 'AWS::MSK::Cluster'),
  clickHouse: brought('clickHouse', 'AWS::EC2::Volume', 'AWS::SecretsManager::Secret'),
  objectStorage: brought('objectStorage', 'AWS::S3::Bucket'),
};

/** The data stores with their network. */
export const POSTHOG_STORES: Subject = {
  struct: 'PostHogStoresProps',
  make: (stack, _, props) => void new PostHogStores(stack, 'Store', props),
  changes: {
    network: { to: (given) => new PostHogNetwork(given, 'Network'), endangers: OTHER_CLUSTER, refused: [NAME_TAKEN] },
    vpc: { to: ({ vpc }) => vpc, endangers: OTHER_CLUSTER, refused: MOVED_KAFKA },
    serviceSubnets: OTHER_ZONE,
    storeSubnets: OTHER_SUBNETS,
    ...BROUGHT_STORES,
    release: to(
      PostHogRelease.of('other', PostHogRelease.V2026_09_11_R2.images, {
        clickHouseImage: `clickhouse/clickhouse-server@sha256:${'1'.repeat(64)}`,
      }),
    ),
    clickHouseReader: READER,
    registryCredentials: { to: ({ secret }) => secret },
    encryptionKey: OTHER_KEY,
    logRetention: to(RetentionDays.ONE_DAY),
    removalPolicy: to(RemovalPolicy.DESTROY),
  },
};

/** A whole PostHog that makes its stores and its network. */
export const POSTHOG: Subject = {
  struct: 'PostHogProps',
  make: (stack, { certificate }, props) =>
    void new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', certificate, products: FEW, ...props }),
  changes: {
    domainName: to('other.example.com'),
    domainZone: { to: ({ publicZone }) => publicZone },
    certificate: { to: ({ otherCertificate }) => otherCertificate },
    additionalDomainNames: { to: () => [{ domainName: 'analytics.example.com' }], with: ({ publicZone }) => ({ domainZone: publicZone }) },
    ingestionDomainNames: {
      to: ({ otherCertificate }) => [{ domainName: 't.example.com', certificate: otherCertificate }],
      with: ({ publicZone }) => ({ domainZone: publicZone }),
    },
    listener: { to: ({ otherListener }) => otherListener, with: LISTENER },
    // Its name is in the alias records.
    loadBalancer: { to: ({ otherLoadBalancer }) => otherLoadBalancer, with: (given) => ({ ...LISTENER(given), domainZone: given.publicZone }) },
    rulePriorityBase: { to: () => 4000, with: LISTENER },
    loadBalancerSubnets: { to: ({ vpc }) => ({ subnets: vpc.publicSubnets.slice(1) }), with: IN_VPC },
    publicLoadBalancer: { ...to(false), refused: [PROTECTED] },
    ipAddressType: to(IpAddressType.DUAL_STACK),
    appAccess: to(AppAccess.nobody()),
    publicEndpointGroups: { to: () => [EndpointGroup.OAUTH], with: () => ({ appAccess: AppAccess.nobody() }) },
    trustedProxies: to(TrustedProxies.fromAddresses(['10.0.0.4'])),
    clientAddress: to(ClientAddress.verified()),
    firewall: to(PostHogFirewall.managed()),
    sslPolicy: to(SslPolicy.TLS12),
    idleTimeout: to(Duration.minutes(1)),
    strictTransportSecurity: to(Duration.days(1)),
    openListener: to(false),
    securityGroup: { to: ({ securityGroup }) => securityGroup },
    accessLogsBucket: { to: ({ bucket }) => bucket },
    accessLogsPrefix: { to: () => 'posthog', with: ({ bucket }) => ({ accessLogsBucket: bucket }) },
    appLoadBalancer: { ...to(AppLoadBalancer.internal()), refused: [PROTECTED] },
    secretKey: BROUGHT_SECRET,
    jwtSigningKey: BROUGHT_SECRET,
    flagsSecretKeys: BROUGHT_SECRET,
    temporalSecretKey: BROUGHT_SECRET,
    encryptionSaltKeys: BROUGHT_SECRET,
    internalApiSecret: BROUGHT_SECRET,
    internalRequestToken: BROUGHT_SECRET,
    browserlessToken: BROUGHT_SECRET,
    oidcRsaPrivateKey: BROUGHT_SECRET,
    stores: {
      to: (given) => new PostHogStores(given, 'Stores'),
      endangers: {
        what: [
          'AWS::EC2::Volume removed',
          'AWS::ElastiCache::ReplicationGroup removed',
          'AWS::MSK::Cluster removed',
          'AWS::RDS::DBInstance removed',
          'AWS::S3::Bucket removed',
          'AWS::SecretsManager::Secret removed',
        ],
        said: BROUGHT,
      },
      refused: [NEW_NAMESPACE, RENAMED],
    },
    ...BROUGHT_STORES,
    // The other bucket is that of its backups.
    clickHouse: brought('clickHouse', 'AWS::EC2::Volume', 'AWS::S3::Bucket', 'AWS::SecretsManager::Secret'),
    vpc: { to: ({ vpc }) => vpc, endangers: OTHER_CLUSTER, refused: [...MOVED_KAFKA, NEW_NAMESPACE, RENAMED] },
    cluster: { to: ({ cluster }) => cluster, endangers: OTHER_CLUSTER, refused: [...MOVED_KAFKA, NEW_NAMESPACE, RENAMED] },
    fargateCapacityProviders: { to: () => true, with: ({ cluster }) => ({ cluster }) },
    cloudMapNamespace: { to: ({ cloudMapNamespace }) => cloudMapNamespace, refused: [RENAMED] },
    serviceSubnets: OTHER_ZONE,
    storeSubnets: OTHER_SUBNETS,
    manageTopics: to(false),
    topicPartitions: to(12),
    checkDeployment: to(false),
    migration: to({ minFreeDiskPercent: 10, queryLogRetention: Duration.days(30), eventRetention: Duration.days(730), trigger: 'once more' }),
    alarms: to({ enabled: false }),
    budget: to({ monthlyLimit: 1500, email: 'owner@example.com' }),
    dashboard: to(true),
    backup: to({ retention: Duration.days(21), volumeSnapshots: false }),
    availabilityZones: {
      to: () => ['eu-central-1b', 'eu-central-1c'],
      endangers: { what: ['AWS::EC2::Volume refused', 'AWS::MSK::Cluster replaced'], said: OTHER_CLUSTER.said },
      refused: [OVERLAP, NAME_TAKEN],
    },
    nat: to(NatMode.PER_ZONE),
    release: to(OTHER_RELEASE),
    products: to([Product.EVENTS, Product.LOGS]),
    size: to(PostHogSize.DEV),
    // To leave it out again is refused; `PostHogCapacity.fargate()` is the way back (docs/capacity.md).
    capacity: { ...to(PostHogCapacity.instances()), refused: ['ECS keeps the placement strategies of the service, and refuses Fargate with them'] },
    containerInsights: to(ContainerInsights.ENABLED),
    registryCredentials: { to: ({ secret }) => secret },
    encryptionKey: OTHER_KEY,
    cpuArchitecture: {
      to: () => CpuArchitecture.ARM64,
      with: () => ({
        release: PostHogRelease.of('for both', PostHogRelease.V2026_09_11_R2.images, { platforms: [CpuArchitecture.X86_64, CpuArchitecture.ARM64] }),
      }),
    },
    canary: { ...READER, to: ({ secret }) => ({ projectToken: secret }) },
    temporalTaskQueues: { to: () => ['one-queue'], with: () => ({ products: [Product.EXPORTS] }) },
    email: to({ host: 'mail.example.com', fromAddress: 'posthog@example.com' }),
    singleSignOn: { to: ({ secret }) => ({ github: { clientId: 'client', clientSecret: secret } }) },
    aiKeys: { to: ({ secret }) => ({ openAiApiKey: secret }) },
    slackApp: { to: ({ secret }) => ({ clientId: 'client', clientSecret: secret, signingSecret: secret }) },
    serviceOptions: to([{ process: PostHogProcess.CAPTURE, minTasks: 4, maxTasks: 8 }]),
    environment: to({ OTHER: 'value' }),
    secrets: { to: ({ secret }) => ({ OTHER: Secret.fromSecretsManager(secret) }) },
    telemetry: to(true),
    runningHours: to(RUNNING_HOURS),
    upkeep: to({ deletions: false, metrics: false }),
    enableExecuteCommand: to(true),
    logGroupClass: to(LogGroupClass.INFREQUENT_ACCESS),
    logRetention: to(RetentionDays.ONE_DAY),
    removalPolicy: to(RemovalPolicy.DESTROY),
    deletionProtection: to(false),
  },
};
