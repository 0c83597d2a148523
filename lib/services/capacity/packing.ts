import { DEFAULT_ZONES, fitsIn, HostCapacity, hostCapacity, largestFirst, PackedTask, place, Placement, sumOf } from './host-placement';
import { HOST_TYPES, HostType } from './instance-types';

export { type PackedTask } from './host-placement';

/** The number of instances that tasks are placed on, and the rules for them. */
export interface PackingOptions {
  /**
   * Indicates whether every process must keep a task when any one instance is lost.
   * @default false
   */
  readonly survivesHostLoss?: boolean;
  /**
   * Indicates whether a second task of any process must have room next to all tasks. Without, a deployment waits until another instance has started.
   * @default true
   */
  readonly rollingHeadroom?: boolean;
  /**
   * The number of availability zones, which instances are spread over.
   * @default 2
   */
  readonly zones?: number;
}

/** The number of instances above which a type is not considered. */
const MOST_HOSTS = 100;

/** The part of the interfaces that the default minimum leaves free. Without, ECS places replicas in one zone in most orders of a deployment. */
const FREE_INTERFACES = 0.1;

/** The number of other types that a message names. */
const ALTERNATIVES = 5;

/**
 * Returns the first reason why tasks do not fit on a number of equal instances; undefined if they do.
 *
 * They fit if every task has room, and a process with several tasks has them in different zones. With `rollingHeadroom`, there is also room for the
 * second task of any process during a deployment. With `survivesHostLoss`, there is room for a task of each process that an instance takes with it:
 * ECS starts a lost task on the other instances; tasks that run stay where they are.
 */
export function packingProblem(tasks: readonly PackedTask[], type: HostType, hosts: number, options: PackingOptions = {}): string | undefined {
  const { survivesHostLoss = false, rollingHeadroom = true, zones = DEFAULT_ZONES } = options;
  const host = hostCapacity(type);
  const single = tasks.find((task) => task.count > 0 && !fitsIn(task, host));
  if (single) {
    return `a task of \`${single.process}\` reserves ${resources(single)}, and one ${type.name} has ${resources(host)}`;
  }
  const shortage = sumShortage(tasks, type, hosts);
  if (shortage !== undefined) {
    return shortage;
  }
  // The order of a deployment is not known. Where memory is short, large tasks first fit best; where interfaces are, those that need two zones.
  const orders = [largestFirst(tasks), [...largestFirst(tasks)].sort((one, other) => Number(other.count > 1) - Number(one.count > 1))];
  const problems = orders.map((order) => {
    const placement = place(order, Array<HostCapacity>(hosts).fill(host), zones);
    const problem = placementProblem(tasks, placement, { rollingHeadroom, zones });
    return problem ?? (survivesHostLoss ? hostLoss(tasks, placement) : undefined);
  });
  const [problem] = problems.includes(undefined) ? [] : problems;
  return problem ? `${problem} on ${hosts} x ${type.name}` : undefined;
}

/** Returns the first thing that a placement has no room for. */
function placementProblem(
  tasks: readonly PackedTask[],
  placement: Placement,
  { rollingHeadroom, zones }: Required<Pick<PackingOptions, 'rollingHeadroom' | 'zones'>>,
): string | undefined {
  if (placement.unplaced.length > 0) {
    return `no room for ${placement.unplaced.length} of ${sumOf(tasks).tasks} tasks (${namesOf(placement.unplaced)})`;
  }
  const together = zones > 1 ? tasks.filter(({ process, count }) => zonesOf(placement, process, zones) < Math.min(2, count)) : [];
  if (together.length > 0) {
    return `no room for tasks in different zones (${namesOf(together.map(({ process }) => process))})`;
  }
  const replaced = rollingHeadroom ? tasks.filter(({ singleton }) => !singleton) : [];
  const [stuck] = largestFirst(replaced.filter((task) => !placement.free.some((free) => fitsIn(task, free))));
  return stuck && `no room for the second task of \`${stuck.process}\` that a deployment starts, with ${resources(stuck)},`;
}

/** Returns the resource that all instances together have too little of. */
function sumShortage(tasks: readonly PackedTask[], type: HostType, hosts: number): string | undefined {
  const [needs, host] = [sumOf(tasks), hostCapacity(type)];
  const count = `${needs.tasks} ${needs.tasks === 1 ? 'task' : 'tasks'}`;
  const group = `${hosts} x ${type.name} has`;
  if (needs.tasks > hosts * host.tasks) {
    return `${count} need as many network interfaces, and ${group} ${hosts * host.tasks} for tasks`;
  }
  if (needs.memoryMiB > hosts * host.memoryMiB) {
    return `${count} reserve ${needs.memoryMiB} MiB, and ${group} ${hosts * host.memoryMiB} MiB`;
  }
  return needs.cpu > hosts * host.cpu ? `${count} reserve ${needs.cpu} CPU units, and ${group} ${hosts * host.cpu}` : undefined;
}

