import { RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ContainerInsights, CpuArchitecture, ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { LogGroupClass, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Product } from './catalog/product';
import { PostHogIngressOptions } from './ingress/ingress-options';
import { AppLoadBalancer } from './ingress/app-load-balancer';
import { MigrationOptions } from './migration/migration-options';
import { NatMode } from './network/nat';
import { PostHogStores } from './posthog-stores';
import { OperationsOptions } from './operations/operations-options';
import { PostHogRelease } from './release/posthog-release';
import { PostHogCapacity } from './services/capacity/posthog-capacity';
import { AppSecretsOptions } from './services/secrets/app-secrets-options';
import { AppSettingsOptions } from './services/settings/app-settings';
import { PostHogSize } from './catalog/posthog-size';
import { PostHogServiceOptions } from './services/service/service-options';
import { ICache } from './stores/cache/cache-base';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { IKafka } from './stores/kafka/kafka-base';
import { IObjectStorage } from './stores/object-storage/object-storage-base';
import { IPostgres } from './stores/postgres/postgres-base';

/**
 * Properties for `PostHog`.
 */
export interface PostHogProps extends PostHogIngressOptions, AppSecretsOptions, AppSettingsOptions, OperationsOptions {
  /**
   * A load balancer of its own for the app, apart from ingestion: the public one then serves SDK endpoints and refuses the app, and `appAccess`
   * applies to this one. The public one serves `domainName` if `domainZone` or `certificate` is set, and the names of `ingestionDomainNames`.
   *
   * It can be added and removed later. To remove it, disable `deletionProtection` in a deployment before: CloudFormation cannot delete a load
   * balancer that is protected. docs/host-names.md.
   *
   * @default - one load balancer for the app and for ingestion
   */
  readonly appLoadBalancer?: AppLoadBalancer;
  /**
   * The data stores with their network, usually of another stack: the recommended layout. Cannot be combined with a single data store, `vpc`, `nat`
   * or `storeSubnets`, which are props of `PostHogStores`.
   *
   * @default - the data stores are created in this stack, except those that are passed in
   */
  readonly stores?: PostHogStores;
  /**
   * The PostgreSQL server for PostHog's application data.
   *
   * @default - a new one on RDS, with a final snapshot on removal
   */
  readonly postgres?: IPostgres;
  /**
   * The Valkey or Redis server that all processes share.
   *
   * @default - a new Valkey on ElastiCache
   */
  readonly cache?: ICache;
  /**
   * The Kafka cluster that ingestion reads events from.
   *
   * If `clickHouse` is a `ClickHouse`, it must be the cluster that it reads.
   *
   * @default - the one that `clickHouse` reads, if that is known, or a new one on Amazon MSK
   */
  readonly kafka?: IKafka;
  /**
   * The ClickHouse server that stores events.
   *
   * @default - a new one on EC2, with a volume that is retained
   */
  readonly clickHouse?: IClickHouse;
  /**
   * The bucket for files and session recordings.
   *
   * @default - a new bucket, which is retained
   */
  readonly objectStorage?: IObjectStorage;
  /**
   * The VPC to run in, with two or more availability zones. It cannot be changed later: the Kafka cluster and the namespace cannot move.
   *
   * @default - the VPC of `stores` or `cluster`, or a new PostHogNetwork
   */
  readonly vpc?: IVpc;
  /**
   * The subnets for tasks and EC2 instances.
   *
   * @default - those of `stores`, or the private subnets with egress of `vpc` that the load balancer does not use, or the service subnets of the new
   * network
   */
  readonly serviceSubnets?: SubnetSelection;
  /**
   * The subnets for managed data stores that are created. Data stores on EC2 instances use `serviceSubnets`, because they need outbound access.
   * They cannot be changed later: different subnets require another Kafka cluster, and the deployment fails.
   *
   * @default - the isolated subnets of `vpc`, or its private ones if it has no isolated ones, or the store subnets of the new network
   */
  readonly storeSubnets?: SubnetSelection;
  /**
   * Indicates whether the migration creates missing Kafka topics before any process starts. It deletes no topic and removes no partition.
   *
   * @default - `managesTopics` of `kafka`: true, unless it is imported without `manageTopics`
   */
  readonly manageTopics?: boolean;
  /**
   * The number of partitions of the topics that carry client data, from 1 to 100. It can be raised later, but never lowered.
   *
   * Two topics have at least eight, because ClickHouse reads them with eight consumers: `clickhouse_logs` and `clickhouse_property_values`.
   *
   * @default 6
   */
  readonly topicPartitions?: number;
  /**
   * The NAT of the new network. Cannot be combined with `vpc` or `cluster`.
   *
   * @default NatMode.SINGLE
   */
  readonly nat?: NatMode;
  /**
   * The availability zones of the new network, from 2 to 4, for accounts whose first two lack MSK or Fargate. Names, or tokens such as
   * `Fn.select(2, Fn.getAzs())`. They cannot be changed later. Cannot be combined with `vpc` or `cluster`.
   *
   * @default - the first two zones of the stack's environment
   */
  readonly availabilityZones?: string[];
  /**
   * The ECS cluster to run in.
   *
   * @default - a new one
   */
  readonly cluster?: ICluster;
  /**
   * Indicates whether `cluster` has the capacity providers FARGATE and FARGATE_SPOT, as an `ecs.Cluster` with `enableFargateCapacityProviders` has.
   * Services then name a capacity provider, which an update can change, instead of a launch type, which it cannot. Changing this replaces all
   * services. It requires `cluster`.
   *
   * @default - false; a new cluster has them
   */
  readonly fargateCapacityProviders?: boolean;
  /**
   * Container Insights of the new cluster: metrics of its tasks, which cost about seven dollars a month for each service. Only
   * `metricRunningTaskCount()` needs them. Cannot be combined with `cluster`.
   *
   * @default ContainerInsights.DISABLED
   */
  readonly containerInsights?: ContainerInsights;
  /**
   * The Cloud Map namespace in which processes find each other: a private DNS namespace whose names resolve in the VPC. Several PostHogs and other
   * services can share it. A VPC that another account shares needs one, because only the owner of a VPC can associate private names with it
   * (docs/deploy.md). The default namespace of `cluster` is not used unless it is passed in here, because it may have another type.
   *
   * It cannot be changed without an interruption: processes call each other by new names while others still have the old ones.
   *
   * @default - a new namespace of the VPC
   */
  readonly cloudMapNamespace?: INamespace;
  /**
   * The PostHog release to run. With `stores`, it is their release.
   *
   * @default - the release of `stores`, otherwise PostHogRelease.V2026_09_11_R2
   */
  readonly release?: PostHogRelease;
  /**
   * The secret with the credentials for Docker Hub: the keys `username` and `password`, the latter an access token. Only execution roles of tasks
   * with an image from there can read it. Without it, pulls are limited by the IP address of the NAT gateway. See docs/images.md.
   *
   * @default - images are pulled anonymously
   */
  readonly registryCredentials?: ISecret;
  /**
   * The parts of PostHog to deploy. The app itself is always deployed.
   *
   * Throws if a process of one product needs a process of a product that is left out.
   *
   * @default - all but Product.LOGS and Product.AI
   */
  readonly products?: Product[];
  /**
   * The size and number of tasks of every process. Data stores are sized by their own props; docs/scale.md describes both.
   *
   * @default PostHogSize.SMALL
   */
  readonly size?: PostHogSize;
  /**
   * The capacity that processes run on: Fargate, or EC2 instances that they share. `serviceOptions` can override it for a process. The migration,
   * upkeep and restore drills run on Fargate.
   *
   * @default - Fargate
   */
  readonly capacity?: PostHogCapacity;
  /**
   * The CPU architecture of all processes and of the migration. The release must declare its images for it, as a release file can;
   * the library's own release does not declare ARM. `serviceOptions` can override it for a process.
   *
   * @default - CpuArchitecture.X86_64 if the release supports it, otherwise the first one that it supports
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * The Temporal task queues that `temporal-django-worker` serves, by their names in posthog/settings/temporal.py. One process of 0.7 GB serves
   * all of them; each takes a few MB. A name that the release does not have is logged and skipped. Batch exports have a process of their own,
   * `temporal-batch-exports-worker`. docs/task-queues.md describes each queue.
   *
   * @default - every queue whose dependencies are deployed
   */
  readonly temporalTaskQueues?: string[];
  /**
   * Options for the database migrations that run before processes are updated.
   *
   * @default - the defaults of `MigrationOptions`
   */
  readonly migration?: MigrationOptions;
  /**
   * Indicates whether a deployment ends with a check of PostHog through its load balancer: event capture must accept an event, and the app must be
   * ready. If either fails, an update is rolled back. A first deployment only reports it in `deploymentCheck.result`, because a rollback would
   * delete the resources that it created. The app is checked only if it is public. The function that checks runs outside the VPC: there is no
   * check with an internal load balancer, with `openListener: false`, or without a public IPv4 address.
   *
   * @default true
   */
  readonly checkDeployment?: boolean;
  /**
   * Options for single processes, one entry for each.
   *
   * Throws if a process is not deployed, or has several entries.
   *
   * @default - the defaults of every process
   */
  readonly serviceOptions?: PostHogServiceOptions[];
  /**
   * Additional environment variables of the app: `web`, `worker`, `temporal-django-worker` and `temporal-batch-exports-worker`, of up to 32 KiB
   * together. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly environment?: Record<string, string>;
  /**
   * Additional environment variables of the app, `web`, `worker`, `temporal-django-worker` and `temporal-batch-exports-worker`, from Secrets
   * Manager or Parameter Store. Variables that the library sets cannot be overridden.
   *
   * @default - none
   */
  readonly secrets?: Record<string, Secret>;
  /**
   * Indicates whether PostHog reports its own usage and errors, with the values of local variables, to PostHog Inc. Evaluations of AI events,
   * which `aiKeys` enable, always report there (docs/task-queues.md).
   *
   * @default false
   */
  readonly telemetry?: boolean;
  /**
   * Indicates whether `aws ecs execute-command` can open a shell in running tasks. Without NAT, this also needs an interface endpoint for
   * `ssmmessages`.
   *
   * @default false
   */
  readonly enableExecuteCommand?: boolean;
  /**
   * The customer managed KMS key for data at rest: created data stores, their volumes, log groups and secrets. Only for a new stack: on an existing
   * one, another key would replace every data store, and `preflight` refuses it. Imported keys need the policy of docs/stores.md.
   *
   * @default - that of `stores`, or the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The class of the processes' log groups: STANDARD, or INFREQUENT_ACCESS at half the price for each GB. Messages of the latter can be searched with
   * CloudWatch Logs Insights only: `aws logs tail`, metric filters and subscriptions do not work on them. See docs/scale.md.
   *
   * A log group cannot change its class. With another class, the processes write to new log groups, and the old ones stay until `logRetention` has
   * emptied them, unless `removalPolicy` is DESTROY.
   *
   * @default LogGroupClass.STANDARD
   */
  readonly logGroupClass?: LogGroupClass;
  /**
   * The retention of the processes' logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The removal policy of created data stores, of generated secrets and of the processes' logs: RETAIN or DESTROY. With DESTROY, the deletion of the
   * stack deletes all data. Resources of a first deployment that is rolled back are deleted in any case. `stores` have a removal policy of their own.
   *
   * @default - PostgreSQL and the cache leave a snapshot, everything else is retained
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Indicates whether the load balancer has deletion protection. Has no effect with `listener`.
   *
   * @default - true, unless `removalPolicy` is DESTROY
   */
  readonly deletionProtection?: boolean;
}
