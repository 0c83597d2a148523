import { hostCount, hostVcpus, managedVcpus, steadyHosts, vcpuOfInstance } from './host-needs';
import { Need, sumOfNeeds } from './need';
import { NeedName } from './quotas';
import { CloudFormationTemplate, logicalId, numberOf, ofType, referenced } from '../alb/template';
import { CapacityKind, capacityKindOf, hostGroupsOf } from '../template/template-capacity';
import {
  containersOf,
  launchedTypesOf,
  servicesOf,
  taskCountOf,
  taskOf,
  tasksOf,
  TemplateService,
  TemplateTask,
} from '../template/template-services';

type Properties = Readonly<Record<string, unknown>>;

interface Service {
  readonly kind: CapacityKind;
  readonly vcpu: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly rollingFactor: number;
}

/** The network interfaces of a host without its tasks: its own, and the trunk, of which those of tasks are branches. */
const INTERFACES_OF_HOST = 2;

/** The default of ECS for the tasks of a service during a deployment, in percent. */
const MAXIMUM_PERCENT = 200;

/**
 * Returns how much an app needs of what quotas count: the sum of its templates.
 *
 * The counts of network interfaces leave out those of AWS's own services beyond the ones that are known here; the quota is far away.
 */
export function needsOf(templates: readonly CloudFormationTemplate[]): Readonly<Record<NeedName, Need>> {
  const services = templates.flatMap(runningServices);
  const migrations = templates.flatMap(migrationVcpus);
  const count = (type: string) => templates.reduce((sum, template) => sum + ofType(template, type).length, 0);
  const fixed = (amount: number): Need => ({ steady: amount, rolling: amount, scaledOut: amount });
  const of = (kind: CapacityKind) => services.filter((service) => service.kind === kind);
  const onDemand = vcpuOf(of('fargate'));
  const taskCount = taskSums(services);
  const others = templates.reduce((sum, template) => sum + otherInterfaces(template), 0);
  return {
    // The migration runs before the services are updated, while the old tasks run.
    fargateVcpu: { ...onDemand, rolling: Math.max(onDemand.rolling, onDemand.steady + Math.max(0, ...migrations)) },
    fargateSpotVcpu: vcpuOf(of('fargate-spot')),
    ec2Vcpu: sumOfNeeds([
      fixed(templates.flatMap(singleInstances).reduce((sum, type) => sum + vcpuOfInstance(type), 0)),
      ...templates.flatMap((template) => [hostVcpus(template, { spot: false }), managedVcpus(template, { spot: false })]),
    ]),
    ec2SpotVcpu: sumOfNeeds(templates.flatMap((template) => [hostVcpus(template, { spot: true }), managedVcpus(template, { spot: true })])),
    elasticIps: fixed(count('AWS::EC2::EIP')),
    vpcs: fixed(count('AWS::EC2::VPC')),
    natGatewaysPerZone: fixed(Math.max(0, ...templates.flatMap(natGatewaysOfZones))),
    loadBalancers: fixed(count('AWS::ElasticLoadBalancingV2::LoadBalancer')),
    rulesPerLoadBalancer: fixed(Math.max(0, ...templates.flatMap(rulesOfListeners))),
    targetGroups: fixed(count('AWS::ElasticLoadBalancingV2::TargetGroup')),
    databases: fixed(count('AWS::RDS::DBInstance')),
    cacheNodes: fixed(sumOf(templates, 'AWS::ElastiCache::ReplicationGroup', ({ NumCacheClusters }) => numberOf(NumCacheClusters) ?? 1)),
    kafkaBrokers: fixed(sumOf(templates, 'AWS::MSK::Cluster', ({ NumberOfBrokerNodes }) => numberOf(NumberOfBrokerNodes) ?? 0)),
    secrets: fixed(count('AWS::SecretsManager::Secret')),
    roles: fixed(count('AWS::IAM::Role')),
    networkInterfaces: sumOfNeeds([taskCount, fixed(others), ...templates.map((template) => hostCount(template, INTERFACES_OF_HOST))]),
  };
}

function runningServices(template: CloudFormationTemplate): Service[] {
  return servicesOf(template).map(([id, service]) => {
    const { min = 1, max = min } = taskCountOf(template, [id, service]);
    return {
      kind: capacityKindOf(template, service),
      vcpu: (numberOf(taskOf(template, service)?.Cpu) ?? 0) / 1024,
      minTasks: min,
      maxTasks: max,
      rollingFactor: (numberOf(service.DeploymentConfiguration?.MaximumPercent) ?? MAXIMUM_PERCENT) / 100,
    };
  });
}

/** Returns the vCPUs of tasks that no service runs: those of migrations. */
function migrationVcpus(template: CloudFormationTemplate): number[] {
  const ofServices = new Set(servicesOf(template).map(([, { TaskDefinition }]) => logicalId(TaskDefinition)));
  return tasksOf(template).flatMap(([id, { Cpu }]) => (ofServices.has(id) ? [] : [(numberOf(Cpu) ?? 0) / 1024]));
}

/**
 * Returns the number of images that an app pulls from Docker Hub when all of it starts: each Fargate task pulls its own, and a host pulls an image
 * once for all of its tasks.
 *
 * The minimum number of tasks and hosts, and one task of each migration. Tasks of Managed Instances and of other capacity providers count as on
 * Fargate, because the number of their hosts is not known.
 */
