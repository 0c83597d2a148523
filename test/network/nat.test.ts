import { Template } from 'aws-cdk-lib/assertions';
import { NatMode, PostHogNetwork } from '../../lib';
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
  templates.get(nat)!.resourceCountIs('AWS::EC2::EIP', gateways);
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

  test('is one small ARM instance in an egress subnet, with a public address', () => {
    const instances = ofType(template, 'AWS::EC2::Instance');
    expect(instances).toHaveLength(1);
    const { InstanceType, SourceDestCheck, NetworkInterfaces } = instances[0][1].Properties as {
      InstanceType: string;
      SourceDestCheck: boolean;
      NetworkInterfaces: { AssociatePublicIpAddress: boolean; SubnetId: unknown }[];
    };
    expect({ InstanceType, SourceDestCheck }).toEqual({ InstanceType: 't4g.nano', SourceDestCheck: false });
    expect(NetworkInterfaces).toHaveLength(1);
    expect(NetworkInterfaces[0].AssociatePublicIpAddress).toBe(true);
    expect(subnetsOfTier(template, 'Egress')).toContain(idOf(NetworkInterfaces[0].SubnetId));
    expect(new Set(defaultRoutes(template, 'Service'))).toEqual(new Set(['InstanceId']));
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

  test('creates interface endpoints for images, logs and secrets in the service subnets', () => {
    const endpoints = ofType<{ VpcEndpointType: string; ServiceName: unknown; SubnetIds: unknown[]; PrivateDnsEnabled: boolean }>(
      template,
      'AWS::EC2::VPCEndpoint',
    )
      .map(([, { Properties }]) => Properties)
      .filter(({ VpcEndpointType }) => VpcEndpointType === 'Interface');
    expect(endpoints.map(({ ServiceName }) => ServiceName).sort()).toEqual(
      ['ecr.api', 'ecr.dkr', 'logs', 'secretsmanager'].map((name) => `com.amazonaws.eu-central-1.${name}`),
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
