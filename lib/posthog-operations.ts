import { Annotations, RemovalPolicy } from 'aws-cdk-lib/core';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHogProcess } from './catalog/posthog-process';
import { PostHogSize } from './catalog/posthog-size';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { PostHogNetwork } from './network/posthog-network';
import { PostHogAlarms } from './operations/alarms/posthog-alarms';
import { DeploymentCheck, IDeploymentCheck } from './operations/deployment-check/deployment-check';
import { PostHogDashboard } from './operations/dashboard/posthog-dashboard';
import { Monitor } from './operations/monitor/monitor';
import { PostHogPartsOptions } from './operations/parts';
import { defineBudget } from './operations/budget';
import { PostHogCanary } from './operations/canary/posthog-canary';
import { PostHogBackup } from './operations/backup/posthog-backup';
import { IPostHogBackup } from './operations/backup/posthog-backup-props';
import { customMetric, installationName } from './operations/installation';
import { PostHogRunningHours } from './operations/running-hours/posthog-running-hours';
import { PostHogUpkeep } from './operations/upkeep/posthog-upkeep';
import { PostHogUpkeepOptions } from './operations/upkeep/upkeep-options';
import { scaleOnQueue } from './operations/worker-scaling';
import { PostHogPlan } from './posthog-plan';
import { containerImage } from './private/container-image';
import { withPath } from './private/errors';
import { ProcessAccess } from './services/posthog-services-props';
import { IPostHogService, PostHogService } from './services/service/posthog-service';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { Stores } from './stores/posthog-stores';

/** The parts of a PostHog that the constructs of lib/operations watch and run. */
export interface OperatedPostHog {
  readonly plan: PostHogPlan;
  /** The network; undefined with an existing VPC. */
  readonly network?: PostHogNetwork;
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  /** The subnets of the services. */
  readonly subnets: readonly ISubnet[];
  readonly stores: Stores;
  readonly ingress: PostHogIngress;
  readonly appIngress?: PostHogIngress;
  readonly services: readonly IPostHogService[];
  readonly migration: IMigration;
  readonly backup: IPostHogBackup;
  /** The schedules that stop and start all tasks. */
  readonly runningHours?: PostHogRunningHours;
  /** The settings and the access of the app's background worker. */
  readonly worker?: ProcessAccess;
}

/**
 * Defines the backups of a PostHog. Migrations wait for one, so they are defined before.
 *
 * @param scope the `PostHog`
 */
export function defineBackup(
  scope: Construct,
  { plan, network, vpc, cluster, subnets, stores }: Pick<OperatedPostHog, 'plan' | 'network' | 'vpc' | 'cluster' | 'subnets' | 'stores'>,
): PostHogBackup {
  const { services } = plan;
  const { backup = {} } = plan.operations;
  const isOff = backup.clickHouseBackups === false && backup.volumeSnapshots === false;
  const image = plan.stores.clickHouseImage;
  return new PostHogBackup(scope, 'Backup', {
    ...backup,
    // Snapshots would outlive a trial, whose volumes are deleted with it.
    volumeSnapshots: backup.volumeSnapshots ?? plan.removalPolicy !== RemovalPolicy.DESTROY,
    removalPolicy: plan.removalPolicy,
    restoreDrills: backup.restoreDrills && { image, ...backup.restoreDrills },
    clickHouse: stores.clickHouse,
    kafka: stores.kafka,
    postgres: isOff || !reachesApis(network) ? undefined : stores.postgres,
    registryCredentials: services.registryCredentials,
    installation: installationName(scope),
    vpc,
    vpcSubnets: { subnets: [...subnets] },
    cluster,
  });
}

/** Defines the schedules that stop and start all tasks; returns undefined without `runningHours`. */
export function defineRunningHours(
  scope: Construct,
  { operations: { runningHours }, services: { size } }: PostHogPlan,
  services: readonly IPostHogService[],
): PostHogRunningHours | undefined {
  if (!runningHours) {
    return undefined;
  }
  if (size === PostHogSize.PRODUCTION || size === PostHogSize.LARGE) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:PostHog.runningHours',
      `\`runningHours\` stops a PostHog of the size ${size}: events that clients send meanwhile, and do not send again, are lost`,
    );
  }
  return new PostHogRunningHours(scope, 'RunningHours', { ...runningHours, services: [...services], installation: installationName(scope) });
}

