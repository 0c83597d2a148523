import { Duration } from 'aws-cdk-lib/core';
import { GraphWidget, IMetric, IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { clickHouseGroups, brokersOf, ingestionGroups } from '../alarms/pipeline-metrics';
import { targetMetric } from '../alarms/client-metrics';
import { ConsumerGroup } from '../../catalog/kafka/consumer-groups';
import { CustomMetricName } from '../custom-metrics';
import { customMetric } from '../installation';
import { Parts, volumesOf } from '../parts';

/** A part of the dashboard: a heading, and graphs in one row or more. */
export interface DashboardSection {
  readonly title: string;
  readonly text: string;
  readonly widgets: IWidget[];
}

/** The grid of a dashboard has 24 columns, so three graphs fit into a row. */
const SIZE = { width: 8, height: 6 };

const PERIOD = Duration.minutes(5);

/** Returns the sections of the dashboard that have graphs. */
export function sectionsOf(parts: Parts): DashboardSection[] {
  return [
    { title: 'Clients', text: 'Requests that reach PostHog, and its responses.', widgets: clients(parts) },
    { title: 'Pipeline', text: 'Messages on their way to ClickHouse, and tasks of the app.', widgets: pipeline(parts) },
    { title: 'Data stores', text: 'The state of ClickHouse, Kafka, PostgreSQL and the cache.', widgets: dataStores(parts) },
    { title: 'Upkeep', text: 'Backups, deletions and the release.', widgets: upkeep(parts) },
    { title: 'Cost', text: 'Numbers that the bill depends on.', widgets: cost(parts) },
  ].filter(({ widgets }) => widgets.length > 0);
}

/** Returns a graph of metrics; none if there are no metrics. */
function graph(title: string, left: readonly (IMetric | undefined)[], label: string): IWidget[] {
  const metrics = left.filter((metric) => metric !== undefined);
  return metrics.length === 0 ? [] : [new GraphWidget({ ...SIZE, title, left: metrics, leftYAxis: { label, showUnits: false, min: 0 } })];
}

function published(parts: Parts, name: CustomMetricName, label: string): IMetric | undefined {
  return parts.published.includes(name)
    ? customMetric(parts.scope, parts.installation, name, { statistic: Stats.MAXIMUM, period: PERIOD, label })
    : undefined;
}

/** Returns an age that is published in seconds, in hours. */
function hours(parts: Parts, name: CustomMetricName, label: string): IMetric | undefined {
  const age = published(parts, name, label);
  // The id of a metric in an expression must differ from those of the other expressions of the graph.
  const id = name[0].toLowerCase() + name.slice(1);
  return age && new MathExpression({ expression: `${id} / 3600`, usingMetrics: { [id]: age }, label, period: PERIOD });
}

function clients(parts: Parts): IWidget[] {
  const ofTargets = (metricName: string, statistic: string) =>
    parts.services.flatMap(({ process, _targets = [] }) =>
      _targets.map((target) => targetMetric(parts.scope, target, metricName, { statistic, period: PERIOD, label: process })),
    );
  const own = parts.ingresses.map((ingress) => ingress.metricHttpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: PERIOD, label: 'load balancer' }));
  return [
    ...graph('Requests', ofTargets('RequestCount', Stats.SUM), 'in 5 minutes'),
    ...graph('Server errors', [...ofTargets('HTTPCode_Target_5XX_Count', Stats.SUM), ...own], 'in 5 minutes'),
    ...graph('Response time, slowest hundredth', ofTargets('TargetResponseTime', Stats.p(99)), 'seconds'),
  ];
}

function pipeline(parts: Parts): IWidget[] {
  const { kafka, services, clickHouse, products } = parts;
  const lag = (groups: readonly ConsumerGroup[]) =>
    kafka?.clusterName === undefined ? [] : groups.map(({ group, topic }) => kafka.metricConsumerLag(group, topic, { period: PERIOD, label: topic }));
  return [
    ...graph('Waiting for ingestion', lag(ingestionGroups(services.map(({ process }) => process))), 'messages'),
    ...graph('Waiting for ClickHouse', lag(clickHouse ? clickHouseGroups(products) : []), 'messages'),
    ...graph(
      'Tasks and dead letters',
      [
        published(parts, 'CeleryQueueDepth', 'tasks of the app that wait'),
        published(parts, 'DeadLetters', 'dead letters'),
        published(parts, 'FailingServices', 'failing services'),
      ],
      'number',
    ),
  ];
}

