import { Stack } from 'aws-cdk-lib/core';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerImage, FargateTaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { LogGroup } from 'aws-cdk-lib/aws-logs';
import { OneOffTask } from '../../lib/services/one-off-task';

/** A task that runs once, in a cluster of its own. */
export function newOneOffTask(stack: Stack, id = 'Once'): OneOffTask {
  const vpc = (stack.node.tryFindChild('Vpc') as Vpc | undefined) ?? new Vpc(stack, 'Vpc', { natGateways: 1, restrictDefaultSecurityGroup: false });
  const cluster = (stack.node.tryFindChild('Cluster') as Cluster | undefined) ?? new Cluster(stack, 'Cluster', { vpc });
  const taskDefinition = new FargateTaskDefinition(stack, `${id}Task`);
  taskDefinition.addContainer('topics', { image: ContainerImage.fromRegistry('image') });
  return new OneOffTask(stack, id, { cluster, vpc, subnets: {}, taskDefinition, logs: new LogGroup(stack, `${id}Logs`), purpose: 'making the topics of Kafka' });
}
