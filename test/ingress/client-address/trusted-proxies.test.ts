import { CfnParameter, Fn } from 'aws-cdk-lib/core';
import { Annotations } from 'aws-cdk-lib/assertions';
import { ISubnet, PrivateSubnet, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ApplicationLoadBalancer, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { TrustedProxies } from '../../../lib';
import { LOAD_BALANCER } from './load-balancer-apis';
import { newStack } from '../../helpers/stack';

/** The value of TRUSTED_PROXIES in an ingress without verified addresses. */
function textOf(trusted: TrustedProxies): string | undefined {
  return trusted._bind(newStack(), 'addresses').text;
}

/** The trusted blocks of nginx. */
function cidrsOf(trusted: TrustedProxies): readonly string[] | undefined {
  return trusted._bind(newStack(), 'cidrs').cidrs;
}

function imported(scope: Construct): IApplicationLoadBalancer {
  return ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(scope, 'LoadBalancer', {
    loadBalancerArn: LOAD_BALANCER,
    securityGroupId: 'sg-1',
  });
}

function subnet(ipv4CidrBlock?: string): ISubnet {
  return Subnet.fromSubnetAttributes(newStack(), 'Subnet', { subnetId: 'subnet-1', ipv4CidrBlock });
}

describe('from subnets', () => {
  test('trusts every address that a load balancer can have in them, sorted', () => {
    const trusted = TrustedProxies.fromSubnets([subnet('10.0.9.0/27'), subnet('10.0.1.0/27')]);
    expect(trusted.addresses).toHaveLength(54);
    expect(trusted.addresses[0]).toBe('10.0.1.4');
    expect(trusted.addresses.at(-1)).toBe('10.0.9.30');
    expect(trusted.trustsEverybody).toBe(false);
    expect(textOf(trusted)).toBe(trusted.addresses.join(','));
  });

  test('has no duplicates if two subnets share a block', () => {
    expect(TrustedProxies.fromSubnets([subnet('10.0.1.0/27'), subnet('10.0.1.0/27')]).addresses).toHaveLength(27);
  });

  test('has no CIDR block, which would never match', () => {
    expect(textOf(TrustedProxies.fromSubnets([subnet('10.0.1.0/24')]))).toMatch(/^[\d.]+(,[\d.]+){250}$/);
  });

  test('accepts the subnets of a VPC of the same app', () => {
    const vpc = new Vpc(newStack(), 'Vpc', { subnetConfiguration: [{ name: 'Public', subnetType: 'Public' as never, cidrMask: 27 }] });
    expect(TrustedProxies.fromSubnets(vpc.publicSubnets).addresses).toHaveLength(54);
  });

  test('trusts no address until a lookup has found the subnets', () => {
    const vpc = Vpc.fromLookup(newStack({ env: { account: '111122223333', region: 'eu-central-1' } }), 'Vpc', { vpcName: 'main' });
    expect(textOf(TrustedProxies.fromSubnets(vpc.publicSubnets))).toBe('');
  });

  const ALTERNATIVES =
    'import the VPC with its CIDR blocks (Vpc.fromLookup, or Vpc.fromVpcAttributes with publicSubnetIpv4CidrBlocks), or look them ' +
    "up when it is deployed with `trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer)`, or name the load balancer's addresses with " +
    "`trustedProxies: TrustedProxies.fromAddresses([...])`, or, where PostHog's own IP filters stay off, use `trustedProxies: TrustedProxies.all()`";

  test('fails when a subnet was imported without its CIDR block, and names the alternatives', () => {
    expect(() => TrustedProxies.fromSubnets([subnet('10.0.1.0/27'), subnet()])).toThrow(
      `\`subnets\` must have IPv4 CIDR blocks that are known at synthesis, got: [Stack/Subnet]; ${ALTERNATIVES}`,
    );
  });

  test('adds an error without subnets, because a lookup that is pending finds none', () => {
    const vpc = Vpc.fromLookup(newStack({ env: { account: '111122223333', region: 'eu-central-1' } }), 'Vpc', { vpcName: 'main' });
    const trusted = TrustedProxies.fromSubnets(vpc.selectSubnets({ subnetGroupName: 'Edge' }).subnets);
    expect(trusted.addresses).toEqual([]);
    for (const form of ['addresses', 'cidrs'] as const) {
      const stack = newStack();
      trusted._bind(new Construct(stack, 'Ingress'), form);
      Annotations.fromStack(stack).hasError(
        '/Stack/Ingress',
        '[Stack/Ingress] `subnets` of TrustedProxies.fromSubnets() must name at least one; if the subnets of the load balancer are not known, use ' +
          'TrustedProxies.fromLoadBalancer()',
      );
    }
  });

  test('fails when the CIDR block of a subnet is a token', () => {
    const stack = newStack();
    const subnet = new PrivateSubnet(stack, 'Made', { vpcId: 'vpc-1', availabilityZone: 'a', cidrBlock: Fn.importValue('Cidr') });
    expect(() => TrustedProxies.fromSubnets([subnet])).toThrow('must have IPv4 CIDR blocks that are known at synthesis, got: [Stack/Made]');
  });

  test('fails when the subnets are too large to name each address', () => {
    expect(() => TrustedProxies.fromSubnets([subnet('10.0.0.0/18'), subnet('10.0.64.0/18')])).toThrow(
      "may have at most 1024 addresses together, not 32758, because PostHog is configured with each of them, got: ['10.0.0.0/18', '10.0.64.0/18']",
    );
  });
});

describe('from addresses', () => {
  test('trusts them in the order given', () => {
    const trusted = TrustedProxies.fromAddresses(['10.0.0.9', '2001:db8::1', '10.0.0.4']);
    expect(trusted.addresses).toEqual(['10.0.0.9', '2001:db8::1', '10.0.0.4']);
    expect(textOf(trusted)).toBe('10.0.0.9,2001:db8::1,10.0.0.4');
    expect(trusted.trustsEverybody).toBe(false);
  });

  test('does not change with the list that it returned', () => {
    const trusted = TrustedProxies.fromAddresses(['10.0.0.4']);
    trusted.addresses.push('10.0.0.5');
    expect(trusted.addresses).toEqual(['10.0.0.4']);
  });

  test('accepts an address that is a token', () => {
    const stack = newStack();
    const trusted = TrustedProxies.fromAddresses(['10.0.0.4', Fn.importValue('Address')]);
    expect(stack.resolve(textOf(trusted))).toEqual({ 'Fn::Join': ['', ['10.0.0.4,', { 'Fn::ImportValue': 'Address' }]] });
  });

  test('checks the other addresses of a list with a token', () => {
    expect(() => TrustedProxies.fromAddresses([Fn.importValue('Address'), '10.0.0.0/27'])).toThrow('a CIDR block never matches');
  });

  test('accepts a list that is a token', () => {
    const stack = newStack();
    const parameter = new CfnParameter(stack, 'Addresses', { type: 'CommaDelimitedList' });
    const trusted = TrustedProxies.fromAddresses(parameter.valueAsList);
    expect(stack.resolve(textOf(trusted))).toEqual({ 'Fn::Join': [',', { Ref: 'Addresses' }] });
  });

  test.each([
    ['is empty', [], 'must name at least one address'],
    ['holds a CIDR block', ['10.0.0.0/24'], 'a CIDR block never matches'],
    ['holds a port', ['10.0.0.4:80'], 'write 10.0.0.4, without brackets and port'],
    ['holds a name', ['alb.internal'], 'must be single IP addresses'],
    ['names an address twice', ['10.0.0.4', '10.0.0.4'], 'must not name an address twice'],
    ['is not spelled canonically', ['2001:DB8::1'], 'must be spelled canonically'],
  ])('fails when the list %s', (_, addresses, message) => {
    expect(() => TrustedProxies.fromAddresses(addresses)).toThrow(message);
  });
});

describe('all', () => {
  test('trusts every proxy, without a list', () => {
    const trusted = TrustedProxies.all();
    expect(trusted.trustsEverybody).toBe(true);
    expect(trusted.addresses).toEqual([]);
    expect(textOf(trusted)).toBeUndefined();
  });
});

describe('from a load balancer', () => {
  test('has no addresses before an ingress uses it, and reading them defines nothing', () => {
    const stack = newStack();
    const trusted = TrustedProxies.fromLoadBalancer(imported(stack));
    const before = stack.node.findAll().length;
    expect(() => trusted.addresses).toThrow(
      '`addresses` of TrustedProxies.fromLoadBalancer() are looked up at deployment, and no ingress has defined that; ' +
        'pass it to `trustedProxies` of a PostHogIngress without verified client addresses first',
    );
    expect(trusted.trustsEverybody).toBe(false);
    expect(stack.node.findAll()).toHaveLength(before);
  });

  test('has addresses after an ingress uses it', () => {
    const stack = newStack();
    const trusted = TrustedProxies.fromLoadBalancer(imported(stack));
    const { text } = trusted._bind(stack, 'addresses');
    const before = stack.node.findAll().length;
    expect(stack.resolve(trusted.addresses)).toEqual({ 'Fn::Split': [',', stack.resolve(text) as unknown] });
    expect(stack.node.findAll()).toHaveLength(before);
  });
});

describe('as CIDR blocks', () => {
  test('may have more addresses than the limit, as long as they are not used', () => {
    const stack = newStack();
    const trusted = TrustedProxies._of(imported(stack), [subnet('10.0.0.0/16')]);
    expect(cidrsOf(trusted)).toEqual(['10.0.0.0/16']);
    expect(() => textOf(trusted)).toThrow('or set `clientAddress: ClientAddress.verified()`');
    expect(() => TrustedProxies.fromSubnets([subnet('10.0.0.0/16')])).toThrow('may have at most 1024 addresses together');
  });

  test('have the blocks of subnets, without duplicates', () => {
    const trusted = TrustedProxies.fromSubnets([subnet('10.0.9.0/27'), subnet('10.0.1.0/27'), subnet('10.0.9.0/27')]);
    expect(cidrsOf(trusted)).toEqual(['10.0.9.0/27', '10.0.1.0/27']);
  });

  test('are empty before a lookup of the subnets', () => {
    const vpc = Vpc.fromLookup(newStack({ env: { account: '111122223333', region: 'eu-central-1' } }), 'Vpc', { vpcName: 'main' });
    expect(cidrsOf(TrustedProxies.fromSubnets(vpc.publicSubnets))).toEqual([]);
  });

  test('have a block for each address', () => {
    expect(cidrsOf(TrustedProxies.fromAddresses(['10.0.0.4', '2001:db8::1']))).toEqual(['10.0.0.4/32', '2001:db8::1/128']);
  });

  test('do not change addresses that are tokens', () => {
    const stack = newStack();
    expect(stack.resolve(cidrsOf(TrustedProxies.fromAddresses(['10.0.0.4', Fn.importValue('Address')])))).toEqual([
      '10.0.0.4/32',
      { 'Fn::ImportValue': 'Address' },
    ]);
    const list = new CfnParameter(stack, 'Addresses', { type: 'CommaDelimitedList' }).valueAsList;
    expect(stack.resolve(cidrsOf(TrustedProxies.fromAddresses(list)))).toEqual({ Ref: 'Addresses' });
  });

  test('are a token for the subnets of a load balancer', () => {
    const stack = newStack();
    expect(stack.resolve(TrustedProxies.fromLoadBalancer(imported(stack))._bind(stack, 'cidrs').cidrs)).toEqual({
      'Fn::Split': [',', { 'Fn::GetAtt': [expect.stringMatching(/^TrustedAddressesBlocks/) as string, 'Cidrs'] }],
    });
  });

  test('fail if every proxy is trusted', () => {
    expect(() => cidrsOf(TrustedProxies.all())).toThrow(
      "`trustedProxies` must not be TrustedProxies.all() with verified client addresses; leave it out, or name the load balancer's addresses",
    );
  });
});
