import { ArnFormat, Aws, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Connections, IConnectable, IVpc, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { ILogGroup, LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IStateMachine, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct, Dependable, IConstruct, IDependable } from 'constructs';
import { DatabaseBackup } from './database-backup';
import { MigrationMachine, taskStatements } from './migration-machine';
import { MigrationOptions, migrationPlan } from './migration-options';
import { MigrationRun } from './migration-run';
import { MigrationContainers, MigrationTask } from './migration-task';
import { acknowledge } from '../private/acknowledge';
import { at } from '../private/errors';
import { programFunction } from '../private/program-function';

/**
 * What migrates PostHog's databases.
 *
 * Stores that were given without security groups must admit it as they do the processes: `connections` is where its task calls from.
 */
export interface IMigration extends IConstruct, IConnectable {
  /** Runs the migration. It can be started by hand at any time, with no input. */
  readonly stateMachine: IStateMachine;
  /** What the migration writes to. */
  readonly logGroup: ILogGroup;
}

/** What is migrated, with what, and where. */
export interface MigrationProps extends MigrationContainers {
  readonly options?: MigrationOptions;
  /** How the database is asked for its backups; left out where it is not. */
  readonly backup?: DatabaseBackup;
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  readonly logRetention: RetentionDays;
  readonly removalPolicy: RemovalPolicy;
}

const TYPE = 'Custom::PostHogMigration';

/** What is kept of the time that CloudFormation waits: for asking RDS and ECS again, and for telling how it ended. */
const TIME_TO_TELL = 15 * 60;

/**
 * Migrates PostHog's databases during a deployment that changes what is migrated to, before whatever depends on this: Kafka's topics, the
 * database of workflows, then PostHog's own migrations.
 *
 * Where it fails, so does the deployment, with the reason and the last lines of the log; what depends on it is then left as it was. See
 * docs/upgrades.md.
 */
export class Migration extends Construct implements IMigration {
  public readonly connections: Connections;
  public readonly logGroup: ILogGroup;
  public readonly stateMachine: IStateMachine;

  private readonly run: MigrationRun;

  public constructor(scope: Construct, id: string, props: MigrationProps) {
    super(scope, id);
    const plan = at(this, () => migrationPlan(props.options));
    const logs = new LogGroup(this, 'Logs', { retention: props.logRetention, removalPolicy: props.removalPolicy });
    this.logGroup = logs;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostHog: migration' });
    this.connections = new Connections({ securityGroups: [securityGroup] });
    const { taskDefinition } = new MigrationTask(this, 'Task', logs, plan, props);
    const machine = new MigrationMachine(this, 'StateMachine', {
      ...props,
      taskDefinition,
      subnetIds: props.vpc.selectSubnets(props.subnets).subnetIds,
      securityGroup,
      logs,
      release: props.release.name,
      timeoutSeconds: plan.timeoutSeconds - TIME_TO_TELL,
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
        Cluster: props.cluster.clusterArn,
        Family: taskDefinition.family,
      },
      taskDefinition,
      timeoutSeconds: plan.timeoutSeconds,
      trigger: plan.trigger,
    });
    // Its roles' policies and the ways that were opened for it are there by then, and go after it.
    this.run.start.node.addDependency(machine, taskDefinition, securityGroup, logs);
    Dependable.implement(this, { dependencyRoots: [this.run.condition] });
    acknowledge(this, {
      'IAMNoInlinePolicy': 'each role belongs to one task, function or state machine of this migration alone, and so does its policy',
      'CloudWatchLogGroupEncrypted': 'encrypted with the key that CloudWatch Logs keeps',
    });
  }

  /** Lets it run only when these are there, with all that belongs to them. */
  public runAfter(...dependencies: IDependable[]): void {
    this.run.start.node.addDependency(...dependencies);
  }

  /** The function of the stack that starts migrations, and stops those that are taken away. */
  private startFunction(stateMachine: StateMachine, cluster: ICluster, family: string): string {
    const stack = Stack.of(this);
    const provider = programFunction(this, TYPE, {
      program: 'start-migration',
      description: 'Starts migrations of PostHog while a stack is deployed',
      timeout: Duration.minutes(10),
    });
    const { stateMachineArn, stateMachineName } = stateMachine;
    const executions = stack.formatArn({ service: 'states', resource: 'execution', resourceName: `${stateMachineName}:*`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const { handle, list } = taskStatements(stack, cluster, family);
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'states:StartExecution', Resource: stateMachineArn });
    provider.addToRolePolicy({ Effect: 'Allow', Action: ['states:DescribeExecution', 'states:StopExecution'], Resource: executions });
    [handle, list].forEach((statement) => provider.addToRolePolicy(statement));
    return provider.serviceToken;
  }
}
