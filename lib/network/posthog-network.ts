import { Stack, Token } from 'aws-cdk-lib/core';
import {
  FlowLog,
  FlowLogDestination,
  FlowLogTrafficType,
  GatewayVpcEndpoint,
  GatewayVpcEndpointAwsService,
  IIpAddresses,
  InterfaceVpcEndpoint,
  IpAddresses,
  IpProtocol,
  NatProvider,
  SubnetConfiguration,
  SubnetSelection,
  SubnetType,
  Vpc,
} from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { ENDPOINTS_WITHOUT_NAT } from './endpoints';
import { natGateways, NatMode } from './nat';
import { INatInstance, NatInstanceProvider, VPC_ONLY } from './nat-instance';
import { acknowledge } from '../private/acknowledge';
import { describeResources } from '../private/descriptions';
import { checkProps, Checks, listOf, objectWith } from '../private/checks/check';
import { anyText, boolean, oneOf, wholeNumber } from '../private/checks/values';
import { kmsKey } from '../private/checks/cdk';
import { encryptWith } from '../private/encryption-key';
import { invalidProp, invalidValue, withPath } from '../private/errors';
import { defineLogGroup } from '../private/log-group';
import { logCdkFunction } from '../private/program-function';
import { limitTrust } from '../private/trusted-service';

/**
 * Properties for `PostHogNetwork`.
 */
