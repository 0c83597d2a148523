import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Size, STACK_RESOURCE_LIMIT_CONTEXT } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { ClientAddress, PostHogCapacity, PostHogProcess, PostHogProps, PostHogSize, Product } from '../../../lib';
import { memoryReservation } from '../../../lib/catalog/memory';
import { definitionOf } from '../../../lib/catalog/processes';
import { newPostHog, newStack } from '../../helpers/stack';
import { ofType, scalingOf, Service, serviceOf, taskOf } from '../../helpers/template';

interface Container {
  readonly Name: string;
  readonly Cpu?: number;
  readonly Memory?: number;
  readonly MemoryReservation?: number;
}

interface Task {
  readonly Cpu?: string;
  readonly Memory?: string;
  readonly EphemeralStorage?: unknown;
  readonly RequiresCompatibilities: string[];
  readonly RuntimePlatform?: object;
  readonly ContainerDefinitions: Container[];
}

function templateOf(props: Partial<PostHogProps> = {}): Template {
  const stack = newStack();
  newPostHog(stack, { capacity: PostHogCapacity.instances(), ...props });
  return Template.fromStack(stack);
}

const EVERYTHING = { products: Object.values(Product), clientAddress: ClientAddress.verified() };
const template = templateOf(EVERYTHING);

/** The task definitions of services; that of the migration and others stay on Fargate. */
function serviceTasks(from: Template): [string, Task][] {
  const used = ofType<Service>(from, 'AWS::ECS::Service').map(([, { Properties }]) => (Properties.TaskDefinition as { Ref: string }).Ref);
  return ofType<Task>(from, 'AWS::ECS::TaskDefinition')
    .filter(([id]) => used.includes(id))
    .map(([id, { Properties }]): [string, Task] => [id, Properties]);
}

const wrongOf = (from: Template, isWrong: (task: Task) => boolean) => serviceTasks(from).filter(([, task]) => isWrong(task));

test('a task has no size of its own: its containers reserve CPU and memory, and have limits', () => {
  expect(serviceTasks(template).length).toBeGreaterThan(25);
  expect(wrongOf(template, ({ Cpu, Memory, EphemeralStorage }) => Boolean(Cpu ?? Memory ?? EphemeralStorage))).toEqual([]);
  const incomplete = serviceTasks(template).flatMap(([id, { ContainerDefinitions }]) =>
    ContainerDefinitions.filter(({ Cpu, Memory, MemoryReservation }) => !Cpu || !Memory || !MemoryReservation || MemoryReservation > Memory).map(
      ({ Name }) => `${id} ${Name}`,
    ),
  );
  expect(incomplete).toEqual([]);
  expect(wrongOf(template, ({ RequiresCompatibilities: [kind] }) => kind !== 'EC2')).toEqual([]);
});

test('a process reserves a quarter of its CPU and the memory of the catalog', () => {
  const containers = taskOf(template, 'web')[1].ContainerDefinitions as unknown as Container[];
  const { cpu, memoryLimitMiB } = definitionOf(PostHogProcess.WEB).sizes.small;
  expect(containers[0]).toMatchObject({
    Name: 'web',
    Cpu: cpu / 4,
    Memory: memoryLimitMiB,
    MemoryReservation: memoryReservation(definitionOf(PostHogProcess.WEB), PostHogSize.SMALL),
  });
});

test('`cpuReservation` and options of a process change what it reserves', () => {
  const other = templateOf({
    capacity: PostHogCapacity.instances({ cpuReservation: 0.5 }),
    serviceOptions: [
      { process: PostHogProcess.CAPTURE, cpu: 300, memoryLimitMiB: 700, memoryReservationMiB: 300 },
      { process: PostHogProcess.WEB, memoryLimitMiB: 2 * definitionOf(PostHogProcess.WEB).sizes.small.memoryLimitMiB },
    ],
  });
  const [capture] = taskOf(other, 'capture')[1].ContainerDefinitions as unknown as Container[];
  expect(capture).toMatchObject({ Cpu: 150, Memory: 700, MemoryReservation: 300 });
  const [web] = taskOf(other, 'web')[1].ContainerDefinitions as unknown as Container[];
  expect(web.MemoryReservation).toBe(2 * memoryReservation(definitionOf(PostHogProcess.WEB), PostHogSize.SMALL));
});

test('services are spread over zones and then packed by memory', () => {
  const placements = ofType<{ PlacementStrategies: unknown }>(template, 'AWS::ECS::Service').map(
    ([, { Properties }]) => Properties.PlacementStrategies,
  );
  const expected = [
    { Field: 'attribute:ecs.availability-zone', Type: 'spread' },
    { Field: 'MEMORY', Type: 'binpack' },
  ];
  expect(placements.filter((placement) => JSON.stringify(placement) !== JSON.stringify(expected))).toHaveLength(0);
});

test('processes that can run once only stop before they start again, and no others', () => {
  const stopsFirst = (process: PostHogProcess) => serviceOf(template, process).DeploymentConfiguration.MinimumHealthyPercent === 0;
  const all = Object.values(PostHogProcess);
  expect(all.filter(stopsFirst).sort()).toEqual(all.filter((process) => definitionOf(process).single !== undefined).sort());
  expect(serviceOf(template, 'temporal')).toMatchObject({
    AvailabilityZoneRebalancing: 'DISABLED',
    DeploymentConfiguration: { MinimumHealthyPercent: 0, MaximumPercent: 100 },
  });
});

