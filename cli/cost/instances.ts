import { CostLine, disk, hourly, line, Properties } from './cost-line';
import { detailedMonitoring } from './monitoring';
import { packedTasks } from './packed-tasks';
import { HOURS_PER_MONTH, Prices } from './prices';
import { hostsNeeded, hostType } from '../../lib/internal';
import { CloudFormationTemplate, numberOf, ofType } from '../alb/template';
import { providerOf, TemplateProvider } from '../template/template-capacity';
import { launchedTypeOf, launchTemplateOf, TemplateService } from '../template/template-services';

/** Estimates an instance. A NAT instance has a public address, the instance of a volume has none. */
export function instance(properties: Properties, _: CloudFormationTemplate, prices: Prices): CostLine[] {
  const { InstanceType, NetworkInterfaces = [], BlockDeviceMappings, Monitoring } = properties;
  const interfaces = Array.isArray(NetworkInterfaces) ? (NetworkInterfaces as { AssociatePublicIpAddress?: unknown }[]) : undefined;
  const addresses = interfaces?.filter(({ AssociatePublicIpAddress }) => AssociatePublicIpAddress === true).length;
  return [
    hourly('EC2: TYPE', prices.hourly.ec2, InstanceType, 1),
    ...rootVolumes(BlockDeviceMappings, 1, prices),
    ...(Monitoring === true ? detailedMonitoring(1, prices) : []),
    ...publicAddresses(addresses, prices.perHour),
  ];
}

/** The size of the root volume of Amazon Linux 2023's images, in GiB. */
const IMAGE_DISK = 8;

/** Creates the lines of the disks that instances are launched with; without any, that of the image. */
function rootVolumes(mappings: unknown, quantity: number | undefined, { perMonth }: Prices): CostLine[] {
  const disks = (Array.isArray(mappings) ? mappings : []) as { readonly Ebs?: { readonly VolumeSize?: unknown } }[];
  const sizes = disks.flatMap(({ Ebs }) => (Ebs ? [Ebs.VolumeSize ?? IMAGE_DISK] : []));
  return (sizes.length > 0 ? sizes : [IMAGE_DISK]).map((size) => disk('Root volume', size, quantity, perMonth.gp3Gb, ' gp3'));
}

/** Creates the line of public addresses; none if there are none. */
export function publicAddresses(quantity: number | undefined, { publicIpv4 }: Prices['perHour']): CostLine[] {
  return quantity === 0 ? [] : [line('Public IPv4 address', quantity, publicIpv4 * HOURS_PER_MONTH)];
}

/**
 * Estimates the minimum number of instances of a group, on demand or Spot, with their disks.
 *
 * All tasks on them share them. Of several types, the preferred one counts.
 */
export function group(properties: Properties, template: CloudFormationTemplate, prices: Prices): CostLine[] {
  const quantity = numberOf(properties.DesiredCapacity ?? properties.MinSize);
  if (quantity === 0) {
    return [];
  }
  const { BlockDeviceMappings, Monitoring } = launchTemplateOf(template, properties) ?? {};
  const type = launchedTypeOf(template, properties);
  const onDemand = onDemandOf(properties, quantity);
  const { ec2 } = prices.hourly;
  return [
    ...(onDemand === 0 ? [] : [hourly('EC2: TYPE', ec2, type, onDemand)]),
    ...(onDemand === quantity
      ? []
      : [
          hourly(
            'EC2 Spot: TYPE (estimate)',
            ec2,
            type,
            quantity === undefined || onDemand === undefined ? undefined : quantity - onDemand,
            1 - prices.ec2SpotDiscount,
          ),
        ]),
    ...rootVolumes(BlockDeviceMappings, quantity, prices),
    ...(Monitoring?.Enabled === true ? detailedMonitoring(quantity, prices) : []),
  ];
}

/** Returns the number of instances of a group that are not Spot; undefined if the number of all is not known. */
function onDemandOf({ MixedInstancesPolicy }: Properties, quantity: number | undefined): number | undefined {
  const { InstancesDistribution: { OnDemandBaseCapacity, OnDemandPercentageAboveBaseCapacity } = {} } = (MixedInstancesPolicy ?? {}) as {
    readonly InstancesDistribution?: { readonly OnDemandBaseCapacity?: unknown; readonly OnDemandPercentageAboveBaseCapacity?: unknown };
  };
  if (quantity === undefined) {
    return undefined;
  }
  const base = Math.min(quantity, numberOf(OnDemandBaseCapacity) ?? 0);
  return base + Math.ceil(((quantity - base) * (numberOf(OnDemandPercentageAboveBaseCapacity) ?? 100)) / 100);
}

/** The disk of a managed instance in GiB, if its provider names none. */
const MANAGED_DISK = 80;

interface ManagedProvider {
  readonly CapacityOptionType?: unknown;
  readonly InstanceRequirements?: { readonly AllowedInstanceTypes?: unknown };
  readonly StorageConfiguration?: { readonly StorageSizeGiB?: unknown };
}

/**
 * Estimates the ECS Managed Instances that the minimum number of tasks of a capacity provider needs: ECS chooses their number and types, so it counts
 * those of the first allowed type that all tasks fit on, with the fee.
 */
export function managedInstances(properties: Properties & TemplateProvider, template: CloudFormationTemplate, prices: Prices): CostLine[] {
  const launch: ManagedProvider | undefined = properties.ManagedInstancesProvider?.InstanceLaunchTemplate;
  if (launch === undefined) {
    return [];
  }
  const services = ofType<TemplateService>(template, 'AWS::ECS::Service').filter(([, service]) => providerOf(template, service) === properties);
  const [type] = listOf(launch.InstanceRequirements?.AllowedInstanceTypes);
  const known = typeof type === 'string' ? hostType(type) : undefined;
  const tasks = packedTasks(template, services);
  const hosts = known && hostsNeeded(tasks, known, { rollingHeadroom: false });
  if (tasks.length === 0) {
    return [];
  }
  if (hosts === undefined) {
    return [line('Managed Instances', undefined)];
  }
  const spot = launch.CapacityOptionType === 'SPOT' ? prices.ec2SpotDiscount : 0;
  const kind = spot > 0 ? 'Managed Spot Instance' : 'Managed Instance';
  return [
    hourly(
      `${kind}: TYPE, with a fee of ${Math.round(prices.managedInstancesFee * 100)} % (estimate)`,
      prices.hourly.ec2,
      type,
      hosts,
      1 - spot + prices.managedInstancesFee,
    ),
    disk('Root volume', launch.StorageConfiguration?.StorageSizeGiB ?? MANAGED_DISK, hosts, prices.perMonth.gp3Gb, ' gp3'),
  ];
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as unknown[]) : [];
}
