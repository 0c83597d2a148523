import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { IVpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, ICluster, ManagedInstancesCapacityProvider } from 'aws-cdk-lib/aws-ecs';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct } from 'constructs';
import { PostHogProcess } from './catalog/posthog-process';
import { Product } from './catalog/product';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { PostHogNetwork } from './network/posthog-network';
import { serviceSubnets, warnOfUnreachableImages } from './network/service-subnets';
import { PostHogAlarms } from './operations/alarms/posthog-alarms';
import { PostHogDashboard } from './operations/dashboard/posthog-dashboard';
import { IPostHogCanary } from './operations/canary/posthog-canary';
import { IPostHogBackup } from './operations/backup/posthog-backup-props';
import { IDeploymentCheck } from './operations/deployment-check/deployment-check';
import { PostHogRunningHours } from './operations/running-hours/posthog-running-hours';
import { PostHogUpkeep } from './operations/upkeep/posthog-upkeep';
import { checkAgreement, ComparedProps, recordProps } from './posthog-agreement';
import { checkResources, POSTHOG_CHECKS } from './posthog-checks';
import { checkConnections } from './posthog-connections';
import { defineIngresses } from './posthog-ingresses';
import { defineMigration } from './posthog-migration';
import { defineBackup, defineDeploymentCheck, defineOperations, defineRunningHours } from './posthog-operations';
import { NetworkPlan, planOf } from './posthog-plan';
import { PostHogProps } from './posthog-props';
import { acknowledge } from './private/acknowledge';
import { checkProps } from './private/checks/check';
import { warnOfFloating } from './private/container-image';
import { encryptWith } from './private/encryption-key';
import { withPath } from './private/errors';
import { IInstanceHosts } from './services/capacity/instance-hosts';
import { discoveryLabel, discoveryOf } from './services/discovery';
import { PostHogServices } from './services/posthog-services';
import { AppSecrets, IAppSecrets } from './services/secrets/app-secrets';
import { fileDownloadsRole } from './services/file-downloads';
import { IPostHogService } from './services/service/posthog-service';
import { ICache } from './stores/cache/cache-base';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { ClickHouseObjects } from './stores/clickhouse/clickhouse-objects';
import { IKafka } from './stores/kafka/kafka-base';
import { IObjectStorage } from './stores/object-storage/object-storage-base';
import { ObjectStorageKeys, SYMBOL_SETS_PREFIX } from './stores/object-storage/object-storage-keys';
import { IPostgres } from './stores/postgres/postgres-base';
import { defineStores } from './stores/posthog-stores';

/**
 * PostHog on Amazon ECS, behind an Application Load Balancer that terminates TLS.
 *
 * It defines the ingress, the services and their secrets and, unless you pass in existing ones, a network, an ECS cluster and the data stores.
 *
 * It takes about 400 resources, with every product 440. A stack can have 500: a second PostHog needs a stack of its own, and if this one is still too
 * small, the data stores too.
 */
export class PostHog extends Construct {
  /** The load balancer with its listener rules. */
  public readonly ingress: PostHogIngress;
  /** The load balancer of the app with its listener rules; undefined without `appLoadBalancer`. */
  public readonly appIngress?: PostHogIngress;
  /** The network, or that of `stores`; undefined with an existing VPC. */
  public readonly network?: PostHogNetwork;
  /** The VPC that everything runs in. */
  public readonly vpc: IVpc;
  /** The ECS cluster. */
  public readonly cluster: ICluster;
  /** The URL of the app, such as `https://posthog.example.com`. */
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
  /** The backups of ClickHouse and of volumes. */
  public readonly backup: IPostHogBackup;
  /** The alarms, and their composite alarms; without any if `alarms` turns them off. */
  public readonly alarms: PostHogAlarms;
  /** The dashboard; undefined without `dashboard`. */
  public readonly dashboard?: PostHogDashboard;
  /** The budget; undefined without `budget`. */
  public readonly budget?: CfnBudget;
  /** The check at the end of a deployment; undefined if there is nothing to check, or if the load balancer cannot be reached. */
  public readonly deploymentCheck?: IDeploymentCheck;
  /** The canary; undefined without `canary`. */
  public readonly canary?: IPostHogCanary;
  /** The schedules that stop and start all tasks; undefined without `runningHours`. */
  public readonly runningHours?: PostHogRunningHours;
  /** The upkeep of the data: deletions, data deletion requests and metrics; undefined if `upkeep` turns it off. */
  public readonly upkeep?: PostHogUpkeep;

