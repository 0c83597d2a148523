import { Template } from 'aws-cdk-lib/assertions';
import { CfnElement, Fn, Stack } from 'aws-cdk-lib/core';
import { IpAddresses } from 'aws-cdk-lib/aws-ec2';
import { NatMode, PostHogNetwork, PostHogNetworkProps } from '../../lib';
import { newStack } from '../helpers/stack';
import { attributes, ofType } from '../helpers/template';
import { zonedStack } from '../helpers/zones';

interface Subnet {
  CidrBlock: unknown;
  Tags: unknown;
}

function synth(props?: PostHogNetworkProps, stack = zonedStack(4)): Template {
  new PostHogNetwork(stack, 'Network', props);
  return Template.fromStack(stack);
}

/** The CIDR block of each subnet, by logical id. */
function blocks(template: Template): Record<string, unknown> {
  return Object.fromEntries(ofType<Subnet>(template, 'AWS::EC2::Subnet').map(([id, { Properties }]) => [id, Properties.CidrBlock]));
}

/** The CIDR blocks of a tier, by the order of their zones. */
function tier(template: Template, name: string): unknown[] {
  return Object.entries(blocks(template))
    .filter(([id]) => id.includes(`Vpc${name}Subnet`))
    .map(([, block]) => block);
}

/** The internet access of each subnet: `public`, `egress` or `isolated`, by tier. */
function kinds(template: Template): Record<string, string> {
  return Object.fromEntries(
    ofType<Subnet>(template, 'AWS::EC2::Subnet').map(([, { Properties }]) => {
      const tags = attributes(Properties.Tags);
      return [String(tags['aws-cdk:subnet-name']), String(tags['aws-cdk:subnet-type'])];
    }),
  );
}

const byDefault = synth();

describe('by default', () => {
  test('the VPC is 10.0.0.0/16 with DNS', () => {
    byDefault.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '10.0.0.0/16', EnableDnsHostnames: true, EnableDnsSupport: true });
  });

  test("each tier has a subnet in each of two zones, the load balancer's are /27", () => {
    expect(tier(byDefault, 'LoadBalancer')).toEqual(['10.0.0.0/27', '10.0.0.32/27']);
    expect(tier(byDefault, 'Service')).toEqual(['10.0.4.0/22', '10.0.8.0/22']);
    expect(tier(byDefault, 'Store')).toEqual(['10.0.20.0/24', '10.0.21.0/24']);
    expect(tier(byDefault, 'Egress')).toEqual(['10.0.24.0/28', '10.0.24.16/28']);
    byDefault.resourceCountIs('AWS::EC2::Subnet', 8);
  });

  test("the load balancer's subnets are public, those of services private, those of stores isolated", () => {
    expect(kinds(byDefault)).toEqual({ LoadBalancer: 'Public', Service: 'Private', Store: 'Isolated', Egress: 'Public' });
  });

  test('no subnet assigns public addresses, and there is no IPv6', () => {
    for (const [, { Properties }] of ofType<Subnet>(byDefault, 'AWS::EC2::Subnet')) {
      expect(Properties).toMatchObject({ MapPublicIpOnLaunch: false });
      expect(Properties).not.toHaveProperty('Ipv6CidrBlock');
    }
    byDefault.resourceCountIs('AWS::EC2::VPCCidrBlock', 0);
  });

  test('rejected connections are logged for a month, and the log is deleted with the stack', () => {
    byDefault.hasResourceProperties('AWS::EC2::FlowLog', { ResourceType: 'VPC', TrafficType: 'REJECT', LogDestinationType: 'cloud-watch-logs' });
    byDefault.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 30 }, DeletionPolicy: 'Delete' });
    expect(Object.keys(byDefault.findResources('AWS::Logs::LogGroup')).map((id) => id.replace(/[0-9A-F]{8}$/, ''))).toEqual([
      'NetworkFlowLogs',
      'CustomVpcRestrictDefaultSGCustomResourceProviderLogs',
    ]);
  });

  test('there is one NAT gateway, and stores have no default route', () => {
    byDefault.resourceCountIs('AWS::EC2::NatGateway', 1);
    expect(
      ofType(byDefault, 'AWS::EC2::Route')
        .map(([id]) => id)
        .filter((id) => id.includes('StoreSubnet')),
    ).toEqual([]);
  });

  test('the default security group of the VPC allows nothing', () => {
    byDefault.resourceCountIs('Custom::VpcRestrictDefaultSG', 1);
  });
});

