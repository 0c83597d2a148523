import { Token } from 'aws-cdk-lib/core';
import { PostHogServiceOptions } from './service-options';
import { memoryReservation } from '../../catalog/memory';
import { PostHogSize, TaskSize } from '../../catalog/posthog-size';
import { ProcessDefinition } from '../../catalog/process-definition';
import { invalidProp, invalidValue } from '../../private/errors';
import { checkFargateSize } from '../../private/fargate-size';
import { CapacityPlan, reservedCpu } from '../capacity/capacity-plan';

/** The size of tasks with what the container of the process reserves: all of it on Fargate. */
export interface ReservedSize extends TaskSize {
  /** CPU units. */
  readonly reservedCpu: number;
  readonly memoryReservationMiB: number;
}

/** A process, as far as the size of its tasks depends on it. */
export type SizedProcess = Pick<ProcessDefinition, 'process' | 'single' | 'sizes' | 'memory'>;

type SizeOptions = Pick<PostHogServiceOptions, 'cpu' | 'memoryLimitMiB' | 'memoryReservationMiB' | 'minTasks' | 'maxTasks'>;

/** The capacity, as far as the size of tasks depends on it. */
type SizedCapacity = Pick<CapacityPlan, 'kind' | 'cpuReservation'>;

/**
 * Returns the size and number of tasks of a process, with its options applied.
 *
 * Throws if Fargate does not support the size, or if the process does not support the number.
 */
export function taskSize(definition: SizedProcess, size: PostHogSize, options: SizeOptions, capacity: SizedCapacity): ReservedSize {
  const sized = definition.sizes[size];
  const cpu = options.cpu ?? sized.cpu;
  const memoryLimitMiB = options.memoryLimitMiB ?? sized.memoryLimitMiB;
  const counts = taskCounts(definition, sized, options);
  if (capacity.kind === undefined) {
    checkFargateSize(cpu, memoryLimitMiB);
    if (options.memoryReservationMiB !== undefined) {
      throw invalidProp(
        'memoryReservationMiB',
        'cannot be set for a process on Fargate, where a task has all of its memory',
        'leave it out, or run the process on instances with `capacity`',
      );
    }
    return { cpu, memoryLimitMiB, ...counts, reservedCpu: cpu, memoryReservationMiB: memoryLimitMiB };
  }
  if (Token.isUnresolved(cpu)) {
    throw invalidProp('cpu', 'must be known at synthesis on instances, where a task reserves a part of it', 'write a number');
  }
  return {
    cpu,
    memoryLimitMiB,
    ...counts,
    reservedCpu: reservedCpu(capacity, cpu),
    memoryReservationMiB: memoryOf(memoryReservation(definition, size), sized.memoryLimitMiB, memoryLimitMiB, options.memoryReservationMiB),
  };
}

/** Returns the memory that the container of a process reserves: what the user says, or what its size needs in proportion to its limit. */
function memoryOf(need: number, usual: number, limit: number, given: number | undefined): number {
  const isKnown = !Token.isUnresolved(limit) && !Token.isUnresolved(given);
  if (given === undefined) {
    // A larger limit is for more work, such as more workers of the app: they need more in proportion.
    return isKnown ? Math.min(limit, Math.ceil((need * limit) / usual)) : need;
  }
  if (isKnown && given > limit) {
    throw invalidValue('memoryReservationMiB', `must be \`memoryLimitMiB\` (${limit}) or less`, given);
  }
  return given;
}

function taskCounts({ process, single }: SizedProcess, size: TaskSize, options: SizeOptions): Pick<TaskSize, 'minTasks' | 'maxTasks'> {
  const minTasks = options.minTasks ?? size.minTasks;
  const maxTasks = options.maxTasks ?? Math.max(size.maxTasks, minTasks);
  if (!Number.isInteger(minTasks) || minTasks < 1) {
    throw invalidValue('minTasks', 'must be 1 or more', minTasks);
  }
  if (!Number.isInteger(maxTasks) || maxTasks < minTasks) {
    throw invalidValue('maxTasks', `must be \`minTasks\` (${minTasks}) or more`, maxTasks);
  }
  if (single !== undefined && maxTasks > 1) {
    const prop = options.maxTasks === undefined ? 'minTasks' : 'maxTasks';
    throw invalidValue(prop, `must be 1 for ${process}: ${single}`, options[prop], 'raise `cpu` and `memoryLimitMiB` instead');
  }
  return { minTasks, maxTasks };
}