  /** The products that are deployed. */
  public readonly products: Product[];

  /** The groups of EC2 instances that services run on; none without `PostHogCapacity.instances()`. */
  public readonly instanceHosts: IInstanceHosts[];
  /** The capacity providers of services; none without `PostHogCapacity.managedInstances()`. */
  public readonly managedInstances: ManagedInstancesCapacityProvider[];
  /** The services of all processes that are deployed. */
  public readonly services: IPostHogService[];
  /** PostHog's own secrets. */
  public readonly appSecrets: IAppSecrets;
  /** The access keys of the user that reads and writes the symbol sets of error tracking; undefined without `Product.ERROR_TRACKING`. */
  public readonly symbolSetKeys?: ISecret;
  /** The role that writes the files of batch exports and signs links to them; undefined without `Product.EXPORTS`. */
  public readonly fileDownloadsRole?: IRole;
  /** The Cloud Map namespace in which processes find each other. */
  public readonly cloudMapNamespace: INamespace;

  private readonly deployed: PostHogServices;

  public constructor(scope: Construct, id: string, props: PostHogProps) {
    super(scope, id);
    checkProps(this, props, POSTHOG_CHECKS);
    const plan = withPath(this, () => planOf(props, discoveryLabel(this)));
    encryptWith(this, plan.encryptionKey);
    this.node.addValidation({ validate: () => checkResources(this) });
    const { release, cpuArchitecture, logRetention, removalPolicy } = plan;
    const compared: ComparedProps = {
      domainName: props.domainName,
      domainZone: props.domainZone,
      additionalDomainNames: props.additionalDomainNames,
      ingestionDomainNames: props.ingestionDomainNames,
      listener: props.listener,
      ...plan.secrets,
      vpc: plan.network.vpc,
      stores: plan.stores.existing,
      allStores: props.stores,
    };
    withPath(this, () => checkAgreement(this, compared));
    this.products = [...plan.products];
    warnOfFloating(this, 'PostHog', plan.images.all, 'restart of a task');
    const { network } = plan;
    this.network = network.existing ?? (network.vpc ? undefined : new PostHogNetwork(this, 'Network', network.created));
    this.vpc = network.vpc ?? this.network!.vpc;
    this.cluster = network.cluster ?? this.defineCluster(network);
    const ingresses = defineIngresses(this, plan, this.vpc, this.network);
    ({ ingress: this.ingress, appIngress: this.appIngress } = ingresses);
    this.url = (this.appIngress ?? this.ingress).url;

    const subnets = withPath(this, () => serviceSubnets(this, this.vpc, network.serviceSubnets ?? this.network?.serviceSubnets, ingresses.subnets));
    warnOfUnreachableImages(this, this.vpc, subnets, plan.images.outsideEcr);
    const storesScope = new Construct(this, 'Stores');
    const stores = defineStores(storesScope, {
      ...plan.stores,
      vpc: this.vpc,
      storeSubnets: network.storeSubnets ?? this.network?.storeSubnets,
      serviceSubnets: { subnets },
    });
    ({ postgres: this.postgres, cache: this.cache, kafka: this.kafka, clickHouse: this.clickHouse, objectStorage: this.objectStorage } = stores);
    new ClickHouseObjects(this, 'ClickHouseObjects', { serverRoles: this.clickHouse.serverRoles, storage: this.objectStorage });
    const discovery = discoveryOf(this, 'Namespace', network.discovery, this.vpc);
    this.cloudMapNamespace = discovery.namespace;
    const { appSettings, telemetry, temporalTaskQueues, hasSymbolSets, hasFileDownloads, ...services } = plan.services;
    const secrets = new AppSecrets(this, 'Secrets', plan.secrets, removalPolicy);
    this.appSecrets = secrets;
    this.symbolSetKeys = hasSymbolSets
      ? new ObjectStorageKeys(this, 'SymbolSetKeys', { storage: this.objectStorage, prefix: SYMBOL_SETS_PREFIX }).secret
      : undefined;
    this.fileDownloadsRole = hasFileDownloads ? fileDownloadsRole(this, 'FileDownloadsRole', this.objectStorage) : undefined;
    const deployed = new PostHogServices(this, 'Services', {
      ...services,
      definitions: plan.definitions,
      stores,
      fileDownloadsRole: this.fileDownloadsRole,
      context: {
        generation: release._generation,
        secrets,
        url: this.url,
        symbolSetKeys: this.symbolSetKeys,
        appSettings,
        telemetry,
        temporalTaskQueues,
        proxyEnvironment: ingresses.proxyEnvironment,
      },
      release,
      cpuArchitecture,
      addProxy:
        plan.ingress.clientAddress?._proxy &&
        ((taskDefinition, proxied) =>
          this.ingress.addClientAddressProxy(taskDefinition, { ...proxied, registryCredentials: services.registryCredentials })),
      ingress: this.ingress,
      appIngress: this.appIngress,
      discovery,
      cluster: this.cluster,
      vpc: this.vpc,
      subnets,
      logRetention,
      removalPolicy,
    });
    this.deployed = deployed;
    withPath(this, () => checkConnections(this, this.postgres, deployed.all));
    this.services = deployed.all;
    this.instanceHosts = deployed.capacityGroups?.hosts ?? [];
    this.managedInstances = deployed.capacityGroups?.managed ?? [];
    this.backup = defineBackup(this, { plan, network: this.network, vpc: this.vpc, cluster: this.cluster, subnets, stores });
    const { context } = deployed;
    this.migration = defineMigration(this, {
      plan,
      context,
      cluster: this.cluster,
      vpc: this.vpc,
      subnets,
      stores,
      storesScope,
      backup: this.backup,
    });
    deployed.startAfter(this.migration);
    this.openAfterStart();
    this.runningHours = defineRunningHours(this, plan, deployed.all);
    this.deploymentCheck = defineDeploymentCheck(this, plan, this.ingress, deployed.all, this.runningHours);
    ({
      alarms: this.alarms,
      dashboard: this.dashboard,
      budget: this.budget,
      canary: this.canary,
      upkeep: this.upkeep,
    } = defineOperations(this, {
      plan,
      network: this.network,
      vpc: this.vpc,
      cluster: this.cluster,
      subnets,
      stores,
      ingress: this.ingress,
      appIngress: this.appIngress,
      services: this.services,
      migration: this.migration,
      backup: this.backup,
      runningHours: this.runningHours,
      worker: deployed.accessOf(PostHogProcess.WORKER),
    }));
    recordProps(this, compared);
  }

