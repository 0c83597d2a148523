import { readFileSync } from 'node:fs';
import { Duration, Lazy, Stack, Tags } from 'aws-cdk-lib/core';
import { CfnAutoScalingGroup } from 'aws-cdk-lib/aws-autoscaling';
import {
  AmazonLinux2023ImageSsmParameter,
  AmazonLinuxCpuType,
  BlockDeviceVolume,
  CfnEIP,
  CfnEIPAssociation,
  CfnLaunchTemplate,
  CfnNetworkInterface,
  ConfigureNatOptions,
  Connections,
  EbsDeviceVolumeType,
  GatewayConfig,
  IConnectable,
  InstanceClass,
  InstanceSize,
  InstanceType,
  ISubnet,
  LaunchTemplate,
  LaunchTemplateHttpTokens,
  MachineImage,
  NatProvider,
  Peer,
  Port,
  PrivateSubnet,
  RouterType,
  SecurityGroup,
  UserData,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { Construct, IConstruct } from 'constructs';
import { acknowledge } from '../private/acknowledge';
import { scriptPath } from '../private/assets';

/** The reason why findings about a security group that allows the addresses of its VPC do not apply, by rule. */
export const VPC_ONLY = Object.fromEntries(
  ['AwsSolutions-EC23', 'EC2RestrictedCommonPorts', 'EC2RestrictedSSH'].map((rule) => [
    rule,
    "it allows the VPC only; the rule cannot read the reference to the VPC's addresses",
  ]),
);

/** The time that a deployment waits for the instance: it starts, installs one package, and signals. */
const START_TIMEOUT = Duration.minutes(10);

const BOOT_SCRIPT = scriptPath('network', 'nat-instance.sh');

/**
 * An EC2 instance that does NAT. Routes lead to a network interface with a public IP address, which every instance of its auto scaling group gets.
 */
export interface INatInstance extends IConstruct, IConnectable {
  /** The auto scaling group, which has one instance and replaces it if it fails. */
  readonly autoScalingGroup: CfnAutoScalingGroup;
  /** The launch template of the instance. */
  readonly launchTemplate: LaunchTemplate;
  /** The network interface that routes lead to. It outlives instances. */
  readonly networkInterface: CfnNetworkInterface;
  /** The public IP address of all outbound connections. It does not change when the instance does. */
  readonly elasticIp: CfnEIP;
}

/**
 * A NAT instance whose routes and address do not change with it.
 *
 * The AMI, Amazon Linux 2023, is resolved when an instance starts. The CDK's own NAT instance has it as a parameter of the template, which is
 * resolved at each deployment, so that a deployment of anything replaces the instance as soon as there is a new AMI.
 */
export class NatInstance extends Construct implements INatInstance {
  public readonly connections: Connections;
  public readonly autoScalingGroup: CfnAutoScalingGroup;
  public readonly launchTemplate: LaunchTemplate;
  public readonly networkInterface: CfnNetworkInterface;
  public readonly elasticIp: CfnEIP;
  /** The availability zone. */
  public readonly zone: string;

  public constructor(scope: Construct, id: string, { vpc, subnet }: { readonly vpc: Vpc; readonly subnet: ISubnet }) {
    super(scope, id);
    this.zone = subnet.availabilityZone;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'PostHog network: NAT instances' });
    securityGroup.addIngressRule(Peer.ipv4(vpc.vpcCidrBlock), Port.allTraffic(), 'from the VPC to the internet');
    acknowledge(securityGroup, VPC_ONLY);
    this.connections = new Connections({ securityGroups: [securityGroup] });
    this.networkInterface = new CfnNetworkInterface(this, 'NetworkInterface', {
      subnetId: subnet.subnetId,
      groupSet: [securityGroup.securityGroupId],
      sourceDestCheck: false,
      description: 'PostHog network: NAT instance',
    });
    this.elasticIp = new CfnEIP(this, 'Address', { domain: 'vpc' });
    Tags.of(this).add('Name', this.node.path);
    const association = new CfnEIPAssociation(this, 'AddressAssociation', {
      allocationId: this.elasticIp.attrAllocationId,
      networkInterfaceId: this.networkInterface.ref,
    });
    // An address can be associated once the VPC has an internet gateway.
    this.elasticIp.node.addDependency(subnet.internetConnectivityEstablished);
    association.node.addDependency(subnet.internetConnectivityEstablished);
    this.launchTemplate = this.defineLaunchTemplate();
    this.autoScalingGroup = this.defineGroup();
    // An instance needs the address at boot.
    this.autoScalingGroup.node.addDependency(association);
    acknowledge(this, {
      'AwsSolutions-AS3': 'everything that runs in the VPC notices that NAT is down; the group has a history of its events',
      'EC2InstanceNoPublicIp': 'NAT needs a public address',
    });
  }

  /** Defines the launch template. The instance has no role: it calls no AWS API. */
  private defineLaunchTemplate(): LaunchTemplate {
    const userData = UserData.custom(
      Lazy.string({
        produce: () => {
          const stack = Stack.of(this);
          const group = stack.getLogicalId(this.autoScalingGroup);
          return `#!/bin/bash\nSTACK='${stack.stackName}'\nGROUP='${group}'\nREGION='${stack.region}'\n${readFileSync(BOOT_SCRIPT, 'utf8')}`;
        },
      }),
    );
    const launchTemplate = new LaunchTemplate(this, 'LaunchTemplate', {
      machineImage: MachineImage.resolveSsmParameterAtLaunch(
        AmazonLinux2023ImageSsmParameter.ssmParameterName({ cpuType: AmazonLinuxCpuType.ARM_64 }),
      ),
      instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
      userData,
      httpTokens: LaunchTemplateHttpTokens.REQUIRED,
      httpPutResponseHopLimit: 1,
      detailedMonitoring: true,
      blockDevices: [
        {
          deviceName: '/dev/xvda',
          volume: BlockDeviceVolume.ebs(8, { encrypted: true, deleteOnTermination: true, volumeType: EbsDeviceVolumeType.GP3 }),
        },
      ],
    });
    // The L2 construct has no prop for an existing network interface.
    (launchTemplate.node.defaultChild as CfnLaunchTemplate).addPropertyOverride('LaunchTemplateData.NetworkInterfaces', [
      { DeviceIndex: 0, NetworkInterfaceId: this.networkInterface.ref },
    ]);
    return launchTemplate;
  }

  /** Defines a group of one instance. It terminates an instance before it starts the next, because only one can have the network interface. */
  private defineGroup(): CfnAutoScalingGroup {
    const group = new CfnAutoScalingGroup(this, 'Group', {
      launchTemplate: { launchTemplateId: this.launchTemplate.launchTemplateId, version: this.launchTemplate.latestVersionNumber },
      minSize: '1',
      maxSize: '1',
      // With an existing network interface, a group has a zone and no subnets (CreateAutoScalingGroup of its API, `AvailabilityZones`).
      availabilityZones: [this.zone],
      instanceMaintenancePolicy: { minHealthyPercentage: 0, maxHealthyPercentage: 100 },
    });
    const timeout = START_TIMEOUT.toIsoString();
    group.cfnOptions.creationPolicy = { resourceSignal: { count: 1, timeout } };
    group.cfnOptions.updatePolicy = {
      autoScalingRollingUpdate: { minInstancesInService: 0, maxBatchSize: 1, waitOnResourceSignals: true, pauseTime: timeout },
    };
    return group;
  }
}

