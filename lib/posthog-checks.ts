import { CfnResource, Resource, Stack, STACK_RESOURCE_LIMIT_CONTEXT, Token } from 'aws-cdk-lib/core';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { ContainerInsights, ICluster } from 'aws-cdk-lib/aws-ecs';
import { LogGroupClass } from 'aws-cdk-lib/aws-logs';
import { PostHogProcess } from './catalog/posthog-process';
import { taskQueue } from './catalog/generations/task-queues';
import { PLAIN_CACHE_CLIENTS } from './catalog/processes/shared/cache';
import { Product } from './catalog/product';
import { INGRESS_OPTION_CHECKS } from './ingress/ingress-checks';
import { MIGRATION_CHECKS } from './migration/migration-options';
import { NatMode } from './network/nat';
import { OPERATIONS_CHECKS } from './operations/operations-options';
import { PostHogProps } from './posthog-props';
import { PostHogStores } from './posthog-stores';
import {
  cluster as clusterCheck,
  containerSecrets,
  cpuArchitecture,
  environment,
  kmsKey,
  logRetention,
  namespace,
  removalPolicyWithoutSnapshot,
  secret,
  subnetSelection,
  vpc as vpcCheck,
} from './private/checks/cdk';
import { Check, Checks, construct, listOf, objectWith, struct } from './private/checks/check';
import { anyText, boolean, oneOf, text, wholeNumber } from './private/checks/values';
import { isInEcr } from './private/container-image';
import { invalidProp, invalidValue } from './private/errors';
import { isLookupPending } from './private/subnets';
import { MAX_TOPIC_PARTITIONS } from './catalog/kafka/limits';
import { ProcessDefinition } from './catalog/process-definition';
import { PostHogSize } from './catalog/posthog-size';
import { releaseCheck } from './release/posthog-release-options';
import { CAPACITY_CHECK, checkCapacity } from './services/capacity/capacity-checks';
import { APP_SECRETS_CHECKS } from './services/secrets/app-secrets-options';
import { checkServiceOptions, SERVICE_OPTIONS_CHECKS } from './services/service/service-options';
import { APP_SETTINGS_CHECKS } from './services/settings/app-settings-checks';
import { CacheEncryption, ICache } from './stores/cache/cache-base';
import { STORE_NAMES } from './stores/posthog-stores';
import { CACHE, CLICKHOUSE, clickHouseWithoutNat, KAFKA, OBJECT_STORAGE, POSTGRES } from './stores/store-checks';

const QUEUES_RULE = 'must be one or more queue names, such as general-purpose-task-queue';

/** The class of log groups, without the one for delivery, which keeps messages for a day and cannot be searched. */
const logGroupClass: Check = (prop, value) => {
  if (value === LogGroupClass.DELIVERY) {
    throw invalidValue(
      prop,
      'must be STANDARD or INFREQUENT_ACCESS: the class for delivery keeps messages for a day, and nobody can search them',
      value,
    );
  }
  oneOf(LogGroupClass)(prop, value);
};

export const POSTHOG_CHECKS: Checks<PostHogProps> = {
  ...INGRESS_OPTION_CHECKS,
  ...APP_SECRETS_CHECKS,
  ...APP_SETTINGS_CHECKS,
  ...OPERATIONS_CHECKS,
  appLoadBalancer: objectWith('an AppLoadBalancer', ['_options'], 'use AppLoadBalancer.internal()'),
  stores: construct('a PostHogStores', ['postgres', 'clickHouse', 'vpc', '_checkRelease'], 'write new PostHogStores(...)'),
  postgres: POSTGRES,
  cache: CACHE,
  kafka: KAFKA,
  clickHouse: CLICKHOUSE,
  objectStorage: OBJECT_STORAGE,
  vpc: vpcCheck,
  serviceSubnets: subnetSelection,
  storeSubnets: subnetSelection,
  manageTopics: boolean,
  topicPartitions: wholeNumber(1, MAX_TOPIC_PARTITIONS),
  nat: oneOf(NatMode),
  availabilityZones: listOf(anyText, { duplicates: true }),
  cluster: clusterCheck,
  containerInsights: oneOf(ContainerInsights),
  fargateCapacityProviders: boolean,
  cloudMapNamespace: namespace,
  release: releaseCheck,
  registryCredentials: secret,
  products: listOf(oneOf(Product)),
  size: oneOf(PostHogSize),
  capacity: CAPACITY_CHECK,
  cpuArchitecture,
  temporalTaskQueues: listOf(text(/^[a-z][a-z0-9-]*$/, QUEUES_RULE), { min: 1, rule: QUEUES_RULE }),
  migration: struct(MIGRATION_CHECKS),
  checkDeployment: boolean,
  serviceOptions: listOf(struct(SERVICE_OPTIONS_CHECKS)),
  environment,
  secrets: containerSecrets,
  telemetry: boolean,
  enableExecuteCommand: boolean,
  encryptionKey: kmsKey,
  logGroupClass,
  logRetention,
  removalPolicy: removalPolicyWithoutSnapshot('secrets and logs have no snapshots'),
  deletionProtection: boolean,
};

