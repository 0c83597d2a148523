import { Size, Stack } from 'aws-cdk-lib/core';
import { InstanceType, ISubnet, IVpc, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import {
  CapacityOptionType,
  ICluster,
  InstanceMonitoring,
  ManagedInstancesCapacityProvider,
  PropagateManagedInstancesTags,
} from 'aws-cdk-lib/aws-ecs';
import { InstanceProfile, ManagedPolicy, PolicyStatement, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { InlineRole } from '../../private/inline-role';

/** Properties for `ManagedHosts`. */
export interface ManagedHostsProps {
  readonly cluster: ICluster;
  readonly vpc: IVpc;
  readonly subnets: readonly ISubnet[];
  readonly instanceTypes: readonly InstanceType[];
  readonly spot: boolean;
  readonly volumeSize: Size;
}

/** The managed policy of the role with which ECS starts and ends instances. */
const INFRASTRUCTURE_POLICY = 'AmazonECSInfrastructureRolePolicyForManagedInstances';

/** A capacity provider of Amazon ECS Managed Instances, for one cluster. */
export class ManagedHosts extends Construct {
  public readonly provider: ManagedInstancesCapacityProvider;

  public constructor(scope: Construct, id: string, { cluster, vpc, subnets, instanceTypes, spot, volumeSize }: ManagedHostsProps) {
    super(scope, id);
    const role = this.defineInstanceRole(cluster);
    this.provider = new ManagedInstancesCapacityProvider(this, 'Provider', {
      subnets: [...subnets],
      securityGroups: [new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'PostHog managed hosts: instances', allowAllOutbound: true })],
      infrastructureRole: this.defineInfrastructureRole(role),
      ec2InstanceProfile: new InstanceProfile(this, 'InstanceProfile', { role }),
      taskVolumeStorage: volumeSize,
      monitoring: InstanceMonitoring.BASIC,
      // The types alone decide; the API requires the other two.
      instanceRequirements: { vCpuCountMin: 1, memoryMin: Size.gibibytes(1), allowedInstanceTypes: instanceTypes.map((type) => type.toString()) },
      propagateTags: PropagateManagedInstancesTags.CAPACITY_PROVIDER,
      capacityOptionType: spot ? CapacityOptionType.SPOT : undefined,
    });
    this.provider.bind(cluster);
  }

  /** Defines the role of the instances. The CDK's own has a name, which a second stack of the account cannot have. */
  private defineInstanceRole(cluster: ICluster): Role {
    const role = new InlineRole(this, 'InstanceRole', {
      assumedBy: new ServicePrincipal('ec2.amazonaws.com'),
      description: 'PostHog managed hosts: instances',
    });
    const stack = Stack.of(this);
    const instances = stack.formatArn({ service: 'ecs', resource: 'container-instance', resourceName: '*' });
    [
      { actions: ['ecs:DiscoverPollEndpoint'], resources: ['*'] },
      {
        actions: ['ecs:RegisterContainerInstance', 'ecs:SubmitAttachmentStateChanges', 'ecs:SubmitTaskStateChange'],
        resources: [cluster.clusterArn],
      },
      { actions: ['ecs:Poll', 'ecs:PutSystemLogEvents', 'ecs:StartTelemetrySession'], resources: [instances] },
    ].forEach((statement) => role.addToPrincipalPolicy(new PolicyStatement(statement)));
    role.close();
    acknowledge(role, {
      'IAMNoInlinePolicy': 'the role belongs to one group of instances, and so does its policy',
      'AwsSolutions-IAM5[Resource::*]': 'ecs:DiscoverPollEndpoint does not support resource ARNs',
      ...Object.fromEntries(
        resultTexts(stack, instances).map((text) => [
          `AwsSolutions-IAM5[Resource::${text}]`,
          'an instance does not know its own ARN before it registers',
        ]),
      ),
    });
    return role;
  }

  /** Defines the role of ECS. Its managed policy passes roles to instances only if their names begin with `ecsInstanceRole`. */
  private defineInfrastructureRole(instanceRole: Role): Role {
    const role = new InlineRole(this, 'InfrastructureRole', {
      assumedBy: new ServicePrincipal('ecs.amazonaws.com'),
      managedPolicies: [ManagedPolicy.fromAwsManagedPolicyName(INFRASTRUCTURE_POLICY)],
      description: 'PostHog managed hosts: ECS',
    });
    role.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['iam:PassRole'],
        resources: [instanceRole.roleArn],
        conditions: { StringLike: { 'iam:PassedToService': 'ec2.*' } },
      }),
    );
    role.close();
    acknowledge(role, {
      IAMNoInlinePolicy: 'the role belongs to one capacity provider, and so does its policy',
      [`AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/${INFRASTRUCTURE_POLICY}]`]:
        'AWS maintains the permissions with which ECS manages instances',
    });
    return role;
  }
}
