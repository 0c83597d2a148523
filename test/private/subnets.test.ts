import { Fn } from 'aws-cdk-lib/core';
import { PrivateSubnet, Subnet, Vpc } from 'aws-cdk-lib/aws-ec2';
import { isLookupPending, knownCidr, zonesOf } from '../../lib/private/subnets';
import { newStack } from '../helpers/stack';

const ENV = { account: '111122223333', region: 'eu-central-1' };

describe('the CIDR block of a subnet', () => {
  const stack = newStack({ env: ENV });

  test('is known for a subnet of the same app', () => {
    const vpc = new Vpc(newStack(), 'Vpc');
    expect(knownCidr(vpc.publicSubnets[0])).toBe('10.0.0.0/18');
  });

  test('is known for a subnet that was imported with it', () => {
    expect(knownCidr(Subnet.fromSubnetAttributes(stack, 'With', { subnetId: 'subnet-1', ipv4CidrBlock: '10.9.0.0/27' }))).toBe('10.9.0.0/27');
  });

  test('is unknown for a subnet that was imported without it', () => {
    expect(knownCidr(Subnet.fromSubnetId(stack, 'Without', 'subnet-1'))).toBe('unknown');
  });

  test('is unknown if it is a token', () => {
    const subnet = new PrivateSubnet(stack, 'Token', { vpcId: 'vpc-1', availabilityZone: 'a', cidrBlock: Fn.importValue('Cidr') });
    expect(knownCidr(subnet)).toBe('unknown');
  });

  test('is pending before the lookup of the VPC', () => {
    const vpc = Vpc.fromLookup(stack, 'LookedUp', { vpcName: 'main' });
    expect([...vpc.publicSubnets, ...vpc.privateSubnets].map(knownCidr)).toEqual([
      'lookup-pending',
      'lookup-pending',
      'lookup-pending',
      'lookup-pending',
    ]);
  });
});

describe('a pending lookup', () => {
  test('is detected for Vpc.fromLookup before its lookup', () => {
    expect(isLookupPending(Vpc.fromLookup(newStack({ env: ENV }), 'Vpc', { vpcName: 'main' }))).toBe(true);
  });

  test('is not detected for a new or an imported VPC', () => {
    expect(isLookupPending(new Vpc(newStack(), 'Vpc'))).toBe(false);
    expect(isLookupPending(Vpc.fromVpcAttributes(newStack(), 'Vpc', { vpcId: 'vpc-1', availabilityZones: ['a'] }))).toBe(false);
  });
});

test('zones are counted without duplicates', () => {
  const stack = newStack();
  const subnets = ['a', 'b', 'a'].map((availabilityZone, i) =>
    Subnet.fromSubnetAttributes(stack, `Subnet${i}`, { subnetId: `subnet-${i}`, availabilityZone }),
  );
  expect(zonesOf(subnets)).toBe(2);
  expect(zonesOf([])).toBe(0);
});

test('zones of an environment-agnostic stack are distinct', () => {
  expect(zonesOf(new Vpc(newStack(), 'Vpc').publicSubnets)).toBe(2);
});