/** Rejects props that contradict each other or cannot work. The rooms check the props that concern them alone. */
export function checkProps(props: PostHogProps, deployed: readonly ProcessDefinition[], topicsImage: string | undefined): void {
  checkServiceOptions(props.serviceOptions, deployed);
  checkTaskQueues(props.temporalTaskQueues);
  checkStores(props);
  checkVpc(props);
  checkCluster(props);
  checkCapacities(props, deployed);
  checkCache(props.stores?.cache ?? props.cache, deployed);
  if (props.nat === NatMode.NONE || lacksNat(props.stores)) {
    checkWithoutNat(props, topicsImage);
  }
}

/** Returns whether data stores have a network without outbound access. */
function lacksNat(stores: PostHogStores | undefined): boolean {
  return stores?.network !== undefined && stores.network.egressSubnets === undefined;
}

function checkTaskQueues(queues: readonly string[] | undefined): void {
  if (queues?.every((queue) => taskQueue(queue)?.process === PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER)) {
    throw invalidValue(
      'temporalTaskQueues',
      'must name a queue other than those of batch exports, which `temporal-batch-exports-worker` serves',
      queues,
    );
  }
}

/** The props that belong to `PostHogStores` if `stores` is set. */
const PROPS_OF_STORES = [...STORE_NAMES, 'vpc', 'nat', 'storeSubnets', 'availabilityZones'] as const;

function checkStores(props: PostHogProps): void {
  if (!props.stores) {
    return;
  }
  const name = PROPS_OF_STORES.find((one) => props[one] !== undefined);
  if (name === 'nat') {
    throw invalidProp('nat', 'cannot be combined with `stores`, which have a network', 'set it for the PostHogNetwork that PostHogStores uses');
  }
  if (name) {
    throw invalidProp(name, 'cannot be combined with `stores`', 'pass it to PostHogStores');
  }
  const { cluster, stores } = props;
  if (cluster && areKnownToDiffer(vpcOf(cluster), stores.vpc)) {
    throw invalidValue('cluster', 'must be in the VPC of `stores`', cluster, 'leave it out, or pass a cluster in that VPC');
  }
}

/** Rejects a cache that accepts no plain connections if a deployed process opens some. */
function checkCache(cache: ICache | undefined, deployed: readonly ProcessDefinition[]): void {
  const plain = deployed.map(({ process }) => process).filter((process) => PLAIN_CACHE_CLIENTS[process] !== undefined);
  if (cache?.encryption === CacheEncryption.REQUIRED && plain.length > 0) {
    throw invalidValue(
      'cache',
      `must accept plain connections, which ${plain.join(', ')} open`,
      cache,
      'use CacheEncryption.PREFERRED for it, or leave out their `products`',
    );
  }
}

function checkVpc({ vpc: given, cluster, listener, nat, stores, availabilityZones }: PostHogProps): void {
  const ofCluster = cluster && vpcOf(cluster);
  const vpc = stores?.vpc ?? given ?? ofCluster;
  if (!vpc) {
    if (listener) {
      throw invalidProp('vpc', 'or `cluster` is required with `listener`', 'pass the VPC of the load balancer, which must reach the tasks');
    }
    return;
  }
  if (nat) {
    throw invalidValue('nat', 'cannot be combined with `vpc` or `cluster`: an existing VPC has its own route to the internet', nat, 'leave it out');
  }
  if (availabilityZones) {
    throw invalidValue('availabilityZones', 'cannot be combined with `vpc` or `cluster`, which have their zones', availabilityZones, 'leave it out');
  }
  if (given && ofCluster && areKnownToDiffer(given, ofCluster)) {
    throw invalidValue('vpc', 'must be the VPC of `cluster`', given, 'leave `vpc` out, or pass a cluster in that VPC');
  }
}

