import { CustomResource, Duration, Stack } from 'aws-cdk-lib/core';
import { Connections, IConnectable, IVpc, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { FargateTaskDefinition, ICluster } from 'aws-cdk-lib/aws-ecs';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct, IDependable } from 'constructs';
import { OneOffRequest } from './one-off-request';
import { programFunction } from '../private/program-function';

/** What is run once, and where. */
export interface OneOffTaskProps {
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: SubnetSelection;
  /** What to run. It runs again whenever this changes. */
  readonly taskDefinition: FargateTaskDefinition;
  /** The log group that it writes to, for messages. */
  readonly logs: ILogGroup;
  /** What it is for, in a few words: for messages. */
  readonly purpose: string;
}

const TYPE = 'Custom::PostHogOneOffTask';

/**
 * A task that runs to its end during a deployment, before whatever depends on it; the deployment fails where it does.
 *
 * A function of the stack starts it and waits, for a quarter of an hour at most.
 */
export class OneOffTask extends Construct implements IConnectable {
  public readonly connections: Connections;

  private readonly resource: CustomResource;

  public constructor(scope: Construct, id: string, props: OneOffTaskProps) {
    super(scope, id);
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: `PostHog: ${props.purpose}` });
    this.connections = new Connections({ securityGroups: [securityGroup] });
    const provider = programFunction(this, TYPE, {
      program: 'one-off-task',
      description: 'Runs tasks of PostHog to their end while a stack is deployed',
      timeout: Duration.minutes(15),
    });
    const { clusterName } = props.cluster;
    const { taskDefinition } = props;
    const inCluster = { 'ecs:cluster': props.cluster.clusterArn };
    const tasks = Stack.of(this).formatArn({ service: 'ecs', resource: 'task', resourceName: `${clusterName}/*` });
    // Every revision: a right that is granted in the same deployment may not hold yet when it is used.
    const revisions = Stack.of(this).formatArn({ service: 'ecs', resource: 'task-definition', resourceName: `${taskDefinition.family}:*` });
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'ecs:RunTask', Resource: revisions, Condition: { ArnEquals: inCluster } });
    provider.addToRolePolicy({ Effect: 'Allow', Action: ['ecs:DescribeTasks', 'ecs:StopTask'], Resource: tasks, Condition: { ArnEquals: inCluster } });
    provider.addToRolePolicy({ Effect: 'Allow', Action: 'iam:PassRole', Resource: [taskDefinition.taskRole.roleArn, taskDefinition.obtainExecutionRole().roleArn] });
    const request: OneOffRequest = {
      Cluster: clusterName,
      TaskDefinition: taskDefinition.taskDefinitionArn,
      Subnets: props.vpc.selectSubnets(props.subnets).subnetIds,
      SecurityGroups: [securityGroup.securityGroupId],
      Logs: props.logs.logGroupName,
      Purpose: props.purpose,
    };
    this.resource = new CustomResource(this, 'Resource', {
      serviceToken: provider.serviceToken,
      // The function answers in time; this is for the case that it cannot be started.
      serviceTimeout: Duration.minutes(20),
      resourceType: TYPE,
      properties: { ...request },
    });
    // Its roles' policies and the ways that were opened for it are there by then.
    this.resource.node.addDependency(taskDefinition, securityGroup);
  }

  /** Lets it run only when these are there, with all that belongs to them. */
  public runAfter(...dependencies: IDependable[]): void {
    this.resource.node.addDependency(...dependencies);
  }
}
