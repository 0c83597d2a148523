import { memoryReservation } from '../../../lib/catalog/memory';
import { deployedProcesses } from '../../../lib/catalog/processes/deployed-processes';
import { PostHogSize } from '../../../lib/catalog/posthog-size';
import { Product } from '../../../lib/catalog/product';
import { PackedTask } from '../../../lib/services/capacity/packing';

/** The part of the CPU of a process that it reserves on instances, by default. */
const CPU_RESERVATION = 0.25;

/** Returns the tasks of a PostHog, as they reserve on instances. */
export function packedTasks(size: PostHogSize, products: readonly Product[], tasks: 'minTasks' | 'maxTasks' = 'minTasks'): PackedTask[] {
  return deployedProcesses(products).map((definition) => ({
    process: definition.process,
    count: definition.sizes[size][tasks],
    cpu: Math.ceil(definition.sizes[size].cpu * CPU_RESERVATION),
    memoryMiB: memoryReservation(definition, size),
    singleton: definition.single !== undefined,
  }));
}

/** Returns whether every process must keep a task when an instance is lost: where every process that can have two has two. */
export function survivesHostLoss(size: PostHogSize): boolean {
  return size === PostHogSize.PRODUCTION || size === PostHogSize.LARGE;
}
