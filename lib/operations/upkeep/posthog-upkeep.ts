import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { ISecurityGroup, ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  ContainerImage,
  CpuArchitecture,
  FargateTaskDefinition,
  ICluster,
  LogDrivers,
  OperatingSystemFamily,
  Secret,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Schedule, ScheduleTargetInput } from 'aws-cdk-lib/aws-scheduler';
import { StepFunctionsStartExecution } from 'aws-cdk-lib/aws-scheduler-targets';
import { DefinitionBody, IStateMachine, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { APP_TASK_DISK_GIB, imageNamed } from '../../catalog/images';
import { droppedCapabilities } from '../../catalog/privileges';
import { taskStatements } from '../../migration/migration-machine';
import { withoutRequestVariables } from '../../migration/migration-task';
import { acknowledge, resultText } from '../../private/acknowledge';
import {
  cluster,
  containerSecrets,
  cpuArchitecture,
  environment,
  logRetention,
  removalPolicyWithoutSnapshot,
  securityGroups,
  subnetSelection,
} from '../../private/checks/cdk';
import { checkProps, Checks, objectWith, required } from '../../private/checks/check';
import { text } from '../../private/checks/values';
import { invalidProp, withPath } from '../../private/errors';
import { InlineRole } from '../../private/inline-role';
import { selectSubnets } from '../../private/subnets';
import { linuxParameters } from '../../private/linux-parameters';
import { defineLogGroup } from '../../private/log-group';
import { trustedService } from '../../private/trusted-service';
import { CustomMetricName } from '../custom-metrics';
import { customMetric, installationName } from '../installation';
import { PostHogUpkeepOptions, UPKEEP_CHECKS, UPKEEP_TIMEOUT, UpkeepPlan, upkeepPlan } from './upkeep-options';
import { UPKEEP_METRICS, upkeepScript } from './upkeep-script';
import { upkeepStates } from './upkeep-states';

/**
 * Properties for `PostHogUpkeep`.
 */
export interface PostHogUpkeepProps extends PostHogUpkeepOptions {
  /** The ECS cluster that the tasks run in. */
  readonly cluster: ICluster;
  /** PostHog's image, the one of its worker. */
  readonly image: ContainerImage;
  /** The environment variables of PostHog's worker. */
  readonly environment: Record<string, string>;
  /** The environment variables of PostHog's worker from Secrets Manager or Parameter Store. */
  readonly secrets: Record<string, Secret>;
  /** The security groups of the tasks, with access to the data stores: those of PostHog's worker. */
  readonly securityGroups: ISecurityGroup[];
  /**
   * The subnets of the tasks, with a route to the registry of the image and to AWS's APIs.
   *
   * @default - the private subnets with outbound access
   */
  readonly subnets?: SubnetSelection;
  /**
   * The CPU architecture of the image.
   *
   * @default CpuArchitecture.X86_64
   */
  readonly cpuArchitecture?: CpuArchitecture;
  /**
   * The name of the PostHog in metrics, unique in its account and region.
   *
   * @default - derived from the names of the stack and the construct
   */
  readonly installation?: string;
  /**
   * The retention of the logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The removal policy of the log group of the tasks: RETAIN or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

const CHECKS: Checks<PostHogUpkeepProps> = {
  ...UPKEEP_CHECKS,
  cluster: required(cluster, 'the ECS cluster'),
  image: required(objectWith('a ContainerImage', ['bind'], 'write ContainerImage.fromRegistry(...), for example'), "PostHog's image"),
  environment: required(environment, "the environment variables of PostHog's worker"),
  secrets: required(containerSecrets, "the secrets of PostHog's worker"),
  securityGroups: required(securityGroups, "the security groups of PostHog's worker"),
  subnets: subnetSelection,
  cpuArchitecture,
  installation: text(),
  logRetention,
  removalPolicy: removalPolicyWithoutSnapshot('logs have no snapshots'),
};

/** The name of the container, and the prefix of the log streams. */
const CONTAINER = 'upkeep';

/**
 * The size of the task: deletions have 342 MB at their peak, and a data deletion request with a predicate 472 MB (measured with the release of
 * July 2026). Runs wait for ClickHouse most of the time.
 */
const SIZE = { cpu: 512, memoryLimitMiB: 1024 };

/**
 * The upkeep of PostHog's data, which PostHog Cloud runs as Dagster jobs and PostHog's other processes do not: applying person overrides to events,
 * deleting the events of deleted persons and projects, answering data deletion requests, deleting expired OAuth tokens, and metrics about it.
 *
 * It runs PostHog's own jobs in tasks of their own, counts what they left behind, and repeats deletions that left something. See docs/privacy.md.
 */
export class PostHogUpkeep extends Construct {
  /** The state machine. Start it by hand with `{"Command": "weekly"}` or `{"Command": "daily"}`. */
  public readonly stateMachine: IStateMachine;
  /** The task definition. */
  public readonly taskDefinition: TaskDefinition;
  /** The log group of the tasks. */
  public readonly logGroup: ILogGroup;
  /** The name of the PostHog in metrics. */
  public readonly installation: string;
  /** The names of the metrics in the namespace `PostHog` that the runs publish; none with `metrics: false`. */
  public readonly metrics: string[];

  public constructor(scope: Construct, id: string, props: PostHogUpkeepProps) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    const plan = withPath(this, () => upkeepPlan(props));
    this.installation = props.installation ?? installationName(this);
    this.logGroup = defineLogGroup(this, 'Logs', {
      retention: props.logRetention ?? RetentionDays.ONE_MONTH,
      removalPolicy: props.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.metrics = plan.steps.includes('metrics') ? [...UPKEEP_METRICS] : [];
    const task = this.defineTask(props, plan);
    this.taskDefinition = task;
    const machine = this.defineMachine(props, task);
    this.stateMachine = machine;
    if (props.enabled ?? true) {
      this.schedule(plan, machine);
    }
    acknowledge(this, { IAMNoInlinePolicy: 'each role belongs to one task, schedule or state machine, and so does its policy' });
  }

  /**
   * Returns the metric of the runs that failed: its sum over an hour.
   *
   * @param props other properties of the metric
   */
  public metricFailed(props?: MetricOptions): Metric {
    return this.stateMachine.metricFailed({ period: Duration.hours(1), statistic: 'Sum', ...props });
  }

  /**
   * Returns the metric of the age of the oldest pending deletion or data deletion request, in seconds: its maximum over a day.
   *
   * @param props other properties of the metric
   */
  public metricOldestPendingDeletionAge(props?: MetricOptions): Metric {
    return this.metric('OldestPendingDeletionAge', props);
  }

  private metric(name: CustomMetricName, props?: MetricOptions): Metric {
    return customMetric(this, this.installation, name, { period: Duration.days(1), statistic: 'Maximum', ...props });
  }

  private defineTask(props: PostHogUpkeepProps, plan: UpkeepPlan): FargateTaskDefinition {
    const [taskRole, executionRole] = ['TaskRole', 'ExecutionRole'].map(
      (name) => new InlineRole(this, name, { assumedBy: trustedService(this, 'ecsTasks') }),
    );
    const task = new FargateTaskDefinition(this, 'Task', {
      ...SIZE,
      taskRole,
      executionRole,
      ephemeralStorageGiB: APP_TASK_DISK_GIB,
      runtimePlatform: {
        operatingSystemFamily: OperatingSystemFamily.LINUX,
        cpuArchitecture: props.cpuArchitecture ?? CpuArchitecture.X86_64,
      },
    });
    task.addContainer(CONTAINER, {
      image: props.image,
      // The image's entry point starts the web server.
      entryPoint: ['python', '-c', upkeepScript()],
      command: ['daily'],
      environment: {
        ...withoutRequestVariables(props.environment),
        // Django's startup would queue them; the migration runs them.
        SKIP_ASYNC_MIGRATIONS_SETUP: '1',
        UPKEEP_INSTALLATION: this.installation,
        UPKEEP_STEPS: plan.steps.join(' '),
        ...(plan.allowSeveralServers && { UPKEEP_ALLOW_SEVERAL_SERVERS: 'true' }),
      },
      secrets: props.secrets,
      linuxParameters: linuxParameters(this, 'LinuxParameters', { dropped: droppedCapabilities(imageNamed('app').privileges) }),
      stopTimeout: Duration.minutes(2),
      // Blocking: a lost log event would be a lost metric.
      logging: LogDrivers.awsLogs({ logGroup: this.logGroup, streamPrefix: CONTAINER }),
    });
    [taskRole, executionRole].forEach((role) => role.close());
    acknowledge(this, {
      'AwsSolutions-ECS2': 'plain-text variables are not secret; secrets come from Secrets Manager',
      'AwsSolutions-IAM5[Resource::*]': 'ecr:GetAuthorizationToken, log deliveries and traces do not support resource ARNs',
    });
    return task;
  }

  private defineMachine(props: PostHogUpkeepProps, task: FargateTaskDefinition): StateMachine {
    const stack = Stack.of(this);
    const {
      cluster: { clusterArn, vpc },
    } = props;
    const subnets = withPath(this, () => selectSubnets(vpc, props.subnets, { prop: 'subnets', byDefault: privateSubnets }));
    const states = upkeepStates({
      partition: stack.partition,
      cluster: clusterArn,
      taskDefinition: task.taskDefinitionArn,
      container: CONTAINER,
      subnets: subnets.map(({ subnetId }) => subnetId),
      securityGroups: props.securityGroups.map(({ securityGroupId }) => securityGroupId),
      timeoutSeconds: UPKEEP_TIMEOUT,
    });
    const role = new InlineRole(this, 'StateMachineRole', { assumedBy: trustedService(this, 'stepFunctions') });
    const machine = new StateMachine(this, 'StateMachine', {
      role,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(states)),
      comment: 'PostHog upkeep: deletions, data deletion requests and metrics',
      logs: { destination: defineLogGroup(this, 'StateMachineLogs'), level: LogLevel.ALL },
      tracingEnabled: true,
    });
    const { run, handle } = taskStatements(stack, props.cluster, task.family);
    const statements = [
      run,
      handle,
      {
        Effect: 'Allow',
        Action: 'iam:PassRole',
        Resource: [task.taskRole.roleArn, task.obtainExecutionRole().roleArn],
        Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
      // Step Functions uses this managed rule to detect the end of a task.
      {
        Effect: 'Allow',
        Action: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
        Resource: stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForECSTaskRule' }),
      },
    ];
    statements.forEach((statement) => machine.addToRolePolicy(PolicyStatement.fromJson(statement)));
    role.close();
    acknowledge(
      this,
      Object.fromEntries(
        [run.Resource, handle.Resource].map((resource) => [
          `AwsSolutions-IAM5[Resource::${resultText(stack.resolve(resource))}]`,
          'every revision of one task definition, and tasks of one cluster: their ARNs are unknown before they run',
        ]),
      ),
    );
    return machine;
  }

  private schedule({ schedules }: UpkeepPlan, machine: StateMachine): void {
    const role = new InlineRole(this, 'ScheduleRole', { assumedBy: trustedService(this, 'scheduler') });
    schedules.forEach(({ id, command, description, schedule }) => {
      new Schedule(this, id, {
        schedule,
        description,
        target: new StepFunctionsStartExecution(machine, { role, input: ScheduleTargetInput.fromObject({ Command: command }), retryAttempts: 3 }),
      });
    });
  }
}

function privateSubnets({ privateSubnets: found }: IVpc): ISubnet[] {
  if (found.length === 0) {
    throw invalidProp('subnets', 'is required: the VPC of the cluster has no private subnets with outbound access');
  }
  return found;
}
