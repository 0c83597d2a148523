import { Duration, Stack } from 'aws-cdk-lib/core';
import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { FargateTaskDefinition, ICluster } from 'aws-cdk-lib/aws-ecs';
import { Effect, PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Code, Function as LambdaFunction, Runtime, Tracing } from 'aws-cdk-lib/aws-lambda';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { ClickHouseBackupStates } from './clickhouse-backup-states';
import { DatabaseBackup } from './database-backup';
import { ClickHouseAppFiles } from '../stores/clickhouse/clickhouse-base';
import { migrationStates } from './migration-states';
import { CHECKING_CONTAINERS, STREAM_PREFIX } from './migration-task';
import { acknowledge, resultText } from '../private/acknowledge';
import { programFolder } from '../private/assets';
import { InlineRole } from '../private/inline-role';
import { defineLogGroup } from '../private/log-group';
import { trustedService } from '../private/trusted-service';

/** Properties for `MigrationMachine`. */
export interface MigrationMachineProps {
  readonly cluster: ICluster;
  readonly taskDefinition: FargateTaskDefinition;
  readonly subnetIds: string[];
  readonly securityGroup: ISecurityGroup;
  /** The log group of the task. */
  readonly logs: ILogGroup;
  readonly backup?: DatabaseBackup;
  readonly appFiles?: ClickHouseAppFiles;
  /** The backup of ClickHouse before the migration; undefined if there is none. */
  readonly clickHouseBackup?: ClickHouseBackupStates;
  readonly release: string;
  /** PostHog's image. */
  readonly image: string;
  readonly timeoutSeconds: number;
}

/** Returns the policy statements for running, stopping and listing the tasks of a migration. */
export function taskStatements(stack: Stack, cluster: ICluster, family: string) {
  const inCluster = { ArnEquals: { 'ecs:cluster': cluster.clusterArn } };
  return {
    // Every revision: a permission that is granted in the same deployment may not be effective yet.
    run: {
      Effect: Effect.ALLOW,
      Action: 'ecs:RunTask',
      Resource: stack.formatArn({ service: 'ecs', resource: 'task-definition', resourceName: `${family}:*` }),
      Condition: inCluster,
    },
    handle: {
      Effect: Effect.ALLOW,
      Action: ['ecs:DescribeTasks', 'ecs:StopTask'],
      Resource: stack.formatArn({ service: 'ecs', resource: 'task', resourceName: `${cluster.clusterName}/*` }),
      Condition: inCluster,
    },
    // ListTasks supports only container instances as resources, which Fargate does not have.
    list: { Effect: Effect.ALLOW, Action: 'ecs:ListTasks', Resource: '*', Condition: inCluster },
  };
}

/** Returns the policy statements for writing the image that ClickHouse servers read, and for reading their reports. */
function appFilesStatements({ imageParameter, reportParameters }: ClickHouseAppFiles): object[] {
  return [
    { Effect: Effect.ALLOW, Action: 'ssm:PutParameter', Resource: imageParameter.parameterArn },
    { Effect: Effect.ALLOW, Action: 'ssm:GetParameter', Resource: reportParameters.map(({ parameterArn }) => parameterArn) },
  ];
}

/** The state machine that runs the task, and the function that reports its result. */
export class MigrationMachine extends Construct {
  public readonly stateMachine: StateMachine;