describe('overrides', () => {
  test('ipAddresses sets the addresses of the VPC', () => {
    const template = synth({ ipAddresses: IpAddresses.cidr('172.20.0.0/16') });
    template.hasResourceProperties('AWS::EC2::VPC', { CidrBlock: '172.20.0.0/16' });
    expect(tier(template, 'LoadBalancer')).toEqual(['172.20.0.0/27', '172.20.0.32/27']);
  });

  test.each([3, 4])('maxAzs %i uses that number of zones', (maxAzs) => {
    const template = synth({ maxAzs });
    template.resourceCountIs('AWS::EC2::Subnet', 4 * maxAzs);
    expect(tier(template, 'LoadBalancer')).toHaveLength(maxAzs);
  });

  test('maxAzs is limited to the zones of the stack', () => {
    expect(tier(synth({ maxAzs: 4 }, newStack()), 'Service')).toHaveLength(2);
    expect(tier(synth({ maxAzs: 4 }, zonedStack(3)), 'Service')).toHaveLength(3);
  });

  test('masks of service and store subnets are used', () => {
    const template = synth({ serviceSubnetCidrMask: 20, storeSubnetCidrMask: 26 });
    expect(tier(template, 'Service')).toEqual([expect.stringMatching(/\/20$/), expect.stringMatching(/\/20$/)]);
    expect(tier(template, 'Store')).toEqual([expect.stringMatching(/\/26$/), expect.stringMatching(/\/26$/)]);
    expect(tier(template, 'LoadBalancer')).toEqual([expect.stringMatching(/\/27$/), expect.stringMatching(/\/27$/)]);
  });

  test('an internal load balancer gets private subnets', () => {
    expect(kinds(synth({ publicLoadBalancer: false }))).toMatchObject({ LoadBalancer: 'Private', Service: 'Private' });
  });

  test('an internal load balancer without NAT gets isolated subnets, and nothing is public', () => {
    const template = synth({ publicLoadBalancer: false, nat: NatMode.NONE });
    expect(new Set(Object.values(kinds(template)))).toEqual(new Set(['Isolated']));
    template.resourceCountIs('AWS::EC2::InternetGateway', 0);
  });

  test('dual stack gives every tier IPv6 addresses', () => {
    const template = synth({ dualStack: true });
    template.resourceCountIs('AWS::EC2::VPCCidrBlock', 1);
    for (const [, { Properties }] of ofType<Subnet>(template, 'AWS::EC2::Subnet')) {
      expect(Properties).toHaveProperty('Ipv6CidrBlock');
    }
    expect(blocks(template)).toEqual(blocks(byDefault));
  });

  test('flowLogs disables flow logs', () => {
    const template = synth({ flowLogs: false });
    template.resourceCountIs('AWS::EC2::FlowLog', 0);
    expect(Object.keys(template.findResources('AWS::Logs::LogGroup')).filter((id) => id.startsWith('Network'))).toEqual([]);
  });
});