/** Defines the check at the end of a deployment; returns undefined if there is nothing to check, or if the load balancer cannot be reached. */
export function defineDeploymentCheck(
  scope: Construct,
  { deploymentChecks, ingress: { domainName } }: PostHogPlan,
  ingress: PostHogIngress,
  services: readonly PostHogService[],
  runningHours: PostHogRunningHours | undefined,
): IDeploymentCheck | undefined {
  if (deploymentChecks.length === 0) {
    return undefined;
  }
  if (ingress._isOnInternet === false) {
    Annotations.of(scope).addInfoV2(
      'cdk-posthog:PostHog.deploymentNotChecked',
      'deployments are not checked, because a function outside of the VPC cannot connect to this load balancer; `checkDeployment: false` turns this message off',
    );
    return undefined;
  }
  return new DeploymentCheck(scope, 'DeploymentCheck', {
    loadBalancer: ingress.loadBalancer,
    domainName,
    checks: deploymentChecks,
    expectsRoute: ingress._isOnInternet ?? false,
    taskDefinitions: services.map(({ taskDefinition }) => taskDefinition.taskDefinitionArn),
    services: services.map(({ started }) => started),
    stoppedAlarm: runningHours?.stoppedAlarm,
  });
}

/** Returns whether functions in a network reach the APIs of ECS and RDS. Without NAT, it has no endpoints for them; each costs $15 a month. */
function reachesApis(network: PostHogNetwork | undefined): boolean {
  return network === undefined || network.egressSubnets !== undefined;
}

/** The constructs that run a PostHog. */
export interface Operations {
  /** The name of the PostHog in metrics and alarms. */
  readonly installation: string;
  readonly alarms: PostHogAlarms;
  readonly dashboard?: PostHogDashboard;
  readonly budget?: CfnBudget;
  readonly canary?: PostHogCanary;
  readonly upkeep?: PostHogUpkeep;
}

/** A scheduled job, and the metrics that it publishes. */
interface Job {
  readonly function?: IFunction;
  readonly stateMachine?: IStateMachine;
  readonly metrics: readonly string[];
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  const { alarms, dashboard: hasDashboard } = posthog.plan.operations;
  const monitor = (alarms?.enabled ?? true) || hasDashboard ? defineMonitor(scope, installation, posthog) : undefined;
  const worker = posthog.services.find(({ process }) => process === PostHogProcess.WORKER);
  if (worker?.scaling) {
    const queueDepth = monitor?.metrics.includes('CeleryQueueDepth') ? customMetric(scope, installation, 'CeleryQueueDepth') : undefined;
    scaleOnQueue(worker.scaling, worker._targetCpuPercent, queueDepth);
  }
  const canary = defineCanary(scope, posthog, installation);
  const upkeep = defineUpkeep(scope, installation, posthog, canary);
  // Alarms and the dashboard read what all others publish.
  const jobs: Job[] = [
    ...(monitor ? [monitor] : []),
    { function: posthog.backup.function, metrics: posthog.backup._metrics },
    ...(canary ? [{ function: canary.function, metrics: canary._metrics }] : []),
    ...(upkeep ? [{ stateMachine: upkeep.stateMachine, metrics: upkeep.metrics }] : []),
    ...(posthog.runningHours ? [{ stateMachine: posthog.runningHours.stateMachine, metrics: [] }] : []),
  ];
  const parts = partsOf(installation, posthog, jobs);
  const defined = new PostHogAlarms(scope, 'Alarms', { ...alarms, ...parts, suppressor: posthog.runningHours?.stoppedAlarm });
  const dashboard = hasDashboard ? new PostHogDashboard(scope, 'Dashboard', { ...parts, alarms: defined }) : undefined;
  const { budget: options } = posthog.plan.operations;
  const budget = options && withPath(scope, () => defineBudget(scope, 'Budget', options));
  return { installation, alarms: defined, dashboard, budget, canary, upkeep };
}

