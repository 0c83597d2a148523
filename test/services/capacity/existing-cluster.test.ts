import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IpAddresses, IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ICluster } from 'aws-cdk-lib/aws-ecs';
import { PostHogCapacity, PostHogProps } from '../../../lib';
import { newPostHog, newStack } from '../../helpers/stack';
import { ofType, Resource, Service } from '../../helpers/template';

/** Returns the services of a PostHog in a cluster, and the ids of the associations with capacity providers. */
function servicesIn(
  define: (stack: Stack) => ICluster,
  props: Partial<PostHogProps> = {},
): { services: Resource<Service>[]; associations: string[] } {
  const stack = newStack();
  newPostHog(stack, { cluster: define(stack), ...props });
  const template = Template.fromStack(stack);
  return {
    services: ofType<Service>(template, 'AWS::ECS::Service').map(([, service]) => service),
    associations: ofType(template, 'AWS::ECS::ClusterCapacityProviderAssociations').map(([id]) => id),
  };
}

const SPOT = PostHogCapacity.fargate({ spot: true });

const smallVpc = (stack: Stack): IVpc => new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/22') });
const own = (stack: Stack) => new Cluster(stack, 'Cluster', { vpc: smallVpc(stack), enableFargateCapacityProviders: true });
const imported = (stack: Stack) => Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'given', vpc: smallVpc(stack) });

test('services in an existing cluster have the launch type Fargate, unless its owner says that it has the capacity providers', () => {
  const { services } = servicesIn(imported);
  expect(services.map(({ Properties: { LaunchType, CapacityProviderStrategy } }) => [LaunchType, CapacityProviderStrategy])).toEqual(
    services.map(() => ['FARGATE', undefined]),
  );
});

test('services in an existing cluster with the capacity providers name one, and start after the cluster has it', () => {
  const { services, associations } = servicesIn(own, { fargateCapacityProviders: true });
  expect(associations).toHaveLength(1);
  expect(services.filter(({ DependsOn = [] }) => !DependsOn.includes(associations[0]))).toEqual([]);
  expect(services.map(({ Properties: { LaunchType, CapacityProviderStrategy } }) => [LaunchType, CapacityProviderStrategy])).toEqual(
    services.map(() => [undefined, [{ CapacityProvider: 'FARGATE', Weight: 1 }]]),
  );
});

test('services in an imported cluster with the capacity providers may run on Spot', () => {
  const { services } = servicesIn(imported, { fargateCapacityProviders: true, capacity: SPOT });
  const providers = services.flatMap(({ Properties: { CapacityProviderStrategy = [] } }) =>
    CapacityProviderStrategy.map((one) => one.CapacityProvider),
  );
  expect(new Set(providers)).toEqual(new Set(['FARGATE', 'FARGATE_SPOT']));
});

test('refuses Fargate Spot in an existing cluster whose owner does not say that it has the capacity providers', () => {
  const message = '[Stack/PostHog] `fargateCapacityProviders` must be true with Spot (`capacity`) and an existing `cluster`';
  expect(() => servicesIn(own, { capacity: SPOT })).toThrow(message);
  expect(() => servicesIn(own, { capacity: SPOT, fargateCapacityProviders: false })).toThrow(message);
});

test.each([true, false])('refuses `fargateCapacityProviders` %s without a cluster', (fargateCapacityProviders) => {
  expect(() => newPostHog(newStack(), { fargateCapacityProviders })).toThrow(
    `[Stack/PostHog] \`fargateCapacityProviders\` requires \`cluster\`: a new cluster has them, got: ${fargateCapacityProviders}; leave it out`,
  );
});