function dataStores(parts: Parts): IWidget[] {
  const { clickHouse, kafka, postgres, cache } = parts;
  const period = PERIOD;
  const reports = postgres && (postgres.instanceIdentifier ?? postgres.clusterIdentifier) !== undefined ? postgres : undefined;
  const instance = postgres?.instanceIdentifier === undefined ? undefined : postgres;
  const node = cache?.replicationGroupId === undefined ? undefined : cache;
  const server = clickHouse && (clickHouse._hasMetrics ?? true) ? clickHouse : undefined;
  const disks =
    kafka?.clusterName === undefined
      ? []
      : brokersOf(kafka).map((broker) => kafka.metricDataLogsDiskUsed(broker, { period, label: `broker ${broker}` }));
  return [
    ...graph(
      'ClickHouse',
      [
        server?.metricCpuUtilization({ period, label: 'CPU' }),
        published(parts, 'ClickHouseDiskUsedPercent', 'disk'),
        ...volumesOf(parts).map((instance) => instance.metricVolumeUsedPercent({ period, label: `volume of ${instance.host}` })),
      ],
      'percent',
    ),
    ...graph(
      'ClickHouse: parts and failures',
      [
        published(parts, 'ClickHousePartsInPartition', 'parts in a partition'),
        published(parts, 'ClickHouseServerErrors', 'kinds of server errors'),
        published(parts, 'ClickHouseFailingConsumers', 'failing Kafka tables'),
      ],
      'number',
    ),
    ...graph('Kafka: disks', disks, 'percent'),
    ...graph(
      'PostgreSQL',
      [reports?.metricCpuUtilization({ period, label: 'CPU, percent' }), reports?.metricDatabaseConnections({ period, label: 'connections' })],
      'percent, number',
    ),
    ...graph('PostgreSQL: free storage', [instance?.metricFreeStorageSpace({ period, label: 'free storage' })], 'bytes'),
    ...graph(
      'Cache',
      [
        node?.metricMemoryUsage({ period, label: 'memory' }),
        node?.metricEngineCpuUtilization({ period, label: 'engine CPU' }),
        node?.metricEvictions({ period, label: 'evicted keys' }),
      ],
      'percent, number',
    ),
  ];
}

function upkeep(parts: Parts): IWidget[] {
  return [
    ...graph(
      'Age of backups',
      [
        hours(parts, 'ClickHouseBackupAge', 'ClickHouse'),
        hours(parts, 'DatabaseBackupAge', 'PostgreSQL'),
        hours(parts, 'RestoreDrillAge', 'restore drill'),
      ],
      'hours',
    ),
    ...graph(
      'Age of pending work',
      [hours(parts, 'OldestPendingDeletionAge', 'oldest deletion'), hours(parts, 'ClickHouseMutationAge', 'oldest mutation')],
      'hours',
    ),
    ...graph(
      'Failed jobs',
      [published(parts, 'MonitorFailures', 'unreadable sources'), published(parts, 'UpkeepFailures', 'failed upkeep')],
      'number',
    ),
  ];
}

function cost({ ingresses, services }: Parts): IWidget[] {
  const cluster = services[0]?.service.cluster.clusterName;
  const ofServices = (metricName: string) => [
    new MathExpression({
      expression: `SEARCH('{AWS/ECS,ClusterName,ServiceName} ClusterName="${cluster}" MetricName="${metricName}"', 'Average', 300)`,
      usingMetrics: {},
      label: '',
      period: PERIOD,
    }),
  ];
  return [
    ...(cluster === undefined
      ? []
      : [
          ...graph('CPU of services', ofServices('CPUUtilization'), 'percent'),
          ...graph('Memory of services', ofServices('MemoryUtilization'), 'percent'),
        ]),
    ...graph(
      'Capacity units of load balancers',
      ingresses.map((ingress) => ingress.metric('ConsumedLCUs', { statistic: Stats.SUM, period: Duration.hours(1), label: 'units' })),
      'in an hour',
    ),
  ];
}