describe('a later change moves no subnet', () => {
  test.each([
    [2, 3],
    [3, 4],
    [2, 4],
  ])('from %i zones to %i', (before, after) => {
    expect(blocks(synth({ maxAzs: after }))).toMatchObject(blocks(synth({ maxAzs: before })));
  });

  test('removing zones keeps the others', () => {
    expect(blocks(synth({ maxAzs: 4 }))).toMatchObject(blocks(byDefault));
  });

  test.each([NatMode.PER_ZONE, NatMode.INSTANCE])('from one NAT gateway to %s, and back', (nat) => {
    expect(blocks(synth({ nat }))).toEqual(blocks(byDefault));
  });

  test('from one NAT gateway to none removes only the egress subnets', () => {
    const others = Object.entries(blocks(byDefault)).filter(([id]) => !id.includes('EgressSubnet'));
    expect(others).toHaveLength(6);
    expect(blocks(synth({ nat: NatMode.NONE }))).toEqual(Object.fromEntries(others));
  });

  test('route tables and the VPC keep their logical ids as well', () => {
    const ids = (template: Template) =>
      ['AWS::EC2::VPC', 'AWS::EC2::RouteTable', 'AWS::EC2::InternetGateway'].flatMap((type) => ofType(template, type).map(([id]) => id));
    expect(ids(synth({ maxAzs: 3, nat: NatMode.PER_ZONE }))).toEqual(expect.arrayContaining(ids(byDefault)));
  });
});

test('two networks in one stack do not conflict', () => {
  const stack = zonedStack(3);
  new PostHogNetwork(stack, 'One');
  new PostHogNetwork(stack, 'Two', { nat: NatMode.NONE, ipAddresses: IpAddresses.cidr('10.1.0.0/16') });
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::VPC', 2);
  template.resourceCountIs('AWS::EC2::FlowLog', 2);
});

test('the selections find the tiers', () => {
  const network = new PostHogNetwork(zonedStack(2), 'Network');
  const cidrs = (selection: typeof network.serviceSubnets) => network.vpc.selectSubnets(selection).subnets.map((subnet) => subnet.ipv4CidrBlock);
  expect(cidrs(network.loadBalancerSubnets)).toEqual(['10.0.0.0/27', '10.0.0.32/27']);
  expect(cidrs(network.serviceSubnets)).toEqual(['10.0.4.0/22', '10.0.8.0/22']);
  expect(cidrs(network.storeSubnets)).toEqual(['10.0.20.0/24', '10.0.21.0/24']);
});

describe('errors', () => {
  test.each([1, 5, 2.5, 0, -1, NaN])('fails when maxAzs is %d', (maxAzs) => {
    expect(() => synth({ maxAzs })).toThrow(
      /^\[Stack\/Network\] `maxAzs` must be from 2 to 4: a load balancer needs two zones, and addresses are reserved for four, got: /,
    );
  });

  test('fails when the region has one zone', () => {
    expect(() => synth({}, zonedStack(1))).toThrow('[Stack/Network] `maxAzs` needs a region with 2 or more availability zones, and this one has 1');
  });

  test.each(['serviceSubnetCidrMask', 'storeSubnetCidrMask'] as const)('fails when %s is not a valid size of a subnet', (prop) => {
    for (const mask of [15, 29, 22.5]) {
      expect(() => synth({ [prop]: mask })).toThrow(
        `[Stack/Network] \`${prop}\` must be from 16 to 28, the sizes that a subnet can have, got: ${mask}`,
      );
    }
  });

  test('fails when the tiers do not fit into the VPC', () => {
    expect(() => synth({ ipAddresses: IpAddresses.cidr('10.0.0.0/22') })).toThrow();
  });
});

