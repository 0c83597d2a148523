import { App, Stack, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { InstanceType, IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import {
  CapacityProviderKind,
  InstanceCapacityOptions,
  NatMode,
  PostHogCapacity,
  PostHogProcess,
  PostHogProps,
  PostHogRelease,
  PostHogSize,
} from '../../../lib';
import { newPostHog, newStack } from '../../helpers/stack';
import { ofType, serviceOf, taskOf } from '../../helpers/template';

const fargate = (...args: Parameters<typeof PostHogCapacity.fargate>) => PostHogCapacity.fargate(...args);
const instances = (...args: Parameters<typeof PostHogCapacity.instances>) => PostHogCapacity.instances(...args);
const managedInstances = (...args: Parameters<typeof PostHogCapacity.managedInstances>) => PostHogCapacity.managedInstances(...args);
const fromProvider = (...args: Parameters<typeof PostHogCapacity.fromProvider>) => PostHogCapacity.fromProvider(...args);
const small = (stack: Stack) => new Vpc(stack, 'Vpc', { ipAddresses: IpAddresses.cidr('10.0.0.0/22') });
const given = (stack: Stack) => Cluster.fromClusterAttributes(stack, 'Cluster', { clusterName: 'given', vpc: small(stack) });

function build(props: (stack: Stack) => Partial<PostHogProps>): Template {
  const stack = newStack();
  newPostHog(stack, props(stack));
  return Template.fromStack(stack);
}

const types = (...names: string[]): InstanceCapacityOptions => ({ instanceTypes: names.map((name) => new InstanceType(name)) });

const REFUSED_OPTIONS: Record<string, [create: () => PostHogCapacity, message: string]> = {
  'text for a boolean': [() => fargate({ spot: 'yes' as never }), '`spot` must be true or false'],
  'no instance type': [() => instances({ instanceTypes: [] }), '`instanceTypes` must name at least one'],
  'fewer instances than the minimum': [
    () => instances({ minInstances: 4, maxInstances: 3 }),
    '`maxInstances` must be `minInstances` (4) or more, got: 3',
  ],
  'no instances': [() => instances({ maxInstances: 0 }), '`maxInstances` must be a whole number from 1 to 1000, got: 0'],
  'more CPU than there is': [() => instances({ cpuReservation: 2 }), '`cpuReservation` must be a number from 0.05 to 1, got: 2'],
  'a provider of AWS': [() => fromProvider('FARGATE_SPOT'), '`name` must not begin with aws, ecs or fargate, as the names of AWS do'],
  'a name with a space': [() => fromProvider('my provider'), '`name` must be the name of a capacity provider'],
  'a misspelt option': [() => instances({ instanceType: [] } as never), '`instanceType` does not exist; write `instanceTypes`'],
};

test.each(Object.entries(REFUSED_OPTIONS))('refuses %s', (_, [create, message]) => {
  expect(create).toThrow(message);
});

const NOT_FOR_TEMPORAL = { process: PostHogProcess.LIVESTREAM, capacity: managedInstances() };

const REFUSED: Record<string, [props: (stack: Stack) => Partial<PostHogProps>, message: string]> = {
  'something else': [() => ({ capacity: 'fargate' as never }), '`capacity` must be a PostHogCapacity'],
  'instances in an existing cluster': [
    (stack) => ({ capacity: instances(), cluster: given(stack) }),
    '`capacity` must not be instances() with an existing `cluster`',
  ],
  'an existing provider without its cluster': [
    () => ({ capacity: fromProvider('own') }),
    "`capacity` requires `cluster`, which has the capacity provider, got: 'own'",
  ],
  'instances without NAT': [() => ({ capacity: instances(), nat: NatMode.NONE }), '`capacity` must be fargate() without NAT'],
  'burstable types': [() => ({ capacity: instances(types('t3.large')) }), '`capacity.instanceTypes[0]` must have ENI trunking'],
  'flex types': [() => ({ capacity: instances(types('m7i-flex.large')) }), '`capacity.instanceTypes[0]` must have ENI trunking'],
  'another architecture': [
    () => ({ capacity: instances(types('r6a.large', 'r6g.large')) }),
    "`capacity.instanceTypes[1]` must have the CPU architecture of the processes, X86_64, got: 'r6g.large'",
  ],
  'a group that no deployment fits in': [
    () => ({ capacity: instances({ ...types('r6a.large'), maxInstances: 1 }), products: undefined }),
    '`capacity` must have room for every process and one more task of each during its deployment',
  ],
  'a type without figures and without a maximum': [
    () => ({ capacity: instances(types('x2iedn.xlarge')) }),
    '`capacity.maxInstances` is required with instance types',
  ],
  'Spot for a process that clients wait for': [
    () => ({ serviceOptions: [{ process: PostHogProcess.WEB, capacity: fargate({ spot: true }) }] }),
    '`serviceOptions[0].capacity` must not be Spot for web: clients wait for its answers',
  ],
  'a reservation on Fargate': [
    () => ({ serviceOptions: [{ process: PostHogProcess.WEB, memoryReservationMiB: 512 }] }),
    '[Stack/PostHog/Services/Web] `memoryReservationMiB` cannot be set for a process on Fargate',
  ],
  'a reservation above the limit': [
    () => ({ capacity: instances(), serviceOptions: [{ process: PostHogProcess.WEB, memoryLimitMiB: 1024, memoryReservationMiB: 2048 }] }),
    '[Stack/PostHog/Services/Web] `memoryReservationMiB` must be `memoryLimitMiB` (1024) or less, got: 2048',
  ],
  'CPU that is a token on instances': [
    () => ({ capacity: instances(), serviceOptions: [{ process: PostHogProcess.WEB, cpu: Token.asNumber({ Ref: 'Cpu' }) }] }),
    '[Stack/PostHog/Services/Web] `cpu` must be known at synthesis on instances',
  ],
  'Managed Instances for a process that must never run twice': [
    () => ({ products: undefined, serviceOptions: [NOT_FOR_TEMPORAL] }),
    '`serviceOptions[0].capacity` must not be Managed Instances for livestream',
  ],
};

test.each(Object.entries(REFUSED))('a PostHog refuses %s', (_, [props, message]) => {
  expect(() => build(props)).toThrow(message.startsWith('[') ? message : `[Stack/PostHog] ${message}`);
});

test('the error of a group that is too small names types that would do', () => {
  expect(() => build(REFUSED['a group that no deployment fits in'][0])).toThrow(/they fit on \d+ x r6a\.large, \d+ x \w+\.\w+/);
});

test('processes of two architectures need two groups', () => {
  const release = PostHogRelease.of('for both', PostHogRelease.V2026_09_11_R2.images, {
    platforms: [CpuArchitecture.X86_64, CpuArchitecture.ARM64],
  });
  const arm = { process: PostHogProcess.CAPTURE, cpuArchitecture: CpuArchitecture.ARM64 };
  expect(() => build(() => ({ release, capacity: instances(), serviceOptions: [arm] }))).toThrow(
    '`capacity` must be for processes of one CPU architecture, and',
  );
  const template = build(() => ({ release, capacity: instances(), serviceOptions: [{ ...arm, capacity: instances() }] }));
  const launched = ofType<{ LaunchTemplateData: { InstanceType: string } }>(template, 'AWS::EC2::LaunchTemplate');
  expect(launched.map(([, { Properties }]) => Properties.LaunchTemplateData.InstanceType).sort()).toEqual(['r6a.large', 'r6g.large']);
  expect(taskOf(template, 'capture')[1].RuntimePlatform).toEqual({ CpuArchitecture: 'ARM64', OperatingSystemFamily: 'LINUX' });
});

test('subnets that another account shares are refused, as far as a lookup knows the owner', () => {
  const stack = new Stack(new App(), 'Stack', { env: { account: '111122223333', region: 'eu-central-1' } });
  const shared = Vpc.fromVpcAttributes(stack, 'Shared', {
    vpcId: 'vpc-1',
    vpcCidrBlock: '10.0.0.0/16',
    availabilityZones: ['eu-central-1a', 'eu-central-1b'],
    privateSubnetIds: ['subnet-1', 'subnet-2'],
    privateSubnetIpv4CidrBlocks: ['10.0.0.0/24', '10.0.1.0/24'],
    publicSubnetIds: ['subnet-3', 'subnet-4'],
    publicSubnetIpv4CidrBlocks: ['10.0.2.0/27', '10.0.3.0/27'],
  });
  Object.defineProperty(shared, 'vpcArn', { value: 'arn:aws:ec2:eu-central-1:444455556666:vpc/vpc-1' });
  expect(() => newPostHog(stack, { vpc: shared, capacity: instances() })).toThrow(
    '[Stack/PostHog] `capacity` must be fargate() in subnets that another account (444455556666) shares',
  );
});

test('DEV has an instance less to lose than SMALL, and PRODUCTION larger ones', () => {
  const sizeOf = (size: PostHogSize) => {
    const template = build(() => ({ capacity: instances(), size, products: undefined }));
    const [[, group]] = ofType<{ MinSize: string; MaxSize: string }>(template, 'AWS::AutoScaling::AutoScalingGroup');
    const [[, launch]] = ofType<{ LaunchTemplateData: { InstanceType: string } }>(template, 'AWS::EC2::LaunchTemplate');
    return { type: launch.Properties.LaunchTemplateData.InstanceType, min: Number(group.Properties.MinSize), max: Number(group.Properties.MaxSize) };
  };
  const [dev, smallSize, production] = [PostHogSize.DEV, PostHogSize.SMALL, PostHogSize.PRODUCTION].map(sizeOf);
  expect([dev.type, smallSize.type, production.type]).toEqual(['r6a.large', 'r6a.large', 'r6a.xlarge']);
  expect(dev.min).toBeLessThan(smallSize.min);
  expect([dev, smallSize, production].filter(({ min, max }) => max < 2 * min)).toEqual([]);
});

describe('an existing capacity provider', () => {
  const template = build((stack) => ({ capacity: fromProvider('own'), cluster: given(stack), fargateCapacityProviders: true, products: undefined }));

  test('runs every process, without a group of instances of the library', () => {
    expect(serviceOf(template, 'web').CapacityProviderStrategy).toEqual([{ CapacityProvider: 'own', Weight: 1 }]);
    expect(ofType(template, 'AWS::AutoScaling::AutoScalingGroup').filter(([id]) => id.includes('Services'))).toEqual([]);
    expect(ofType(template, 'Custom::PostHogProviderAssociation')).toEqual([]);
  });
});

describe('Managed Instances', () => {
  const template = build(() => ({ capacity: managedInstances(), products: undefined }));

  test('have a provider for the cluster, types of the architecture, and roles without names', () => {
    const [[, { Properties }]] = ofType(template, 'AWS::ECS::CapacityProvider');
    expect(Properties).toMatchObject({
      ClusterName: { Ref: expect.stringContaining('Cluster') as string },
      ManagedInstancesProvider: {
        PropagateTags: 'CAPACITY_PROVIDER',
        InstanceLaunchTemplate: { InstanceRequirements: { AllowedInstanceTypes: ['r6a.large', 'r7a.large', 'r6i.large'] } },
      },
    });
    const named = [...ofType(template, 'AWS::IAM::Role'), ...ofType(template, 'AWS::IAM::InstanceProfile')].filter(
      ([, role]) => role.Properties.RoleName ?? role.Properties.InstanceProfileName,
    );
    expect(named).toEqual([]);
  });

  test('ECS may pass the role of the instances, whose name its managed policy does not know', () => {
    const [[, infrastructure]] = ofType(template, 'AWS::IAM::Role').filter(([id]) => id.includes('InfrastructureRole'));
    const [instance] = ofType(template, 'AWS::IAM::Role')
      .map(([id]) => id)
      .filter((id) => id.includes('InstancesInstanceRole'));
    const policies = JSON.stringify(infrastructure.Properties.Policies);
    expect(policies).toContain('iam:PassRole');
    expect(policies).toContain(instance);
  });

  test('have no placement strategies, and start a task before they stop another one', () => {
    expect(serviceOf(template, 'web')).toMatchObject({
      PlacementStrategies: [],
      DeploymentConfiguration: { MinimumHealthyPercent: 100, MaximumPercent: 200 },
    });
    expect((taskOf(template, 'web')[1] as unknown as { RequiresCompatibilities: string[] }).RequiresCompatibilities).toEqual(['MANAGED_INSTANCES']);
  });

  test('leave processes that must never run twice on Fargate', () => {
    expect(serviceOf(template, 'temporal')).toMatchObject({
      CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE', Weight: 1 }],
      DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
    });
  });

  test('an existing provider of this kind gets the same services', () => {
    const kind = CapacityProviderKind.MANAGED_INSTANCES;
    const other = build((stack) => ({ capacity: fromProvider('own', { kind }), cluster: given(stack) }));
    expect(serviceOf(other, 'web')).toMatchObject({ CapacityProviderStrategy: [{ CapacityProvider: 'own', Weight: 1 }], PlacementStrategies: [] });
  });
});
