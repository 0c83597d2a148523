import { Duration } from 'aws-cdk-lib/core';
import { IMetric, Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Connections, IConnectable, Port } from 'aws-cdk-lib/aws-ec2';
import { BaseService, ScalableTaskCount, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { ApplicationTargetGroup } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IGrantable, IPrincipal } from 'aws-cdk-lib/aws-iam';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, IConstruct, IDependable } from 'constructs';
import { defineEcsService } from './ecs-service';
import { PostHogServiceProps } from './posthog-service-props';
import { defineTargetGroup, RoutedTargets } from './service-route';
import { consumerLag, scaleService } from './service-scaling';
import { logTo } from './service-logs';
import { ReservedSize } from './service-size';
import { defineTask } from './service-task';
import { PostHogProcess } from '../../catalog/posthog-process';
import { acknowledge } from '../../private/acknowledge';
import { invalidProp, withPath } from '../../private/errors';
import { HttpEndpoint, portOf } from '../../catalog/process-definition';
import { targetCpuPercent } from '../capacity/capacity-plan';

/**
 * The ECS service of a PostHog process.
 *
 * Security groups that are added to `connections`, or to those of `service`, are attached to its tasks. Grants go to its task role; processes that
 * call no AWS API share one role, so a grant to one of them is a grant to all of them.
 */
export interface IPostHogService extends IConstruct, IConnectable, IGrantable {
  /** The process that the service runs. */
  readonly process: PostHogProcess;
  /** The ECS service. */
  readonly service: BaseService;
  /** The task definition. */
  readonly taskDefinition: TaskDefinition;
  /**
   * The target group of the load balancer; undefined for a process that no client can reach. Its `metrics` has the number of requests, the response
   * times and the health of targets. With `appLoadBalancer`, that of the public load balancer if there is one.
   */
  readonly targetGroup?: ApplicationTargetGroup;
  /** The target groups of all load balancers, `targetGroup` first; empty for a process that no client can reach. */
  readonly targetGroups: ApplicationTargetGroup[];
  /** @internal */
  readonly _targets?: readonly RoutedTargets[];
  /** @internal */
  readonly _minTasks?: number;
  /**
   * The CPU utilization above which it scales out, in percent of what its tasks reserve.
   *
   * @internal
   */
  readonly _targetCpuPercent: number;
  /** The scaling target, to add policies or schedules to; undefined if the number of tasks is fixed. */
  readonly scaling?: ScalableTaskCount;
  /** The log group. The processes of a product share one; the log streams of each begin with its name and a slash. */
  readonly logGroup: LogGroup;
  /**
   * Returns a metric of the ECS service (`AWS/ECS`), on average over five minutes.
   *
   * @param metricName the name of the metric
   * @param props other properties of the metric
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the CPU utilization of its tasks, in percent, on average over five minutes.
   *
   * @param props other properties of the metric
   */
  metricCpuUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the memory utilization of its tasks, in percent, on average over five minutes.
   *
   * @param props other properties of the metric
   */
  metricMemoryUtilization(props?: MetricOptions): Metric;
  /**
   * Returns the number of running tasks, on average over five minutes. The cluster must have Container Insights (`containerInsights` of `PostHog`).
   *
   * @param props other properties of the metric
   */
  metricRunningTaskCount(props?: MetricOptions): Metric;
  /**
   * Returns the consumer lag: the messages that wait in Kafka, the maximum over one minute. For several consumer groups, it is the sum.
   *
   * Throws if the process reads no topic that its number of tasks depends on, or if Kafka reports no lag, as only Amazon MSK does.
   *
   * @param props other properties of the metric
   */
  metricConsumerLag(props?: MetricOptions): IMetric;
}

/** A PostHog process, from its definition. */
export class PostHogService extends Construct implements IPostHogService {
  public readonly process: PostHogProcess;
  public readonly service: BaseService;
  public readonly taskDefinition: TaskDefinition;
  public readonly targetGroup?: ApplicationTargetGroup;
  public readonly targetGroups: ApplicationTargetGroup[];
  public readonly _targets: readonly RoutedTargets[];
  public readonly _minTasks: number;
  public readonly scaling?: ScalableTaskCount;
  public readonly logGroup: LogGroup;
  public readonly connections: Connections;
  public readonly size: ReservedSize;

