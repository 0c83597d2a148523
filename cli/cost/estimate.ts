import { clickHouseBackups, snapshots } from './backups';
import { capacityOf } from './capacity';
import { CostLine, disk, grouped, hourly, line, Properties } from './cost-line';
import { taskPerHour } from './fargate';
import { group, instance, managedInstances, publicAddresses } from './instances';
import { alarms, clusterInsights, customMetrics, functionMetrics, scalingAlarms, serviceInsights, volumeMetrics } from './monitoring';
import { HOURS_PER_MONTH, Prices } from './prices';
import { scheduledTask } from './scheduled-tasks';
import { CloudFormationTemplate, numberOf } from '../alb/template';
import { containersOf, taskCountOf, taskOf, TemplateService } from '../template/template-services';

type Rule = (properties: Properties, template: CloudFormationTemplate, prices: Prices, id: string) => CostLine[];

/** The pricing rule of each resource type. Other types are free or billed by use. */
const RULES: Readonly<Record<string, Rule>> = {
  'AWS::ECS::Service': service,
  'AWS::Lambda::Function': (properties, template, prices) => [
    ...clickHouseBackups(properties, template, prices),
    ...functionMetrics(properties, template, prices),
  ],
  'AWS::Scheduler::Schedule': scheduledTask,
  'AWS::ElasticLoadBalancingV2::LoadBalancer': loadBalancer,
  'AWS::EC2::NatGateway': (_, __, { perHour }) => [line('NAT gateway', 1, perHour.natGateway * HOURS_PER_MONTH)],
  'AWS::EC2::EIP': (_, __, { perHour }) => [line('Public IPv4 address', 1, perHour.publicIpv4 * HOURS_PER_MONTH)],
  'AWS::EC2::VPCEndpoint': endpoint,
  'AWS::EC2::Instance': instance,
  'AWS::AutoScaling::AutoScalingGroup': group,
  'AWS::ECS::CapacityProvider': managedInstances,
  'AWS::EC2::Volume': volume,
  'AWS::ECS::Cluster': clusterInsights,
  'AWS::CloudWatch::Alarm': alarms,
  'AWS::CloudWatch::CompositeAlarm': (_, __, { perMonth }) => [line('Composite alarm', 1, perMonth.compositeAlarm)],
  'AWS::CloudWatch::Dashboard': (_, __, { perMonth }) => [line('Dashboard', 1, perMonth.dashboard)],
  'AWS::ApplicationAutoScaling::ScalingPolicy': scalingAlarms,
  'AWS::Backup::BackupSelection': snapshots,
  'AWS::RDS::DBInstance': database,
  'AWS::ElastiCache::ReplicationGroup': cache,
  'AWS::MSK::Cluster': kafka,
  'AWS::SecretsManager::Secret': (_, __, { perMonth }) => [line('Secret', 1, perMonth.secret)],
  'AWS::Route53::HostedZone': hostedZone,
  // The zone is Cloud Map's own. Tasks that ECS registers cost nothing:
  // https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-discovery.html
  'AWS::ServiceDiscovery::PrivateDnsNamespace': hostedZone,
  'AWS::WAFv2::WebACL': webAcl,
  'AWS::KMS::Key': (_, __, { perMonth }) => [line('KMS key', 1, perMonth.kmsKey)],
};

/** Costs that an estimate leaves out because they depend on use. */
export const LEFT_OUT = [
  'traffic: load balancer capacity units, NAT and data transfer',
  'logs, and metrics of single tasks and containers (Container Insights with enhanced observability)',
  'runs of scheduled functions: $0.20 for a million, and their time',
  'objects in S3 and requests for them',
  'requests that a web ACL inspects: $0.60 for a million, SDK endpoints included',
  'backups of more than 100 GiB of data, incremental ones, and restore drills',
  'hours in which `runningHours` stops tasks: they count as if they ran',
  'tasks and instances above the minimum, growing disks',
  'Multi-AZ of Aurora, taxes and support',
  'what lowers a bill: the free tier, reserved instances and savings plans',
] as const;

/**
 * Estimates the monthly cost of the resources of a template, grouped, most expensive first.
 *
 * @param template the template, with the resources that its own refer to
 * @param prices the prices
 * @param has returns whether a resource counts; default: all do
 */
export function estimate(template: CloudFormationTemplate, prices: Prices, has: (id: string) => boolean = () => true): CostLine[] {
  const lines = Object.entries(template.Resources)
    .filter(([id]) => has(id))
    .flatMap(([id, { Type, Properties }]) => RULES[Type]?.((Properties ?? {}) as Properties, template, prices, id) ?? []);
  return grouped([...lines, ...customMetrics(template, prices, has)]);
}

/** Returns the length of a list of a template; undefined if it is missing or known at deployment only. */
function countOf(list: unknown): number | undefined {
  return Array.isArray(list) ? list.length : undefined;
}