function defineCanary(scope: Construct, { plan, vpc, subnets, stores, services }: OperatedPostHog, installation: string): PostHogCanary | undefined {
  const { canary } = plan.operations;
  const runs = (process: PostHogProcess) => services.some((service) => service.process === process);
  if (canary === undefined) {
    return undefined;
  }
  return new PostHogCanary(scope, 'Canary', {
    ...canary,
    domainName: plan.ingestionDomainName,
    clickHouse: stores.clickHouse,
    vpc,
    vpcSubnets: { subnets: [...subnets] },
    flags: runs(PostHogProcess.FEATURE_FLAGS),
    recordings: runs(PostHogProcess.REPLAY_CAPTURE),
    installation,
  });
}

/** Defines the upkeep, with the settings and the access of the worker. It cannot run before the first migration. */
function defineUpkeep(
  scope: Construct,
  installation: string,
  { plan, cluster, subnets, stores, migration, worker }: OperatedPostHog,
  canary: PostHogCanary | undefined,
): PostHogUpkeep | undefined {
  const { upkeep: options = {} } = plan.operations;
  if (!worker || options.enabled === false) {
    return undefined;
  }
  const upkeep = new PostHogUpkeep(scope, 'Upkeep', {
    ...withoutReplicas(scope, options, stores.clickHouse),
    installation,
    cluster,
    image: containerImage(scope, 'UpkeepRepository', plan.migration.release.image, plan.services.registryCredentials),
    ...worker.settings,
    environment: { ...worker.settings.environment, ...(canary && { UPKEEP_CANARY: canary.distinctId }) },
    securityGroups: worker.securityGroups,
    subnets: { subnets: [...subnets] },
    cpuArchitecture: plan.cpuArchitecture,
    logRetention: plan.logRetention,
    removalPolicy: plan.removalPolicy,
  });
  upkeep.stateMachine.node.addDependency(migration);
  return upkeep;
}

/** Turns deletions off where they were not verified, unless that is what the user wants: the script would refuse every run. */
function withoutReplicas(scope: Construct, options: PostHogUpkeepOptions, { appFiles }: IClickHouse): PostHogUpkeepOptions {
  const servers = appFiles?.reportParameters.length ?? 1;
  if (servers === 1 || options.allowSeveralServers) {
    return options;
  }
  Annotations.of(scope).addWarningV2(
    'cdk-posthog:PostHog.noDeletions',
    `events of deleted persons and projects stay, and data deletion requests have no effect: with ${servers} ClickHouse servers, deletions were not ` +
      'verified. `upkeep: { allowSeveralServers: true }` runs them, see docs/privacy.md',
  );
  return { ...options, deletions: false, deletionRequests: false };
}

function defineMonitor(scope: Construct, installation: string, { plan, network, vpc, subnets, cluster, stores, services }: OperatedPostHog): Monitor {
  return new Monitor(scope, 'Monitor', {
    installation,
    vpc,
    subnets,
    cluster,
    stores,
    services,
    reachesEcs: reachesApis(network),
    products: plan.products,
    releaseDate: plan.release.date,
  });
}

function partsOf(installation: string, posthog: OperatedPostHog, jobs: readonly Job[]): PostHogPartsOptions {
  const { plan, stores, services, ingress, appIngress, migration } = posthog;
  const { postgres, cache, kafka, clickHouse } = stores;
  return {
    installation,
    ingresses: [ingress, ...(appIngress ? [appIngress] : [])],
    services: [...services],
    products: [...plan.products],
    postgres,
    cache,
    kafka,
    clickHouse,
    migration: migration.stateMachine,
    functions: jobs.flatMap((job) => job.function ?? []),
    stateMachines: jobs.flatMap(({ stateMachine }) => stateMachine ?? []),
    publishedMetrics: jobs.flatMap(({ metrics }) => metrics),
  };
}
