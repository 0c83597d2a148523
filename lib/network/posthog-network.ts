import { RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import {
  CfnInstance, FlowLogDestination, FlowLogTrafficType, GatewayVpcEndpointAwsService, IIpAddresses, InstanceClass, InstanceSize, InstanceType,
  InterfaceVpcEndpointAwsService, IpAddresses, IpProtocol, NatInstanceProviderV2, NatProvider, NatTrafficDirection, Peer, Port,
  SubnetConfiguration, SubnetSelection, SubnetType, Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { NatMode } from './nat-mode';
import { acknowledge } from '../private/acknowledge';
import { checkEnum } from '../private/enums';
import { at, rejected } from '../private/errors';

/**
 * What a network for PostHog is made from.
 */
export interface PostHogNetworkProps {
  /**
   * Where the VPC's addresses come from. Addresses that are not known at synthesis (IPAM) are found at the deployment.
   *
   * @default IpAddresses.cidr('10.0.0.0/16')
   */
  readonly ipAddresses?: IIpAddresses;
  /**
   * How many availability zones to use at most, from 2 to 4. Adding zones later moves no subnet.
   *
   * A stack without a fixed account and region knows of two zones only.
   *
   * @default 2
   */
  readonly maxAzs?: number;
  /**
   * How what runs in private subnets reaches the internet.
   *
   * @default NatMode.SINGLE
   */
  readonly nat?: NatMode;
  /**
   * Whether the load balancer's subnets are public.
   *
   * @default true
   */
  readonly publicLoadBalancer?: boolean;
  /**
   * Whether the subnets have IPv6 addresses as well.
   *
   * @default false
   */
  readonly dualStack?: boolean;
  /**
   * How many bits of a service subnet's address are fixed, from 16 to 28. Each task takes an address.
   *
   * @default 22
   */
  readonly serviceSubnetCidrMask?: number;
  /**
   * How many bits of a store subnet's address are fixed, from 16 to 28.
   *
   * @default 24
   */
  readonly storeSubnetCidrMask?: number;
  /**
   * Whether refused connections are logged, for a month.
   *
   * @default true
   */
  readonly flowLogs?: boolean;
}

const DEFAULTS = {
  maxAzs: 2,
  nat: NatMode.SINGLE,
  publicLoadBalancer: true,
  dualStack: false,
  serviceSubnetCidrMask: 22,
  storeSubnetCidrMask: 24,
  flowLogs: true,
};

/** Room is kept for this many zones, so that adding one moves no subnet. */
const ZONES = { min: 2, max: 4 };

/** The smallest subnet that a load balancer accepts. Every address in it becomes a trusted proxy. */
const LOAD_BALANCER_CIDR_MASK = 27;
const EGRESS_CIDR_MASK = 28;

/** The names of the tiers; they become a part of logical ids. */
const TIER = { loadBalancer: 'LoadBalancer', service: 'Service', store: 'Store', egress: 'Egress' } as const;

/** What a task without internet needs: its image, its secrets, its log. S3 has a gateway endpoint in any case. */
const ENDPOINTS_WITHOUT_NAT = {
  EcrApi: InterfaceVpcEndpointAwsService.ECR,
  EcrDocker: InterfaceVpcEndpointAwsService.ECR_DOCKER,
  Logs: InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
  SecretsManager: InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
};

const ADMITS_THE_VPC = Object.fromEntries(['AwsSolutions-EC23', 'EC2RestrictedCommonPorts', 'EC2RestrictedSSH'].map(
  (rule) => [rule, 'it admits the VPC alone; the rule cannot read the reference to the VPC\'s addresses'],
));

/**
 * A VPC with three tiers of subnets: small dedicated ones for the load balancer, private ones for what runs, isolated ones for what remembers.
 *
 * It defines the VPC, a gateway endpoint for S3, NAT as chosen (in small public subnets of its own, so that nothing but the load balancer
 * has an address that PostHog trusts), and a flow log of refused connections.
 */
export class PostHogNetwork extends Construct {
  /** The VPC. */
  public readonly vpc: Vpc;
  /** The subnets for the load balancer: /27, public unless `publicLoadBalancer` is false. */
  public readonly loadBalancerSubnets: SubnetSelection = { subnetGroupName: TIER.loadBalancer };
  /** The private subnets for what runs. */
  public readonly serviceSubnets: SubnetSelection = { subnetGroupName: TIER.service };
  /** The isolated subnets for what remembers. */
  public readonly storeSubnets: SubnetSelection = { subnetGroupName: TIER.store };

  public constructor(scope: Construct, id: string, props: PostHogNetworkProps = {}) {
    super(scope, id);
    at(this, () => checkProps(props));
    const nat = props.nat ?? DEFAULTS.nat;
    const zones = Math.min(props.maxAzs ?? DEFAULTS.maxAzs, Stack.of(this).availabilityZones.length);
    if (zones < ZONES.min) {
      at(this, () => {
        throw rejected('maxAzs', `needs a region with ${ZONES.min} or more availability zones`, `${zones} zone(s)`);
      });
    }

    const natInstance = nat === NatMode.INSTANCE ? defineNatInstance() : undefined;
    this.vpc = at(this, () => new Vpc(this, 'Vpc', {
      ipAddresses: props.ipAddresses ?? IpAddresses.cidr('10.0.0.0/16'),
      ipProtocol: (props.dualStack ?? DEFAULTS.dualStack) ? IpProtocol.DUAL_STACK : IpProtocol.IPV4_ONLY,
      maxAzs: zones,
      reservedAzs: ZONES.max - zones,
      subnetConfiguration: tiers(props, nat),
      natGateways: natGateways(nat, zones),
      natGatewaySubnets: nat === NatMode.NONE ? undefined : { subnetGroupName: TIER.egress },
      natGatewayProvider: natInstance,
      gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
    }));
    if (natInstance) {
      this.hardenNatInstance(natInstance);
    }
    acknowledge(this.vpc, { VPCNoUnrestrictedRouteToIGW: 'public subnets hold the public load balancer and NAT, and nothing else' });
    if (props.flowLogs ?? DEFAULTS.flowLogs) {
      this.logRefusals();
    }
    if (nat === NatMode.NONE) {
      for (const [name, service] of Object.entries(ENDPOINTS_WITHOUT_NAT)) {
        acknowledge(this.vpc.addInterfaceEndpoint(name, { service, subnets: this.serviceSubnets }), ADMITS_THE_VPC);
      }
    }
  }

  private hardenNatInstance(provider: NatInstanceProviderV2): void {
    provider.connections.allowFrom(Peer.ipv4(this.vpc.vpcCidrBlock), Port.allTraffic(), 'from the VPC to the internet');
    acknowledge(provider.securityGroup, ADMITS_THE_VPC);
    for (const instance of provider.gatewayInstances) {
      const definition = instance.node.defaultChild as CfnInstance;
      definition.monitoring = true;
      definition.metadataOptions = { httpTokens: 'required' };
      definition.blockDeviceMappings = [{ deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3' } }];
      acknowledge(instance, {
        'AwsSolutions-EC29': 'it holds nothing, and is replaced freely',
        'EC2InstanceNoPublicIp': 'NAT needs a public address',
        'EC2InstancesInVPC': 'its subnet is named on its network interface, where the rule does not look',
      });
    }
  }

  private logRefusals(): void {
    const logGroup = new LogGroup(this, 'FlowLogs', { retention: RetentionDays.ONE_MONTH, removalPolicy: RemovalPolicy.DESTROY });
    acknowledge(logGroup, { CloudWatchLogGroupEncrypted: 'encrypted with the key that CloudWatch Logs keeps' });
    const flowLog = this.vpc.addFlowLog('Refusals', { destination: FlowLogDestination.toCloudWatchLogs(logGroup), trafficType: FlowLogTrafficType.REJECT });
    acknowledge(flowLog, { IAMNoInlinePolicy: 'the role belongs to this flow log, and so does its policy' });
  }
}

/** The tiers in the order in which addresses are dealt out. Egress comes last and is always reserved, so that NAT can come and go. */
function tiers(props: PostHogNetworkProps, nat: NatMode): SubnetConfiguration[] {
  const isPublic = props.publicLoadBalancer ?? DEFAULTS.publicLoadBalancer;
  const privateType = nat === NatMode.NONE ? SubnetType.PRIVATE_ISOLATED : SubnetType.PRIVATE_WITH_EGRESS;
  return [
    {
      name: TIER.loadBalancer,
      subnetType: isPublic ? SubnetType.PUBLIC : privateType,
      cidrMask: LOAD_BALANCER_CIDR_MASK,
      mapPublicIpOnLaunch: isPublic ? false : undefined,
    },
    { name: TIER.service, subnetType: privateType, cidrMask: props.serviceSubnetCidrMask ?? DEFAULTS.serviceSubnetCidrMask },
    { name: TIER.store, subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: props.storeSubnetCidrMask ?? DEFAULTS.storeSubnetCidrMask },
    { name: TIER.egress, subnetType: SubnetType.PUBLIC, cidrMask: EGRESS_CIDR_MASK, mapPublicIpOnLaunch: false, reserved: nat === NatMode.NONE },
  ];
}

function natGateways(nat: NatMode, zones: number): number {
  const count: Record<NatMode, number> = { [NatMode.SINGLE]: 1, [NatMode.PER_ZONE]: zones, [NatMode.INSTANCE]: 1, [NatMode.NONE]: 0 };
  return count[nat];
}

function defineNatInstance(): NatInstanceProviderV2 {
  return NatProvider.instanceV2({
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    // It takes in nothing but what the VPC sends out; by default it would take in everything from everywhere.
    defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    associatePublicIpAddress: true,
  });
}

function checkProps(props: PostHogNetworkProps): void {
  const maxAzs = props.maxAzs ?? DEFAULTS.maxAzs;
  if (!Number.isInteger(maxAzs) || maxAzs < ZONES.min || maxAzs > ZONES.max) {
    throw rejected('maxAzs', `must be from ${ZONES.min} to ${ZONES.max}: a load balancer needs two zones, and room is kept for four`, maxAzs);
  }
  checkEnum('nat', props.nat ?? DEFAULTS.nat, NatMode);
  for (const name of ['serviceSubnetCidrMask', 'storeSubnetCidrMask'] as const) {
    const mask = props[name] ?? DEFAULTS[name];
    if (!Number.isInteger(mask) || mask < 16 || mask > 28) {
      throw rejected(name, 'must be from 16 to 28, the sizes that a subnet can have', mask);
    }
  }
}
