import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ContainerInsights, CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogProcess } from './catalog/posthog-process';
import { privateHostName } from './catalog/process-context';
import { Product } from './catalog/product';
import { MigrationOptions } from './migration/migration-options';
import { MigratedRelease } from './migration/migration-task';
import { topicsOf } from './migration/topics/product-topics';
import { PostHogNetwork, PostHogNetworkProps } from './network/posthog-network';
import { HttpCheckName } from './operations/deployment-check/http-checks';
import { OperationsOptions } from './operations/operations-options';
import { kafkaOf } from './posthog-agreement';
import { checkProps } from './posthog-checks';
import { checkIngresses, IngressPlan, ingressPlans, targetGroupId } from './posthog-ingress-plan';
import { PostHogProps } from './posthog-props';
import { isInEcr } from './private/container-image';
import { pick } from './private/collections';
import { ProcessSettings } from './private/process-settings';
import { PostHogRelease } from './release/posthog-release';
import { DEFAULT_CAPACITY } from './services/capacity/capacity-plan';
import { AppSecretsOptions } from './services/secrets/app-secrets-options';
import { DEFAULT_PRODUCTS, deployedProcesses } from './catalog/processes/deployed-processes';
import { DiscoveryPlan, discoveryPlan } from './services/discovery';
import { imagesOf } from './services/posthog-services';
import { PostHogServicesProps } from './services/posthog-services-props';
import { callsOf, ProcessDefinition } from './catalog/process-definition';
import { PostHogSize } from './catalog/posthog-size';
import { appSettings } from './services/settings/app-settings';
import { KafkaTopic } from './stores/kafka/kafka-topics';
import { REDPANDA_IMAGE } from './stores/kafka/redpanda-config';
import { Stores, StoresPlan } from './stores/posthog-stores';

/** The props of `PostHog`, checked and with their defaults, in a plan for each part. Constructs follow from the plans alone. */
export interface PostHogPlan {
  readonly products: readonly Product[];
  readonly definitions: readonly ProcessDefinition[];
  readonly release: PostHogRelease;
  readonly cpuArchitecture: CpuArchitecture;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  /** The key for data at rest; undefined if each service uses its own. */
  readonly encryptionKey?: IKey;
  readonly images: ImagesPlan;
  readonly network: NetworkPlan;
  readonly ingress: IngressPlan;
  /** The ingress of the app, if it has a load balancer of its own. */
  readonly appIngress?: IngressPlan;
  /** Indicates whether the primary name of `ingress` is one for ingestion. */
  readonly isIngestionOnly: boolean;
  readonly stores: StoresPlan;
  readonly secrets: AppSecretsOptions;
  readonly services: ServicesPlan;
  readonly migration: MigrationPlan;
  /** The checks at the end of a deployment; none if they are turned off or if nothing can be checked. */
  readonly deploymentChecks: readonly HttpCheckName[];
  readonly operations: OperationsOptions;
  /** The domain name that clients send events to. */
  readonly ingestionDomainName: string;
}

/** The images that tasks pull. */
export interface ImagesPlan {
  readonly all: readonly string[];
  /** Images that tasks cannot pull without a route to the internet. */
  readonly outsideEcr: readonly string[];
}

/** The network: an existing VPC and cluster, or new ones. */
export interface NetworkPlan {
  /** The existing VPC; undefined for a new network. */
  readonly vpc?: IVpc;
  /** The network of existing data stores. */
  readonly existing?: PostHogNetwork;
  readonly created: PostHogNetworkProps;
  readonly cluster?: ICluster;
  /** Container Insights of a new cluster. */
  readonly containerInsights: ContainerInsights;
  readonly serviceSubnets?: SubnetSelection;
  readonly storeSubnets?: SubnetSelection;
  readonly discovery: DiscoveryPlan;
}

/** The services. */
export interface ServicesPlan extends Pick<
  PostHogServicesProps,
  | 'size'
  | 'capacity'
  | 'fargateProviders'
  | 'serviceOptions'
  | 'logGroupClass'
  | 'appExtras'
  | 'enableExecuteCommand'
  | 'targetGroupId'
  | 'registryCredentials'