export interface PostHogNetworkProps {
  /**
   * The source of the VPC's addresses. Addresses that are not known at synthesis (IPAM) are looked up at deployment.
   *
   * @default IpAddresses.cidr('10.0.0.0/16')
   */
  readonly ipAddresses?: IIpAddresses;
  /**
   * The largest number of availability zones, from 2 to 4. Adding zones later moves no subnet.
   *
   * A stack without a fixed account and region has two zones only.
   *
   * @default 2
   */
  readonly maxAzs?: number;
  /**
   * The availability zones, from 2 to 4, for accounts whose first zones lack a service, such as MSK. Names, or tokens such as
   * `Fn.select(2, Fn.getAzs())`.
   *
   * They cannot be changed later: a subnet cannot move to another zone. Cannot be combined with `maxAzs`.
   *
   * @default - the first zones of the stack's environment, as many as `maxAzs`
   */
  readonly availabilityZones?: string[];
  /**
   * Outbound internet access of private subnets.
   *
   * @default NatMode.SINGLE
   */
  readonly nat?: NatMode;
  /**
   * Determines whether the load balancer's subnets are public.
   *
   * @default true
   */
  readonly publicLoadBalancer?: boolean;
  /**
   * Determines whether there are private /27 subnets for an internal load balancer of the app. They can be added and removed later; no other subnet
   * moves.
   *
   * @default false
   */
  readonly appLoadBalancer?: boolean;
  /**
   * Determines whether the subnets have IPv6 addresses as well.
   *
   * @default false
   */
  readonly dualStack?: boolean;
  /**
   * The CIDR mask of service subnets, from 16 to 28. Each task uses an address. It cannot be changed later: new subnets would overlap with the
   * existing ones.
   *
   * @default 22
   */
  readonly serviceSubnetCidrMask?: number;
  /**
   * The CIDR mask of store subnets, from 16 to 28. It cannot be changed later: new subnets would overlap with the existing ones.
   *
   * @default 24
   */
  readonly storeSubnetCidrMask?: number;
  /**
   * Determines whether rejected connections are logged, for a month.
   *
   * @default true
   */
  readonly flowLogs?: boolean;
  /**
   * The customer managed KMS key for the flow log. It can change. An imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
}

const DEFAULTS = {
  maxAzs: 2,
  nat: NatMode.SINGLE,
  publicLoadBalancer: true,
  appLoadBalancer: false,
  dualStack: false,
  serviceSubnetCidrMask: 22,
  storeSubnetCidrMask: 24,
  flowLogs: true,
};

/** The number of zones. Addresses are reserved for the largest number, so that adding one moves no subnet. */
const ZONES = { min: 2, max: 4 };

/** The sizes that a subnet can have. */
const subnetMask = wholeNumber(16, 28, 'must be from 16 to 28, the sizes that a subnet can have');

const CHECKS: Checks<PostHogNetworkProps> = {
  ipAddresses: objectWith('a source of addresses', ['allocateVpcCidr', 'allocateSubnetsCidr'], "write IpAddresses.cidr('10.0.0.0/16'), for example"),
  maxAzs: wholeNumber(
    ZONES.min,
    ZONES.max,
    `must be from ${ZONES.min} to ${ZONES.max}: a load balancer needs two zones, and addresses are reserved for four`,
  ),
  // Their form is checked with their number, so that the error shows all of them.
  availabilityZones: listOf(anyText, { duplicates: true }),
  nat: oneOf(NatMode),
  publicLoadBalancer: boolean,
  appLoadBalancer: boolean,
  dualStack: boolean,
  serviceSubnetCidrMask: subnetMask,
  storeSubnetCidrMask: subnetMask,
  flowLogs: boolean,
  encryptionKey: kmsKey,
};

/** The smallest subnet that a load balancer accepts. Every address in it becomes a trusted proxy. */
const LOAD_BALANCER_CIDR_MASK = 27;
const EGRESS_CIDR_MASK = 28;

/** The names of the tiers; they become a part of logical ids. */
const TIER = { loadBalancer: 'LoadBalancer', service: 'Service', store: 'Store', egress: 'Egress', appLoadBalancer: 'AppLoadBalancer' } as const;

/**
 * A VPC with three tiers of subnets: small dedicated ones for the load balancer, private ones for services, isolated ones for data stores.
 *
 * It creates the VPC, a gateway endpoint for S3, NAT as chosen (in small public subnets of its own, so that only the load balancer
 * has an address that PostHog trusts), and a flow log of rejected connections.
 */
export class PostHogNetwork extends Construct {
  /** The VPC. */
  public readonly vpc: Vpc;
  /** The subnets for the load balancer: /27, public unless `publicLoadBalancer` is false. */
  public readonly loadBalancerSubnets: SubnetSelection = { subnetGroupName: TIER.loadBalancer };
  /** The private subnets for an internal load balancer of the app: /27; undefined unless `appLoadBalancer` is true. */
  public readonly appLoadBalancerSubnets?: SubnetSelection;
  /** The private subnets for services. */
  public readonly serviceSubnets: SubnetSelection = { subnetGroupName: TIER.service };
  /** The isolated subnets for data stores. */
  public readonly storeSubnets: SubnetSelection = { subnetGroupName: TIER.store };
  /** The public subnets for NAT; undefined with `NatMode.NONE`. */
  public readonly egressSubnets?: SubnetSelection;
  /** The ids of the NAT gateways; empty with `NatMode.INSTANCE` and `NatMode.NONE`. */
  public readonly natGatewayIds: string[];
  /** The NAT instance; undefined without `NatMode.INSTANCE`. */
  public readonly natInstance?: INatInstance;
  /** The gateway endpoint for S3. */
  public readonly s3Endpoint: GatewayVpcEndpoint;
  /** The interface endpoints for AWS services, each with its security group; empty without `NatMode.NONE`. */
  public readonly interfaceEndpoints: InterfaceVpcEndpoint[];
  /** The flow log of rejected connections; undefined if `flowLogs` is false. */
  public readonly flowLog?: FlowLog;
  /** The log group of the flow log; undefined if `flowLogs` is false. */
  public readonly flowLogGroup?: ILogGroup;

