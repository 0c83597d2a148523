import { Lazy } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { connectionsOfCluster, connectionsOfInstance } from '../../../lib/stores/postgres/max-connections';

test.each([
  ['t4g.micro', 400],
  ['t4g.medium', 405],
  ['t4g.large', 811],
  ['m7g.large', 811],
  ['m6gd.xlarge', 1622],
  ['r7g.large', 1622],
  ['r7g.2xlarge', 6488],
  ['r6i.16xlarge', 51910],
  ['x2g.large', 3244],
])('an instance %s has about %d connections', (type, connections) => {
  expect(connectionsOfInstance(undefined, new InstanceType(type))).toBe(connections);
});

test.each(['z1d.large', 'm5.metal', 'serverless'])('the connections of an instance %s are not known', (type) => {
  expect(connectionsOfInstance(undefined, new InstanceType(type))).toBeUndefined();
});

test('a number that is set replaces the estimate, and a token is not known', () => {
  const token = Lazy.number({ produce: () => 500 });
  expect(connectionsOfInstance(150, new InstanceType('r7g.large'))).toBe(150);
  expect(connectionsOfInstance(token, new InstanceType('r7g.large'))).toBeUndefined();
  expect(connectionsOfInstance(undefined, new InstanceType(Lazy.string({ produce: () => 'r7g.large' })))).toBeUndefined();
  expect(connectionsOfCluster(150, 1, 8)).toBe(150);
  expect(connectionsOfCluster(token, 1, 8)).toBeUndefined();
  expect(connectionsOfCluster(undefined, 1, token)).toBeUndefined();
});

test('a cluster has the connections of its maximum capacity, and 2,000 at most with a minimum of half a unit', () => {
  expect(connectionsOfCluster(undefined, 1, 8)).toBe(1622);
  expect(connectionsOfCluster(undefined, 1, 64)).toBe(12977);
  expect(connectionsOfCluster(undefined, 0.5, 64)).toBe(2000);
});
