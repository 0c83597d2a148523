import { HostType } from './instance-types';

/** The tasks of one process, as ECS places them: by what they reserve. */
export interface PackedTask {
  readonly process: string;
  /** The number of tasks. */
  readonly count: number;
  /** The reserved CPU units of one task; 1024 are one vCPU. */
  readonly cpu: number;
  /** The reserved memory of one task. */
  readonly memoryMiB: number;
  /** Indicates whether a new task starts only after the old one has stopped, so that a deployment needs no room for a second one. */
  readonly singleton: boolean;
}

/** The resources of an instance that tasks can reserve, or the rest of them. */
export interface HostCapacity {
  readonly cpu: number;
  readonly memoryMiB: number;
  /** The number of tasks, each with a network interface of its own. */
  readonly tasks: number;
}

/** The result of placing tasks on instances: what is left of each instance, and which process has a task where. */
export interface Placement {
  readonly free: readonly HostCapacity[];
  /** The process of each task of each instance. */
  readonly processes: readonly (readonly string[])[];
  /** The processes with a task that found no room, one entry for each. */
  readonly unplaced: readonly string[];
}

/**
 * The part of an instance's memory that its kernel and its firmware keep: what ECS registers is less than the size of the type by this.
 * Karpenter assumes 7.5 % for Kubernetes (VM_MEMORY_OVERHEAD_PERCENT), which is pessimistic: `PESSIMISTIC_OVERHEAD`.
 */
const KERNEL_OVERHEAD = 0.035;

/** The overhead that Karpenter assumes (aws/karpenter-provider-aws v1.15.2, pkg/operator/options/options.go). */
export const PESSIMISTIC_OVERHEAD = 0.075;

/** The memory that ECS leaves to its agent, Docker and the SSM agent, in MiB: `ECS_RESERVED_MEMORY` of the instances. */
export const ECS_RESERVED_MEMORY_MIB = 256;

const CPU_UNITS_PER_VCPU = 1024;

/** The number of availability zones that the library uses by default. */
export const DEFAULT_ZONES = 2;

/**
 * Returns what tasks can reserve on an instance.
 *
 * @param type the instance type
 * @param overhead the part of the memory that ECS does not register; an estimate until an instance has registered
 *   (`aws ecs describe-container-instances`, `registeredResources`)
 */
export function hostCapacity(type: HostType, overhead = KERNEL_OVERHEAD): HostCapacity {
  const memoryMiB = Math.floor(type.memoryMiB * (1 - overhead)) - ECS_RESERVED_MEMORY_MIB;
  return { cpu: type.vcpus * CPU_UNITS_PER_VCPU, memoryMiB, tasks: type.tasks };
}

/**
 * Places tasks one after the other, as ECS does with the strategies of the library: in the zone with the fewest tasks of the same service, and there
 * on the instance with the least memory left.
 *
 * @param order the tasks, one entry for each task, in the order in which they are placed
 * @param hosts the instances; the first is in the first zone, the second in the second one, and so on
 * @param zones the number of zones
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-placement-strategies.html
 */
export function place(order: readonly PackedTask[], hosts: readonly HostCapacity[], zones = DEFAULT_ZONES): Placement {
  const free = hosts.map((host) => ({ ...host }));
  const processes = hosts.map((): string[] => []);
  const unplaced: string[] = [];
  const counts = new Map<string, number[]>();
  for (const task of order) {
    const inZone = counts.get(task.process) ?? Array<number>(zones).fill(0);
    counts.set(task.process, inZone);
    let best: number | undefined;
    for (let host = 0; host < free.length; host++) {
      if (
        fitsIn(task, free[host]) &&
        (best === undefined || (inZone[host % zones] - inZone[best % zones] || free[host].memoryMiB - free[best].memoryMiB) < 0)
      ) {
        best = host;
      }
    }
    if (best === undefined) {
      unplaced.push(task.process);
    } else {
      processes[best].push(task.process);
      inZone[best % zones]++;
      free[best] = without(free[best], task);
    }
  }
  return { free, processes, unplaced };
}

/** Returns one entry for each task, the largest first. */
export function largestFirst(tasks: readonly PackedTask[]): PackedTask[] {
  return tasks.flatMap((task) => Array.from({ length: task.count }, () => task)).sort((a, b) => b.memoryMiB - a.memoryMiB || b.cpu - a.cpu);
}

/** Returns whether a task has room in what is left of an instance. */
export function fitsIn({ cpu, memoryMiB }: PackedTask, free: HostCapacity): boolean {
  return free.tasks >= 1 && free.cpu >= cpu && free.memoryMiB >= memoryMiB;
}

function without({ cpu, memoryMiB, tasks }: HostCapacity, task: PackedTask): HostCapacity {
  return { cpu: cpu - task.cpu, memoryMiB: memoryMiB - task.memoryMiB, tasks: tasks - 1 };
}

/** Returns what tasks reserve in total. */
export function sumOf(tasks: readonly PackedTask[]): HostCapacity {
  const sum = (amount: (task: PackedTask) => number) => tasks.reduce((total, task) => total + task.count * amount(task), 0);
  return { tasks: sum(() => 1), memoryMiB: sum(({ memoryMiB }) => memoryMiB), cpu: sum(({ cpu }) => cpu) };
}