test('the CPU target is in percent of what tasks reserve, and can be reached on a full instance', () => {
  const targetOf = (from: Template) =>
    scalingOf(from, 'web')!.policies.find(({ TargetTrackingScalingPolicyConfiguration: policy }) =>
      JSON.stringify(policy).includes('CPUUtilization'),
    )!.TargetTrackingScalingPolicyConfiguration.TargetValue;
  expect(targetOf(template)).toBe(150);
  expect(targetOf(templateOf({ capacity: PostHogCapacity.instances({ cpuReservation: 0.8 }) }))).toBe(75);
  expect(targetOf(templateOf({ capacity: undefined }))).toBe(60);
});

test('the migration and upkeep stay on Fargate', () => {
  const others = ofType<Task>(template, 'AWS::ECS::TaskDefinition').filter(([id]) => !serviceTasks(template).some(([used]) => used === id));
  expect(others.length).toBeGreaterThan(0);
  expect(others.filter(([, { Properties }]) => Properties.RequiresCompatibilities[0] !== 'FARGATE')).toEqual([]);
});

describe('the groups of instances', () => {
  const groups = (from: Template) => ofType(from, 'AWS::AutoScaling::AutoScalingGroup').map(([, { Properties }]) => Properties);

  test('have the options of the user', () => {
    const capacity = PostHogCapacity.instances({
      instanceTypes: [new InstanceType('r6a.xlarge'), new InstanceType('r7a.xlarge')],
      minInstances: 3,
      maxInstances: 9,
      volumeSize: Size.gibibytes(70),
    });
    const other = templateOf({ capacity });
    expect(groups(other)).toEqual([expect.objectContaining({ MinSize: '3', MaxSize: '9' })]);
    other.hasResourceProperties('AWS::EC2::LaunchTemplate', {
      LaunchTemplateData: { BlockDeviceMappings: [Match.objectLike({ Ebs: Match.objectLike({ VolumeSize: 70 }) })] },
    });
  });

  test('one value is one group, two values are two, and each process names its own', () => {
    const shared = PostHogCapacity.instances();
    const other = templateOf({
      capacity: PostHogCapacity.fargate(),
      serviceOptions: [
        { process: PostHogProcess.WEB, capacity: shared },
        { process: PostHogProcess.WORKER, capacity: shared },
        { process: PostHogProcess.CAPTURE, capacity: PostHogCapacity.instances() },
      ],
    });
    expect(groups(other)).toHaveLength(2);
    const providerOf = (process: string) => JSON.stringify(serviceOf(other, process).CapacityProviderStrategy);
    expect(providerOf('web')).toBe(providerOf('worker'));
    expect(providerOf('capture')).not.toBe(providerOf('web'));
    expect(providerOf('feature-flags')).toContain('"FARGATE"');
    const associations = ofType(other, 'Custom::PostHogProviderAssociation');
    expect(associations).toHaveLength(2);
    // The list of the cluster is changed for one group after the other.
    expect(associations.filter(([, { DependsOn = [] }]) => DependsOn.some((id) => associations.some(([first]) => first === id)))).toHaveLength(1);
  });

  test('two PostHogs in a stack have one each', () => {
    const stack = newStack();
    stack.node.setContext(STACK_RESOURCE_LIMIT_CONTEXT, 0);
    newPostHog(stack, { capacity: PostHogCapacity.instances() }, 'One');
    newPostHog(stack, { capacity: PostHogCapacity.instances() }, 'Two');
    expect(groups(Template.fromStack(stack))).toHaveLength(2);
  });

  test('are public properties', () => {
    const stack = newStack();
    const { instanceHosts, managedInstances } = newPostHog(stack, { capacity: PostHogCapacity.instances() });
    expect(instanceHosts.map(({ autoScalingGroup }) => autoScalingGroup.node.path)).toEqual([expect.stringContaining('Capacity/Instances')]);
    expect(managedInstances).toEqual([]);
  });
});

describe('a warning', () => {
  const warningsOf = (props: Partial<PostHogProps>) => {
    const stack = newStack();
    newPostHog(stack, props);
    return Annotations.fromStack(stack)
      .findWarning('*', Match.anyValue())
      .map(({ entry }) => entry.data as string);
  };

  test.each([
    ['instancesFull', 'no room for an update', PostHogCapacity.instances({ instanceTypes: [new InstanceType('r6a.xlarge')], maxInstances: 2 })],
    ['spotForClients', 'Spot for processes that clients wait for', PostHogCapacity.instances({ spot: true })],
    [
      'unknownInstanceType',
      'a type without figures',
      PostHogCapacity.instances({ instanceTypes: [new InstanceType('x2iedn.xlarge')], maxInstances: 4 }),
    ],
  ])('%s: %s', (id, _, capacity) => {
    expect(warningsOf({ capacity, products: undefined }).filter((warning) => warning.includes(`cdk-posthog:PostHog.${id}`))).toHaveLength(1);
  });

  test('is not there for the defaults of any size', () => {
    const ids = ['instancesFull', 'spotForClients', 'unknownInstanceType'];
    const warnings = Object.values(PostHogSize).flatMap((size) => warningsOf({ capacity: PostHogCapacity.instances(), size, products: undefined }));
    expect(warnings.filter((warning) => ids.some((id) => warning.includes(id)))).toEqual([]);
  });
});
