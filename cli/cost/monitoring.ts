import { CostLine, line, Properties } from './cost-line';
import { Prices } from './prices';
import { CloudFormationTemplate, ofType, referenced } from '../alb/template';
import { TemplateService } from '../template/template-services';
import { METRIC_NAMESPACE } from '../../lib/internal';

/**
 * The metrics of Container Insights that are billed at any load: 8 of CPU, memory, network and storage for each cluster, service and task
 * definition family, 2 of ephemeral storage where tasks run on Fargate, 3 more for a cluster (container instances, services, tasks) and 5 more
 * for a service (deployments, task sets, and desired, pending and running tasks).
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Container-Insights-metrics-ECS.html
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-task-storage.html for ephemeral storage
 */
const INSIGHTS = { each: 8, ephemeralStorage: 2, cluster: 3, service: 5 };

/** The metrics that an instance with detailed monitoring is billed for. */
const DETAILED_METRICS = 7;

type Cluster = { readonly ClusterSettings?: readonly { readonly Name?: unknown; readonly Value?: unknown }[] };

/** Estimates the metrics of a cluster in Container Insights. */
export function clusterInsights(cluster: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  return insightsLines(cluster, INSIGHTS.each + INSIGHTS.ephemeralStorage + INSIGHTS.cluster, prices);
}

/** Estimates the metrics of a service and of its task definition family in Container Insights; none if the cluster is not in the app. */
export function serviceInsights({ Cluster }: TemplateService, template: CloudFormationTemplate, prices: Prices, isOnFargate: boolean): CostLine[] {
  const each = INSIGHTS.each + (isOnFargate ? INSIGHTS.ephemeralStorage : 0);
  return insightsLines(referenced<Cluster>(template, 'AWS::ECS::Cluster', Cluster) ?? {}, 2 * each + INSIGHTS.service, prices);
}

function insightsLines({ ClusterSettings = [] }: Cluster, quantity: number, { perMonth }: Prices): CostLine[] {
  const settings = Array.isArray(ClusterSettings) ? (ClusterSettings as NonNullable<Cluster['ClusterSettings']>) : [];
  switch (settings.find(({ Name }) => Name === 'containerInsights')?.Value) {
    case 'enabled':
      return [line('Container Insights metric', quantity, perMonth.metric)];
    case 'enhanced':
      return [line('Container Insights metric, enhanced observability', quantity, perMonth.enhancedInsightsMetric)];
    default:
      return [];
  }
}

/** Estimates the detailed monitoring of instances. */
export function detailedMonitoring(quantity: number | undefined, { perMonth }: Prices): CostLine[] {
  return [line('Detailed monitoring of an instance', quantity, DETAILED_METRICS * perMonth.metric)];
}

/** The metrics that an instance publishes about its volume (lib/stores/instance/boot/growth.sh). */
const VOLUME_METRICS = 2;

/** Estimates the metrics of a volume that its instance watches. */
export function volumeMetrics({ Tags }: Properties, { perMonth }: Prices): CostLine[] {
  const isWatched = Array.isArray(Tags) && (Tags as { readonly Key?: unknown }[]).some(({ Key }) => Key === 'cdk-posthog:volume');
  return isWatched ? [line('Metric of a data volume', VOLUME_METRICS, perMonth.metric)] : [];
}

/** The metrics that the canary publishes (lib/operations/canary). */
const CANARY_METRICS = 2;

/** Estimates the metrics that a function publishes: those of the canary. */
export function functionMetrics({ Environment }: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const { Variables } = (Environment ?? {}) as { readonly Variables?: Readonly<Record<string, unknown>> };
  return Variables?.CANARY === undefined ? [] : [line('Metric of the canary', CANARY_METRICS, perMonth.metric)];
}

/** Estimates an alarm: one price for each metric that it reads. */
export function alarms({ Metrics }: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const metrics = Array.isArray(Metrics) ? (Metrics as { readonly MetricStat?: unknown }[]).filter(({ MetricStat }) => MetricStat).length : 1;
  return [line('Alarm metric', Math.max(1, metrics), perMonth.alarmMetric)];
}

/**
 * Estimates the alarms of a target tracking policy, which Application Auto Scaling creates: one to scale out, and one to scale in.
 *
 * @see https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
 */
export function scalingAlarms(policy: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const { DisableScaleIn, CustomizedMetricSpecification } = (policy.TargetTrackingScalingPolicyConfiguration ?? {}) as {
    readonly DisableScaleIn?: unknown;
    readonly CustomizedMetricSpecification?: { readonly Metrics?: readonly { readonly MetricStat?: unknown }[] };
  };
  if (policy.PolicyType !== 'TargetTrackingScaling') {
    return [];
  }
  const metrics = CustomizedMetricSpecification?.Metrics?.filter(({ MetricStat }) => MetricStat).length ?? 1;
  return [line('Alarm metric', (DisableScaleIn === true ? 1 : 2) * Math.max(1, metrics), perMonth.alarmMetric)];
}

interface MetricOfAlarm {
  readonly Namespace?: unknown;
  readonly MetricName?: unknown;
  readonly Dimensions?: unknown;
}

/** The properties of an alarm: its metric, or those that its expression reads. */
interface AlarmProperties extends MetricOfAlarm {
  readonly Metrics?: readonly { readonly MetricStat?: { readonly Metric?: MetricOfAlarm } }[];
}

/**
 * The metrics that are counted with what publishes them: a volume, the canary, and backups. `Stopped` has values in two hours of a day, and costs
 * cents.
 */
const COUNTED = /^(Volume|Canary)|(Backup|Drill)Age$|^Stopped$/;

/**
 * Estimates the custom metrics that the library publishes: those in its namespace that an alarm of the template reads. CloudWatch bills a metric by
 * the hour in which it has values, with or without readers.
 */
export function customMetrics(template: CloudFormationTemplate, { perMonth }: Prices, has: (id: string) => boolean): CostLine[] {
  const metrics = ofType<AlarmProperties>(template, 'AWS::CloudWatch::Alarm')
    .filter(([id]) => has(id))
    .flatMap(([, alarm]): MetricOfAlarm[] => alarm.Metrics?.flatMap(({ MetricStat }) => MetricStat?.Metric ?? []) ?? [alarm])
    .filter(({ Namespace, MetricName }) => Namespace === METRIC_NAMESPACE && !COUNTED.test(String(MetricName)))
    .map(({ MetricName, Dimensions }) => JSON.stringify([MetricName, Dimensions]));
  const quantity = new Set(metrics).size;
  return quantity === 0 ? [] : [line('Custom metric', quantity, perMonth.metric)];
}
