import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { Construct } from 'constructs';
import { PostHogIngress } from './ingress/posthog-ingress';
import { IMigration } from './migration/migration';
import { PostHogAlarms } from './operations/alarms/posthog-alarms';
import { CustomMetricName } from './operations/custom-metrics';
import { PostHogDashboard } from './operations/dashboard/posthog-dashboard';
import { installationName } from './operations/installation';
import { Monitor } from './operations/monitor/monitor';
import { PostHogPartsOptions } from './operations/parts';
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
  readonly alarms: PostHogAlarms;
  readonly dashboard?: PostHogDashboard;
}

/** A scheduled function, and the metrics that it publishes. */
export interface Publisher {
  readonly function?: IFunction;
  readonly metrics: readonly CustomMetricName[];
}

/**
 * Defines the constructs that run a PostHog: alarms, backups and scheduled jobs.
 *
 * @param scope the `PostHog`
 */
export function defineOperations(scope: Construct, posthog: OperatedPostHog): Operations {
  const installation = installationName(scope);
  const { alarms, dashboard } = posthog.plan.operations;
  // Each part that publishes metrics adds itself; alarms and the dashboard come last.
  const publishers: Publisher[] = [];
  if ((alarms?.enabled ?? true) || dashboard) {
    publishers.push(defineMonitor(scope, installation, posthog));
  }
  const parts = partsOf(installation, posthog, publishers);
  const defined = new PostHogAlarms(scope, 'Alarms', { ...alarms, ...parts });
  return {
    installation,
    alarms: defined,
    dashboard: dashboard ? new PostHogDashboard(scope, 'Dashboard', { ...parts, alarms: defined }) : undefined,
  };
}

function defineMonitor(scope: Construct, installation: string, { plan, vpc, subnets, cluster, stores, services }: OperatedPostHog): Publisher {
  const monitor = new Monitor(scope, 'Monitor', {
    installation,
    vpc,
    subnets,
    cluster,
    stores,
    services,
    products: plan.products,
    releaseDate: plan.release.date,
  });
  return { function: monitor.function, metrics: monitor.metrics };
}

function partsOf(installation: string, posthog: OperatedPostHog, publishers: readonly Publisher[]): PostHogPartsOptions {
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
    functions: publishers.flatMap((publisher) => publisher.function ?? []),
    publishedMetrics: publishers.flatMap(({ metrics }) => metrics),
  };
}
