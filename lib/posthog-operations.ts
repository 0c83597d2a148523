import { Annotations } from 'aws-cdk-lib/core';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { installationName } from './operations/installation';
import { PostHogUpkeep } from './operations/upkeep/posthog-upkeep';
import { PostHogUpkeepOptions } from './operations/upkeep/upkeep-options';
import { PostHogPlan } from './posthog-plan';
import { containerImage } from './private/container-image';
import { ProcessAccess } from './services/posthog-services';
import { IPostHogService } from './services/service/posthog-service';
import { IClickHouse } from './stores/clickhouse/clickhouse-base';
import { Stores } from './stores/posthog-stores';

/** The parts of a PostHog that the constructs of lib/operations watch and run. */
export interface OperatedPostHog {
  readonly plan: PostHogPlan;
  readonly vpc: IVpc;
  readonly cluster: ICluster;
  /** The subnets of the services. */
  readonly subnets: readonly ISubnet[];
  readonly stores: Stores;
  readonly ingress: PostHogIngress;
  readonly appIngress?: PostHogIngress;
  readonly services: readonly IPostHogService[];
  readonly migration: IMigration;
  /** The settings and the access of the app's background worker. */
  readonly worker?: ProcessAccess;
}

/** The constructs that run a PostHog. */
export interface Operations {
  /** The name of the PostHog in metrics and alarms. */
  readonly installation: string;
  readonly upkeep?: PostHogUpkeep;
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  return { installation, upkeep: defineUpkeep(scope, installation, posthog) };
}

/** Defines the upkeep, with the settings and the access of the worker. It cannot run before the first migration. */
function defineUpkeep(
  scope: Construct,
  installation: string,
  { plan, cluster, subnets, stores, migration, worker }: OperatedPostHog,
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
