import { Duration, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISecurityGroup, IVpc, Port, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing, AwsLogDriverMode, CpuArchitecture, FargateService, FargateTaskDefinition, ICluster, LoadBalancerTargetOptions, LogDriver, LogDrivers,
  OperatingSystemFamily, PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DnsRecordType, INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, IConstruct } from 'constructs';
import { ExtraSettings, mergeSettings } from './extra-settings';
import { checkFargateSize } from './fargate-size';
import { HttpEndpoint, ProcessDefinition, ProcessSettings } from './process-definition';
import { PostHogServiceOptions } from './service-options';
import { PostHogProcess } from '../ingress/posthog-process';
import { acknowledge } from '../private/acknowledge';
import { at, rejected } from '../private/errors';
import { containerImage } from '../private/container-image';

/**
 * One running process of PostHog.
 */
export interface IPostHogService extends IConstruct, IConnectable {
  /** Which process it is. */
  readonly process: PostHogProcess;
  /** The ECS service. */
  readonly service: FargateService;
  /** What its tasks are made from. */
  readonly taskDefinition: FargateTaskDefinition;
  /** Where the load balancer finds it; not there for a process that answers nothing. */
  readonly targetGroup?: ApplicationTargetGroup;
  /** Where it logs to. */
  readonly logGroup: LogGroup;
}

/** What stands in front of a process in its task needs to know about it. */
export interface ProxiedProcess {
  readonly upstreamPort: number;
  readonly stopTimeout: Duration;
  readonly logging: LogDriver;
}

/** What a process runs in and with. */
export interface PostHogServiceProps {
  readonly definition: ProcessDefinition;
  readonly options: PostHogServiceOptions;
  /** What the library tells the process. */
  readonly settings: ProcessSettings;
  /** What the user tells it besides. */
  readonly extras: readonly ExtraSettings[];
  readonly image: string;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** Where other processes find it by name; left out where none calls it. */
  readonly namespace?: INamespace;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly enableExecuteCommand: boolean;
  /** Brings requests to the target group. Scaling on requests needs to know the load balancer, so it comes after this. */
  route(process: PostHogProcess, targetGroup: ApplicationTargetGroup): void;
  /** Puts a proxy into the task, in front of the process, and tells where the load balancer finds it; left out where there is none. */
  addProxy?(taskDefinition: FargateTaskDefinition, process: ProxiedProcess): LoadBalancerTargetOptions;
}

const TARGET_CPU_PERCENT = 60;

/** How many tasks run at least and at most. */
interface TaskCounts {
  readonly min: number;
  readonly max: number;
}