test.each<[NatMode, { gateways: number; instances: number; endpoints: number; egress: boolean }]>([
  [NatMode.SINGLE, { gateways: 1, instances: 0, endpoints: 0, egress: true }],
  [NatMode.PER_ZONE, { gateways: 2, instances: 0, endpoints: 0, egress: true }],
  [NatMode.INSTANCE, { gateways: 0, instances: 1, endpoints: 0, egress: true }],
  [NatMode.NONE, { gateways: 0, instances: 0, endpoints: 9, egress: false }],
])('everything that a network with NAT `%s` creates can be reached', (nat, expected) => {
  const stack = zonedStack(4);
  const network = new PostHogNetwork(stack, 'Network', { nat });
  expect({
    gateways: network.natGatewayIds.length,
    instances: network.natInstance === undefined ? 0 : 1,
    endpoints: network.interfaceEndpoints.length,
    egress: network.egressSubnets !== undefined,
  }).toEqual(expected);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::NatGateway', network.natGatewayIds.length);
  template.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', expected.instances);
  template.resourceCountIs('AWS::EC2::Instance', 0);
  template.resourceCountIs('AWS::EC2::EIP', expected.gateways + expected.instances);
  // One more: the gateway endpoint.
  template.resourceCountIs('AWS::EC2::VPCEndpoint', network.interfaceEndpoints.length + 1);
  expect(template.findResources('AWS::EC2::FlowLog')).toHaveProperty(stack.getLogicalId(network.flowLog!.node.defaultChild as CfnElement));
  expect(template.findResources('AWS::Logs::LogGroup')).toHaveProperty(stack.getLogicalId(network.flowLogGroup!.node.defaultChild as CfnElement));
  expect(template.findResources('AWS::EC2::VPCEndpoint')).toHaveProperty(stack.getLogicalId(network.s3Endpoint.node.defaultChild as CfnElement));
});

test('a network without flow logs has none to reach', () => {
  const network = new PostHogNetwork(newStack(), 'Network', { flowLogs: false });
  expect([network.flowLog, network.flowLogGroup]).toEqual([undefined, undefined]);
});

test.each<[string, () => Stack, string[]]>([
  ['names, in any environment', () => newStack(), ['us-west-1a', 'us-west-1c']],
  ['names, in a known environment', () => zonedStack(4), ['eu-central-1b', 'eu-central-1d']],
])('the network is in the zones of `availabilityZones`: %s', (_, stackOf, availabilityZones) => {
  const stack = stackOf();
  new PostHogNetwork(stack, 'Network', { availabilityZones });
  const subnets = Object.values(Template.fromStack(stack).findResources('AWS::EC2::Subnet')) as { Properties: { AvailabilityZone: string } }[];
  expect(subnets).toHaveLength(8);
  expect([...new Set(subnets.map(({ Properties }) => Properties.AvailabilityZone))].sort()).toEqual(availabilityZones);
});

test('the network accepts zones by their numbers', () => {
  const stack = newStack();
  new PostHogNetwork(stack, 'Network', { availabilityZones: [0, 2].map((number) => Fn.select(number, Fn.getAzs())) });
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::Subnet', { AvailabilityZone: { 'Fn::Select': [2, { 'Fn::GetAZs': '' }] } });
});

test('the subnets of `availabilityZones` have the same addresses as those of `maxAzs`', () => {
  const cidrs = (props: PostHogNetworkProps) =>
    ofType(Template.fromStack(new PostHogNetwork(newStack(), 'Network', props).vpc.stack), 'AWS::EC2::Subnet').map(
      ([, { Properties }]) => Properties.CidrBlock,
    );
  expect(cidrs({ availabilityZones: ['us-west-1a', 'us-west-1c'] })).toEqual(cidrs({}));
});

test.each<[PostHogNetworkProps, string]>([
  [{ availabilityZones: ['us-west-1a'] }, "`availabilityZones` must name 2 to 4 different zones, got: ['us-west-1a']"],
  [{ availabilityZones: ['us-west-1a', 'us-west-1a'] }, "`availabilityZones` must name 2 to 4 different zones, got: ['us-west-1a', 'us-west-1a']"],
  [{ availabilityZones: Fn.getAzs() }, '`availabilityZones` must name 2 to 4 different zones'],
  [
    { availabilityZones: ['usw1-az1', 'usw1-az3'] },
    "`availabilityZones` must be names of zones, such as us-west-1c, and not their ids, got: 'usw1-az1'",
  ],
  [{ availabilityZones: ['us-west-1a', 'us-west-1c'], maxAzs: 2 }, '`availabilityZones` cannot be combined with `maxAzs`; leave `maxAzs` out'],
])('PostHogNetwork refuses %j', (props, message) => {
  expect(() => new PostHogNetwork(newStack(), 'Network', props)).toThrow(`[Stack/Network] ${message}`);
});
