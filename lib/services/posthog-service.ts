import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISecurityGroup, IVpc, Port, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing, AwsLogDriverMode, CfnService, CpuArchitecture, FargateService, FargateTaskDefinition, HealthCheck, ICluster, LinuxParameters,
  LoadBalancerTargetOptions, LogDriver, LogDrivers, OperatingSystemFamily, PropagatedTagSource,
} from 'aws-cdk-lib/aws-ecs';
import { ApplicationProtocol, ApplicationTargetGroup, TargetType } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { DnsRecordType, INamespace } from 'aws-cdk-lib/aws-servicediscovery';
import { Construct, IConstruct, IDependable } from 'constructs';
import { ExtraSettings, mergeSettings } from './extra-settings';
import { addGeoIpFile } from './geoip-file';
import { ProcessSettings } from '../private/process-settings';
import { HttpEndpoint, portOf, Probe, ProcessDefinition } from './process-definition';
import { TaskSize } from './process-size';
import { PostHogServiceOptions } from './service-options';
import { ServiceRoles } from './service-roles';
import { scaleService } from './service-scaling';
import { taskSize } from './task-size';
import { PostHogProcess } from '../catalog/posthog-process';
import { Stopping, STOPPING } from '../catalog/stopping';
import { acknowledge } from '../private/acknowledge';
import { containerImage } from '../private/container-image';
import { at } from '../private/errors';
import { IKafka } from '../stores/kafka/kafka-client';

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
  /** Where the load balancer finds it; not there for a process that no visitor reaches. */
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
  /** How large it is where the options say nothing else. */
  readonly size: TaskSize;
  readonly options: PostHogServiceOptions;
  readonly cpuArchitecture: CpuArchitecture;
  /** Whether visitors reach it, where it answers them: one of its endpoints is open to somebody. */
  readonly visited: boolean;
  /** Whether its tasks run on spare capacity, which AWS takes back at two minutes' notice. */
  readonly spot: boolean;
  /** What the library tells the process. */
  readonly settings: ProcessSettings;
  /** What the user tells it besides. */
  readonly extras: readonly ExtraSettings[];
  readonly image: string;
  /** The image that holds the database of places, for a process that needs it and does not. */
  readonly geoIpImage?: string;
  /** Kafka, whose consumers' lag says how many tasks are needed. */
  readonly kafka: IKafka;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** The security group that its callers come into, and that it comes to others with. */
  readonly securityGroup: ISecurityGroup;
  /** The security groups with which it comes into stores. */
  readonly clientGroups: readonly ISecurityGroup[];
  readonly roles: ServiceRoles;
  /** Whether it opens objects, which its task needs a role of its own for. */
  readonly opensObjects: boolean;
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

/** Any process that is not well for this long is replaced: times in seconds. */
const PROBE = { interval: 15, timeout: 10, retries: 5 };

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
    const size = at(this, () => taskSize(definition, props.size, options));
    this.process = definition.process;
    this.logGroup = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.taskDefinition = this.defineTask(props, size);
    const port = portOf(definition);
    this.connections = new Connections({ securityGroups: [props.securityGroup], defaultPort: port === undefined ? undefined : Port.tcp(port) });
    this.service = this.defineService(props, size);
    const http = probeAddressesOf(props);
    if (http) {
      this.targetGroup = this.defineTargetGroup(props, http);
      props.route(definition.process, this.targetGroup);
    }
    scaleService(this.service, size, { http, targetGroup: this.targetGroup, kafka: props.kafka, consumes: definition.consumes });
    acknowledge(this, {
      'AwsSolutions-ECS2': 'what stands in clear text is no secret; secrets come from Secrets Manager',
      'IAMNoInlinePolicy': 'each role belongs to one process, and so does its policy',
      'CloudWatchLogGroupEncrypted': 'encrypted with the key that CloudWatch Logs keeps',
    });
    if (props.enableExecuteCommand) {
      acknowledge(this.taskDefinition.taskRole, { 'AwsSolutions-IAM5[Resource::*]': 'opening a shell is asked of a service that knows no resources' });
    }
  }

  /** What is there when its tasks are, and nothing that belongs to it besides. */
  public get started(): IDependable {
    return this.service.node.defaultChild!;
  }

  /** Starts its tasks only when this is there. */
  public startAfter(gate: IDependable): void {
    // The service alone: what belongs to it would else each name everything that the gate does.
    this.service.node.defaultChild!.node.addDependency(gate);
  }

  private defineTask(props: PostHogServiceProps, size: TaskSize): FargateTaskDefinition {
    const { definition, settings, extras, image, geoIpImage, roles, cpuArchitecture } = props;
    const { cpu, memoryLimitMiB } = size;
    // What is known at deployment only cannot be divided here.
    const tuning = Token.isUnresolved(cpu) || Token.isUnresolved(memoryLimitMiB) ? undefined : definition.tuning?.(size);
    const { environment, secrets } = at(this, () => mergeSettings(settings, extras, tuning));
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
      healthCheck: probe && !probeAddressesOf(props) ? healthCheck(probe) : undefined,
      logging: this.logging(process),
    });
    if (geoIpFolder !== undefined) {
      addGeoIpFile(this, container, { image: geoIpImage!, folder: geoIpFolder, logging: this.logging(`${process}-geoip`) });
    }
    return taskDefinition;
  }

  private logging(streamPrefix: string): LogDriver {
    // A log service that falters must not stop a process that takes events.
    return LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix, mode: AwsLogDriverMode.NON_BLOCKING, maxBufferSize: Size.mebibytes(25) });
  }

  private defineService(props: PostHogServiceProps, { minTasks, maxTasks }: TaskSize): FargateService {
    const { definition, securityGroup } = props;
    const http = probeAddressesOf(props);
    const service = new FargateService(this, 'Service', {
      cluster: props.cluster,
      taskDefinition: this.taskDefinition,
      // Where tasks scale, a deployment must not take away those that the load has called for.
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
    // Not among the service's own: whoever is let into the service would be let into everything that has one of these.
    const groups = [securityGroup, ...props.clientGroups].map(({ securityGroupId }) => securityGroupId);
    (service.node.defaultChild as CfnService).addPropertyOverride('NetworkConfiguration.AwsvpcConfiguration.SecurityGroups', groups);
    return service;
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

/** The CDK takes arrays that it may change. */
function copyOf(words: readonly string[] | undefined): string[] | undefined {
  return words && [...words];
}

/** What it answers to visitors; nothing, where none reaches it. ECS registers no task in a target group that no rule leads to. */
function probeAddressesOf({ definition, visited }: PostHogServiceProps): HttpEndpoint | undefined {
  return visited ? definition.http : undefined;
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