> {
  /** The settings of the app: mail, single sign-on, keys. */
  readonly appSettings: ProcessSettings;
  readonly telemetry: boolean;
  readonly temporalTaskQueues?: readonly string[];
  /** Indicates whether cymbal, which needs access keys for symbol sets, is deployed. */
  readonly hasSymbolSets: boolean;
  /** Indicates whether batch exports, which write files for download, are deployed. */
  readonly hasFileDownloads: boolean;
}

/** The migration of the databases. */
export interface MigrationPlan {
  readonly options?: MigrationOptions;
  readonly release: MigratedRelease;
  /** The topics to create; undefined if they are not managed. */
  readonly topics?: readonly KafkaTopic[];
  /** The image that creates them. */
  readonly topicsImage: string;
  /** The image that migrates the database of workflows; undefined without workflows. */
  readonly workflowsImage?: string;
}

const DEFAULTS = {
  release: PostHogRelease.V2026_09_11_R2,
  checkDeployment: true,
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
  topicPartitions: 6,
  size: PostHogSize.SMALL,
  products: DEFAULT_PRODUCTS,
};

/** The component that needs the image and the database of workflows, for error messages. */
export const MIGRATING_PIPELINES = 'the migration of data pipelines';

const OPERATIONS: Readonly<Record<keyof OperationsOptions, true>> = {
  alarms: true,
  backup: true,
  budget: true,
  canary: true,
  dashboard: true,
  runningHours: true,
  upkeep: true,
};

const SECRETS: Readonly<Record<keyof AppSecretsOptions, true>> = {
  secretKey: true,
  jwtSigningKey: true,
  flagsSecretKeys: true,
  temporalSecretKey: true,
  encryptionSaltKeys: true,
  internalApiSecret: true,
  internalRequestToken: true,
  browserlessToken: true,
  oidcRsaPrivateKey: true,
};

/**
 * Resolves the props of a PostHog.
 *
 * `label` is the name of the PostHog as a DNS label.
 *
 * Throws if a prop is invalid, or if props contradict each other.
 */
