import { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import {
  AvailabilityZoneRebalancing,
  BaseService,
  BaseServiceOptions,
  BuiltInAttributes,
  LaunchType,
  PlacementStrategy,
  TaskDefinition,
} from 'aws-cdk-lib/aws-ecs';
import { Construct } from 'constructs';

/** Properties for `InstanceService`. */
export interface InstanceServiceProps extends BaseServiceOptions {
  readonly taskDefinition: TaskDefinition;
  readonly vpcSubnets: SubnetSelection;
  readonly securityGroups: ISecurityGroup[];
  readonly availabilityZoneRebalancing: AvailabilityZoneRebalancing;
}

/**
 * An ECS service on container instances.
 *
 * The CDK's `Ec2Service` also sets the scheduling strategy, which `FargateService` leaves to its default: CloudFormation would replace a service that
 * moves between the two, because it cannot change that property. It also knows only capacity of an Auto Scaling group that is added to its cluster.
 */
export class InstanceService extends BaseService {
  public constructor(scope: Construct, id: string, props: InstanceServiceProps) {
    const { cluster, taskDefinition, availabilityZoneRebalancing, vpcSubnets, securityGroups } = props;
    super(
      scope,
      id,
      // Without effect next to the strategies of capacity providers; the type demands it.
      { ...props, launchType: LaunchType.EC2 },
      { cluster: cluster.clusterName, taskDefinition: taskDefinition.taskDefinitionArn, placementStrategies: PLACEMENT, availabilityZoneRebalancing },
      taskDefinition,
    );
    this.configureAwsVpcNetworkingWithSecurityGroups(cluster.vpc, false, vpcSubnets, securityGroups);
  }
}

/** Spreads tasks over zones, which ECS requires for balancing them, and then fills one instance after the other by memory, the scarce resource. */
const PLACEMENT = [PlacementStrategy.spreadAcross(BuiltInAttributes.AVAILABILITY_ZONE), PlacementStrategy.packedByMemory()].flatMap((strategy) =>
  strategy.toJson(),
);
