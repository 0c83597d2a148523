import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Connections, IConnectable, ISubnet, IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ICluster, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { IFunction } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';
import { APP_FILES_SECONDS } from './app-files-states';
import { DatabaseBackup } from './database-backup';
import { MigrationMachine, taskStatements } from './migration-machine';
import { MigrationOptions, migrationPlan } from './migration-options';
import { MigrationRun } from './migration-run';
import { MigrationContainers, MigrationTask } from './migration-task';
import { checkPartitions } from './topics/broker-partitions';
import { acknowledge, resultText } from '../private/acknowledge';
import { withPath } from '../private/errors';
import { defineLogGroup } from '../private/log-group';
import { asClients } from '../private/security-group';
import { ClickHouseAppFiles } from '../stores/clickhouse/clickhouse-base';
import { ProgramFunction } from '../private/program-function';

/**
 * The migration of PostHog's databases.
 *
 * Data stores that you pass in without security groups must allow connections from its task, as from the services: use `connections`.
 */
export interface IMigration extends IConstruct, IConnectable {
  /** The state machine that runs the migration. You can start it by hand at any time, without input. */
  readonly stateMachine: IStateMachine;
  /** The task definition of the migration. */
  readonly taskDefinition: TaskDefinition;
  /** The log group of the migration. */
  readonly logGroup: ILogGroup;
}

/** Properties for `Migration`. */
export interface MigrationProps extends MigrationContainers {
  readonly options?: MigrationOptions;
  /** The API call for the backups of the database; undefined if there is none. */
  readonly backup?: DatabaseBackup;
  /** The function that backs up ClickHouse; undefined if ClickHouse is not backed up. */
  readonly clickHouseBackup?: IFunction;
  /** The parameters of ClickHouse for PostHog's functions and format schemas; undefined if it has none. */
  readonly appFiles?: ClickHouseAppFiles;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

const TYPE = 'Custom::PostHogMigration';

/**
 * The seconds of the wait condition's timeout that are reserved for ClickHouse servers to install functions, for retries of RDS and ECS calls, and
 * for reporting the result.
 */
const RESERVED_SECONDS = APP_FILES_SECONDS + 16 * 60;

/** The share of the remaining time that a backup of ClickHouse may take before the migration. */
const BACKUP_SHARE = 1 / 3;

/**
 * A migration of PostHog's databases during every deployment that changes the release, before everything that depends on it: functions and format
 * schemas of ClickHouse, Kafka's topics, the workflows database, then PostHog's own migrations.
 *
 * If it fails, so does the deployment, with the reason and the last lines of the log; dependent resources are not updated. See
 * docs/upgrades.md.
 */
export class Migration extends Construct implements IMigration {
  public readonly connections: Connections;
  public readonly logGroup: ILogGroup;
  public readonly stateMachine: IStateMachine;
  public readonly taskDefinition: TaskDefinition;

  private readonly run: MigrationRun;

  public constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const plan = withPath(this, () => migrationPlan(props.options));
    const { topics: managed } = props;
    if (managed) {
      withPath(scope, () => checkPartitions(scope, managed.kafka, managed.topics));
    }
    const logs = defineLogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.logGroup = logs;
    const securityGroup = asClients(new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostHog migration: tasks' }));
    this.connections = new Connections({ securityGroups: [securityGroup] });
    const task = new MigrationTask(this, 'Task', logs, plan, props);
    const { taskDefinition } = task;
    this.taskDefinition = taskDefinition;
    const available = plan.timeoutSeconds - RESERVED_SECONDS;
    const clickHouseBackup =
      props.clickHouseBackup && plan.backUpClickHouse
        ? { functionArn: props.clickHouseBackup.functionArn, timeoutSeconds: Math.floor(available * BACKUP_SHARE) }
        : undefined;
    const machine = new MigrationMachine(this, 'StateMachine', {
      ...props,
      clickHouseBackup,
      backup: plan.maxBackupAgeSeconds === undefined ? undefined : props.backup,
      taskDefinition,
      subnetIds: props.subnets.map(({ subnetId }) => subnetId),
      securityGroup,
      logs,
      release: props.release.name,
      image: props.release.image,
      timeoutSeconds: available - (clickHouseBackup?.timeoutSeconds ?? 0),
    });
    this.stateMachine = machine.stateMachine;
    this.run = new MigrationRun(this, 'Run', {
      type: TYPE,
      serviceToken: this.startFunction(machine.stateMachine, props.cluster, taskDefinition.family),
      request: {
        StateMachine: this.stateMachine.stateMachineArn,
        Endpoint: `https://states.${Aws.REGION}.${Aws.URL_SUFFIX}`,
        TaskDefinition: taskDefinition.taskDefinitionArn,
        Release: props.release.name,
        Image: props.release.image,
        Cluster: props.cluster.clusterArn,
        Family: taskDefinition.family,
      },
      taskDefinition,
      timeoutSeconds: plan.timeoutSeconds,
      trigger: plan.trigger,
    });
    // The policies of its roles and the rules of its security group are created before it, and deleted after it.
    this.run.start.node.addDependency(machine, task, securityGroup, logs);
    Dependable.implement(this, { dependencyRoots: [this.run.condition] });
    acknowledge(this, {
      IAMNoInlinePolicy: 'each role belongs to one task, function or state machine of this migration, and so does its policy',
    });
  }

  /** Makes it run after these dependencies. */
  public runAfter(...dependencies: IDependable[]): void {
    this.run.start.node.addDependency(...dependencies);
  }

  /** Defines the stack's function that starts migrations, and stops those that are removed. */
  private startFunction(stateMachine: StateMachine, cluster: ICluster, family: string): string {
    const stack = Stack.of(this);
    const provider = ProgramFunction.of(this, TYPE, {
      program: 'start-migration',
      description: 'PostHog migration: starts and stops migrations during deployments',
      timeout: Duration.minutes(10),
    });
    const { stateMachineArn, stateMachineName } = stateMachine;
    const executions = stack.formatArn({
      service: 'states',
      resource: 'execution',
      resourceName: `${stateMachineName}:*`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    const { handle, list } = taskStatements(stack, cluster, family);
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'states:StartExecution', Resource: stateMachineArn });
    provider.addToRolePolicy({ Effect: 'Allow', Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: executions });
    [handle, list].forEach((statement) => provider.addToRolePolicy(statement));
    const wild = ['*', ...[executions, handle.Resource].map((resource) => resultText(stack.resolve(resource)))];
    acknowledge(
      provider,
      Object.fromEntries(
        wild.map((resource) => [
          `AwsSolutions-IAM5[Resource::${resource}]`,
          'executions of one state machine and tasks of one cluster, whose ARNs are unknown before they run; the list of tasks is limited to the cluster',
        ]),
      ),
    );
    return provider.serviceToken;
  }
}
