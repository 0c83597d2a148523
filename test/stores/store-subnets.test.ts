import { Fn } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection, Vpc } from 'aws-cdk-lib/aws-ec2';
import { ISOLATED, network, PRIVATE, PUBLIC } from './networks';
import { storeSubnets } from '../../lib/stores/store-subnets';
import { newStack } from '../helpers/stack';

function selected(vpc: IVpc, selection?: SubnetSelection): string[] {
  return storeSubnets(vpc, selection).map(({ node }) => node.id);
}

test('storeSubnets returns the isolated subnets', () => {
  expect(selected(network([PUBLIC, PRIVATE, ISOLATED]).vpc)).toEqual(['IsolatedSubnet1', 'IsolatedSubnet2']);
});

test('storeSubnets returns the private subnets of a VPC without isolated ones', () => {
  expect(selected(network([PUBLIC, PRIVATE]).vpc)).toEqual(['PrivateSubnet1', 'PrivateSubnet2']);
});

test('storeSubnets accepts a VPC with isolated subnets only', () => {
  expect(selected(network([ISOLATED]).vpc)).toEqual(['IsolatedSubnet1', 'IsolatedSubnet2']);
});

test('storeSubnets returns the selected subnets', () => {
  expect(selected(network([PUBLIC, PRIVATE, ISOLATED]).vpc, { subnetGroupName: 'Private' })).toEqual(['PrivateSubnet1', 'PrivateSubnet2']);
});

test('storeSubnets accepts a VPC whose lookup is pending', () => {
  const stack = newStack({ env: { account: '111122223333', region: 'eu-central-1' } });
  expect(selected(Vpc.fromLookup(stack, 'Vpc', { vpcName: 'main' }), { subnetGroupName: 'Stores' })).toHaveLength(2);
});

test('storeSubnets accepts a VPC whose subnets are a list token', () => {
  const vpc = Vpc.fromVpcAttributes(newStack(), 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: Fn.split(',', Fn.importValue('Zones')),
    privateSubnetIds: Fn.split(',', Fn.importValue('Subnets')),
  });
  expect(selected(vpc)).toHaveLength(1);
});

test('storeSubnets rejects a VPC with public subnets only', () => {
  expect(() => storeSubnets(network([PUBLIC]).vpc)).toThrow(
    '`vpc` must have isolated or private subnets for a data store, got: Stack/Vpc; add them, or select others with `vpcSubnets`',
  );
});

test('storeSubnets rejects selected public subnets', () => {
  expect(() => storeSubnets(network([PUBLIC, ISOLATED]).vpc, { subnetGroupName: 'Public' })).toThrow(
    '`vpcSubnets` must be isolated or private: a data store must not be reachable from outside, got: Stack/Vpc/PublicSubnet1',
  );
});

test('storeSubnets rejects subnets in one zone', () => {
  const message =
    '`vpcSubnets` must be in two or more availability zones, got: [Stack/Vpc/IsolatedSubnet1]; use a VPC with two or more zones, or select subnets of more zones';
  expect(() => storeSubnets(network([ISOLATED], 1).vpc)).toThrow(message);
  const { vpc } = network([ISOLATED]);
  expect(() => storeSubnets(vpc, { subnets: [vpc.isolatedSubnets[0]] })).toThrow(message);
});
