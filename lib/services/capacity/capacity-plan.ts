import { CapacityProviderKind } from './capacity-options';
import { PostHogCapacity } from './posthog-capacity';
import { PostHogSize } from '../../catalog/posthog-size';
import { ProcessDefinition } from '../../catalog/process-definition';

/** The capacity that the tasks of a process run on. Services and tasks follow from it alone. */
export interface CapacityPlan {
  /** Undefined for Fargate. */
  readonly kind?: CapacityProviderKind;
  /** The name of the capacity provider; undefined for the launch type Fargate. */
  readonly provider?: string;
  /** `hard`: a task has all of its CPU, and no more. `shares`: it reserves a part, and shares the rest of the instance with others. */
  readonly cpu: 'hard' | 'shares';
  /** The part of the CPU that a task reserves; 1 if it is hard. */
  readonly cpuReservation: number;
  /** `hard`: the limit of the task. `reserved`: each container has a reservation and a limit of its own. */
  readonly memory: 'hard' | 'reserved';
  /**
   * `spread`: ECS spreads tasks over zones, and then fills one instance after the other. `none`: it removes the strategies that a service had on
   * instances, which Fargate refuses. Undefined: the service never had any.
   */
  readonly placement?: 'spread' | 'none';
  /** Indicates whether a task has a disk of its own, whose size its definition has. */
  readonly hasTaskDisk: boolean;
  readonly deployment: DeploymentPlan;
}

/** The replacement of tasks by ECS: in a deployment, when an instance is drained, and to balance zones. */
export interface DeploymentPlan {
  readonly minHealthyPercent: number;
  readonly maxHealthyPercent: number;
  /** ECS balances zones by starting a task before it stops another one, so it refuses this with a maximum of 100 percent. */
  readonly balancesZones: boolean;
}

/** Starts new tasks before it stops old ones. */
const START_FIRST: DeploymentPlan = { minHealthyPercent: 100, maxHealthyPercent: 200, balancesZones: true };

/** Stops the task before it starts another one. */
const STOP_FIRST: DeploymentPlan = { minHealthyPercent: 0, maxHealthyPercent: 100, balancesZones: false };

/** The capacity of users who set none. */
export const DEFAULT_CAPACITY = PostHogCapacity.fargate();

/** The capacity providers of Fargate, which every account has and a cluster must be associated with. */
const FARGATE = 'FARGATE';
const FARGATE_SPOT = 'FARGATE_SPOT';

/** Properties of the cluster and of the groups of instances in it. */
export interface CapacityContext {
  /** Indicates whether the cluster has the capacity providers of Fargate. */
  readonly fargateProviders: boolean;
  /** Returns the name of the capacity provider of a group of instances. */
  providerOf(capacity: PostHogCapacity): string;
}

/**
 * Returns the capacity that a process is placed on: the requested one, or Fargate for one that cannot run there.
 *
 * ECS would leave the replacement of a single task on Managed Instances PENDING for 15 to 20 minutes, because it waits for the interface of the old
 * one (aws/amazon-ecs-agent#5138), and two at once are what a single one must not be.
 */
export function placedOn({ single }: Pick<ProcessDefinition, 'single'>, capacity: PostHogCapacity): PostHogCapacity {
  const moves = single !== undefined && capacity._settings.kind === CapacityProviderKind.MANAGED_INSTANCES;
  return moves ? PostHogCapacity.fargate() : capacity;
}

/** Returns the plan for a process. */
export function capacityPlan(
  definition: Pick<ProcessDefinition, 'interruptible' | 'single'>,
  requested: PostHogCapacity,
  context: CapacityContext,
): CapacityPlan {
  const capacity = placedOn(definition, requested);
  const { kind, cpuReservation, spot } = capacity._settings;
  const deployment = definition.single === undefined ? START_FIRST : STOP_FIRST;
  if (kind === undefined) {
    const provider = spot && definition.interruptible ? FARGATE_SPOT : FARGATE;
    return {
      provider: context.fargateProviders ? provider : undefined,
      cpu: 'hard',
      cpuReservation: 1,
      memory: 'hard',
      placement: capacity === DEFAULT_CAPACITY ? undefined : 'none',
      hasTaskDisk: true,
      deployment,
    };
  }
  return {
    kind,
    provider: context.providerOf(capacity),
    cpu: 'shares',
    cpuReservation,
    memory: 'reserved',
    // ECS places tasks on Managed Instances itself.
    placement: kind === CapacityProviderKind.INSTANCES ? 'spread' : 'none',
    hasTaskDisk: false,
    deployment,
  };
}

/**
 * Returns whether ECS starts instances for a capacity, which the library has to define.
 */
export function isGroup({ _settings: { kind, providerName } }: PostHogCapacity): boolean {
  return kind !== undefined && providerName === undefined;
}

/** The CPU units of the smallest container: the Linux kernel has no fewer shares. */
const LEAST_CPU = 2;

/** Returns the CPU units that the container of a process reserves on an instance. */
export function reservedCpu({ cpuReservation }: Pick<CapacityPlan, 'cpuReservation'>, cpu: number): number {
  return Math.max(LEAST_CPU, Math.round(cpu * cpuReservation));
}

/** The CPU utilization above which a service scales out, in percent of the CPU of its tasks. */
const TARGET_CPU_PERCENT = 60;

/**
 * The highest target on instances, in percent of reservations. With all CPU of an instance in use, its tasks get little more than they reserve:
 * groups of the default sizes reserve about two thirds of their CPU, and DEV 40 percent, so their tasks then show 150 to 250 percent. A higher target
 * would not be reached, however many requests wait.
 */
const MAX_SHARED_PERCENT = 150;

/**
 * Returns the CPU utilization above which a service scales out, in percent.
 *
 * `CPUUtilization` is in percent of what tasks reserve, so that on instances it exceeds 100 (Amazon ECS Developer Guide, "Amazon ECS service
 * utilization metrics").
 */
export function targetCpuPercent({ cpu, cpuReservation }: Pick<CapacityPlan, 'cpu' | 'cpuReservation'>): number {
  return cpu === 'hard' ? TARGET_CPU_PERCENT : Math.min(Math.round(TARGET_CPU_PERCENT / cpuReservation), MAX_SHARED_PERCENT);
}

/** The sizes of instances by default: PostHog is bound by memory once it shares CPU, so types have 8 GiB for each vCPU. */
const INSTANCE_SIZES: Readonly<Record<PostHogSize, string>> = {
  [PostHogSize.DEV]: 'large',
  [PostHogSize.SMALL]: 'large',
  [PostHogSize.PRODUCTION]: 'xlarge',
  [PostHogSize.LARGE]: '2xlarge',
};

/** The families by default, the preferred one first. */
const FAMILIES = { x86: ['r6a', 'r7a', 'r6i'], arm: ['r6g', 'r7g', 'r8g'] } as const;

/** Returns the names of instance types by default, the preferred one first. */
export function defaultInstanceTypes(size: PostHogSize, architecture: keyof typeof FAMILIES): string[] {
  return FAMILIES[architecture].map((family) => `${family}.${INSTANCE_SIZES[size]}`);
}
