import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { PostHogProcess } from './catalog/posthog-process';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { customMetric, installationName } from './operations/installation';
import { scaleOnQueue } from './operations/worker-scaling';
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
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  const worker = posthog.services.find(({ process }) => process === PostHogProcess.WORKER);
  if (worker?.scaling) {
    scaleOnQueue(worker.scaling, customMetric(scope, installation, 'CeleryQueueDepth'));
  }
  return { installation };
}
