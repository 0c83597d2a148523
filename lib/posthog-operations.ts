import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { PostHogBackup } from './operations/backup/posthog-backup';
import { installationName } from './operations/installation';
import { PostHogPlan } from './posthog-plan';
import { IPostHogService } from './services/service/posthog-service';
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
}

/**
 * Defines the backups of a PostHog. Migrations wait for one, so they are defined before.
 *
 * @param scope the `PostHog`
 */
export function defineBackup(
  scope: Construct,
  { plan, vpc, cluster, subnets, stores }: Pick<OperatedPostHog, 'plan' | 'vpc' | 'cluster' | 'subnets' | 'stores'>,
): PostHogBackup {
  const { backup = {}, services } = plan;
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
    postgres: isOff ? undefined : stores.postgres,
    registryCredentials: services.registryCredentials,
    installation: installationName(scope),
    vpc,
    vpcSubnets: { subnets: [...subnets] },
    cluster,
  });
}

/** The constructs that run a PostHog. */
export interface Operations {
  /** The name of the PostHog in metrics and alarms. */
  readonly installation: string;
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, _posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  return { installation };
}