  /**
   * Returns the service of a process.
   *
   * Throws if the process is not deployed because none of its products is.
   *
   * @param process the process
   */
  public service(process: PostHogProcess): IPostHogService {
    return withPath(this, () => this.deployed.of(process));
  }

  /**
   * Makes the records of the domain name wait for the app and for data pipelines, from which it takes a template for each new team: a team that is
   * created before would never get GeoIP (products/cdp/backend/models/hog_functions/hog_function.py of PostHog/posthog). Later deployments do not
   * change the records, so they do not wait.
   */
  private openAfterStart(): void {
    const services = [PostHogProcess.WEB, PostHogProcess.PLUGINS].flatMap((process) => this.deployed.find(process)?.started ?? []);
    [this.ingress, this.appIngress].forEach((ingress) => ingress?.records.forEach((record) => record.node.addDependency(...services)));
  }

  private defineCluster({ containerInsights: containerInsightsV2 }: NetworkPlan): Cluster {
    const cluster = new Cluster(this, 'Cluster', { vpc: this.vpc, containerInsightsV2, enableFargateCapacityProviders: true });
    if (containerInsightsV2 === ContainerInsights.DISABLED) {
      acknowledge(cluster, {
        'AwsSolutions-ECS4': 'its metrics cost a quarter as much as everything else of a small PostHog; `containerInsights` enables them',
      });
    }
    return cluster;
  }
}
