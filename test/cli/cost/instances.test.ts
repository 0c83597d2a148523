import { total } from '../../../cli/cost/cost-line';
import { estimate } from '../../../cli/cost/estimate';
import { PRICES } from '../../../cli/cost/prices';
import { CloudFormationTemplate } from '../../../cli/alb/template';
import upstream from '../../contract/upstream-instance-types.json';

function linesOf(Resources: CloudFormationTemplate['Resources']): [what: string, quantity: number, dollars: string][] {
  return estimate({ Resources }, PRICES).map((line) => [line.what, line.quantity, line.each === undefined ? '?' : total(line).toFixed(2)]);
}

/** A group whose first type is r6a.large, with a volume of 50 GiB. */
function hosts(distribution: object, MinSize = '4'): CloudFormationTemplate['Resources'] {
  const LaunchTemplateData = { InstanceType: 'r6a.xlarge', BlockDeviceMappings: [{ Ebs: { VolumeSize: 50 } }] };
  const MixedInstancesPolicy = {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: { Ref: 'Launch' } },
      Overrides: [{ InstanceType: 'r6a.large' }, { InstanceType: 'r6i.large' }],
    },
    InstancesDistribution: distribution,
  };
  return {
    Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData } },
    Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize, MixedInstancesPolicy } },
  };
}

const DISK: [string, number, string] = ['Root volume: 50 GiB gp3', 4, '16.00'];

test.each<[string, object, [string, number, string][]]>([
  ['on demand by default', {}, [['EC2: r6a.large', 4, '331.13'], DISK]],
  ['on demand', { OnDemandPercentageAboveBaseCapacity: 100 }, [['EC2: r6a.large', 4, '331.13'], DISK]],
  ['of Spot', { OnDemandPercentageAboveBaseCapacity: 0 }, [['EC2 Spot: r6a.large (estimate)', 4, '132.45'], DISK]],
  [
    'of both',
    { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 0 },
    [['EC2 Spot: r6a.large (estimate)', 3, '99.34'], ['EC2: r6a.large', 1, '82.78'], DISK],
  ],
])('prices the minimum of a group of several types %s, once', (_, distribution, expected) => {
  expect(linesOf(hosts(distribution))).toEqual(expected);
});

/** A service with one task that reserves memory, on a capacity provider. */
function service(id: string, MemoryReservation: number, provider: unknown): CloudFormationTemplate['Resources'] {
  return {
    [`${id}Task`]: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Name: id, Cpu: 256, Memory: 16384, MemoryReservation }] },
    },
    [id]: {
      Type: 'AWS::ECS::Service',
      Properties: { TaskDefinition: { Ref: `${id}Task` }, DesiredCount: 1, CapacityProviderStrategy: [{ CapacityProvider: provider, Weight: 1 }] },
    },
  };
}

test('tasks on the instances of a group cost nothing themselves', () => {
  const Provider = { Type: 'AWS::ECS::CapacityProvider', Properties: { AutoScalingGroupProvider: { AutoScalingGroupArn: { Ref: 'Group' } } } };
  const group = hosts({});
  expect(linesOf({ ...group, Provider, ...service('web', 4096, { Ref: 'Provider' }) })).toEqual(linesOf(group));
});

test.each<[string, object, unknown, [string, number, string][]]>([
  [
    'on demand',
    {},
    ['r6a.large'],
    [
      ['Managed Instance: r6a.large, with a fee of 12 % (estimate)', 2, '185.43'],
      ['Root volume: 80 GiB gp3', 2, '12.80'],
    ],
  ],
  [
    'on Spot, with a disk',
    { CapacityOptionType: 'SPOT', StorageConfiguration: { StorageSizeGiB: 100 } },
    ['r6a.large', 'r6i.large'],
    [
      ['Managed Spot Instance: r6a.large, with a fee of 12 % (estimate)', 2, '86.09'],
      ['Root volume: 100 GiB gp3', 2, '16.00'],
    ],
  ],
  ['of types that are not known', {}, undefined, [['Managed Instances, quantity known at deployment', 1, '?']]],
])('estimates the Managed Instances %s by what tasks reserve', (_, launch, AllowedInstanceTypes, expected) => {
  const InstanceLaunchTemplate = { ...launch, InstanceRequirements: { AllowedInstanceTypes } };
  const Provider = { Type: 'AWS::ECS::CapacityProvider', Properties: { ManagedInstancesProvider: { InstanceLaunchTemplate } } };
  const tasks = { ...service('web', 9000, { Ref: 'Provider' }), ...service('worker', 9000, { Ref: 'Provider' }) };
  expect(linesOf({ Provider, ...tasks })).toEqual(expected);
  expect(linesOf({ Provider })).toEqual([]);
});

test('every type that tasks can share has the price that upstream has', () => {
  const prices = Object.entries(upstream.types).map(([name, { price }]) => [name, price] as const);
  expect(prices.filter(([name, price]) => /^[mr]/.test(name) && PRICES.hourly.ec2[name] !== price)).toEqual([]);
  // The others were copied from AWS's pages.
  expect(prices.filter(([name, price]) => name in PRICES.hourly.ec2 && PRICES.hourly.ec2[name] !== price)).toEqual([]);
});
