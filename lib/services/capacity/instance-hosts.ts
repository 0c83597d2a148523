import { CfnWaitCondition, CfnWaitConditionHandle, Duration, Size, Stack, Tags } from 'aws-cdk-lib/core';
import { AutoScalingGroup, CfnAutoScalingGroup, OnDemandAllocationStrategy, SpotAllocationStrategy } from 'aws-cdk-lib/aws-autoscaling';
import {
  BlockDeviceVolume,
  CfnLaunchTemplate,
  Connections,
  EbsDeviceVolumeType,
  IConnectable,
  InstanceInitiatedShutdownBehavior,
  InstanceType,
  ISecurityGroup,
  ISubnet,
  IVpc,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  SecurityGroup,
} from 'aws-cdk-lib/aws-ec2';
import { AsgCapacityProvider, CpuArchitecture, ICluster } from 'aws-cdk-lib/aws-ecs';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { Construct, IConstruct, IDependable } from 'constructs';
import { hostUserData } from './host-boot';
import { HostRole } from './host-role';
import { allowAutoScaling } from './host-volume-key';
import { ProviderAssociation } from './provider-association';
import { acknowledge } from '../../private/acknowledge';
import { encryptionKeyOf } from '../../private/encryption-key';

/**
 * The time that the first deployment waits for a host: it starts, installs the AWS CLI, and registers. A host that fails says so earlier.
 */
const READY_TIMEOUT = Duration.minutes(30);

/** Properties for `InstanceHosts`. */
export interface InstanceHostsProps {
  /** The cluster, whose list of capacity providers nobody else changes. */
  readonly cluster: ICluster;
  /** The previous group of the cluster: the list is changed for one group after the other. */
  readonly previous?: InstanceHosts;
  /** The VPC, which must be that of the tasks. */
  readonly vpc: IVpc;
  /** The subnets, with outbound access to AWS APIs, Amazon Linux repositories and the container registries. */
  readonly subnets: readonly ISubnet[];
  /** The instance types, the preferred one first. */
  readonly instanceTypes: readonly InstanceType[];
  readonly cpuArchitecture: CpuArchitecture;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** Determines whether the hosts are Spot Instances. */
  readonly spot: boolean;
  /** The size of the root volume, which holds images and the writable layers of containers. */
  readonly volumeSize: Size;
}

/** The EC2 instances that tasks run on, and their capacity provider. */
export interface IInstanceHosts extends IConstruct, IConnectable {
  /** The name of the capacity provider. */
  readonly capacityProviderName: string;
  /** The Auto Scaling group. ECS sets its desired capacity. */
  readonly autoScalingGroup: AutoScalingGroup;
  /** The launch template. */
  readonly launchTemplate: LaunchTemplate;
  /** The role of the instances; tasks have roles of their own. */
  readonly role: IRole;
  /** The security group of the instances; tasks have groups of their own. */
  readonly securityGroup: ISecurityGroup;
}

/**
 * An Auto Scaling group of EC2 instances with the capacity provider of a cluster.
 *
 * The AMI is resolved when an instance starts, so that no deployment replaces hosts because of a new one. Neither does a change of these props: new
 * hosts get it, and `aws autoscaling start-instance-refresh` replaces the others, with draining (`cdk-posthog runbook hosts`).
 */
export class InstanceHosts extends Construct implements IInstanceHosts {
  public readonly capacityProviderName: string;
  public readonly autoScalingGroup: AutoScalingGroup;
  public readonly launchTemplate: LaunchTemplate;
  public readonly role: IRole;
  public readonly securityGroup: ISecurityGroup;
  public readonly connections: Connections;
  /** The dependency for services: the first host has registered, with a trunk network interface. */
  public readonly ready: IDependable;

  private readonly association: ProviderAssociation;