/** Any of PostHog's processes, run on Fargate from its definition. */
export class PostHogService extends Construct implements IPostHogService {
  public readonly process: PostHogProcess;
  public readonly service: FargateService;
  public readonly taskDefinition: FargateTaskDefinition;
  public readonly targetGroup?: ApplicationTargetGroup;
  public readonly logGroup: LogGroup;
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: PostHogServiceProps) {
    super(scope, id);
    const { definition, options } = props;
    const tasks = at(this, () => taskCounts(definition, options));
    this.process = definition.process;
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.taskDefinition = this.defineTask(props);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: `PostHog ${definition.process}` });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: definition.http && Port.tcp(definition.http.port) });
    this.service = this.defineService(props, tasks, securityGroup);
    if (definition.http) {
      this.targetGroup = this.defineTargetGroup(props, definition.http);
      props.route(definition.process, this.targetGroup);
    }
    this.scale(tasks, definition.http);
    acknowledge(this, {
      'AwsSolutions-ECS2': 'what stands in clear text is no secret; secrets come from Secrets Manager',
      'IAMNoInlinePolicy': 'each role belongs to one process, and so does its policy',
      'CloudWatchLogGroupEncrypted': 'encrypted with the key that CloudWatch Logs keeps',
    });
    if (props.enableExecuteCommand) {
      acknowledge(this.taskDefinition.taskRole, { 'AwsSolutions-IAM5[Resource::*]': 'opening a shell is asked of a service that knows no resources' });
    }
  }

  private defineTask({ definition, options, settings, extras, image }: PostHogServiceProps): FargateTaskDefinition {
    const cpu = options.cpu ?? definition.cpu;
    const memoryLimitMiB = options.memoryLimitMiB ?? definition.memoryLimitMiB;
    const { environment, secrets } = at(this, () => {
      checkFargateSize(cpu, memoryLimitMiB);
      return mergeSettings(settings, extras);
    });
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB,
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture: options.cpuArchitecture ?? CpuArchitecture.X86_64 },
    });
    taskDefinition.addContainer(definition.process, {
      image: containerImage(this, 'Repository', image),
      command: definition.command,
      environment,
      secrets,
      stopTimeout: Duration.seconds(definition.stopTimeout),
      portMappings: definition.http && [{ containerPort: definition.http.port }],
      logging: this.logging(definition.process),
    });
    return taskDefinition;
  }

  private logging(streamPrefix: string): LogDriver {
    // A log service that falters must not stop a process that takes events.
    return LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix, mode: AwsLogDriverMode.NON_BLOCKING, maxBufferSize: Size.mebibytes(25) });
  }

  private defineService(props: PostHogServiceProps, tasks: TaskCounts, securityGroup: ISecurityGroup): FargateService {
    const { definition } = props;
    return new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: this.taskDefinition,
      // Where tasks scale, a deployment must not take away those that the load has called for.
      desiredCount: tasks.min === tasks.max ? tasks.min : undefined,
      vpcSubnets: props.subnets,
      securityGroups: [securityGroup],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: definition.http && Duration.seconds(definition.http.healthCheckGracePeriod),
      enableExecuteCommand: props.enableExecuteCommand,
      propagateTags: PropagatedTagSource.SERVICE,
      enableECSManagedTags: true,
      cloudMapOptions: props.namespace && {
        cloudMapNamespace: props.namespace,
        name: definition.process,
        dnsRecordType: DnsRecordType.A,
        dnsTtl: Duration.seconds(10),
      },
    });
  }

  private defineTargetGroup(props: PostHogServiceProps, http: HttpEndpoint): ApplicationTargetGroup {
    const { process, stopTimeout } = props.definition;
    const target = props.addProxy?.(this.taskDefinition, {
      upstreamPort: http.port, stopTimeout: Duration.seconds(stopTimeout), logging: this.logging(`${process}-client-address`),
    });
    return new ApplicationTargetGroup(this, 'Targets', {
      vpc: props.vpc,
      // Only the port of targets that name none, which those of a service always do. Changing it would replace the target group.
      port: http.port,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: [target ? this.service.loadBalancerTarget(target) : this.service],
      deregistrationDelay: Duration.seconds(http.deregistrationDelay),
      healthCheck: {
        path: http.healthCheck.path,
        healthyHttpCodes: '200',
        interval: Duration.seconds(http.healthCheck.interval),
        timeout: Duration.seconds(http.healthCheck.timeout),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: http.healthCheck.unhealthyThreshold,
      },
    });
  }

  private scale(tasks: TaskCounts, http?: HttpEndpoint): void {
    if (tasks.min === tasks.max) {
      return;
    }
    const scaling = this.service.autoScaleTaskCount({ minCapacity: tasks.min, maxCapacity: tasks.max });
    scaling.scaleOnCpuUtilization('Cpu', { targetUtilizationPercent: TARGET_CPU_PERCENT });
    if (http && this.targetGroup) {
      scaling.scaleOnRequestCount('Requests', { requestsPerTarget: http.requestsPerTarget, targetGroup: this.targetGroup });
    }
  }
}

function taskCounts(definition: ProcessDefinition, options: PostHogServiceOptions): TaskCounts {
  const min = options.minTasks ?? definition.minTasks;
  const max = options.maxTasks ?? Math.max(definition.maxTasks, min);
  if (!Number.isInteger(min) || min < 1) {
    throw rejected('minTasks', 'must be 1 or more', min);
  }
  if (!Number.isInteger(max) || max < min) {
    throw rejected('maxTasks', `must be \`minTasks\` (${min}) or more`, max);
  }
  if (definition.maxTasks === 1 && max > 1) {
    throw rejected('maxTasks', `must be 1 for ${definition.process}, which holds the one scheduler`, max, 'give it more `cpu` and `memoryLimitMiB` instead');
  }
  return { min, max };
}