/** Estimates the minimum number of tasks, each with the CPU, memory and disk of its task definition. */
function service(properties: TemplateService, template: CloudFormationTemplate, prices: Prices, id: string): CostLine[] {
  const task = taskOf(template, properties);
  if (!task) {
    return [];
  }
  const [container] = containersOf(task);
  const name = typeof container?.Name === 'string' ? container.Name : id;
  const { min } = taskCountOf(template, [id, properties]);
  const capacity = capacityOf(template, properties, min);
  const insights = serviceInsights(properties, template, prices, capacity.kind === 'fargate');
  switch (capacity.kind) {
    case 'instances':
      return insights;
    case 'unknown':
      return [line(`Task on another capacity provider: ${name}`, min), ...insights];
    case 'fargate': {
      const perHour = taskPerHour(task, prices);
      const each = perHour && perHour * HOURS_PER_MONTH;
      const { onDemand, spot } = capacity;
      return [
        ...(onDemand === 0 ? [] : [line(`Fargate task: ${name}`, onDemand, each)]),
        ...(spot === 0 ? [] : [line(`Fargate Spot task: ${name} (estimate)`, spot, each && each * (1 - prices.fargateSpotDiscount))]),
        ...insights,
      ];
    }
  }
}

/** A managed rule group counts as one rule, as any other. */
function webAcl({ Rules }: Properties, _: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  return [line('Web ACL', 1, perMonth.webAcl), line('Rule of a web ACL', countOf(Rules), perMonth.webAclRule)];
}

function hostedZone(_: Properties, __: CloudFormationTemplate, { perMonth }: Prices): CostLine[] {
  return [line('Hosted zone', 1, perMonth.hostedZone)];
}

/** An internet-facing load balancer has a public address in each of its zones. */
function loadBalancer({ Scheme, Subnets, SubnetMappings }: Properties, _: CloudFormationTemplate, { perHour }: Prices): CostLine[] {
  const addresses = Scheme === 'internet-facing' ? countOf(Subnets ?? SubnetMappings) : 0;
  return [line('Load balancer', 1, perHour.loadBalancer * HOURS_PER_MONTH), ...publicAddresses(addresses, perHour)];
}

function endpoint({ VpcEndpointType, SubnetIds }: Properties, _: CloudFormationTemplate, { perHour }: Prices): CostLine[] {
  return VpcEndpointType === 'Interface'
    ? [line('Interface endpoint per zone', countOf(SubnetIds), perHour.interfaceEndpoint * HOURS_PER_MONTH)]
    : [];
}

function cache({ CacheNodeType, NumCacheClusters, ReplicasPerNodeGroup }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const replicas = numberOf(ReplicasPerNodeGroup ?? 0);
  const nodes = NumCacheClusters === undefined && replicas !== undefined ? replicas + 1 : numberOf(NumCacheClusters);
  return [hourly('Cache node: TYPE', prices.hourly.cache, CacheNodeType, nodes)];
}

/** gp3 includes 3,000 IOPS and 125 MiB/s. */
function volume(properties: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  return [volumeStorage(properties, prices), ...volumeMetrics(properties, prices)];
}

function volumeStorage({ Size, Iops, Throughput }: Properties, { perMonth }: Prices): CostLine {
  const [{ what, each }, iops, throughput] = [
    disk('EBS volume', Size, 1, perMonth.gp3Gb, ' gp3'),
    numberOf(Iops ?? 3000),
    numberOf(Throughput ?? 125),
  ];
  if (each === undefined || iops === undefined || throughput === undefined) {
    return line(what, 1);
  }
  return line(what, 1, each + Math.max(iops - 3000, 0) * perMonth.gp3Iops + Math.max(throughput - 125, 0) * perMonth.gp3Throughput);
}

/** A standby in another zone costs as much as the instance. */
function database({ DBInstanceClass, AllocatedStorage, MultiAZ }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const copies = MultiAZ === true ? 2 : 1;
  const storage = AllocatedStorage === undefined ? [] : [disk('RDS storage', AllocatedStorage, copies, prices.perMonth.rdsGb, ' gp3')];
  return [hourly('RDS: TYPE', prices.hourly.rds, DBInstanceClass, copies), ...storage];
}

function kafka({ NumberOfBrokerNodes, BrokerNodeGroupInfo }: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const { InstanceType, StorageInfo } = (BrokerNodeGroupInfo ?? {}) as {
    InstanceType?: unknown;
    StorageInfo?: { EBSStorageInfo?: { VolumeSize?: unknown } };
  };
  const brokers = numberOf(NumberOfBrokerNodes);
  const size = StorageInfo?.EBSStorageInfo?.VolumeSize;
  return [
    hourly('Kafka broker: TYPE', prices.hourly.msk, InstanceType, brokers),
    ...(size === undefined ? [] : [disk('Kafka storage', size, brokers, prices.perMonth.mskGb)]),
  ];
}
