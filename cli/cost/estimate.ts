import { HOURS_PER_MONTH, Prices } from './prices';
import { CloudFormationTemplate, numberOf } from '../alb/template';
import { containersOf, launchedTypeOf, taskCountOf, taskOf, TemplateService } from '../template/template-services';

/** One line of an estimate. */
export interface CostLine {
  /** The resource, such as `Fargate task: web`. */
  readonly what: string;
  readonly quantity: number;
  /** The monthly price of one; undefined if the price table has none. */
  readonly each?: number;
}

type Properties = Record<string, unknown>;
type Rule = (properties: Properties, template: CloudFormationTemplate, prices: Prices, id: string) => CostLine[];

/** The pricing rule of each resource type. Other types are free or billed by use. */
const RULES: Readonly<Record<string, Rule>> = {
  'AWS::ECS::Service': service,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::EC2::NatGateway': (_, __, { perHour }) => [line('NAT gateway', 1, perHour.natGateway * HOURS_PER_MONTH)],
  'AWS::EC2::EIP': (_, __, { perHour }) => [line('Public IPv4 address', 1, perHour.publicIpv4 * HOURS_PER_MONTH)],
  'AWS::EC2::VPCEndpoint': endpoint,
  'AWS::EC2::Instance': instance,
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::EC2::Volume': volume,
  'AWS::RDS::DBInstance': database,
  'AWS::ElastiCache::ReplicationGroup': cache,
  'AWS::MSK::Cluster': kafka,
  'AWS::SecretsManager::Secret': (_, __, { perMonth }) => [line('Secret', 1, perMonth.secret)],
  'AWS::Route53::HostedZone': (_, __, { perMonth }) => [line('Hosted zone', 1, perMonth.hostedZone)],
};

/** Costs that an estimate leaves out because they depend on use. */
export const LEFT_OUT = [
  'traffic: load balancer capacity units, NAT and data transfer',
  'logs and metrics, Container Insights among them',
  'objects in S3 and requests for them',
  'backups and snapshots beyond the free amount',
  'tasks above the minimum, growing disks, root volumes of instances',
  'Multi-AZ of Aurora, reserved instances, savings plans, taxes and support',
] as const;

/** Estimates the monthly cost of the resources of a template, grouped, most expensive first. */
export function estimate(template: CloudFormationTemplate, prices: Prices): CostLine[] {
  const lines = Object.entries(template.Resources).flatMap(
    ([id, { Type, Properties }]) => RULES[Type]?.((Properties ?? {}) as Properties, template, prices, id) ?? [],
  );
  const byName = new Map<string, CostLine>();
  for (const { what, quantity, each } of lines) {
    const key = `${what} ${each}`;
    byName.set(key, { what, each, quantity: quantity + (byName.get(key)?.quantity ?? 0) });
  }
  return [...byName.values()].sort((a, b) => total(b) - total(a));
}

/** Returns the monthly cost of a line; zero if its price is unknown. */
export function total({ quantity, each = 0 }: CostLine): number {
  return quantity * each;
}

/** Creates a line. It has no price if the quantity is unknown. */
function line(what: string, quantity: number | undefined, each?: number): CostLine {
  return quantity === undefined ? { what: `${what}, quantity known at deployment`, quantity: 1 } : { what, quantity, each };
}

/** Returns the length of a list of a template; undefined if it is missing or known at deployment only. */
function countOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

/** Creates the line of a disk, by its size. */
function disk(what: string, size: unknown, quantity: number | undefined, perGib: number, kind = ''): CostLine {
  const gib = numberOf(size);
  return gib === undefined ? line(`${what}: size known at deployment`, quantity) : line(`${what}: ${gib} GiB${kind}`, quantity, gib * perGib);
}

function hourly(what: string, table: Readonly<Record<string, number>>, type: unknown, quantity: number | undefined): CostLine {
  const price = typeof type === 'string' && Object.hasOwn(table, type) ? table[type] : undefined;
  return line(
    `${what}: ${typeof type === 'string' ? type : 'type known at deployment'}`,
    quantity,
    price === undefined ? undefined : price * HOURS_PER_MONTH,
  );
}

/** Estimates the minimum number of tasks, each with the CPU and memory of its task definition. */
function service(properties: TemplateService, template: CloudFormationTemplate, { perHour }: Prices, id: string): CostLine[] {
  const task = taskOf(template, properties);
  if (!task) {
    return [];
  }
  const [container] = containersOf(task);
  const isArm = task.RuntimePlatform?.CpuArchitecture === 'ARM64';
  const [vcpu, gb] = isArm ? [perHour.fargateArmVcpu, perHour.fargateArmGb] : [perHour.fargateVcpu, perHour.fargateGb];
  const [cpu, memory] = [numberOf(task.Cpu), numberOf(task.Memory)];
  const each = cpu === undefined || memory === undefined ? undefined : ((cpu / 1024) * vcpu + (memory / 1024) * gb) * HOURS_PER_MONTH;
  return [line(`Fargate task: ${typeof container?.Name === 'string' ? container.Name : id}`, taskCountOf(template, [id, properties]).min, each)];
}

