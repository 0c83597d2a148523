import {
  CfnInstance,
  InstanceClass,
  InstanceSize,
  InstanceType,
  IVpc,
  NatInstanceProviderV2,
  NatProvider,
  NatTrafficDirection,
  Peer,
  Port,
} from 'aws-cdk-lib/aws-ec2';
import { acknowledge } from '../private/acknowledge';
import { describeResources } from '../private/descriptions';

/**
 * Outbound internet access of private subnets, to pull images and to call other services.
 */
export enum NatMode {
  /** One NAT gateway for all zones. Its zone is a single point of failure for outbound traffic. */
  SINGLE = 'single',
  /** One NAT gateway per zone. */
  PER_ZONE = 'per-zone',
  /** One small EC2 instance that does NAT: cheapest, and a single point of failure for outbound traffic. */
  INSTANCE = 'instance',
  /** No internet access; interface endpoints for the AWS services that tasks need. Images must come from ECR. */
  NONE = 'none',
}

/** The reason why findings about a security group that allows the addresses of its VPC do not apply, by rule. */
export const VPC_ONLY = Object.fromEntries(
  ['AwsSolutions-EC23', 'EC2RestrictedCommonPorts', 'EC2RestrictedSSH'].map((rule) => [
    rule,
    "it allows the VPC only; the rule cannot read the reference to the VPC's addresses",
  ]),
);

/** Returns the number of NAT gateways or instances. */
export function natGateways(nat: NatMode, zones: number): number {
  const count: Record<NatMode, number> = { [NatMode.SINGLE]: 1, [NatMode.PER_ZONE]: zones, [NatMode.INSTANCE]: 1, [NatMode.NONE]: 0 };
  return count[nat];
}

/** Returns the provider of a NAT instance. */
export function natInstanceProvider(): NatInstanceProviderV2 {
  return NatProvider.instanceV2({
    instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.NANO),
    // It accepts traffic from the VPC only; by default it would accept all traffic from everywhere.
    defaultAllowedTraffic: NatTrafficDirection.OUTBOUND_ONLY,
    associatePublicIpAddress: true,
  });
}

/** Limits a NAT instance to traffic from the VPC, and encrypts its disk. */
export function hardenNatInstance(provider: NatInstanceProviderV2, vpc: IVpc): void {
  provider.connections.allowFrom(Peer.ipv4(vpc.vpcCidrBlock), Port.allTraffic(), 'from the VPC to the internet');
  describeResources(provider.securityGroup, 'AWS::EC2::SecurityGroup', 'PostHog network: NAT instances');
  acknowledge(provider.securityGroup, VPC_ONLY);
  for (const instance of provider.gatewayInstances) {
    const definition = instance.node.defaultChild as CfnInstance;
    definition.monitoring = true;
    definition.metadataOptions = { httpTokens: 'required' };
    definition.blockDeviceMappings = [{ deviceName: '/dev/xvda', ebs: { encrypted: true, volumeType: 'gp3' } }];
    acknowledge(instance, {
      'AwsSolutions-EC29': 'it has no state and can be replaced',
      'EC2InstanceNoPublicIp': 'NAT needs a public address',
      'EC2InstancesInVPC': 'its subnet is a property of its network interface, which the rule does not check',
    });
  }
}