  public constructor(scope: Construct, id: string, props: MigrationMachineProps) {
    super(scope, id);
    const stack = Stack.of(this);
    const { cluster, taskDefinition } = props;
    const { family } = taskDefinition;
    const conclude = this.concludeFunction(props);
    const states = migrationStates({
      ...props,
      appFiles: props.appFiles && {
        imageParameter: props.appFiles.imageParameter.parameterName,
        reportParameters: props.appFiles.reportParameters.map(({ parameterName }) => parameterName),
        image: props.image,
      },
      partition: stack.partition,
      cluster: cluster.clusterArn,
      family,
      taskDefinition: taskDefinition.taskDefinitionArn,
      subnets: props.subnetIds,
      securityGroups: [props.securityGroup.securityGroupId],
      checkingContainers: CHECKING_CONTAINERS,
      concludeFunction: conclude.functionArn,
      logGroup: props.logs.logGroupName,
      streamPrefix: STREAM_PREFIX,
      // https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/vpc-interface-endpoints.html (the bucket of a region)
      signalHost: `cloudformation-waitcondition-${stack.region}.s3*.${stack.urlSuffix}`,
    });
    const logs = defineLogGroup(this, 'Logs');
    const role = new InlineRole(this, 'Role', { assumedBy: trustedService(this, 'stepFunctions') });
    this.stateMachine = new StateMachine(this, 'Resource', {
      role,
      definitionBody: DefinitionBody.fromString(stack.toJsonString(states)),
      comment: 'PostHog migration: database migrations',
      logs: { destination: logs, level: LogLevel.ALL },
      tracingEnabled: true,
    });
    const { run, handle } = taskStatements(stack, cluster, family);
    const statements = [
      run,
      handle,
      {
        Effect: Effect.ALLOW,
        Action: 'iam:PassRole',
        Resource: [taskDefinition.taskRole.roleArn, taskDefinition.obtainExecutionRole().roleArn],
        Condition: { StringEquals: { 'iam:PassedToService': 'ecs-tasks.amazonaws.com' } },
      },
      // Step Functions uses this managed rule to detect the end of a task.
      {
        Effect: Effect.ALLOW,
        Action: ['events:DescribeRule', 'events:PutRule', 'events:PutTargets'],
        Resource: stack.formatArn({ service: 'events', resource: 'rule', resourceName: 'StepFunctionsGetEventsForECSTaskRule' }),
      },
      {
        Effect: Effect.ALLOW,
        Action: 'lambda:InvokeFunction',
        Resource: [conclude.functionArn, ...(props.clickHouseBackup ? [props.clickHouseBackup.functionArn] : [])],
      },
      ...(props.appFiles ? appFilesStatements(props.appFiles) : []),
      ...(props.backup ? [{ Effect: Effect.ALLOW, Action: props.backup.action, Resource: props.backup.arn }] : []),
    ];
    statements.forEach((statement) => this.stateMachine.addToRolePolicy(PolicyStatement.fromJson(statement)));
    role.close();
    this.acknowledge(run.Resource, handle.Resource);
  }

  private concludeFunction({ cluster, taskDefinition, logs: taskLogs }: MigrationMachineProps): LambdaFunction {
    const logs = defineLogGroup(this, 'ConcludeLogs');
    // Without the managed policy: it may only write to its own log group.
    const role = new InlineRole(this, 'ConcludeRole', { assumedBy: new ServicePrincipal('lambda.amazonaws.com') });
    const conclude = new LambdaFunction(this, 'Conclude', {
      code: Code.fromAsset(programFolder('conclude-migration')),
      handler: 'index.handler',
      runtime: Runtime.NODEJS_24_X,
      description: 'PostHog migration: reports the result to CloudFormation',
      // Step Functions waits for two minutes.
      timeout: Duration.seconds(100),
      memorySize: 256,
      role,
      logGroup: logs,
      tracing: Tracing.ACTIVE,
    });
    const { handle, list } = taskStatements(Stack.of(this), cluster, taskDefinition.family);
    const read = { Effect: Effect.ALLOW, Action: 'logs:GetLogEvents', Resource: taskLogs.logGroupArn };
    const write = { Effect: Effect.ALLOW, Action: ['logs:CreateLogStream', 'logs:PutLogEvents'], Resource: logs.logGroupArn };
    [handle, list, read, write].forEach((statement) => conclude.addToRolePolicy(PolicyStatement.fromJson(statement)));
    role.close();
    return conclude;
  }

  /** Acknowledges the findings of cdk-nag. Tasks have no ARNs by family, and log deliveries, traces and task lists have no ARNs. */
  private acknowledge(...wild: string[]): void {
    acknowledge(this, {
      'LambdaConcurrency': 'invoked once per execution, of which a deployment starts one',
      'LambdaDLQ': 'Step Functions invokes it, gets its errors, and retries',
      'LambdaInsideVPC': 'it calls AWS APIs only, and nothing in the VPC',
      'AwsSolutions-IAM5[Resource::*]': 'log deliveries, traces and task lists do not support resource ARNs; the lists are limited to the cluster',
      ...Object.fromEntries(
        wild.map((resource) => [
          `AwsSolutions-IAM5[Resource::${resultText(Stack.of(this).resolve(resource))}]`,
          'every revision of one task definition, and tasks of one cluster: their ARNs are unknown before they run',
        ]),
      ),
    });
  }
}
