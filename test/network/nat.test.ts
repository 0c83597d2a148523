import { Template } from 'aws-cdk-lib/assertions';
import { NatMode, PostHogNetwork } from '../../lib';
import { only } from '../helpers/stack';
import { idOf, ofType } from '../helpers/template';
import { zonedStack } from '../helpers/zones';

const templates = new Map(
  Object.values(NatMode).map((nat) => {
    const stack = zonedStack(3);
    new PostHogNetwork(stack, 'Network', { nat, maxAzs: 3 });
    return [nat, Template.fromStack(stack)];
  }),
);

/** The tier of the target of each service subnet's default route, by the type of the target. */
function defaultRoutes(template: Template, tier: string): string[] {
  return ofType(template, 'AWS::EC2::Route')
    .filter(([id]) => id.includes(`Vpc${tier}Subnet`))
    .map(([, { Properties }]) =>
      Object.keys(Properties).find((key) => ['NatGatewayId', 'InstanceId', 'GatewayId', 'NetworkInterfaceId'].includes(key))!,
    );
}

function subnetsOfTier(template: Template, tier: string): string[] {
  return ofType(template, 'AWS::EC2::Subnet')
    .map(([id]) => id)
    .filter((id) => id.includes(`Vpc${tier}Subnet`));
}

test.each([
  [NatMode.SINGLE, 1],
  [NatMode.PER_ZONE, 3],
  [NatMode.INSTANCE, 0],
  [NatMode.NONE, 0],
])('nat %s creates %i NAT gateways', (nat, gateways) => {
  templates.get(nat)!.resourceCountIs('AWS::EC2::NatGateway', gateways);
  templates.get(nat)!.resourceCountIs('AWS::EC2::EIP', nat === NatMode.INSTANCE ? 1 : gateways);
});

test.each([NatMode.SINGLE, NatMode.PER_ZONE])('nat %s creates its gateways in the egress subnets only', (nat) => {
  const template = templates.get(nat)!;
  const egress = subnetsOfTier(template, 'Egress');
  expect(egress).toHaveLength(3);
  for (const [, { Properties }] of ofType(template, 'AWS::EC2::NatGateway')) {
    expect(egress).toContain(idOf(Properties.SubnetId));
  }
  expect(defaultRoutes(template, 'Service')).toEqual(['NatGatewayId', 'NatGatewayId', 'NatGatewayId']);
});

test('one NAT gateway serves every zone, and one per zone serves its own', () => {
  const gateways = (nat: NatMode) =>
    new Set(
      ofType(templates.get(nat)!, 'AWS::EC2::Route')
        .filter(([, { Properties }]) => Properties.NatGatewayId)
        .map(([, { Properties }]) => idOf(Properties.NatGatewayId)),
    );
  expect(gateways(NatMode.SINGLE).size).toBe(1);
  expect(gateways(NatMode.PER_ZONE).size).toBe(3);
});

test("no NAT is in the load balancer's subnets, with any mode", () => {
  for (const template of templates.values()) {
    const own = subnetsOfTier(template, 'LoadBalancer');
    expect(own).toHaveLength(3);
    const users = Object.entries((template.toJSON() as { Resources: Record<string, { Type: string }> }).Resources)
      .filter(([, { Type }]) => !['AWS::EC2::Subnet', 'AWS::EC2::SubnetRouteTableAssociation'].includes(Type))
      .filter(([, resource]) => own.some((id) => JSON.stringify(resource).includes(`"${id}"`)));
    expect(users).toEqual([]);
  }
});