/** Creates the NAT instance of a new VPC, in the first of the subnets for NAT. */
export class NatInstanceProvider extends NatProvider {
  private natInstance?: NatInstance;

  public constructor(private readonly scope: Construct) {
    super();
  }

  /** The instance, once the VPC is defined. */
  public get instance(): NatInstance {
    return this.natInstance!;
  }

  public get configuredGateways(): GatewayConfig[] {
    return this.natInstance ? [{ az: this.natInstance.zone, gatewayId: this.natInstance.networkInterface.ref }] : [];
  }

  public configureNat({ vpc, natSubnets, privateSubnets }: ConfigureNatOptions): void {
    this.natInstance = new NatInstance(this.scope, 'NatInstance', { vpc, subnet: natSubnets[0] });
    privateSubnets.forEach((subnet) => this.configureSubnet(subnet));
  }

  public configureSubnet(subnet: PrivateSubnet): void {
    subnet.addRoute('DefaultRoute', {
      routerType: RouterType.NETWORK_INTERFACE,
      routerId: this.instance.networkInterface.ref,
      enablesInternetConnectivity: true,
    });
    // Resources that wait for the route of its subnet wait until the instance forwards.
    subnet.node.findChild('DefaultRoute').node.addDependency(this.instance.autoScalingGroup);
  }
}
