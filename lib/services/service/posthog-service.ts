import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISecurityGroup, IVpc, Port, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  AwsLogDriverMode,
  CfnService,
  CpuArchitecture,
  FargateService,
  FargateTaskDefinition,
  HealthCheck,
  ICluster,
  LinuxParameters,
  LoadBalancerTargetOptions,
  LogDriver,
  LogDrivers,
  OperatingSystemFamily,
  PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DnsRecordType, INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, IConstruct, IDependable } from 'constructs';
import { ExtraSettings, mergeSettings } from '../settings/extra-settings';
import { addGeoIpFile } from './geoip-file';
import { ProcessSettings } from '../../private/process-settings';
import { HttpEndpoint, portOf, Probe, ProcessDefinition } from '../process-definition';
import { TaskSize } from '../process-size';
import { PostHogServiceOptions } from './service-options';
import { ServiceRoles } from './service-roles';
import { scaleService } from './service-scaling';
import { taskSize } from './task-size';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Stopping, STOPPING } from '../../catalog/stopping';
import { acknowledge } from '../../private/acknowledge';
import { containerImage } from '../../private/container-image';
import { withPath } from '../../private/errors';
import { IKafka } from '../../stores/kafka/kafka-base';

/**
 * The ECS service of a PostHog process.
 */
export interface IPostHogService extends IConstruct, IConnectable {
  /** The process that the service runs. */
  readonly process: PostHogProcess;
  /** The ECS service. */
  readonly service: FargateService;
  /** The task definition. */
  readonly taskDefinition: FargateTaskDefinition;
  /** The target group of the load balancer; undefined for a process that no client can reach. */
  readonly targetGroup?: ApplicationTargetGroup;
  /** The log group. */
  readonly logGroup: LogGroup;
}

/** The properties of a process that its proxy sidecar needs. */
export interface ProxiedProcess {
  readonly upstreamPort: number;
  readonly stopTimeout: Duration;
  readonly logging: LogDriver;
}

/** Properties for `PostHogService`. */
export interface PostHogServiceProps {
  readonly definition: ProcessDefinition;
  /** The default size, which `options` can override. */
  readonly size: TaskSize;
  readonly options: PostHogServiceOptions;
  readonly cpuArchitecture: CpuArchitecture;
  /** Indicates whether clients can reach the process: at least one of its endpoints is open. */
  readonly reachable: boolean;
  /** Indicates whether its tasks run on Fargate Spot, which AWS interrupts at two minutes' notice. */
  readonly spot: boolean;
  /** The settings of the library. */
  readonly settings: ProcessSettings;
  /** Additional settings of the user. */
  readonly extras: readonly ExtraSettings[];
  readonly image: string;
  /** The image that holds the GeoIP database, for a process whose own image lacks it. */
  readonly geoIpImage?: string;
  /** The Kafka cluster, whose consumer lag determines the number of tasks. */
  readonly kafka: IKafka;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** The security group of its tasks, for incoming connections and as the source of outgoing ones. */
  readonly securityGroup: ISecurityGroup;
  /** The client security groups of the data stores that it uses. */
  readonly clientGroups: readonly ISecurityGroup[];
  readonly roles: ServiceRoles;
  /** Indicates whether it accesses objects, for which its task needs its own role. */
  readonly opensObjects: boolean;
  /** The namespace that it registers in; undefined if no process calls it. */
  readonly namespace?: INamespace;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
  readonly enableExecuteCommand: boolean;
  /** Routes requests to the target group. Scaling on requests needs the load balancer, so it is defined afterwards. */
  route(process: PostHogProcess, targetGroup: ApplicationTargetGroup): void;
  /** Adds a proxy sidecar to the task and returns it as the target of the load balancer; undefined if there is no proxy. */
  addProxy?(taskDefinition: FargateTaskDefinition, process: ProxiedProcess): LoadBalancerTargetOptions;
}

/** The container health check, in seconds: an unhealthy task is replaced. */
const PROBE = { interval: 15, timeout: 10, retries: 5 };