export function dockerHubPulls(templates: readonly CloudFormationTemplate[]): number {
  return templates.reduce((sum, template) => {
    const services = servicesOf(template);
    const shared = services.filter(([, service]) => capacityKindOf(template, service) === 'instances');
    const onHosts = new Set(shared.map(([, { TaskDefinition }]) => logicalId(TaskDefinition)));
    const counts = new Map(services.map((service) => [logicalId(service[1].TaskDefinition), taskCountOf(template, service).min ?? 1]));
    const pulls = tasksOf(template).map(([id, task]) => (onHosts.has(id) ? 0 : hubImages(task).length * (counts.get(id) ?? 1)));
    return sum + pulls.reduce((total, count) => total + count, 0) + pullsOfHosts(template, shared);
  }, 0);
}

function pullsOfHosts(template: CloudFormationTemplate, services: readonly [string, TemplateService][]): number {
  const images = new Set(services.flatMap(([, service]) => hubImages(taskOf(template, service))));
  return images.size * steadyHosts(template);
}

/** Returns the images of a task that are on Docker Hub, without duplicates. */
function hubImages(task: TemplateTask | undefined): unknown[] {
  return [...new Set(containersOf(task).map(({ Image }) => Image))].filter(isOnDockerHub);
}

/** Returns whether an image is on Docker Hub: its first part is no registry, or Docker Hub's own name (distribution/reference). */
function isOnDockerHub(image: unknown): boolean {
  if (typeof image !== 'string') {
    return false;
  }
  const [registry, ...rest] = image.split('/');
  return rest.length === 0 || registry === 'docker.io' || !/[.:]|^localhost$/.test(registry);
}

function vcpuOf(services: readonly Service[]): Need {
  const sum = (amount: (service: Service) => number) => services.reduce((total, service) => total + service.vcpu * amount(service), 0);
  return {
    steady: sum(({ minTasks }) => minTasks),
    rolling: sum(({ minTasks, rollingFactor }) => Math.floor(minTasks * rollingFactor)),
    scaledOut: sum(({ maxTasks }) => maxTasks),
  };
}

function taskSums(services: readonly Service[]): Need {
  return vcpuOf(services.map((service) => ({ ...service, vcpu: 1 })));
}

/** Returns the number of network interfaces of everything but tasks. */
function otherInterfaces(template: CloudFormationTemplate): number {
  const inSubnets = (type: string, property: string) => sumOf([template], type, (properties) => lengthOf(properties[property]));
  const each = (type: string) => ofType(template, type).length;
  return (
    inSubnets('AWS::ElasticLoadBalancingV2::LoadBalancer', 'Subnets') +
    inSubnets('AWS::EC2::VPCEndpoint', 'SubnetIds') +
    each('AWS::EC2::NatGateway') +
    each('AWS::EC2::Instance') +
    each('AWS::AutoScaling::AutoScalingGroup') -
    hostGroupsOf(template).length +
    each('AWS::RDS::DBInstance') +
    sumOf([template], 'AWS::ElastiCache::ReplicationGroup', ({ NumCacheClusters }) => numberOf(NumCacheClusters) ?? 1) +
    sumOf([template], 'AWS::MSK::Cluster', ({ NumberOfBrokerNodes }) => numberOf(NumberOfBrokerNodes) ?? 0)
  );
}

/** Returns the numbers of rules of the listeners that a template has rules for, in no order. */
function rulesOfListeners(template: CloudFormationTemplate): number[] {
  const counts = new Map<string, number>();
  for (const [, { ListenerArn }] of ofType<Properties>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule')) {
    const listener = JSON.stringify(ListenerArn);
    counts.set(listener, (counts.get(listener) ?? 0) + 1);
  }
  return [...counts.values()];
}

/** Returns the numbers of NAT gateways in the zones of a template, in no order. */
function natGatewaysOfZones(template: CloudFormationTemplate): number[] {
  const counts = new Map<string, number>();
  for (const [, { SubnetId }] of ofType<Properties>(template, 'AWS::EC2::NatGateway')) {
    const zone = JSON.stringify(referenced<Properties>(template, 'AWS::EC2::Subnet', SubnetId)?.AvailabilityZone ?? SubnetId);
    counts.set(zone, (counts.get(zone) ?? 0) + 1);
  }
  return [...counts.values()];
}

/** Returns the types of the instances that a template can start, without duplicates. */
export function instanceTypes(template: CloudFormationTemplate): string[] {
  const types = ofType<Properties>(template, 'AWS::AutoScaling::AutoScalingGroup').flatMap(([, group]) => launchedTypesOf(template, group));
  const single = ofType<Properties>(template, 'AWS::EC2::Instance').map(([, { InstanceType }]) => InstanceType);
  return [...new Set([...types, ...single])].filter((type) => typeof type === 'string');
}

/** Returns the types of the instances that are no hosts of tasks, one for each instance. */
function singleInstances(template: CloudFormationTemplate): string[] {
  const hosts = hostGroupsOf(template).map(({ id }) => id);
  const ofGroups = ofType<Properties>(template, 'AWS::AutoScaling::AutoScalingGroup')
    .filter(([id]) => !hosts.includes(id))
    .flatMap(([, group]) => Array<unknown>(numberOf(group.DesiredCapacity ?? group.MinSize) ?? 1).fill(launchedTypesOf(template, group)[0]));
  const single = ofType<Properties>(template, 'AWS::EC2::Instance').map(([, { InstanceType }]) => InstanceType);
  return [...ofGroups, ...single].filter((type) => typeof type === 'string');
}

function sumOf(templates: readonly CloudFormationTemplate[], type: string, amount: (properties: Properties) => number): number {
  return templates.flatMap((template) => ofType<Properties>(template, type)).reduce((sum, [, properties]) => sum + amount(properties), 0);
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
