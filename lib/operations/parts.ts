import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IStateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { IConstruct } from 'constructs';
import { Product } from '../catalog/product';
import { PostHogIngress } from '../ingress/posthog-ingress';
import { Checks, construct, listOf } from '../private/checks/check';
import { oneOf, text } from '../private/checks/values';
import { IPostHogService } from '../services/service/posthog-service';
import { ICache } from '../stores/cache/cache-base';
import { IClickHouse } from '../stores/clickhouse/clickhouse-base';
import { IStatefulInstance } from '../stores/instance/stateful-instance';
import { IKafka } from '../stores/kafka/kafka-base';
import { IPostgres } from '../stores/postgres/postgres-base';
import { CACHE, CLICKHOUSE, KAFKA, POSTGRES } from '../stores/store-checks';
import { CUSTOM_METRICS, CustomMetricName } from './custom-metrics';
import { installationName } from './installation';

/**
 * The parts of a PostHog for its alarms and its dashboard. Those that are left out, or that report no metrics, are not in them.
 */
export interface PostHogPartsOptions {
  /**
   * The name of this PostHog in the names of alarms, and in the dimension of the metrics that the library publishes.
   *
   * @default - from the names of the stack and the construct
   */
  readonly installation?: string;
  /**
   * The load balancers. Existing ones have requests for other applications, too: their own errors have no alarm.
   *
   * @default - none
   */
  readonly ingresses?: PostHogIngress[];
  /**
   * The services of processes.
   *
   * @default - none
   */
  readonly services?: IPostHogService[];
  /**
   * The products whose messages ClickHouse reads from Kafka.
   *
   * @default - all
   */
  readonly products?: Product[];
  /**
   * The PostgreSQL server. An imported one needs its identifier.
   *
   * @default - none
   */
  readonly postgres?: IPostgres;
  /**
   * The cache. An imported one needs its `replicationGroupId`.
   *
   * @default - none
   */
  readonly cache?: ICache;
  /**
   * The Kafka cluster. An imported one needs its `clusterName`.
   *
   * @default - none
   */
  readonly kafka?: IKafka;
  /**
   * The ClickHouse server. An imported one needs `instanceId` or `autoScalingGroupName`.
   *
   * @default - none
   */
  readonly clickHouse?: IClickHouse;
  /**
   * The state machine of the migration.
   *
   * @default - none
   */
  readonly migration?: IStateMachine;
  /**
   * Scheduled functions whose errors count as failed jobs.
   *
   * @default - none
   */
  readonly functions?: IFunction[];
  /**
   * Scheduled state machines whose failed executions count as failed jobs.
   *
   * @default - none
   */
  readonly stateMachines?: IStateMachine[];
  /**
   * The metrics in the namespace `PostHog` that something publishes with the dimension `Installation`. docs/runbook.md lists them.
   *
   * @default - none
   */
  readonly publishedMetrics?: string[];
}

const NAMES = Object.keys(CUSTOM_METRICS);

export const PARTS_CHECKS: Checks<PostHogPartsOptions> = {
  installation: text(/^[\w-]{1,64}$/, 'must have up to 64 letters, digits, hyphens and underscores'),
  ingresses: listOf(construct('a PostHogIngress', ['loadBalancer', 'metricHttpCodeElb'], 'pass `ingress` of a PostHog')),
  services: listOf(construct('an IPostHogService', ['process', 'service'], 'pass `services` of a PostHog')),
  products: listOf(oneOf(Product)),
  postgres: POSTGRES,
  cache: CACHE,
  kafka: KAFKA,
  clickHouse: CLICKHOUSE,
  migration: construct('an IStateMachine', ['stateMachineArn', 'metric'], 'pass `migration.stateMachine` of a PostHog'),
  functions: listOf(construct('an IFunction', ['functionArn', 'metricErrors'])),
  stateMachines: listOf(construct('an IStateMachine', ['stateMachineArn', 'metric'])),
  publishedMetrics: listOf(oneOf(Object.fromEntries(NAMES.map((name) => [name, name])))),
};

/** The parts of a PostHog that report metrics. */
export interface Parts {
  readonly scope: IConstruct;
  readonly installation: string;
  readonly ingresses: readonly PostHogIngress[];
  readonly services: readonly IPostHogService[];
  readonly products: readonly Product[];
  readonly postgres?: IPostgres;
  readonly cache?: ICache;
  readonly kafka?: IKafka;
  readonly clickHouse?: IClickHouse;
  readonly migration?: IStateMachine;
  readonly certificates: readonly ICertificate[];
  /** The scheduled functions of the library, whose failures count. */
  readonly functions: readonly IFunction[];
  /** The scheduled state machines of the library, whose failures count. */
  readonly stateMachines: readonly IStateMachine[];
  /** The metrics that something publishes. */
  readonly published: readonly CustomMetricName[];
}

/** Returns the instances whose volumes report metrics: of `ClickHouse` and `RedpandaKafka`. */
export function volumesOf({ clickHouse, kafka }: Pick<Parts, 'clickHouse' | 'kafka'>): IStatefulInstance[] {
  const { servers = [] } = (clickHouse ?? {}) as { readonly servers?: readonly IStatefulInstance[] };
  const { instance } = (kafka ?? {}) as { readonly instance?: IStatefulInstance };
  return [...servers, ...(instance ? [instance] : [])];
}

/** Returns the parts of a PostHog with defaults. */
export function partsOf(scope: IConstruct, props: PostHogPartsOptions): Parts {
  const { ingresses = [], services = [], functions = [], stateMachines = [], products = Object.values(Product), publishedMetrics = [] } = props;
  const { postgres, cache, kafka, clickHouse, migration } = props;
  const certificates = ingresses.flatMap(({ certificate, furtherCertificates }) => [...(certificate ? [certificate] : []), ...furtherCertificates]);
  return {
    scope,
    installation: props.installation ?? installationName(scope),
    ingresses,
    services,
    products,
    postgres,
    cache,
    kafka,
    clickHouse,
    migration,
    certificates: [...new Set(certificates)],
    functions,
    stateMachines,
    published: publishedMetrics as CustomMetricName[],
  };
}
