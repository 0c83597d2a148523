import { Annotations, RemovalPolicy } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, ICluster, Secret } from 'aws-cdk-lib/aws-ecs';
import { IpAddressType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { PostHogIngress } from './ingress/posthog-ingress';
import { PostHogProcess } from './catalog/posthog-process';
import { NatMode } from './network/nat-mode';
import { PostHogNetwork } from './network/posthog-network';
import { checkProps, managesTopics, PostHogProps } from './posthog-props';
import { imagesOf, PostHogServices } from './posthog-services';
import { PostHogStores } from './posthog-stores';
import { warnOfFloating } from './private/container-image';
import { isInEcr } from './private/ecr';
import { invalidValue, withPath } from './private/errors';
import { isLookupPending } from './private/subnets';
import { architectureFor } from './release/architecture';
import { DeploymentCheck, IDeploymentCheck } from './operations/deployment-check';
import { HttpCheckName } from './operations/http-checks';
import { PostHogRelease } from './release/posthog-release';
import { AppSecrets } from './services/app-secrets';
import { appSettings } from './services/app-settings';
import { DEFAULT_PRODUCTS, deployedProcesses, productsOf } from './services/deployed-processes';
import { mergeSettings } from './services/extra-settings';
import { fileDownloadsRole } from './services/file-downloads';
import { databaseBackup } from './migration/database-backup';
import { IMigration, Migration, MigrationProps } from './migration/migration';
import { MigratedWorkflows } from './migration/migration-task';
import { IPostHogService } from './services/posthog-service';
import { ProcessContext } from './services/process-definition';
import { DJANGO_STORES, djangoSettings } from './services/processes/django';
import { Product } from './catalog/product';
import { defineNamespace } from './services/service-namespace';
import { admit } from './services/store-clients';
import { topicsOf } from './migration/topics/product-topics';
import { ICache } from './stores/cache/cache';
import { IClickHouse } from './stores/clickhouse/clickhouse';
import { ClickHouseObjects } from './stores/clickhouse/clickhouse-objects';
import { IKafka } from './stores/kafka/kafka-client';
import { IObjectStorage } from './stores/object-storage/object-storage';
import { ObjectStorageKeys, SYMBOL_SETS_PREFIX } from './stores/object-storage/object-storage-keys';
import { IPostgres } from './stores/postgres/postgres';
import { requireAttribute } from './stores/postgres/postgres-facts';

const DEFAULTS = {
  release: PostHogRelease.V2026_09_11_R2,
  telemetry: false,
  checkDeployment: true,
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
  topicPartitions: 6,
  products: DEFAULT_PRODUCTS,
};

/** The component that needs the image and the database of workflows, for error messages. */
const MIGRATING_PIPELINES = 'the migration of data pipelines';

/**
 * PostHog on Amazon ECS, behind an Application Load Balancer that terminates TLS.
 *
 * It defines the ingress, the services and their secrets and, unless you pass in existing ones, a network, an ECS cluster and the data stores.
 */
export class PostHog extends Construct {
  /** The load balancer with its listener rules. */
  public readonly ingress: PostHogIngress;
  /** The network; undefined with an existing VPC. */
  public readonly network?: PostHogNetwork;
  /** The VPC that everything runs in. */
  public readonly vpc: IVpc;
  /** The ECS cluster. */
  public readonly cluster: ICluster;
  /** The public URL, such as `https://posthog.example.com`. */
  public readonly url: string;

  /** The PostgreSQL server for PostHog's application data. */
  public readonly postgres: IPostgres;
  /** The Valkey or Redis server that all processes share. */
  public readonly cache: ICache;
  /** The Kafka cluster that ingestion reads events from. */
  public readonly kafka: IKafka;
  /** The ClickHouse server that stores events. */
  public readonly clickHouse: IClickHouse;
  /** The bucket for files and session recordings. */
  public readonly objectStorage: IObjectStorage;
  /** The database migration that runs before processes are updated. */
  public readonly migration: IMigration;
  /** The check at the end of a deployment; undefined if there is nothing to check, or if the load balancer cannot be reached. */
  public readonly deploymentCheck?: IDeploymentCheck;

  /** The products that are deployed. */
  public readonly products: Product[];

  private readonly services: PostHogServices;

  public constructor(scope: Construct, id: string, props: PostHogProps) {
    super(scope, id);
    this.products = [...(props.products ?? DEFAULTS.products)];
    const definitions = withPath(this, () => {
      const deployed = deployedProcesses(this.products);
      checkProps(props, deployed);
      return deployed;
    });
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    const release = props.release ?? DEFAULTS.release;
    const cpuArchitecture = withPath(this, () => architectureFor(release, props.cpuArchitecture));
    const addressProxy = props.clientAddress?._proxy;
    const images = withPath(this, () => imagesOf(definitions, release));
    images.push(
      ...(this.products.includes(Product.DATA_PIPELINES) ? [withPath(this, () => release._imageOf(MIGRATING_PIPELINES, 'sqlxMigrate'))] : []),
      ...(addressProxy ? [addressProxy.image] : []),
    );
    warnOfFloating(this, 'PostHog', images, 'restart of a task');
    const unreachable = props.nat === NatMode.NONE ? images.filter((image) => !isInEcr(image)) : [];
    if (unreachable.length > 0) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:PostHog.imagesOutOfReach',
        `without NAT, tasks can pull images from ECR only, and these are not in ECR: ${unreachable.join(', ')}; copy them to ECR and name the copies with ` +
          '`release: PostHogRelease.of(...)`, and that of nginx with `clientAddress: ClientAddress.verified({ image })`',
      );
    }
    this.network =
      props.vpc || props.cluster
        ? undefined
        : new PostHogNetwork(this, 'Network', {
            nat: props.nat,
            publicLoadBalancer: props.publicLoadBalancer,
            dualStack: props.ipAddressType !== undefined && props.ipAddressType !== IpAddressType.IPV4,
          });
    this.vpc = props.vpc ?? props.cluster?.vpc ?? this.network!.vpc;
    this.cluster =
      props.cluster ??
      new Cluster(this, 'Cluster', { vpc: this.vpc, containerInsightsV2: ContainerInsights.ENABLED, enableFargateCapacityProviders: props.spot });
    this.ingress = new PostHogIngress(this, 'Ingress', {
      ...props,
      vpc: this.vpc,
      loadBalancerSubnets: props.loadBalancerSubnets ?? this.network?.loadBalancerSubnets,
      deletionProtection: props.deletionProtection ?? removalPolicy !== RemovalPolicy.DESTROY,
    });
    this.url = this.ingress.url;

    const logRetention = props.logRetention ?? DEFAULTS.logRetention;
    const subnets = props.serviceSubnets ?? this.network?.serviceSubnets ?? this.privateSubnets();
    const stores = new PostHogStores(this, 'Stores', props, {
      vpc: this.vpc,
      storeSubnets: props.storeSubnets ?? this.network?.storeSubnets,
      serviceSubnets: subnets,
      release,
      logRetention,
      removalPolicy: props.removalPolicy,
    });
    ({ postgres: this.postgres, cache: this.cache, kafka: this.kafka, clickHouse: this.clickHouse, objectStorage: this.objectStorage } = stores);
    new ClickHouseObjects(this, 'ClickHouseObjects', { serverRoles: this.clickHouse.serverRoles, storage: this.objectStorage });
    this.services = new PostHogServices(this, 'Services', props, {
      definitions,
      context: {
        ...stores,
        generation: release._generation,
        secrets: new AppSecrets(this, 'Secrets', props, removalPolicy),
        url: this.url,
        symbolSetKeys: definitions.some(({ process }) => process === PostHogProcess.CYMBAL)
          ? new ObjectStorageKeys(this, 'SymbolSetKeys', { storage: this.objectStorage, prefix: SYMBOL_SETS_PREFIX }).secret
          : undefined,
        fileDownloadsRole: this.products.includes(Product.EXPORTS) ? fileDownloadsRole(this, 'FileDownloadsRole', this.objectStorage) : undefined,
        appSettings: withPath(this, () => appSettings(props)),
        telemetry: props.telemetry ?? DEFAULTS.telemetry,
        temporalTaskQueues: props.temporalTaskQueues,
        proxyEnvironment: this.ingress.environment,
      },
      release,
      cpuArchitecture,
      ingress: this.ingress,
      namespace: defineNamespace(this, 'Namespace', this.vpc, `${props.domainName}.internal`),
      cluster: this.cluster,
      vpc: this.vpc,
      subnets,
      logRetention,
      removalPolicy,
    });
    // Data stores that are passed in may be created by the same deployment.
    const dependencies = [
      stores,
      ...[this.postgres, this.cache, this.kafka, this.clickHouse, this.objectStorage].filter((store) => Construct.isConstruct(store)),
    ];
    const migration = this.defineMigration(props, this.services.context, release, {
      cpuArchitecture,
      cluster: this.cluster,
      vpc: this.vpc,
      subnets,
      logRetention,
      removalPolicy,
    });
    migration.runAfter(...dependencies);
    this.migration = migration;
    this.services.startAfter(migration);
    this.deploymentCheck = (props.checkDeployment ?? DEFAULTS.checkDeployment) ? this.defineDeploymentCheck(props) : undefined;
  }

  private defineDeploymentCheck({ domainName, appAccess }: PostHogProps): IDeploymentCheck | undefined {
    const { ingress, services } = this;
    const checks: HttpCheckName[] = [
      ...(services.find(PostHogProcess.CAPTURE) ? ['capture' as const] : []),
      ...((appAccess?._isOpen ?? true) ? ['app' as const] : []),
    ];
    if (checks.length === 0) {
      return undefined;
    }
    if (ingress._isOnInternet === false) {
      Annotations.of(this).addInfoV2(
        'cdk-posthog:PostHog.deploymentNotChecked',
        'deployments are not checked, because a function outside of the VPC cannot connect to this load balancer; `checkDeployment: false` turns this message off',
      );
      return undefined;
    }
    return new DeploymentCheck(this, 'DeploymentCheck', {
      loadBalancer: ingress.loadBalancer,
      domainName,
      checks,
      expectsRoute: ingress._isOnInternet ?? false,
      taskDefinitions: services.all.map(({ taskDefinition }) => taskDefinition.taskDefinitionArn),
      services: services.all.map(({ started }) => started),
    });
  }

  private defineMigration(
    props: PostHogProps,
    context: ProcessContext,
    release: PostHogRelease,
    where: Pick<MigrationProps, 'cpuArchitecture' | 'cluster' | 'vpc' | 'subnets' | 'logRetention' | 'removalPolicy'>,
  ): Migration {
    const topics = topicsOf(this.products, props.topicPartitions ?? DEFAULTS.topicPartitions, release.topics, release._generation.topics);
    const migration = new Migration(this, 'Migration', {
      ...where,
      options: props.migration,
      release: { name: release.name, image: release.images.app, date: release.date, upstreamCommit: release.upstreamCommit },
      settings: withPath(this, () => mergeSettings(djangoSettings(context), [props])),
      topics: managesTopics(props) ? { kafka: this.kafka, topics } : undefined,
      workflows: this.products.includes(Product.DATA_PIPELINES) ? withPath(this, () => migratedWorkflows(this.postgres, release)) : undefined,
      backup: databaseBackup(this.postgres),
    });
    for (const name of DJANGO_STORES) {
      const store = context[name];
      if ('connections' in store) {
        admit(store, migration, 'from PostHog migration');
      }
    }
    return migration;
  }

  /**
   * Returns the service of a process.
   *
   * Throws if the process is not deployed because none of its products is.
   *
   * @param process the process
   */
  public service(process: PostHogProcess): IPostHogService {
    const service = this.services.find(process);
    if (!service) {
      const products = productsOf(process);
      throw invalidValue(
        'process',
        `must be one of ${this.services.processes.join(', ')}`,
        process,
        products.length > 0 ? `add one of ${products.join(', ')} to \`products\`` : undefined,
      );
    }
    return service;
  }

  /**
   * Selects the private subnets that the load balancer does not use, so that no task has an IP address that PostHog trusts; all of them if the load
   * balancer uses all.
   */
  private privateSubnets(): SubnetSelection {
    const taken = this.ingress.subnets.map(({ subnetId }) => subnetId);
    const free = this.vpc.privateSubnets.filter(({ subnetId }) => !taken.includes(subnetId));
    if (free.length > 0 || isLookupPending(this.vpc)) {
      return { subnets: free };
    }
    Annotations.of(this).addWarningV2(
      'cdk-posthog:PostHog.sharedSubnets',
      'the load balancer and the tasks share their subnets, so PostHog trusts the client IP that any task sends; ' +
        'give the load balancer small subnets of its own with `loadBalancerSubnets`',
    );
    return { subnets: this.vpc.privateSubnets };
  }
}

/** Returns the image and the connection URL for the migration of the workflows database. */
function migratedWorkflows(postgres: IPostgres, release: PostHogRelease): MigratedWorkflows {
  return {
    image: release._imageOf(MIGRATING_PIPELINES, 'sqlxMigrate'),
    databaseUrl: Secret.fromSecretsManager(
      requireAttribute(postgres, 'cyclotronUrlSecret', `${MIGRATING_PIPELINES}, which keep their jobs in a database of their own`),
    ),
  };
}
