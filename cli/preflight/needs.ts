import { CloudFormationTemplate, logicalId, numberOf, ofType, referenced } from '../alb/template';
import { containersOf, launchedTypeOf, servicesOf, taskCountOf, taskOf, tasksOf } from '../template/template-services';
import { NeedName } from './quotas';

/** The amount of something that an app needs. */
export interface Need {
  /** In use after a deployment, with the minimum number of tasks. */
  readonly steady: number;
  /** The most during a deployment, while old and new tasks of every service run. */
  readonly rolling: number;
  /** With the maximum number of tasks. */
  readonly scaledOut: number;
}

type Properties = Readonly<Record<string, unknown>>;

interface Service {
  readonly spot: boolean;
  readonly vcpu: number;
  readonly minTasks: number;
  readonly maxTasks: number;
  readonly rollingFactor: number;
}

/** The capacity provider of Fargate Spot. */
const SPOT = 'FARGATE_SPOT';

/** The default of ECS for the tasks of a service during a deployment, in percent. */
const MAXIMUM_PERCENT = 200;

/**
 * Returns how much an app needs of what quotas count: the sum of its templates.
 *
 * The counts of network interfaces leave out those of AWS's own services beyond the ones that are known here; the quota is far away.
 */
export function needsOf(templates: readonly CloudFormationTemplate[]): Readonly<Record<NeedName, Need>> {
  const services = templates.flatMap(fargateServices);
  const migrations = templates.flatMap(migrationVcpus);
  const count = (type: string) => templates.reduce((sum, template) => sum + ofType(template, type).length, 0);
  const fixed = (amount: number): Need => ({ steady: amount, rolling: amount, scaledOut: amount });
  const onDemand = vcpuOf(services.filter(({ spot }) => !spot));
  const taskCount = taskSums(services);
  const others = templates.reduce((sum, template) => sum + otherInterfaces(template), 0);
  return {
    // The migration runs before the services are updated, while the old tasks run.
    fargateVcpu: { ...onDemand, rolling: Math.max(onDemand.rolling, onDemand.steady + Math.max(0, ...migrations)) },
    fargateSpotVcpu: vcpuOf(services.filter(({ spot }) => spot)),
    ec2Vcpu: fixed(templates.flatMap(instanceTypes).reduce((sum, type) => sum + vcpuOfInstance(type), 0)),
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
    networkInterfaces: { steady: taskCount.steady + others, rolling: taskCount.rolling + others, scaledOut: taskCount.scaledOut + others },
  };
}

function fargateServices(template: CloudFormationTemplate): Service[] {
  return servicesOf(template).map(([id, service]) => {
    const { min = 1, max = min } = taskCountOf(template, [id, service]);
    return {
      spot: service.CapacityProviderStrategy?.some(({ CapacityProvider }) => CapacityProvider === SPOT) ?? false,
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
 * Returns the number of images that the tasks of an app pull from Docker Hub when all of them start: each Fargate task pulls its own.
 *
 * The minimum number of tasks of every service, and one task of each migration.
 */
export function dockerHubPulls(templates: readonly CloudFormationTemplate[]): number {
  return templates.reduce((sum, template) => {
    const counts = new Map(servicesOf(template).map((service) => [logicalId(service[1].TaskDefinition), taskCountOf(template, service).min ?? 1]));
    const pulls = tasksOf(template).map(([id, task]) => {
      const images = new Set(containersOf(task).map(({ Image }) => Image));
      return [...images].filter(isOnDockerHub).length * (counts.get(id) ?? 1);
    });
    return sum + pulls.reduce((total, count) => total + count, 0);
  }, 0);
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
    each('AWS::AutoScaling::AutoScalingGroup') +
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

/** Returns the types of the instances that a template starts, one for each. */
export function instanceTypes(template: CloudFormationTemplate): string[] {
  const ofGroups = ofType<Properties>(template, 'AWS::AutoScaling::AutoScalingGroup').flatMap(([, group]) =>
    Array<unknown>(numberOf(group.DesiredCapacity ?? group.MinSize) ?? 1).fill(launchedTypeOf(template, group)),
  );
  const single = ofType<Properties>(template, 'AWS::EC2::Instance').map(([, { InstanceType }]) => InstanceType);
  return [...ofGroups, ...single].filter((type) => typeof type === 'string');
}

/**
 * Returns the vCPUs of an instance type: 1 for medium, 2 for large and four times its number for xlarge; burstable ones (T) have at least 2.
 *
 * @see https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-types.html
 */
export function vcpuOfInstance(type: string): number {
  const [family, size = ''] = type.split('.');
  const [, times, xlarge] = /^(\d*)(x?)large$/.exec(size) ?? [];
  if (xlarge === 'x') {
    return 4 * Number(times || 1);
  }
  return size === 'large' || family.startsWith('t') ? 2 : 1;
}

function sumOf(templates: readonly CloudFormationTemplate[], type: string, amount: (properties: Properties) => number): number {
  return templates.flatMap((template) => ofType<Properties>(template, type)).reduce((sum, [, properties]) => sum + amount(properties), 0);
}

function lengthOf(list: unknown): number {
  return Array.isArray(list) ? list.length : 0;
}
