import { Grade, value } from './figures';
import { KafkaPlan, loadBalancerUnits } from './stores';
import { hostDollars, hostsOf } from './hosts';
import { Capacity, Plan } from './plan';
import { PROCESSES } from './tasks';
import { taskPerHour } from '../cost/fargate';
import { HOURS_PER_MONTH, PRICES } from '../cost/prices';
import { APP_TASK_DISK_GIB, type PostHogProcess, PostHogSize } from '../../lib/internal';

/** One line of the cost of a plan, in dollars a month. */
export interface PlanCost {
  readonly what: string;
  /** The cost of the first month at the minimum number of tasks: what `cost` prints. */
  readonly least: number;
  /** The cost with the average traffic, at the end of the retention. */
  readonly most: number;
}

/**
 * Everything that does not depend on traffic: load balancer, NAT, addresses, zones, secrets, alarms, metrics, backups, root disks.
 *
 * The figures that `cost` prints for the snippets of `size`, without the lines below; a test compares them.
 */
export const OTHER_COSTS: Readonly<Record<PostHogSize, number>> = {
  [PostHogSize.DEV]: 86,
  [PostHogSize.SMALL]: 107,
  [PostHogSize.PRODUCTION]: 129,
  [PostHogSize.LARGE]: 129,
};

/** The memory of a Keeper's instance, by its type. */
const KEEPERS = { type: 't4g.small', count: 3, volumeGib: 10 };

/** Returns the price of an hour; throws for a type without a price, which is a defect of the tables. */
function hourly(table: keyof typeof PRICES.hourly, type: string): number {
  const price = PRICES.hourly[table][type];
  if (price === undefined) {
    throw new Error(`no price of ${type} in cli/cost/prices.ts (${table})`);
  }
  return price;
}

function fargate({ tasks: { size }, tasksAtLoad }: Plan): PlanCost {
  const sum = (count: (process: PostHogProcess, least: number) => number) =>
    PROCESSES.reduce((total, { process, image, sizes }) => {
      const { cpu, memoryLimitMiB, minTasks } = sizes[size];
      const disk = image === 'app' ? { EphemeralStorage: { SizeInGiB: APP_TASK_DISK_GIB } } : {};
      const perHour = taskPerHour({ Cpu: String(cpu), Memory: String(memoryLimitMiB), ...disk }, PRICES) ?? 0;
      return total + perHour * HOURS_PER_MONTH * count(process, minTasks);
    }, 0);
  return { what: 'tasks on Fargate', least: sum((_, least) => least), most: sum((process, least) => tasksAtLoad.get(process) ?? least) };
}

function instances(plan: Plan): PlanCost {
  const { instanceType, minInstances, instancesAtLoad } = hostsOf(plan);
  const each = hostDollars(instanceType);
  return { what: 'tasks on instances', least: minInstances * each, most: instancesAtLoad * each };
}

/** Returns the cost of the tasks of a plan on a capacity. */
export function taskCost(plan: Plan, capacity: Capacity): PlanCost {
  return capacity === 'fargate' ? fargate(plan) : instances(plan);
}

function kafka({ kind, instanceType, zones, brokersPerSubnet, volumeGib }: KafkaPlan): PlanCost {
  const brokers = zones * brokersPerSubnet;
  const [each, perGib] =
    kind === 'msk' ? [hourly('msk', `kafka.${instanceType}`), PRICES.perMonth.mskGb] : [hourly('ec2', instanceType), PRICES.perMonth.gp3Gb];
  const amount = brokers * (each * HOURS_PER_MONTH + volumeGib * perGib);
  return { what: 'Kafka', least: amount, most: amount };
}

function clickHouse({ clickHouse: { instanceType, replicas, volumeGib, maxVolumeGib } }: Plan): PlanCost {
  const keepers = replicas > 1 ? KEEPERS.count * (hourly('ec2', KEEPERS.type) * HOURS_PER_MONTH + KEEPERS.volumeGib * PRICES.perMonth.gp3Gb) : 0;
  const amount = (gib: number) => replicas * (hourly('ec2', instanceType) * HOURS_PER_MONTH + gib * PRICES.perMonth.gp3Gb) + keepers;
  return { what: 'ClickHouse', least: amount(volumeGib), most: amount(Math.max(volumeGib, maxVolumeGib)) };
}

function postgres({ postgres: { instanceType, multiAz, storageGib } }: Plan): PlanCost {
  const amount = (multiAz ? 2 : 1) * (hourly('rds', `db.${instanceType}`) * HOURS_PER_MONTH + storageGib * PRICES.perMonth.rdsGb);
  return { what: 'PostgreSQL', least: amount, most: amount };
}

function cache({ cache: { nodeType, replicas } }: Plan): PlanCost {
  const amount = (1 + replicas) * hourly('cache', `cache.${nodeType}`) * HOURS_PER_MONTH;
  return { what: 'cache', least: amount, most: amount };
}

/** Returns the cost of a plan, by part. */
export function costOf(plan: Plan): PlanCost[] {
  const byUse = plan.recordingGib * PRICES.perMonth.s3Gb + loadBalancerUnits(plan.rates) * value('loadBalancerUnitDollars') * HOURS_PER_MONTH;
  return [
    taskCost(plan, plan.capacity),
    kafka(plan.kafka),
    clickHouse(plan),
    postgres(plan),
    cache(plan),
    { what: 'load balancer, NAT, alarms, secrets, backups', least: OTHER_COSTS[plan.tasks.size], most: OTHER_COSTS[plan.tasks.size] },
    { what: 'by use: load balancer units, recordings in S3', least: 0, most: byUse },
  ];
}

/** Returns the sum of a cost. */
export function sumOf(costs: readonly PlanCost[]): { readonly least: number; readonly most: number } {
  return {
    least: costs.reduce((sum, { least }) => sum + least, 0),
    most: costs.reduce((sum, { most }) => sum + most, 0),
  };
}

/** The grade of a cost: prices are documented, the number of tasks and the size of disks are not. */
export const COST_GRADE = Grade.ESTIMATED;
