import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHogProcess } from './catalog/posthog-process';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { PostHogCanary } from './operations/canary/posthog-canary';
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

/** The constructs that run a PostHog. */
export interface Operations {
  /** The name of the PostHog in metrics and alarms. */
  readonly installation: string;
  readonly canary?: PostHogCanary;
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  return { installation, canary: defineCanary(scope, posthog, installation) };
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