describe('a NAT instance', () => {
  const template = templates.get(NatMode.INSTANCE)!;

  const group = only(template, 'AWS::AutoScaling::AutoScalingGroup');
  const { LaunchTemplateData: launched } = only(template, 'AWS::EC2::LaunchTemplate') as { LaunchTemplateData: Record<string, unknown> };
  const [[interfaceId, networkInterface]] = ofType(template, 'AWS::EC2::NetworkInterface');

  test('is one small ARM instance, without a role', () => {
    expect([group.MinSize, group.MaxSize]).toEqual(['1', '1']);
    expect(launched).toMatchObject({ InstanceType: 't4g.nano', MetadataOptions: { HttpTokens: 'required' } });
    expect(launched).not.toHaveProperty('IamInstanceProfile');
  });

  test('gets the network interface that routes lead to, which has the public address', () => {
    expect(networkInterface.Properties.SourceDestCheck).toBe(false);
    expect(subnetsOfTier(template, 'Egress')).toContain(idOf(networkInterface.Properties.SubnetId));
    expect(launched.NetworkInterfaces).toEqual([{ DeviceIndex: 0, NetworkInterfaceId: { Ref: interfaceId } }]);
    // EC2 accepts no security groups of the instance with a network interface.
    expect(launched).not.toHaveProperty('SecurityGroupIds');
    const [[addressId]] = ofType(template, 'AWS::EC2::EIP');
    expect(only(template, 'AWS::EC2::EIPAssociation')).toEqual({
      AllocationId: { 'Fn::GetAtt': [addressId, 'AllocationId'] },
      NetworkInterfaceId: { Ref: interfaceId },
    });
    expect(new Set(defaultRoutes(template, 'Service'))).toEqual(new Set(['NetworkInterfaceId']));
  });

  test('is in the zone of its network interface, and its group names no subnet', () => {
    const [, { Properties: subnet }] = ofType(template, 'AWS::EC2::Subnet').find(([id]) => id === idOf(networkInterface.Properties.SubnetId))!;
    expect(group.AvailabilityZones).toEqual([subnet.AvailabilityZone]);
    expect(group).not.toHaveProperty('VPCZoneIdentifier');
  });

  test('is not replaced because of a new AMI, and ends before the next one starts', () => {
    const { Parameters = {} } = template.toJSON() as { Parameters?: Record<string, { Type: string }> };
    expect(Object.values(Parameters).map(({ Type }) => Type)).not.toContain('AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>');
    expect(launched.ImageId).toBe('resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64');
    expect(group.InstanceMaintenancePolicy).toEqual({ MinHealthyPercentage: 0, MaxHealthyPercentage: 100 });
    template.hasResource('AWS::AutoScaling::AutoScalingGroup', {
      CreationPolicy: { ResourceSignal: { Count: 1, Timeout: 'PT10M' } },
      UpdatePolicy: { AutoScalingRollingUpdate: { MinInstancesInService: 0, MaxBatchSize: 1, WaitOnResourceSignals: true } },
    });
  });

  test('starts once its address is associated, and default routes are created once it has started', () => {
    const [[groupId, { DependsOn = [] }]] = ofType(template, 'AWS::AutoScaling::AutoScalingGroup');
    const [[associationId]] = ofType(template, 'AWS::EC2::EIPAssociation');
    expect(DependsOn).toContain(associationId);
    const routes = ofType(template, 'AWS::EC2::Route').filter(([, { Properties }]) => Properties.NetworkInterfaceId);
    expect(routes).toHaveLength(3);
    expect(routes.filter(([, route]) => !route.DependsOn?.includes(groupId))).toEqual([]);
  });

  test('accepts traffic of the VPC only', () => {
    const groups = ofType(template, 'AWS::EC2::SecurityGroup');
    expect(groups).toHaveLength(1);
    expect(groups[0][1].Properties.SecurityGroupIngress).toEqual([
      {
        CidrIp: { 'Fn::GetAtt': [expect.stringMatching(/^NetworkVpc/), 'CidrBlock'] },
        Description: 'from the VPC to the internet',
        IpProtocol: '-1',
      },
    ]);
    template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});

describe('no NAT', () => {
  const template = templates.get(NatMode.NONE)!;

  test('creates interface endpoints for what tasks and instances call, in the service subnets', () => {
    const endpoints = ofType<{ VpcEndpointType: string; ServiceName: unknown; SubnetIds: unknown[]; PrivateDnsEnabled: boolean }>(
      template,
      'AWS::EC2::VPCEndpoint',
    )
      .map(([, { Properties }]) => Properties)
      .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    expect(endpoints.map(({ ServiceName }) => ServiceName).sort()).toEqual(
      ['autoscaling', 'cloudformation', 'ec2', 'ecr.api', 'ecr.dkr', 'logs', 'secretsmanager', 'ssmmessages', 'sts'].map(
        (name) => `com.amazonaws.eu-central-1.${name}`,
      ),
    );
    for (const { SubnetIds, PrivateDnsEnabled } of endpoints) {
      expect(SubnetIds.map(idOf).sort()).toEqual(subnetsOfTier(template, 'Service').sort());
      expect(PrivateDnsEnabled).toBe(true);
    }
  });

  test('has no internet access except for the load balancer, and no egress subnets', () => {
    expect(defaultRoutes(template, 'Service')).toEqual([]);
    expect(defaultRoutes(template, 'Store')).toEqual([]);
    expect(defaultRoutes(template, 'LoadBalancer')).toEqual(['GatewayId', 'GatewayId', 'GatewayId']);
    expect(subnetsOfTier(template, 'Egress')).toEqual([]);
  });
});

test.each(Object.values(NatMode))('nat %s has the gateway endpoint for S3 in every route table', (nat) => {
  const template = templates.get(nat)!;
  const gateways = ofType<{ VpcEndpointType: string; ServiceName: unknown; RouteTableIds: unknown[] }>(template, 'AWS::EC2::VPCEndpoint')
    .map(([, { Properties }]) => Properties)
    .filter(({ VpcEndpointType }) => VpcEndpointType === 'Gateway');
  expect(gateways).toHaveLength(1);
  expect(JSON.stringify(gateways[0].ServiceName)).toContain('.s3');
  expect(gateways[0].RouteTableIds.map(idOf).sort()).toEqual(
    ofType(template, 'AWS::EC2::RouteTable')
      .map(([id]) => id)
      .sort(),
  );
});
