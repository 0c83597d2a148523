import { Duration, Stack } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, Port } from 'aws-cdk-lib/aws-ec2';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Construct } from 'constructs';
import { CLICKHOUSE_METRICS } from './clickhouse-health';
import { MONITOR_MINUTES, MonitorRequest } from './monitor-request';
import { CELERY_QUEUES } from '../../catalog/celery-queues';
import { DEAD_LETTERS } from '../../catalog/kafka/topics/topic';
import { TOPICS } from '../../catalog/kafka/topics';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { IPostHogService } from '../../services/service/posthog-service';
import { CacheEncryption } from '../../stores/cache/cache-base';
import { KafkaEncryption } from '../../stores/kafka/kafka-base';
import { Stores } from '../../stores/posthog-stores';
import { CustomMetricName } from '../custom-metrics';
import { ScheduledFunction } from '../scheduled-function';

/** Properties for `Monitor`. */
export interface MonitorProps {
  readonly installation: string;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly cluster: ICluster;
  readonly stores: Stores;
  readonly services: readonly IPostHogService[];
  /** Indicates whether the function reaches the API of ECS, which a network without NAT has no endpoint for. */
  readonly reachesEcs: boolean;
  readonly products: readonly Product[];
  /** The date of the release; undefined if it has none. */
  readonly releaseDate?: string;
}

/** The data stores that the monitor connects to, with their names in descriptions. */
const CONNECTED = { clickHouse: 'ClickHouse', cache: 'cache', kafka: 'Kafka' } as const;

/** A function that publishes, every five minutes, what CloudWatch has no metric for. */
export class Monitor extends Construct {
  public readonly function: IFunction;
  /** The metrics that it publishes. */
  public readonly metrics: readonly CustomMetricName[];

  public constructor(scope: Construct, id: string, props: MonitorProps) {
    super(scope, id);
    const { vpc, subnets, stores, cluster } = props;
    const request = requestOf(props);
    const scheduled = new ScheduledFunction(this, 'Function', {
      program: 'monitor',
      description: 'PostHog monitor: publishes metrics of ClickHouse, queues and services',
      securityGroupDescription: 'PostHog monitor: function',
      schedule: ScheduleExpression.rate(Duration.minutes(MONITOR_MINUTES)),
      timeout: Duration.minutes(2),
      environment: {},
      input: request,
      vpc,
      subnets,
    });
    this.function = scheduled.function;
    this.metrics = metricsOf(request);
    stores.clickHouse.credentials.grantRead(scheduled.function);
    this.connect(scheduled, stores);
    const { account, region, partition } = Stack.of(this);
    const within = (kind: string) => `arn:${partition}:ecs:${region}:${account}:${kind}/${cluster.clusterName}/*`;
    [
      { Effect: 'Allow', Action: 'ecs:DescribeServices', Resource: within('service') },
      { Effect: 'Allow', Action: 'ecs:DescribeTasks', Resource: within('task') },
      // It supports no resource but container instances, which Fargate does not have.
      { Effect: 'Allow', Action: 'ecs:ListTasks', Resource: '*', Condition: { ArnEquals: { 'ecs:cluster': cluster.clusterArn } } },
    ].forEach((statement) => scheduled.addToRolePolicy(statement));
    const names = (kind: string) => resultTexts(Stack.of(this), within(kind)).map((text) => `AwsSolutions-IAM5[Resource::${text}]`);
    acknowledge(scheduled, Object.fromEntries([...names('service'), ...names('task')].map((id) => [id, 'the services and tasks of one cluster'])));
  }

  /** Allows the function to connect to data stores, with rules of this stack ("remote"): a data store in another one would depend on it. */
  private connect(scheduled: ScheduledFunction, stores: Stores): void {
    for (const [name, label] of Object.entries(CONNECTED) as [keyof typeof CONNECTED, string][]) {
      for (const port of portsOf(stores, name)) {
        scheduled.allowTo(port, `to PostHog ${label}`);
        for (const group of stores[name].connections.securityGroups) {
          scheduled.connections.securityGroups.forEach((client) => group.addIngressRule(client, Port.tcp(port), 'from PostHog monitor', true));
        }
      }
    }
  }
}

/** Returns the metrics that follow from a request. */
function metricsOf({ clickHouse, cache, deadLetters, services, releaseDate }: MonitorRequest): CustomMetricName[] {
  const by: readonly (readonly [unknown, readonly CustomMetricName[]])[] = [
    [true, ['MonitorFailures']],
    [clickHouse, CLICKHOUSE_METRICS],
    [cache, ['CeleryQueueDepth']],
    [deadLetters, ['DeadLetters']],
    [services, ['FailingServices']],
    [releaseDate, ['ReleaseAge']],
  ];
  return by.flatMap(([source, metrics]) => (source === undefined ? [] : metrics));
}

/** Returns the ports that the monitor uses: of ClickHouse, that of HTTP. */
function portsOf(stores: Stores, name: keyof typeof CONNECTED): number[] {
  return name === 'clickHouse' ? [stores.clickHouse.httpPort] : stores[name].clientPorts;
}

function requestOf({ installation, stores, services, reachesEcs, cluster, products, releaseDate }: MonitorProps): MonitorRequest {
  const { clickHouse, cache, kafka } = stores;
  const topics = deadLetterTopics(products);
  return {
    installation,
    clickHouse: {
      hosts: hostsOf(clickHouse),
      port: clickHouse.httpPort,
      tls: clickHouse.tls,
      verifyCertificate: clickHouse.verifyCertificate,
      secretArn: clickHouse.credentials.secretArn,
    },
    cache: services.some(({ process }) => process === PostHogProcess.WORKER)
      ? { host: cache.host, port: cache.port, tls: cache.encryption !== CacheEncryption.NONE, queues: CELERY_QUEUES }
      : undefined,
    deadLetters: topics.length > 0 ? { brokers: kafka.bootstrapServers, tls: kafka.encryption === KafkaEncryption.TLS, topics } : undefined,
    services: reachesEcs ? { cluster: cluster.clusterName, names: services.map(({ service }) => service.serviceName) } : undefined,
    releaseDate,
  };
}

/** Returns the hosts of all servers: those of a `ClickHouse` with replicas, and that of any other one. */
function hostsOf(clickHouse: Stores['clickHouse']): string[] {
  const { servers } = clickHouse as { readonly servers?: readonly { readonly host: string }[] };
  return servers?.map(({ host }) => host) ?? [clickHouse.host];
}

/** Returns the dead letter topics of products that a process writes. */
export function deadLetterTopics(products: readonly Product[]): string[] {
  return TOPICS.filter(({ noReader, writers }) => noReader === DEAD_LETTERS.noReader && writers !== undefined)
    .filter((topic) => topic.products === undefined || topic.products.some((product) => products.includes(product)))
    .map(({ name }) => name);
}
