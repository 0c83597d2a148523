import { IMetric, Metric, MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { HttpCodeElb } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { AlarmDefinition, MIN_REQUESTS } from './alarm-definition';
import { PostHogAlarm } from './alarm-name';
import { AlarmMetric, combined, expression, MAX_METRICS, periodOf, publishedMetrics } from './alarm-metric';
import { PostHogProcess } from '../../catalog/posthog-process';
import { RoutedTargets } from '../../services/service/service-route';
import { Parts } from '../parts';

const { CAPTURE, REPLAY_CAPTURE, CAPTURE_AI, CAPTURE_LOGS, FEATURE_FLAGS, HYPERCACHE_SERVER, WEB, PLUGINS, LIVESTREAM } = PostHogProcess;

/** The processes of each group of endpoints, the most important first. */
const PROCESSES = {
  ingestion: [CAPTURE, REPLAY_CAPTURE, CAPTURE_LOGS, CAPTURE_AI],
  flags: [FEATURE_FLAGS, HYPERCACHE_SERVER],
  app: [WEB, PLUGINS, LIVESTREAM],
} as const;

/** The metrics of the alarms about what clients notice. */
export const CLIENT_METRICS = {
  [PostHogAlarm.INGESTION_ERRORS]: errorsOf(PROCESSES.ingestion),
  [PostHogAlarm.FLAGS_ERRORS]: errorsOf(PROCESSES.flags),
  [PostHogAlarm.APP_ERRORS]: errorsOf(PROCESSES.app),
  [PostHogAlarm.LOAD_BALANCER_ERRORS]: loadBalancerErrors,
  [PostHogAlarm.NO_HEALTHY_TARGET]: fewestHealthy,
  [PostHogAlarm.INGESTION_LATENCY]: latencyOf(CAPTURE),
  [PostHogAlarm.APP_LATENCY]: latencyOf(WEB),
  [PostHogAlarm.CANARY]: (subjects, definition) => publishedMetrics(subjects, definition, ['CanaryFailures'])[0],
} satisfies Partial<Record<PostHogAlarm, AlarmMetric>>;

/** Returns the target groups of processes. */
function targetsOf({ services }: Parts, processes: readonly PostHogProcess[]): RoutedTargets[] {
  return processes.flatMap((process) => services.find((service) => service.process === process)?._targets ?? []);
}

/**
 * Returns a metric of a target group.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
 */
export function targetMetric(scope: IConstruct, target: RoutedTargets, metricName: string, options: MetricOptions): Metric {
  const { targetGroup, loadBalancerFullName } = target;
  return new Metric({
    namespace: 'AWS/ApplicationELB',
    metricName,
    dimensionsMap: {
      TargetGroup: targetGroup.targetGroupFullName,
      LoadBalancer: loadBalancerFullName ?? targetGroup.firstLoadBalancerFullName,
    },
    ...options,
  }).attachTo(scope);
}

/** Returns the share of server errors in the responses of processes, in percent; 0 with few requests. */
function errorsOf(processes: readonly PostHogProcess[]): AlarmMetric {
  return (subjects, definition) => {
    const targets = targetsOf(subjects, processes).slice(0, MAX_METRICS / 2);
    const metrics = Object.fromEntries(
      targets.flatMap((target, index): [string, IMetric][] => [
        [`e${index}`, targetMetric(subjects.scope, target, 'HTTPCode_Target_5XX_Count', { statistic: Stats.SUM, period: periodOf(definition) })],
        [`r${index}`, targetMetric(subjects.scope, target, 'RequestCount', { statistic: Stats.SUM, period: periodOf(definition) })],
      ]),
    );
    const sum = (letter: string) => `(${targets.map((_, index) => `FILL(${letter}${index}, 0)`).join(' + ')})`;
    return targets.length === 0 ? undefined : expression(rate(sum('e'), sum('r')), metrics, definition);
  };
}

/** Returns the share of errors in requests, in percent, as an expression; 0 with few requests. */
function rate(errors: string, requests: string): string {
  return `IF(${requests} >= ${MIN_REQUESTS}, 100 * ${errors} / ${requests}, 0)`;
}

/** Returns the share of the load balancers' own server errors. They are not among the requests, which are those that had a target. */
function loadBalancerErrors({ ingresses }: Parts, definition: AlarmDefinition): IMetric | undefined {
  // An existing load balancer has requests for other applications, too.
  const own = ingresses.filter(({ redirectListener }) => redirectListener !== undefined);
  const metrics = Object.fromEntries(
    own.flatMap((ingress, index): [string, IMetric][] => [
      [`e${index}`, ingress.metricHttpCodeElb(HttpCodeElb.ELB_5XX_COUNT, { period: periodOf(definition) })],
      [`r${index}`, ingress.metricRequestCount({ period: periodOf(definition) })],
    ]),
  );
  const sum = (letter: string) => own.map((_, index) => `FILL(${letter}${index}, 0)`).join(' + ');
  return own.length === 0 ? undefined : expression(rate(`(${sum('e')})`, `(${sum('e')} + ${sum('r')})`), metrics, definition);
}

/** Returns the number of healthy tasks of the process that has the fewest. Without a registered target there is no value, and other alarms see it. */
function fewestHealthy(subjects: Parts, definition: AlarmDefinition): IMetric | undefined {
  const targets = targetsOf(subjects, Object.values(PROCESSES).flat()).slice(0, MAX_METRICS);
  const metrics = targets.map((target) =>
    targetMetric(subjects.scope, target, 'HealthyHostCount', { statistic: Stats.MINIMUM, period: periodOf(definition) }),
  );
  const ids = metrics.map((_, index) => `h${index}`);
  return metrics.length === 0
    ? undefined
    : expression(
        `MIN([${ids.map((id) => `FILL(${id}, 1)`).join(', ')}])`,
        Object.fromEntries(ids.map((id, index) => [id, metrics[index]])),
        definition,
      );
}

/** Returns the time in which all but the slowest hundredth of the requests of a process are answered. */
function latencyOf(process: PostHogProcess): AlarmMetric {
  return (subjects, definition) =>
    combined(
      'MAX',
      targetsOf(subjects, [process]).map((target) =>
        targetMetric(subjects.scope, target, 'TargetResponseTime', { statistic: Stats.p(99), period: periodOf(definition) }),
      ),
      definition,
    );
}