/** An internet-facing load balancer has a public address in each of its zones. */
function loadBalancer({ Scheme, Subnets, SubnetMappings }: Properties, _: CloudFormationTemplate, { perHour }: Prices): CostLine[] {
  const addresses = Scheme === 'internet-facing' ? countOf(Subnets ?? SubnetMappings) : 0;
  return [line('Load balancer', 1, perHour.loadBalancer * HOURS_PER_MONTH), ...publicAddresses(addresses, perHour)];
}

/** A NAT instance has a public address, the instance of a volume has none. */
function instance({ InstanceType, NetworkInterfaces = [] }: Properties, _: CloudFormationTemplate, { hourly: { ec2 }, perHour }: Prices): CostLine[] {
  const interfaces = Array.isArray(NetworkInterfaces) ? (NetworkInterfaces as { AssociatePublicIpAddress?: unknown }[]) : undefined;
  const addresses = interfaces?.filter(({ AssociatePublicIpAddress }) => AssociatePublicIpAddress === true).length;
  return [hourly('EC2', ec2, InstanceType, 1), ...publicAddresses(addresses, perHour)];
}

function publicAddresses(quantity: number | undefined, { publicIpv4 }: Prices['perHour']): CostLine[] {
  return quantity === 0 ? [] : [line('Public IPv4 address', quantity, publicIpv4 * HOURS_PER_MONTH)];
}

function endpoint({ VpcEndpointType, SubnetIds }: Properties, _: CloudFormationTemplate, { perHour }: Prices): CostLine[] {
  return VpcEndpointType === 'Interface'
    ? [line('Interface endpoint per zone', countOf(SubnetIds), perHour.interfaceEndpoint * HOURS_PER_MONTH)]
    : [];
}

function group(properties: Properties, template: CloudFormationTemplate, prices: Prices): CostLine[] {
  return [hourly('EC2', prices.hourly.ec2, launchedTypeOf(template, properties), numberOf(properties.DesiredCapacity ?? properties.MinSize))];
}

function cache({ CacheNodeType, NumCacheClusters, ReplicasPerNodeGroup }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const replicas = numberOf(ReplicasPerNodeGroup ?? 0);
  const nodes = NumCacheClusters === undefined && replicas !== undefined ? replicas + 1 : numberOf(NumCacheClusters);
  return [hourly('Cache node', prices.hourly.cache, CacheNodeType, nodes)];
}

/** gp3 includes 3,000 IOPS and 125 MiB/s. */
function volume({ Size, Iops, Throughput }: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  const [{ what, each }, iops, throughput] = [
    disk('EBS volume', Size, 1, perMonth.gp3Gb, ' gp3'),
    numberOf(Iops ?? 3000),
    numberOf(Throughput ?? 125),
  ];
  if (each === undefined || iops === undefined || throughput === undefined) {
    return [line(what, 1)];
  }
  return [line(what, 1, each + Math.max(iops - 3000, 0) * perMonth.gp3Iops + Math.max(throughput - 125, 0) * perMonth.gp3Throughput)];
}

/** A standby in another zone costs as much as the instance. */
function database({ DBInstanceClass, AllocatedStorage, MultiAZ }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const copies = MultiAZ === true ? 2 : 1;
  const storage = AllocatedStorage === undefined ? [] : [disk('RDS storage', AllocatedStorage, copies, prices.perMonth.rdsGb, ' gp3')];
  return [hourly('RDS', prices.hourly.rds, DBInstanceClass, copies), ...storage];
}

function kafka({ NumberOfBrokerNodes, BrokerNodeGroupInfo }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const { InstanceType, StorageInfo } = (BrokerNodeGroupInfo ?? {}) as {
    InstanceType?: unknown;
    StorageInfo?: { EBSStorageInfo?: { VolumeSize?: unknown } };
  };
  const brokers = numberOf(NumberOfBrokerNodes);
  const size = StorageInfo?.EBSStorageInfo?.VolumeSize;
  return [
    hourly('Kafka broker', prices.hourly.msk, InstanceType, brokers),
    ...(size === undefined ? [] : [disk('Kafka storage', size, brokers, prices.perMonth.mskGb)]),
  ];
}
