import { RemovalPolicy, Resource, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { CpuArchitecture, ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PostHogIngressOptions } from './ingress/ingress-options';
import { isProcess, PostHogProcess } from './catalog/posthog-process';
import { NatMode } from './network/nat-mode';
import { taskQueue } from './catalog/task-queues';
import { checkEnum } from './private/enums';
import { rejected } from './private/errors';
import { checkWhole } from './private/numbers';
import { isLookupPending } from './private/subnets';
import { PostHogRelease } from './release/posthog-release';
import { AppSecretsOptions } from './services/app-secrets';
import { AppSettingsOptions } from './services/app-settings';
import { productsOf } from './services/deployed-processes';
import { MigrationOptions } from './migration/migration-options';
import { ProcessDefinition } from './services/process-definition';
import { PostHogSize } from './services/process-size';
import { Product } from './catalog/product';
import { PostHogServiceOptions } from './services/service-options';
import { ICache } from './stores/cache/cache';
import { IClickHouse } from './stores/clickhouse/clickhouse';
import { IKafka } from './stores/kafka/kafka-client';
import { ImportedKafka } from './stores/kafka/kafka-import';
import { IObjectStorage } from './stores/object-storage/object-storage';
import { IPostgres } from './stores/postgres/postgres';

/**
 * What a PostHog is made from.
 */
export interface PostHogProps extends PostHogIngressOptions, AppSecretsOptions, AppSettingsOptions {
  /**
   * The PostgreSQL server that PostHog keeps its own records in.
   *
   * @default - a new one on RDS, which leaves a snapshot
   */
  readonly postgres?: IPostgres;
  /**
   * The Valkey or Redis that its processes share.
   *
   * @default - a new Valkey on ElastiCache
   */
  readonly cache?: ICache;
  /**
   * The Kafka cluster that events pass through.
   *
   * @default - a new one on Amazon MSK
   */
  readonly kafka?: IKafka;
  /**
   * The ClickHouse that events are kept in.
   *
   * @default - a new one on EC2, with a volume that stays
   */
  readonly clickHouse?: IClickHouse;
  /**
   * The bucket for files and session recordings.
   *
   * @default - a new bucket, which stays
   */
  readonly objectStorage?: IObjectStorage;
  /**
   * The VPC to run in, with two or more availability zones.
   *
   * @default - the VPC of `cluster`, or a new PostHogNetwork
   */
  readonly vpc?: IVpc;
  /**
   * The subnets for what runs.
   *
   * @default - the private subnets with egress of `vpc` that the load balancer does not stand in, or the service subnets of the new network
   */
  readonly serviceSubnets?: SubnetSelection;
  /**
   * The subnets for the stores that are made, except those on instances: these stand in `serviceSubnets`, because they need a way out.
   * They must stay as they are: other ones need another Kafka cluster, and the deployment fails.
   *
   * @default - the isolated subnets of `vpc`, or its private ones where it has none, or the store subnets of the new network
   */
  readonly storeSubnets?: SubnetSelection;
  /**
   * Whether the migration makes the topics that are missing in Kafka before any process starts. It deletes none, and takes no partitions away.
   *
   * @default - true, unless `kafka` is imported with `Kafka.fromKafkaAttributes`
   */
  readonly manageTopics?: boolean;
  /**
   * How many partitions the topics have that carry what visitors send, from 1 to 100. More can be asked for later, and never fewer.
   *
   * Two topics have at least eight, because ClickHouse reads them with eight consumers: `clickhouse_logs` and `clickhouse_property_values`.
   *
   * @default 6
   */
  readonly topicPartitions?: number;
  /**
   * How the new network reaches the internet. Cannot be given together with `vpc` or `cluster`.
   *
   * @default NatMode.SINGLE
   */
  readonly nat?: NatMode;
  /**
   * The ECS cluster to run in.
   *
   * @default - a new one, with Container Insights
   */
  readonly cluster?: ICluster;
  /**
   * Which PostHog to run.
   *
   * @default PostHogRelease.V2026_09_11_R2
   */
  readonly release?: PostHogRelease;
  /**
   * Which parts of PostHog are deployed. The app itself is always there.
   *
   * Throws where a process of one cannot work without a process of another that is left out.
   *
   * @default - all but Product.LOGS and Product.AI
   */
  readonly products?: Product[];
  /**
   * How large the processes are, and how many. It says nothing about the stores, which are sized by props of their own; docs/scaling.md has
   * both.
   *
   * @default PostHogSize.SMALL
   */
  readonly size?: PostHogSize;
  /**
   * Whether the processes that bear it run on Fargate Spot: those that no visitor waits for, and whose unfinished work is done again.
   * A cluster of your own must have the capacity provider FARGATE_SPOT. Changing it replaces their services.
   *
   * @default false
   */
  readonly spot?: boolean;
  /**
   * The processor architecture of all processes and of the migration. The images of the release must be known to exist for it, as those of a
   * release file can be; those of the library's own release are not known to exist for ARM. `serviceOptions` can name another one for a process.
   *
   * @default - CpuArchitecture.X86_64, or what the release is for where that is not among it
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * The task queues of Temporal that `temporal-django-worker` serves, by the names in posthog/settings/temporal.py. All of them run in one process
   * of 0.7 GB; each takes a few MB. A name that the release does not have is logged and left out. Batch exports have a process of their own,
   * `temporal-batch-exports-worker`. docs/task-queues.md says what each queue serves.
   *
   * @default - every queue whose dependencies are deployed
   */
  readonly temporalTaskQueues?: string[];
  /**
   * How the databases are migrated before processes roll, where that differs from the default.
   *
   * @default - as `MigrationOptions` says
   */
  readonly migration?: MigrationOptions;
  /**
   * Whether the end of a deployment checks PostHog through its load balancer: event capture must accept an event, and the app must be ready.
   * An update after which either fails is rolled back; a first deployment only says so in `deploymentCheck.result`, because a rollback would
   * delete what it has created. The app is checked where everybody can open it. The function that checks is outside of the VPC: with an internal
   * load balancer, `openListener: false` or no public IPv4 address there is no check.
   *
   * @default true
   */
  readonly checkDeployment?: boolean;
  /**
   * How single processes are run, where they differ from the default. The keys are names of processes, such as `PostHogProcess.WEB`.
   *
   * @default - every process as its definition says
   */
  readonly serviceOptions?: Record<string, PostHogServiceOptions>;
  /**
   * Further environment variables of the app: `web`, `worker`, `temporal-django-worker` and `temporal-batch-exports-worker`. Those that the
   * library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Further environment variables of the app, `web`, `worker`, `temporal-django-worker` and `temporal-batch-exports-worker`, from Secrets Manager
   * or Parameter Store. Those that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
  /**
   * Whether PostHog reports its own usage and errors, with the values of local variables, to PostHog Inc. Evaluations of AI events, which `aiKeys`
   * turn on, report themselves there in any case (docs/task-queues.md).
   *
   * @default false
   */
  readonly telemetry?: boolean;
  /**
   * Whether a shell can be opened in running tasks, with `aws ecs execute-command`. Without NAT this takes an interface endpoint for
   * `ssmmessages` besides.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;
  /**
   * How long the logs of processes are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to the stores that are made here, to generated secrets and to the logs of processes when they are removed from the stack:
   * RETAIN or DESTROY.
   *
   * @default - PostgreSQL and the cache leave a snapshot, and everything else stays
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether the load balancer refuses to be deleted. Has no effect with `listener`.
   *
   * @default - true, unless `removalPolicy` is DESTROY
   */
  readonly deletionProtection?: boolean;
}

/** Of each busy topic; brokers hold a thousand or so in all. */
const MAX_PARTITIONS = 100;

/** Whether a task makes the topics. */
export function managesTopics({ manageTopics, kafka }: PostHogProps): boolean {
  return manageTopics ?? !(kafka instanceof ImportedKafka);
}

/** Refuses what contradicts itself, or cannot work. */
export function checkProps(props: PostHogProps, deployed: readonly ProcessDefinition[]): void {
  const known = deployed.map(({ process }) => process as string);
  const unknown = Object.keys(props.serviceOptions ?? {}).find((name) => !known.includes(name));
  if (unknown !== undefined) {
    const products = isProcess(unknown) ? productsOf(unknown) : [];
    throw rejected('serviceOptions', `may name these processes: ${known.join(', ')}`, unknown,
      products.length > 0 ? `add one of ${products.join(', ')} to \`products\`` : undefined);
  }
  if (props.size !== undefined) {
    checkEnum('size', props.size, PostHogSize);
  }
  checkTaskQueues(props.temporalTaskQueues);
  const vpc = props.vpc ?? props.cluster?.vpc;
  if (props.listener && !vpc) {
    throw rejected('vpc', 'or `cluster` must be given with `listener`, because tasks must be where that load balancer reaches them', 'neither', 'give the VPC of the load balancer');
  }
  if (props.nat && vpc) {
    throw rejected('nat', 'cannot be given with `vpc` or `cluster`: a VPC of your own has its own way to the internet', props.nat, 'leave it out');
  }
  if (props.vpc && props.cluster && areKnownToDiffer(props.vpc, props.cluster.vpc)) {
    throw rejected('vpc', 'must be the VPC of `cluster`', props.vpc.node.path, 'leave `vpc` out, or give a cluster in that VPC');
  }
  if (vpc && props.serviceSubnets && vpc.selectSubnets(props.serviceSubnets).subnets.some((subnet) => vpc.publicSubnets.includes(subnet))) {
    throw rejected('serviceSubnets', 'must be private: tasks have no public addresses, and reach nothing from a public subnet', props.serviceSubnets);
  }
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw rejected('removalPolicy', 'must be RETAIN or DESTROY: of secrets and logs there are no snapshots', props.removalPolicy);
  }
  checkWhole('topicPartitions', props.topicPartitions, 1, MAX_PARTITIONS);
  if (props.nat === NatMode.NONE && !props.clickHouse) {
    throw rejected('clickHouse', 'must be given without NAT, because the instances of a new one have to reach AWS and the registries of images', 'none',
      'bring one with ClickHouse.fromClickHouseAttributes(), or choose another `nat`');
  }
  if (props.nat === NatMode.NONE && managesTopics(props)) {
    throw rejected('manageTopics', 'must be false without NAT, because the image of its task is on Docker Hub', props.manageTopics ?? 'the default, true',
      'make the topics yourself; brokers that may create topics make the rest');
  }
  if (vpc && !props.serviceSubnets && !isLookupPending(vpc) && vpc.privateSubnets.length === 0) {
    throw rejected('vpc', 'must have private subnets with egress', vpc.node.path, 'add them, or name the subnets to run in with `serviceSubnets`');
  }
}

function checkTaskQueues(queues: readonly string[] | undefined): void {
  const wrong = queues?.find((queue) => !/^[a-z][a-z0-9-]*$/.test(queue));
  if (queues?.length === 0 || wrong !== undefined) {
    throw rejected('temporalTaskQueues', 'must be one or more names of queues, such as general-purpose-task-queue', wrong ?? queues);
  }
  if (queues?.every((queue) => taskQueue(queue)?.process === PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER)) {
    throw rejected('temporalTaskQueues', 'must name a queue besides those of batch exports, which `temporal-batch-exports-worker` serves', queues);
  }
}

/** Whether two VPCs are certain to be two. */
function areKnownToDiffer(one: IVpc, other: IVpc): boolean {
  const both = [one, other];
  if (one === other || both.some(isLookupPending)) {
    return false;
  }
  const known = both.every((vpc) => !Token.isUnresolved(vpc.vpcId));
  // An id that is a token may be any VPC's, unless the VPC is defined here.
  return known ? one.vpcId !== other.vpcId : both.some((vpc) => Resource.isOwnedResource(vpc));
}
