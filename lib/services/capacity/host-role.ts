import { Stack } from 'aws-cdk-lib/core';
import { ICluster } from 'aws-cdk-lib/aws-ecs';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { InlineRole } from '../../private/inline-role';

/**
 * The role of the hosts of a cluster. Every process on a host can use it, so it cannot pull private images or write logs: tasks do that with
 * execution roles of their own, which the agent prefers (ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE is on in the packages of Amazon Linux).
 *
 * The managed policy AmazonEC2ContainerServiceforEC2Role allows the same actions on every cluster, and also ECR and CloudWatch Logs.
 */
export class HostRole extends InlineRole {
  public constructor(scope: Construct, id: string, cluster: ICluster, options: { readonly spot: boolean }) {
    super(scope, id, { assumedBy: new ServicePrincipal('ec2.amazonaws.com'), description: 'PostHog hosts: instances' });
    const stack = Stack.of(scope);
    const arnOf = (resource: string, resourceName: string) => stack.formatArn({ service: 'ecs', resource, resourceName });
    const instances = arnOf('container-instance', `${cluster.clusterName}/*`);
    const providers = arnOf('capacity-provider', '*');
    const statements = [
      new PolicyStatement({
        actions: [
          'ecs:DeregisterContainerInstance',
          'ecs:DescribeClusters',
          'ecs:RegisterContainerInstance',
          'ecs:SubmitAttachmentStateChanges',
          'ecs:SubmitContainerStateChange',
          'ecs:SubmitTaskStateChange',
        ],
        resources: [cluster.clusterArn],
      }),
      new PolicyStatement({
        actions: [
          'ecs:DescribeContainerInstances',
          'ecs:Poll',
          'ecs:StartTelemetrySession',
          // The agent drains a host that gets an interruption notice.
          ...(options.spot ? ['ecs:UpdateContainerInstancesState'] : []),
        ],
        resources: [instances],
      }),
      new PolicyStatement({ actions: ['ecs:DescribeCapacityProviders'], resources: [providers] }),
      // Without `principalArn`, the setting is that of the caller alone (PutAccountSetting of the API of ECS).
      new PolicyStatement({
        actions: ['ecs:PutAccountSetting'],
        resources: ['*'],
        conditions: { StringEquals: { 'ecs:account-setting': 'awsvpcTrunking' } },
      }),
      // These actions do not support resource ARNs. Of Systems Manager, only Session Manager.
      new PolicyStatement({
        actions: [
          'autoscaling:DescribeAutoScalingInstances',
          'ecs:DiscoverPollEndpoint',
          'ssm:UpdateInstanceInformation',
          'ssmmessages:CreateControlChannel',
          'ssmmessages:CreateDataChannel',
          'ssmmessages:OpenControlChannel',
          'ssmmessages:OpenDataChannel',
        ],
        resources: ['*'],
      }),
    ];
    statements.forEach((statement) => this.addToPrincipalPolicy(statement));
    acknowledge(this, {
      'IAMNoInlinePolicy': 'the role belongs to one group of hosts, and so does its policy',
      'AwsSolutions-IAM5[Resource::*]':
        'these actions do not support resource ARNs; ecs:PutAccountSetting is limited to one setting of the role itself',
      ...Object.fromEntries(
        [instances, providers].flatMap((resource) =>
          resultTexts(stack, resource).map((text) => [
            `AwsSolutions-IAM5[Resource::${text}]`,
            'a host does not know its own ARN before it registers',
          ]),
        ),
      ),
    });
  }
}