  public constructor(scope: Construct, id: string, props: PostHogNetworkProps = {}) {
    super(scope, id);
    checkProps(this, props, CHECKS);
    withPath(this, () => checkAvailabilityZones(props));
    encryptWith(this, props.encryptionKey);
    const nat = props.nat ?? DEFAULTS.nat;
    const zones = props.availabilityZones?.length ?? Math.min(props.maxAzs ?? DEFAULTS.maxAzs, Stack.of(this).availabilityZones.length);
    if (zones < ZONES.min) {
      withPath(this, () => {
        throw invalidProp('maxAzs', `needs a region with ${ZONES.min} or more availability zones, and this one has ${zones}`);
      });
    }

    const natInstance = nat === NatMode.INSTANCE ? new NatInstanceProvider(this) : undefined;
    const gateways = nat === NatMode.NONE || natInstance ? undefined : NatProvider.gateway();
    this.appLoadBalancerSubnets = (props.appLoadBalancer ?? DEFAULTS.appLoadBalancer) ? { subnetGroupName: TIER.appLoadBalancer } : undefined;
    this.egressSubnets = nat === NatMode.NONE ? undefined : { subnetGroupName: TIER.egress };
    this.vpc = withPath(
      this,
      () =>
        new Vpc(this, 'Vpc', {
          ipAddresses: props.ipAddresses ?? IpAddresses.cidr('10.0.0.0/16'),
          ipProtocol: (props.dualStack ?? DEFAULTS.dualStack) ? IpProtocol.DUAL_STACK : IpProtocol.IPV4_ONLY,
          // The CDK adds the reserved ones to the list that it is given.
          ...(props.availabilityZones ? { availabilityZones: [...props.availabilityZones] } : { maxAzs: zones }),
          reservedAzs: ZONES.max - zones,
          subnetConfiguration: tiers(props, nat),
          natGateways: natGateways(nat, zones),
          natGatewaySubnets: this.egressSubnets,
          natGatewayProvider: natInstance ?? gateways,
          gatewayEndpoints: { S3: { service: GatewayVpcEndpointAwsService.S3 } },
        }),
    );
    logCdkFunction(this, 'Custom::VpcRestrictDefaultSG');
    this.natGatewayIds = gateways?.configuredGateways.map(({ gatewayId }) => gatewayId) ?? [];
    this.natInstance = natInstance?.instance;
    this.s3Endpoint = this.vpc.node.findChild('S3') as GatewayVpcEndpoint;
    acknowledge(this.vpc, { VPCNoUnrestrictedRouteToIGW: 'public subnets contain the public load balancer and NAT only' });
    if (props.flowLogs ?? DEFAULTS.flowLogs) {
      this.flowLogGroup = defineLogGroup(this, 'FlowLogs');
      this.flowLog = this.logRejected(this.flowLogGroup);
    }
    this.interfaceEndpoints = nat === NatMode.NONE ? this.defineInterfaceEndpoints() : [];
  }

  private defineInterfaceEndpoints(): InterfaceVpcEndpoint[] {
    return Object.entries(ENDPOINTS_WITHOUT_NAT).map(([name, { service }]) => {
      const endpoint = this.vpc.addInterfaceEndpoint(name, { service, subnets: this.serviceSubnets });
      describeResources(endpoint, 'AWS::EC2::SecurityGroup', `PostHog network: VPC endpoint ${name}`);
      acknowledge(endpoint, VPC_ONLY);
      return endpoint;
    });
  }

  private logRejected(logGroup: ILogGroup): FlowLog {
    const flowLog = this.vpc.addFlowLog('Refusals', {
      destination: FlowLogDestination.toCloudWatchLogs(logGroup),
      trafficType: FlowLogTrafficType.REJECT,
    });
    limitTrust(flowLog.iamRole, 'flowLogs');
    acknowledge(flowLog, { IAMNoInlinePolicy: 'role and policy belong to this flow log only' });
    return flowLog;
  }
}

/**
 * Returns the tiers in the order of their addresses. Egress is always reserved, so that NAT can be added and removed. The load balancer of the app
 * comes after it, so that it can be added and removed, too.
 */
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
    ...((props.appLoadBalancer ?? DEFAULTS.appLoadBalancer)
      ? [{ name: TIER.appLoadBalancer, subnetType: privateType, cidrMask: LOAD_BALANCER_CIDR_MASK }]
      : []),
  ];
}

function checkAvailabilityZones({ availabilityZones: zones, maxAzs }: PostHogNetworkProps): void {
  if (zones === undefined) {
    return;
  }
  if (maxAzs !== undefined) {
    throw invalidProp('availabilityZones', 'cannot be combined with `maxAzs`', 'leave `maxAzs` out');
  }
  if (Token.isUnresolved(zones) || zones.length < ZONES.min || zones.length > ZONES.max || new Set(zones).size < zones.length) {
    throw invalidValue('availabilityZones', `must name ${ZONES.min} to ${ZONES.max} different zones`, zones);
  }
  const wrong = zones.find((zone) => !Token.isUnresolved(zone) && !/^[a-z]{2}[a-z-]*-\d[a-z]$/.test(zone));
  if (wrong !== undefined) {
    throw invalidValue('availabilityZones', 'must be names of zones, such as us-west-1c, and not their ids', wrong);
  }
}