  public constructor(
    scope: Construct,
    id: string,
    private readonly props: PostHogServiceProps,
  ) {
    super(scope, id);
    const { definition } = props;
    this.size = props.size;
    // ECS refuses a target group that no listener rule forwards to.
    const http = props.routes.length > 0 ? definition.http : undefined;
    this.process = definition.process;
    this.logGroup = props.logGroup;
    this.taskDefinition = defineTask(this, { ...props, probed: http === undefined, execution: props.enableExecuteCommand });
    const port = portOf(definition);
    this.connections = new Connections({ securityGroups: [props.securityGroup], defaultPort: port === undefined ? undefined : Port.tcp(port) });
    // Client groups are not in `connections`: a rule on one of them would apply to every service that carries it. The list is lazy, because the
    // construct itself leaves out groups that are added to `connections` later.
    const groups = () => [props.securityGroup, ...props.clientGroups, ...this.connections.securityGroups];
    this.service = defineEcsService(this, { ...props, http, taskDefinition: this.taskDefinition, groups });
    const targets = http ? this.routeTargets(http) : [];
    this._targets = targets;
    this._minTasks = this.size.minTasks;
    [this.targetGroup] = this.targetGroups = targets.map(({ targetGroup }) => targetGroup);
    this.scaling = scaleService(this.service, this.size, {
      ...props,
      http,
      targets,
      consumes: definition.consumes,
      scalesOnQueue: definition.scalesOnQueue,
      targetCpuPercent: this._targetCpuPercent,
    });
    acknowledge(this, {
      'AwsSolutions-ECS2': 'plain-text variables are not secret; secrets come from Secrets Manager',
      'IAMNoInlinePolicy': 'each role belongs to one process, and so does its policy',
    });
    if (props.enableExecuteCommand) {
      acknowledge(this.taskDefinition.taskRole, {
        'AwsSolutions-IAM5[Resource::*]': 'the actions of ECS Exec (ssmmessages) do not support resource ARNs',
      });
    }
  }

  public get _targetCpuPercent(): number {
    return targetCpuPercent(this.props.capacity);
  }

  public get grantPrincipal(): IPrincipal {
    return this.taskDefinition.taskRole;
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return this.service.metric(metricName, props);
  }

  public metricCpuUtilization(props?: MetricOptions): Metric {
    return this.service.metricCpuUtilization(props);
  }

  public metricMemoryUtilization(props?: MetricOptions): Metric {
    return this.service.metricMemoryUtilization(props);
  }

  public metricRunningTaskCount(props?: MetricOptions): Metric {
    return new Metric({
      namespace: 'ECS/ContainerInsights',
      metricName: 'RunningTaskCount',
      dimensionsMap: { ClusterName: this.service.cluster.clusterName, ServiceName: this.service.serviceName },
      ...props,
    }).attachTo(this.service);
  }

  public metricConsumerLag(props?: MetricOptions): IMetric {
    const { kafka, definition } = this.props;
    const consumes = definition.consumes ?? [];
    return withPath(this, () => {
      if (consumes.length === 0) {
        throw invalidProp('metricConsumerLag', `has no value for ${this.process}, whose number of tasks depends on no consumer group`);
      }
      if (kafka.clusterName === undefined) {
        throw invalidProp(
          'metricConsumerLag',
          'requires a Kafka cluster on Amazon MSK: other clusters report no lag to CloudWatch',
          'with Kafka.fromKafkaAttributes(), set `clusterName`',
        );
      }
      return consumerLag(kafka, consumes, props);
    });
  }

  /** The dependency for resources that need its tasks: the ECS service alone. */
  public get started(): IDependable {
    return this.service.node.defaultChild!;
  }

  /** Makes the service wait for a dependency before it starts tasks. */
  public startAfter(gate: IDependable): void {
    // Only the service: its other resources would otherwise each list every dependency of the gate.
    this.service.node.defaultChild!.node.addDependency(gate);
  }

  /** Defines a target group for each load balancer, and routes requests to it. Scaling on requests needs that. */
  private routeTargets(http: HttpEndpoint): RoutedTargets[] {
    const { definition, routes } = this.props;
    const target = this.props.addProxy?.(this.taskDefinition, {
      process: this.process,
      upstreamPort: http.port,
      stopTimeout: Duration.seconds(definition.stopTimeout),
      logging: logTo(this.logGroup, `${this.process}-client-address`),
    });
    return routes.map(({ targetGroupId, loadBalancer, route }) => {
      const targetGroup = defineTargetGroup(this, targetGroupId, {
        vpc: this.props.vpc,
        http,
        target: target ? this.service.loadBalancerTarget(target) : this.service,
      });
      route(targetGroup);
      return { targetGroup, loadBalancerFullName: loadBalancer.loadBalancerFullName };
    });
  }
}