  public constructor(scope: Construct, id: string, props: InstanceHostsProps) {
    super(scope, id);
    const { cluster, vpc, spot } = props;
    const role = new HostRole(this, 'Role', cluster, { spot });
    this.role = role;
    this.securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'PostHog hosts: instances', allowAllOutbound: true });
    this.connections = new Connections({ securityGroups: [this.securityGroup] });
    const handle = new CfnWaitConditionHandle(this, 'ReadyHandle');
    this.launchTemplate = this.defineLaunchTemplate(props, role, handle.ref);
    this.autoScalingGroup = this.defineGroup(props);
    const provider = new AsgCapacityProvider(this, 'Provider', {
      autoScalingGroup: this.autoScalingGroup,
      enableManagedScaling: true,
      // Without protection: CloudFormation can neither delete nor shrink a group whose instances are protected. Draining moves the tasks.
      enableManagedTerminationProtection: false,
      enableManagedDraining: true,
      // Hosts that run nothing cost as much as others, and what a deployment needs in addition starts within minutes.
      targetCapacityPercent: 100,
      instanceWarmupPeriod: Duration.minutes(5).toSeconds(),
    });
    this.capacityProviderName = provider.capacityProviderName;
    role.close();
    const association = new ProviderAssociation(this, 'Association', cluster, this.capacityProviderName, props.previous?.association);
    this.association = association;
    const ready = new CfnWaitCondition(this, 'Ready', { handle: handle.ref, count: 1, timeout: String(READY_TIMEOUT.toSeconds()) });
    ready.node.addDependency(this.autoScalingGroup, association);
    this.ready = ready;
    acknowledge(this, {
      'AwsSolutions-EC26': 'the rule does not read the launch template of several instance types: its volumes are encrypted',
      'EC2IMDSv2Enabled': 'the rule does not read the launch template of several instance types: it requires IMDSv2',
      'AwsSolutions-AS3': 'the capacity provider scales the group, and alarms are about services; the group has a history of its events',
    });
  }

  private defineLaunchTemplate(props: InstanceHostsProps, role: IRole, readyUrl: string): LaunchTemplate {
    const { cluster, cpuArchitecture, instanceTypes, spot, volumeSize } = props;
    const kmsKey = encryptionKeyOf(this);
    if (kmsKey) {
      allowAutoScaling(kmsKey);
    }
    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: MachineImage.resolveSsmParameterAtLaunch(amiParameter(cpuArchitecture)),
      instanceType: instanceTypes[0],
      securityGroup: this.securityGroup,
      role,
      userData: hostUserData({ region: Stack.of(this).region, clusterName: cluster.clusterName, readyUrl, spot }),
      associatePublicIpAddress: false,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      // Tasks have interfaces of their own, and containers on the host's bridge are a hop further away.
      httpPutResponseHopLimit: 1,
      detailedMonitoring: false,
      ebsOptimized: true,
      // A host that cannot run tasks shuts itself down; see boot/host.sh.
      instanceInitiatedShutdownBehavior: InstanceInitiatedShutdownBehavior.TERMINATE,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(volumeSize.toGibibytes(), {
            encrypted: true,
            deleteOnTermination: true,
            volumeType: EbsDeviceVolumeType.GP3,
            kmsKey,
          }),
        },
      ],
    });
    // ENI trunking requires it (Amazon ECS Developer Guide, "Elastic network interface trunking"), and subnets can default to another value.
    (launchTemplate.node.defaultChild as CfnLaunchTemplate).addPropertyOverride('LaunchTemplateData.PrivateDnsNameOptions', {
      EnableResourceNameDnsARecord: false,
      HostnameType: 'ip-name',
    });
    Tags.of(launchTemplate).add('Name', this.node.path);
    return launchTemplate;
  }

  private defineGroup({ vpc, subnets, instanceTypes, minInstances, maxInstances, spot }: InstanceHostsProps): AutoScalingGroup {
    const group = new AutoScalingGroup(this, 'Group', {
      vpc,
      vpcSubnets: { subnets: [...subnets] },
      mixedInstancesPolicy: {
        launchTemplate: this.launchTemplate,
        launchTemplateOverrides: instanceTypes.map((instanceType) => ({ instanceType })),
        instancesDistribution: {
          onDemandAllocationStrategy: OnDemandAllocationStrategy.PRIORITIZED,
          onDemandPercentageAboveBaseCapacity: spot ? 0 : 100,
          spotAllocationStrategy: SpotAllocationStrategy.CAPACITY_OPTIMIZED,
        },
      },
      minCapacity: minInstances,
      maxCapacity: maxInstances,
      capacityRebalance: spot,
    });
    const definition = group.node.defaultChild as CfnAutoScalingGroup;
    // What replaces a host, the balance of zones too, starts the next one first. CloudFormation has no property that suspends a process.
    definition.instanceMaintenancePolicy = { minHealthyPercentage: 100, maxHealthyPercentage: 200 };
    // ECS may scale groups with this tag only, and sets it itself: an update of the stack would remove it.
    Tags.of(definition).add('AmazonECSManaged', 'true');
    group.node.addDependency(this.role, ...subnets.map((subnet) => subnet.internetConnectivityEstablished));
    return group;
  }
}

/**
 * Returns the SSM parameter with the id of the newest ECS-optimized AMI.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/retrieve-ecs-optimized_AMI.html
 */
function amiParameter({ _cpuArchitecture }: CpuArchitecture): string {
  const variant = _cpuArchitecture === CpuArchitecture.ARM64._cpuArchitecture ? 'arm64/' : '';
  return `/aws/service/ecs/optimized-ami/amazon-linux-2023/${variant}recommended/image_id`;
}