/** A PostHog process on Fargate, from its definition. */
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
    const size = withPath(this, () => taskSize(definition, props.size, options));
    this.process = definition.process;
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.taskDefinition = this.defineTask(props, size);
    const port = portOf(definition);
    this.connections = new Connections({ securityGroups: [props.securityGroup], defaultPort: port === undefined ? undefined : Port.tcp(port) });
    this.service = this.defineService(props, size);
    const http = publicEndpointOf(props);
    if (http) {
      this.targetGroup = this.defineTargetGroup(props, http);
      props.route(definition.process, this.targetGroup);
    }
    scaleService(this.service, size, { http, targetGroup: this.targetGroup, kafka: props.kafka, consumes: definition.consumes });
    acknowledge(this, {
      'AwsSolutions-ECS2': 'plain-text variables are not secret; secrets come from Secrets Manager',
      'IAMNoInlinePolicy': 'each role belongs to one process, and so does its policy',
      'CloudWatchLogGroupEncrypted': 'encrypted with a key that CloudWatch Logs manages',
    });
    if (props.enableExecuteCommand) {
      acknowledge(this.taskDefinition.taskRole, {
        'AwsSolutions-IAM5[Resource::*]': 'the actions of ECS Exec (ssmmessages) do not support resource ARNs',
      });
    }
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

  private defineTask(props: PostHogServiceProps, size: TaskSize): FargateTaskDefinition {
    const { definition, settings, extras, image, geoIpImage, roles, cpuArchitecture } = props;
    const { cpu, memoryLimitMiB } = size;
    // Tuning divides the size, which is impossible for tokens.
    const tuning = Token.isUnresolved(cpu) || Token.isUnresolved(memoryLimitMiB) ? undefined : definition.tuning?.(size);
    const { environment, secrets } = withPath(this, () => mergeSettings(settings, extras, tuning));
    const taskDefinition = new FargateTaskDefinition(this, 'Task', {
      cpu,
      memoryLimitMiB,
      executionRole: roles.executionRoleOf(definition),
      taskRole: roles.taskRoleOf(props.opensObjects),
      runtimePlatform: { operatingSystemFamily: OperatingSystemFamily.LINUX, cpuArchitecture },
    });
    const { process, entryPoint, command, probe, geoIpFolder } = definition;
    const port = portOf(definition);
    const stopping: Stopping = STOPPING[definition.image];
    const container = taskDefinition.addContainer(process, {
      image: containerImage(this, 'Repository', image),
      entryPoint: copyOf(entryPoint ?? stopping.entryPoint),
      command: copyOf(command),
      linuxParameters: stopping.init ? new LinuxParameters(this, 'LinuxParameters', { initProcessEnabled: true }) : undefined,
      environment,
      secrets,
      stopTimeout: Duration.seconds(definition.stopTimeout),
      portMappings: port === undefined ? undefined : [{ containerPort: port }],
      healthCheck: probe && !publicEndpointOf(props) ? healthCheck(probe) : undefined,
      logging: this.logging(process),
    });
    if (geoIpFolder !== undefined) {
      addGeoIpFile(this, container, { image: geoIpImage!, folder: geoIpFolder, logging: this.logging(`${process}-geoip`) });
    }
    return taskDefinition;
  }

  private logging(streamPrefix: string): LogDriver {
    // A failing log service must not stop a process that receives events.
    return LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix, mode: AwsLogDriverMode.NON_BLOCKING, maxBufferSize: Size.mebibytes(25) });
  }

  private defineService(props: PostHogServiceProps, { minTasks, maxTasks }: TaskSize): FargateService {
    const { definition, securityGroup } = props;
    const http = publicEndpointOf(props);
    const service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: this.taskDefinition,
      // With auto scaling, a deployment must not stop tasks that the load requires.
      desiredCount: minTasks === maxTasks ? minTasks : undefined,
      capacityProviderStrategies: props.spot ? [{ capacityProvider: 'FARGATE_SPOT', weight: 1 }] : undefined,
      vpcSubnets: props.subnets,
      securityGroups: [securityGroup],
      assignPublicIp: false,
      minHealthyPercent: 100,
      maxHealthyPercent: 200,
      circuitBreaker: { rollback: true },
      availabilityZoneRebalancing: AvailabilityZoneRebalancing.ENABLED,
      healthCheckGracePeriod: http && Duration.seconds(http.healthCheckGracePeriod),
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
    // Attached only to the ENI, not to `connections`: a rule on a client group would apply to every service that carries it.
    const groups = [securityGroup, ...props.clientGroups].map(({ securityGroupId }) => securityGroupId);
    (service.node.defaultChild as CfnService).addPropertyOverride('NetworkConfiguration.AwsvpcConfiguration.SecurityGroups', groups);
    return service;
  }

  private defineTargetGroup(props: PostHogServiceProps, http: HttpEndpoint): ApplicationTargetGroup {
    const { process, stopTimeout } = props.definition;
    const target = props.addProxy?.(this.taskDefinition, {
      upstreamPort: http.port,
      stopTimeout: Duration.seconds(stopTimeout),
      logging: this.logging(`${process}-client-address`),
    });
    return new ApplicationTargetGroup(this, 'Targets', {
      vpc: props.vpc,
      // Only the default port: targets of a service always name theirs. Changing it would replace the target group.
      port: http.port,
      protocol: ApplicationProtocol.HTTP,
      targetType: TargetType.IP,
      targets: [target ? this.service.loadBalancerTarget(target) : this.service],
      deregistrationDelay: Duration.seconds(http.deregistrationDelay),
      healthCheck: {
        path: http.healthCheck.path,
        port: http.healthCheck.port?.toString(),
        healthyHttpCodes: '200',
        interval: Duration.seconds(http.healthCheck.interval),
        timeout: Duration.seconds(http.healthCheck.timeout),
        healthyThresholdCount: 2,
        unhealthyThresholdCount: http.healthCheck.unhealthyThreshold,
      },
    });
  }
}

/** Copies a read-only array: the CDK's props are mutable. */
function copyOf(words: readonly string[] | undefined): string[] | undefined {
  return words && [...words];
}

/** Returns the public endpoint; undefined if no client can reach it. ECS refuses a target group that no listener rule forwards to. */
function publicEndpointOf({ definition, reachable }: PostHogServiceProps): HttpEndpoint | undefined {
  return reachable ? definition.http : undefined;
}

function healthCheck({ command, startPeriod }: Probe): HealthCheck {
  return {
    command: ['CMD-SHELL', `${command} || exit 1`],
    startPeriod: Duration.seconds(startPeriod),
    interval: Duration.seconds(PROBE.interval),
    timeout: Duration.seconds(PROBE.timeout),
    retries: PROBE.retries,
  };
}
