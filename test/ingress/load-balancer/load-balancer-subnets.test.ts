import { App, Fn, Stack } from 'aws-cdk-lib/core';
import { ISubnet, IVpc, IpAddresses, Subnet, SubnetConfiguration, SubnetType, Vpc, VpcAttributes } from 'aws-cdk-lib/aws-ec2';
import { CfnLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, PostHogIngress, PostHogIngressProps, TrustedProxies } from '../../../lib';
import { newIngress } from '../fixtures';
import { newStack } from '../../helpers/stack';

const ENV = { env: { account: '111122223333', region: 'eu-central-1' } };
const PUBLIC: SubnetConfiguration = { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 };
const PRIVATE: SubnetConfiguration = { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 27 };
const TABLES = ['rtb-00000001', 'rtb-00000002'];
const ISOLATED: SubnetConfiguration = { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 27 };

interface Made {
  readonly ingress: PostHogIngress;
  readonly stack: Stack;
  /** The subnets of the load balancer. */
  readonly subnets: unknown;
}

function setUp(vpc: (stack: Stack) => IVpc, props: Partial<PostHogIngressProps> = {}, stack = newStack()): Made {
  const ingress = newIngress(stack, { vpc: vpc(stack), appAccess: AppAccess.nobody(), ...props });
  return { ingress, stack, subnets: stack.resolve((ingress.loadBalancer.node.defaultChild as CfnLoadBalancer).subnets) };
}

function newVpcWith(...subnetConfiguration: SubnetConfiguration[]): (stack: Stack) => Vpc {
  return (stack) => new Vpc(stack, 'Vpc', { subnetConfiguration, maxAzs: 2 });
}

function imported(attributes: Partial<VpcAttributes>): (stack: Stack) => IVpc {
  return (stack) =>
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-00000001',
      availabilityZones: ['eu-central-1a', 'eu-central-1b'],
      publicSubnetIds: ids(1, 2),
      publicSubnetRouteTableIds: TABLES,
      ...attributes,
    });
}

function ids(...numbers: number[]): string[] {
  return numbers.map((number) => `subnet-0000000${number}`);
}

function idsOf(stack: Stack, subnets: ISubnet[]): unknown {
  return stack.resolve(subnets.map(({ subnetId }) => subnetId));
}

