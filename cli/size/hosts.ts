import { type Plan } from './plan';
import { PROCESSES } from './tasks';
import { HOURS_PER_MONTH, PRICES } from '../cost/prices';
import {
  hostsFor,
  hostsNeeded,
  hostType,
  memoryReservation,
  type PackedTask,
  type PostHogProcess,
  PostHogSize,
  type TaskSize,
} from '../../lib/internal';

/** The instances that the tasks of a plan share. */
export interface HostPlan {
  readonly instanceType: string;
  readonly minInstances: number;
  readonly maxInstances: number;
  /** The instances with the average traffic. */
  readonly instancesAtLoad: number;
}

/** The types that are considered: tasks run out of memory first, and r6a is the cheapest family with much of it for x86. */
const TYPES = ['r6a.large', 'r6a.xlarge', 'r6a.2xlarge', 'r6a.4xlarge'];

/** The part of the CPU of a process that a task reserves: the default of `PostHogCapacity.instances()`. */
const CPU_RESERVATION = 0.25;

/** The disk of an instance, in GiB, gp3. */
const HOST_DISK_GIB = 50;

/** Returns the dollars a month of an instance with its disk. */
export function hostDollars(instanceType: string): number {
  return PRICES.hourly.ec2[instanceType] * HOURS_PER_MONTH + HOST_DISK_GIB * PRICES.perMonth.gp3Gb;
}

/** Returns what tasks reserve. */
function packed(size: PostHogSize, count: (process: PostHogProcess, size: TaskSize) => number): PackedTask[] {
  return PROCESSES.map((definition) => ({
    process: definition.process,
    count: count(definition.process, definition.sizes[size]),
    cpu: Math.round(definition.sizes[size].cpu * CPU_RESERVATION),
    memoryMiB: memoryReservation(definition, size),
    singleton: definition.single !== undefined,
  }));
}

/** The instances of plans: packing takes a part of a second. */
const PLANNED = new WeakMap<Plan, HostPlan>();

/**
 * Returns the instances that the tasks of a plan share, or would share: of the cheapest type that they fit on. Sizes with two tasks of every process
 * keep one of each when an instance is lost.
 */
export function hostsOf(plan: Plan): HostPlan {
  const hosts = PLANNED.get(plan) ?? planHosts(plan);
  PLANNED.set(plan, hosts);
  return hosts;
}

function planHosts({ tasks: { size, raised }, tasksAtLoad: atLoad }: Plan): HostPlan {
  const survivesHostLoss = size === PostHogSize.PRODUCTION || size === PostHogSize.LARGE;
  const options = { survivesHostLoss, zones: survivesHostLoss ? 3 : 2 };
  const least = packed(size, (_, { minTasks }) => minTasks);
  const most = packed(size, (process, { maxTasks }) => raised.find((one) => one.process === process)?.maxTasks ?? maxTasks);
  const average = packed(size, (process, { minTasks }) => atLoad.get(process) ?? minTasks);
  const found = TYPES.flatMap((name): HostPlan[] => {
    const type = hostType(name);
    const count = type && hostsFor(least, most, type, options);
    const needed = type && hostsNeeded(average, type, { ...options, rollingHeadroom: false });
    return count === undefined || needed === undefined
      ? []
      : [{ instanceType: name, minInstances: count.min, maxInstances: count.max, instancesAtLoad: Math.max(count.min, needed) }];
  });
  const dollars = ({ instanceType, minInstances }: HostPlan) => minInstances * hostDollars(instanceType);
  const [cheapest] = found.sort((a, b) => dollars(a) - dollars(b));
  if (!cheapest) {
    throw new Error(`the tasks of ${size} fit on no instance type of ${TYPES.join(', ')}`);
  }
  return cheapest;
}