export function planOf(props: PostHogProps, label: string): PostHogPlan {
  const products = [...(props.products ?? DEFAULTS.products)];
  const definitions = deployedProcesses(products);
  checkIngresses(props);
  const { stores } = props;
  const given = stores ?? props;
  const kafka = kafkaOf(given.kafka, given.clickHouse);
  const manageTopics = props.manageTopics ?? kafka?.managesTopics ?? true;
  const release = props.release ?? stores?.release ?? DEFAULTS.release;
  const topicsImage = props.migration?.topicsImage ?? release._copyOf(REDPANDA_IMAGE);
  checkProps(props, definitions, manageTopics ? topicsImage : undefined);
  stores?._checkRelease(release);
  const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
  const logRetention = props.logRetention ?? DEFAULTS.logRetention;
  const workflowsImage = products.includes(Product.DATA_PIPELINES) ? release._imageOf(MIGRATING_PIPELINES, 'sqlxMigrate') : undefined;
  const discovery = discoveryPlan(label, props.cloudMapNamespace);
  const topicPartitions = props.topicPartitions ?? DEFAULTS.topicPartitions;
  return {
    products,
    definitions,
    release,
    cpuArchitecture: release._architectureFor(props.cpuArchitecture, 'cpuArchitecture'),
    logRetention,
    removalPolicy,
    encryptionKey: props.encryptionKey ?? stores?.encryptionKey,
    images: imagesPlan(props, definitions, release, workflowsImage),
    network: {
      vpc: stores?.vpc ?? props.vpc ?? props.cluster?.vpc,
      existing: stores?.network,
      created: {
        nat: props.nat,
        availabilityZones: props.availabilityZones,
        publicLoadBalancer: props.publicLoadBalancer,
        appLoadBalancer: props.appLoadBalancer && props.appLoadBalancer._options.loadBalancerSubnets === undefined,
        dualStack: props.ipAddressType !== undefined && props.ipAddressType !== IpAddressType.IPV4,
      },
      cluster: props.cluster,
      containerInsights: props.containerInsights ?? ContainerInsights.DISABLED,
      serviceSubnets: props.serviceSubnets ?? stores?.serviceSubnets,
      storeSubnets: props.storeSubnets,
      discovery,
    },
    ...ingressPlans(props, {
      clientAddress: props.clientAddress?._withImage((image) => release._copyOf(image)),
      internalHostNames: callsApp(definitions) ? [privateHostName(PostHogProcess.WEB, discovery.domain)] : undefined,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
    }),
    stores: {
      existing: { ...existingStores(given), kafka },
      clickHouseImage: release.clickHouseImage,
      clickHouseReader: props.canary !== undefined,
      registryCredentials: props.registryCredentials,
      logRetention,
      removalPolicy: props.removalPolicy,
    },
    secrets: pick<AppSecretsOptions>(props, SECRETS),
    services: {
      size: props.size ?? DEFAULTS.size,
      capacity: props.capacity ?? DEFAULT_CAPACITY,
      // A new cluster has the capacity providers.
      fargateProviders: props.cluster === undefined || (props.fargateCapacityProviders ?? false),
      serviceOptions: props.serviceOptions,
      logGroupClass: props.logGroupClass,
      registryCredentials: props.registryCredentials,
      appExtras: { environment: props.environment, secrets: props.secrets },
      enableExecuteCommand: props.enableExecuteCommand ?? false,
      targetGroupId: targetGroupId(props),
      appSettings: appSettings(props),
      telemetry: props.telemetry ?? false,
      temporalTaskQueues: props.temporalTaskQueues,
      hasSymbolSets: definitions.some(({ process }) => process === PostHogProcess.CYMBAL),
      hasFileDownloads: products.includes(Product.EXPORTS),
    },
    migration: {
      options: props.migration,
      release: { name: release.name, image: release.images.app, date: release.date, upstreamCommit: release.upstreamCommit },
      topics: manageTopics ? topicsOf(products, topicPartitions, release.topics, release._generation.topics) : undefined,
      topicsImage,
      workflowsImage,
    },
    operations: pick<OperationsOptions>(props, OPERATIONS),
    ingestionDomainName: (props.appLoadBalancer && props.ingestionDomainNames?.[0]?.domainName) ?? props.domainName,
    deploymentChecks: (props.checkDeployment ?? DEFAULTS.checkDeployment) ? deploymentChecks(props, definitions) : [],
  };
}

function imagesPlan(
  { clientAddress }: PostHogProps,
  definitions: readonly ProcessDefinition[],
  release: PostHogRelease,
  workflowsImage: string | undefined,
): ImagesPlan {
  const nginxImage = clientAddress?._proxy?.image;
  const all = [...imagesOf(definitions, release), workflowsImage, nginxImage && release._copyOf(nginxImage)].filter((image) => image !== undefined);
  return { all, outsideEcr: all.filter((image) => !isInEcr(image)) };
}

/** Returns the checks at the end of a deployment. A function outside of the VPC cannot connect to an internal load balancer of the app. */
function deploymentChecks({ appAccess, appLoadBalancer }: PostHogProps, definitions: readonly ProcessDefinition[]): HttpCheckName[] {
  const capture = definitions.some(({ process }) => process === PostHogProcess.CAPTURE);
  return [...(capture ? (['capture'] as const) : []), ...(!appLoadBalancer && (appAccess?._isOpen ?? true) ? (['app'] as const) : [])];
}

/** Returns whether a process calls the app by its private name. */
function callsApp(definitions: readonly ProcessDefinition[]): boolean {
  return definitions.some((definition) => callsOf(definition).includes(PostHogProcess.WEB));
}

function existingStores({ postgres, cache, kafka, clickHouse, objectStorage }: Partial<Stores>): Partial<Stores> {
  return { postgres, cache, kafka, clickHouse, objectStorage };
}