describe('in a VPC of the same app', () => {
  test('uses one public subnet per zone', () => {
    const vpc = newVpcWith(PUBLIC, { ...PUBLIC, name: 'MorePublic' }, PRIVATE);
    const { stack, subnets, ingress } = setUp(vpc);
    const { publicSubnets } = stack.node.findChild('Vpc') as Vpc;
    expect(publicSubnets).toHaveLength(4);
    expect(subnets).toEqual(idsOf(stack, publicSubnets.slice(0, 2)));
    expect(ingress.trustedProxies.addresses).toHaveLength(2 * 27);
  });

  test('uses one private subnet per zone for an internal load balancer', () => {
    const { stack, subnets } = setUp(newVpcWith(PUBLIC, PRIVATE, { ...PRIVATE, name: 'MorePrivate' }, ISOLATED), { publicLoadBalancer: false });
    expect(subnets).toEqual(idsOf(stack, (stack.node.findChild('Vpc') as Vpc).privateSubnets.slice(0, 2)));
  });

  test('uses isolated subnets for an internal load balancer if there are no private ones', () => {
    const { stack, subnets } = setUp(newVpcWith(PUBLIC, ISOLATED), { publicLoadBalancer: false });
    expect(subnets).toEqual(idsOf(stack, (stack.node.findChild('Vpc') as Vpc).isolatedSubnets));
  });

  test('uses the selected subnets, and trusts their addresses', () => {
    const { stack, subnets, ingress } = setUp(newVpcWith(PUBLIC, { ...PUBLIC, name: 'Edge' }, PRIVATE), {
      loadBalancerSubnets: { subnetGroupName: 'Edge' },
    });
    const edge = (stack.node.findChild('Vpc') as Vpc).selectSubnets({ subnetGroupName: 'Edge' }).subnets;
    expect(subnets).toEqual(idsOf(stack, edge));
    expect(ingress.trustedProxies.addresses).toEqual(TrustedProxies.fromSubnets(edge).addresses);
  });

  test('uses three subnets in three zones', () => {
    const { subnets, ingress } = setUp(
      (stack) => new Vpc(stack, 'Vpc', { subnetConfiguration: [PUBLIC], availabilityZones: ['a', 'b', 'c'].map((zone) => `eu-central-1${zone}`) }),
      {},
      newStack(ENV),
    );
    expect(subnets).toHaveLength(3);
    expect(ingress.trustedProxies.addresses).toHaveLength(81);
  });

  test('fails when there are no public subnets', () => {
    expect(() => setUp(newVpcWith(ISOLATED))).toThrow(
      '[Stack/Ingress] `vpc` must have public subnets for a public load balancer, got: Stack/Vpc; add public subnets, or set `publicLoadBalancer: false`',
    );
  });

  test('fails when there are neither private nor isolated subnets for an internal load balancer', () => {
    expect(() => setUp(newVpcWith(PUBLIC), { publicLoadBalancer: false })).toThrow(
      '[Stack/Ingress] `vpc` must have private subnets for an internal load balancer, got: Stack/Vpc; name the subnets with `loadBalancerSubnets`',
    );
  });

  test('fails when all subnets are in one zone', () => {
    expect(() => setUp((stack) => new Vpc(stack, 'Vpc', { subnetConfiguration: [PUBLIC], maxAzs: 1 }))).toThrow(
      '[Stack/Ingress] `loadBalancerSubnets` must be in two or more availability zones, got: [Stack/Vpc/PublicSubnet1]; use a VPC with two or more zones, or select ' +
        'subnets of more zones',
    );
  });

  test('fails when subnets of one zone are selected', () => {
    const availabilityZones = ['eu-central-1a', 'eu-central-1b'];
    const loadBalancerSubnets = { subnetType: SubnetType.PUBLIC, availabilityZones: [availabilityZones[0]] };
    expect(() =>
      setUp((stack) => new Vpc(stack, 'Vpc', { subnetConfiguration: [PUBLIC], availabilityZones }), { loadBalancerSubnets }, newStack(ENV)),
    ).toThrow('must be in two or more availability zones');
  });

  test('fails when the subnets are smaller than /27', () => {
    expect(() => setUp(newVpcWith({ ...PUBLIC, cidrMask: 28 }))).toThrow(
      '[Stack/Ingress] `loadBalancerSubnets` must be /27 or larger, because a load balancer needs room to scale, and Stack/Vpc/PublicSubnet1 has 10.0.0.0/28',
    );
  });

  test('fails when the subnets have more addresses than PostHog can be configured with', () => {
    expect(() => setUp(newVpcWith({ ...PUBLIC, cidrMask: 18 }))).toThrow(
      '[Stack/Ingress] `subnets` of the load balancer may have at most 1024 addresses together',
    );
  });

  test('accepts large subnets with `trustedProxies`', () => {
    const { ingress } = setUp(newVpcWith({ ...PUBLIC, cidrMask: 18 }), { trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']) });
    expect(ingress.proxyEnvironment.TRUSTED_PROXIES).toBe('10.0.0.4');
  });
});

describe('in a VPC whose addresses come from IPAM', () => {
  const ipam = (stack: Stack): Vpc =>
    new Vpc(stack, 'Vpc', {
      ipAddresses: IpAddresses.awsIpamAllocation({ ipv4IpamPoolId: 'ipam-pool-1', ipv4NetmaskLength: 20, defaultSubnetIpv4NetmaskLength: 27 }),
      subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }],
      maxAzs: 2,
    });

  test('looks up addresses at deployment', () => {
    const { ingress, stack } = setUp(ipam);
    expect(ingress.subnets).toHaveLength(2);
    expect(JSON.stringify(stack.resolve(ingress.proxyEnvironment.TRUSTED_PROXIES))).toContain('IngressTrustedAddresses');
  });

  test('accepts `trustedProxies`', () => {
    expect(setUp(ipam, { trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']) }).subnets).toHaveLength(2);
  });
});

describe('in a VPC that is imported by its attributes', () => {
  const CIDRS = { publicSubnetIpv4CidrBlocks: ['10.0.1.0/27', '10.0.2.0/27'] };

  test('uses the public subnets, and trusts their addresses', () => {
    const { subnets, ingress } = setUp(imported(CIDRS));
    expect(subnets).toEqual(ids(1, 2));
    expect(ingress.trustedProxies.addresses).toHaveLength(54);
  });

  test('uses the private subnets for an internal load balancer', () => {
    const { subnets } = setUp(
      imported({
        ...CIDRS,
        privateSubnetIds: ids(3, 4),
        privateSubnetRouteTableIds: TABLES,
        privateSubnetIpv4CidrBlocks: ['10.0.3.0/27', '10.0.4.0/27'],
      }),
      { publicLoadBalancer: false },
    );
    expect(subnets).toEqual(ids(3, 4));
  });

  test('uses isolated subnets of an imported VPC if there are no private ones', () => {
    const { subnets } = setUp(
      imported({ isolatedSubnetIds: ids(5, 6), isolatedSubnetRouteTableIds: TABLES, isolatedSubnetIpv4CidrBlocks: ['10.0.5.0/27', '10.0.6.0/27'] }),
      { publicLoadBalancer: false },
    );
    expect(subnets).toEqual(ids(5, 6));
  });

  test('looks up addresses at deployment if it was imported without CIDR blocks', () => {
    const { ingress, stack } = setUp(imported({}));
    expect(JSON.stringify(stack.resolve(ingress.proxyEnvironment.TRUSTED_PROXIES))).toContain('IngressTrustedAddresses');
  });

  test('accepts `trustedProxies` without CIDR blocks', () => {
    const { ingress, subnets } = setUp(imported({}), { trustedProxies: TrustedProxies.fromAddresses(['10.0.1.4', '10.0.2.4']) });
    expect(subnets).toEqual(ids(1, 2));
    expect(ingress.proxyEnvironment.TRUSTED_PROXIES).toBe('10.0.1.4,10.0.2.4');
  });

  test('looks up addresses at deployment if a CIDR block is a token', () => {
    const { ingress, stack } = setUp(imported({ publicSubnetIpv4CidrBlocks: ['10.0.1.0/27', Fn.importValue('Cidr')] }));
    expect(JSON.stringify(stack.resolve(ingress.proxyEnvironment.TRUSTED_PROXIES))).toContain('IngressTrustedAddresses');
  });

  test('fails when it has no public subnets', () => {
    expect(() => setUp(imported({ publicSubnetIds: undefined, publicSubnetRouteTableIds: undefined, privateSubnetIds: ids(3, 4) }))).toThrow(
      '`vpc` must have public subnets for a public load balancer',
    );
  });

  test('fails when it has one zone', () => {
    expect(() =>
      setUp(
        imported({
          availabilityZones: ['eu-central-1a'],
          publicSubnetIds: ids(1),
          publicSubnetRouteTableIds: TABLES.slice(1),
          publicSubnetIpv4CidrBlocks: ['10.0.1.0/27'],
        }),
      ),
    ).toThrow('must be in two or more availability zones, got: [Stack/Vpc/PublicSubnet1]');
  });

  test('fails when the subnets are too small', () => {
    expect(() => setUp(imported({ publicSubnetIpv4CidrBlocks: ['10.0.1.0/27', '10.0.2.0/28'] }))).toThrow(
      'must be /27 or larger, because a load balancer needs room to scale, and Stack/Vpc/PublicSubnet2 has 10.0.2.0/28',
    );
  });

  test('accepts imported subnets', () => {
    const stack = newStack();
    const subnets = ['a', 'b'].map((availabilityZone, i) =>
      Subnet.fromSubnetAttributes(stack, `Edge${i}`, {
        subnetId: ids(8 + i)[0],
        routeTableId: TABLES[i],
        availabilityZone,
        ipv4CidrBlock: `10.9.${i}.0/27`,
      }),
    );
    const result = setUp(imported({}), { loadBalancerSubnets: { subnets } }, stack);
    expect(result.subnets).toEqual(ids(8, 9));
    expect(result.ingress.trustedProxies.addresses[0]).toBe('10.9.0.4');
  });
});

describe('in a VPC that is looked up', () => {
  const lookedUp = (stack: Stack): IVpc => Vpc.fromLookup(stack, 'Vpc', { vpcName: 'main' });

  test.each([
    ['by default', {}],
    ['for an internal load balancer', { publicLoadBalancer: false }],
    ['with a group of subnets by name', { loadBalancerSubnets: { subnetGroupName: 'LoadBalancer' } }],
    ['with a type of subnets', { loadBalancerSubnets: { subnetType: SubnetType.PRIVATE_ISOLATED } }],
  ])('the first synthesis, before the lookup, does not fail %s', (_, props) => {
    // The dummy ids of the CDK are invalid, which its validation reports.
    const remarks = jest.spyOn(console, 'error').mockImplementation();
    const { stack } = setUp(lookedUp, props, newStack(ENV));
    expect(() => (stack.node.root as App).synth()).not.toThrow();
    remarks.mockRestore();
  });

  test('trusts the subnets that were found in the next synthesis', () => {
    const subnets = (type: string, group: string, net: number): unknown => ({
      name: group,
      type,
      subnets: ['a', 'b'].map((zone, i) => ({
        subnetId: `subnet-000000${net}${i}`,
        cidr: `10.${net}.${i}.0/27`,
        availabilityZone: `eu-central-1${zone}`,
        routeTableId: `rtb-${net}${i}`,
      })),
    });
    const stack = newStack(ENV);
    stack.node.setContext('vpc-provider:account=111122223333:filter.isDefault=true:region=eu-central-1:returnAsymmetricSubnets=true', {
      vpcId: 'vpc-00000042',
      vpcCidrBlock: '10.0.0.0/8',
      ownerAccountId: '111122223333',
      availabilityZones: [],
      subnetGroups: [subnets('Public', 'Public', 1), subnets('Private', 'Private', 2)],
    });
    const { ingress, subnets: ids } = setUp((scope) => Vpc.fromLookup(scope, 'Vpc', { isDefault: true }), {}, stack);
    expect(ids).toEqual(['subnet-00000010', 'subnet-00000011']);
    expect(ingress.trustedProxies.addresses).toEqual(expect.arrayContaining(['10.1.0.4', '10.1.1.30']));
  });
});