function checkCluster({ cluster, containerInsights, fargateCapacityProviders }: PostHogProps): void {
  if (cluster && containerInsights !== undefined) {
    throw invalidValue('containerInsights', 'cannot be combined with `cluster`, which has its own setting', containerInsights, 'leave it out');
  }
  if (!cluster && fargateCapacityProviders !== undefined) {
    throw invalidValue('fargateCapacityProviders', 'requires `cluster`: a new cluster has them', fargateCapacityProviders, 'leave it out');
  }
}

/** Checks the capacity of the whole, and of single processes. */
function checkCapacities(
  { capacity, serviceOptions = [], cluster, fargateCapacityProviders = cluster === undefined, nat, stores }: PostHogProps,
  deployed: readonly ProcessDefinition[],
): void {
  const lacksOutbound = nat === NatMode.NONE || lacksNat(stores);
  const context = { hasCluster: cluster !== undefined, fargateProviders: fargateCapacityProviders, lacksNat: lacksOutbound };
  if (capacity) {
    checkCapacity({ capacity, prop: 'capacity' }, context);
  }
  serviceOptions.forEach((options, index) => {
    if (options.capacity) {
      const definition = deployed.find(({ process }) => process === options.process);
      checkCapacity({ capacity: options.capacity, prop: `serviceOptions[${index}].capacity` }, context, definition);
    }
  });
}

function checkWithoutNat({ clickHouse, manageTopics, stores, canary }: PostHogProps, topicsImage: string | undefined): void {
  if (!clickHouse && !stores) {
    throw clickHouseWithoutNat();
  }
  if (canary) {
    throw invalidProp('canary', 'needs NAT, because it reaches the domain name as clients do', 'leave it out');
  }
  if (topicsImage !== undefined && !isInEcr(topicsImage)) {
    const rule = `must be false without NAT, because the image of its task is on Docker Hub`;
    const fix =
      'copy the image to ECR and set `migration.topicsImage` or `PostHogRelease.withImagesFrom()`, or create the topics yourself; brokers with `auto.create.topics.enable` create the others';
    throw manageTopics === undefined ? invalidProp('manageTopics', rule, fix) : invalidValue('manageTopics', rule, manageTopics, fix);
  }
}

/** Returns the VPC of a cluster. The CDK's own error for a cluster that was imported without it does not name the prop. */
function vpcOf(cluster: ICluster): IVpc {
  try {
    return cluster.vpc;
  } catch {
    throw invalidValue(
      'cluster',
      'must have a VPC',
      cluster,
      'import it with Cluster.fromClusterAttributes({ clusterName, vpc }), also if you pass `vpc`',
    );
  }
}

/** Returns whether two VPCs are certain to differ. */
function areKnownToDiffer(one: IVpc, other: IVpc): boolean {
  const both = [one, other];
  if (one === other || both.some(isLookupPending)) {
    return false;
  }
  const known = both.every((vpc) => !Token.isUnresolved(vpc.vpcId));
  // A token may be the id of any VPC, unless the VPC is defined in this app.
  return known ? one.vpcId !== other.vpcId : both.some((vpc) => Resource.isOwnedResource(vpc));
}

/** The resources that CloudFormation accepts in a template, and the CDK in a stack without a limit in its context. */
const MAX_RESOURCES = 500;

/**
 * Returns an error if the stack of a construct has more resources than a stack can have. The CDK's own error, which comes later, does not say what to
 * do.
 */
export function checkResources(scope: Construct): string[] {
  const stack = Stack.of(scope);
  const limit = Number(scope.node.tryGetContext(STACK_RESOURCE_LIMIT_CONTEXT) ?? MAX_RESOURCES);
  const resources = stack.node.findAll().filter((child) => CfnResource.isCfnResource(child) && child.stack === stack && child['shouldSynthesize']());
  // A limit of 0 is none, as for the CDK.
  return limit === 0 || resources.length <= limit
    ? []
    : [
        `stack '${stack.node.path}' has ${resources.length} resources, and CloudFormation accepts ${limit}: create the data stores in a stack of their own ` +
          'with PostHogStores, and pass them to PostHog',
      ];
}