/** Returns the first instance whose loss would leave a process without a task. */
function hostLoss(tasks: readonly PackedTask[], { free, processes }: Placement): string | undefined {
  for (let lost = 0; lost < free.length; lost++) {
    const others = free.filter((_, host) => host !== lost);
    const kept = new Set(processes.filter((_, host) => host !== lost).flat());
    const gone = tasks.filter(({ count, process }) => count > 0 && !kept.has(process)).map((task) => ({ ...task, count: 1 }));
    const { unplaced } = place(largestFirst(gone), others, 1);
    if (unplaced.length > 0) {
      return `no room for what a lost instance ran alone (${namesOf(unplaced)})`;
    }
  }
  return undefined;
}

function zonesOf({ processes }: Placement, process: string, zones: number): number {
  return new Set(processes.flatMap((placed, host) => (placed.includes(process) ? [host % zones] : []))).size;
}

function resources({ cpu, memoryMiB }: Pick<HostCapacity, 'cpu' | 'memoryMiB'>): string {
  return `${memoryMiB} MiB and ${cpu} CPU units`;
}

function namesOf(processes: readonly string[]): string {
  return [...new Set(processes)].join(', ');
}

/** Returns the least number of equal instances that tasks fit on; undefined if none does. */
export function hostsNeeded(tasks: readonly PackedTask[], type: HostType, options: PackingOptions = {}): number | undefined {
  const [sum, host] = [sumOf(tasks), hostCapacity(type)];
  const least = Math.max(1, Math.ceil(sum.tasks / host.tasks), Math.ceil(sum.memoryMiB / host.memoryMiB), Math.ceil(sum.cpu / host.cpu));
  for (let hosts = least; hosts <= MOST_HOSTS; hosts++) {
    if (packingProblem(tasks, type, hosts, options) === undefined) {
      return hosts;
    }
  }
  return undefined;
}

/** The number of instances of an Auto Scaling group. */
export interface HostCount {
  readonly min: number;
  readonly max: number;
}

/**
 * Returns the default number of instances of a group; undefined if the tasks fit on no number of them.
 *
 * The minimum is what the minimum number of tasks needs. Where a process has several tasks, it also has room for a deployment, and a tenth of the
 * interfaces is left for tasks that have to be in a certain zone. Where none has (size `DEV`), a deployment may wait for another instance.
 *
 * The maximum is twice that: while a stack is updated, a second task of every process may run. It is more if the maximum number of tasks needs more.
 *
 * @param tasks the tasks, at the minimum number of each process
 * @param scaledOut the tasks, at the maximum number of each process
 */
export function hostsFor(
  tasks: readonly PackedTask[],
  scaledOut: readonly PackedTask[],
  type: HostType,
  options: PackingOptions = {},
): HostCount | undefined {
  const replicated = tasks.some(({ count }) => count > 1);
  const needed = hostsNeeded(tasks, type, { ...options, rollingHeadroom: replicated });
  const rolling = hostsNeeded(tasks, type, options);
  if (needed === undefined || rolling === undefined) {
    return undefined;
  }
  const min = replicated ? Math.max(needed, Math.ceil(sumOf(tasks).tasks / (type.tasks * (1 - FREE_INTERFACES)))) : needed;
  return { min, max: Math.max(2 * min, rolling, hostsNeeded(scaledOut, type, options) ?? MOST_HOSTS) };
}

/** A type and the number of its instances that tasks fit on. */
export interface Alternative {
  readonly type: HostType;
  readonly hosts: number;
}

/** The price of a GiB of memory in that of a vCPU: m6a and r6a, and m7g and r7g, differ by it (EC2 on-demand prices, us-east-1, July 2026). */
const GIB_IN_VCPUS = 0.11;

/** Returns the types of an architecture that tasks fit on, the cheapest first. */
export function alternatives(
  tasks: readonly PackedTask[],
  architecture: HostType['architecture'],
  maxHosts: number,
  options: PackingOptions = {},
): Alternative[] {
  const weight = ({ type, hosts }: Alternative) => hosts * (type.vcpus + (type.memoryMiB / 1024) * GIB_IN_VCPUS);
  return HOST_TYPES.filter((type) => type.architecture === architecture)
    .flatMap((type) => {
      const hosts = hostsNeeded(tasks, type, options);
      return hosts === undefined || hosts > maxHosts ? [] : [{ type, hosts }];
    })
    .sort((a, b) => weight(a) - weight(b) || a.hosts - b.hosts);
}

/**
 * Returns why tasks do not fit on a group of instances, and on which types of the table they would; nothing if they do.
 *
 * A group with several types may start any of them, so the tasks must fit on each. ECS adds instances up to the maximum.
 */
export function checkPacking(tasks: readonly PackedTask[], types: readonly HostType[], maxHosts: number, options: PackingOptions = {}): string[] {
  return types.flatMap((type) => {
    const more = hostsNeeded(tasks, type, options);
    if (more !== undefined && more <= maxHosts) {
      return [];
    }
    const reason = packingProblem(tasks, type, maxHosts, options);
    if (reason === undefined) {
      return [];
    }
    const others = alternatives(tasks, type.architecture, Math.max(maxHosts, more ?? 0), options)
      .filter((one) => one.type !== type)
      .slice(0, ALTERNATIVES)
      .map(({ type: { name }, hosts }) => `${hosts} x ${name}`);
    const would = [...(more === undefined ? [] : [`${more} x ${type.name}`]), ...others];
    return [would.length === 0 ? reason : `${reason}; they fit on ${would.join(', ')}`];
  });
}
