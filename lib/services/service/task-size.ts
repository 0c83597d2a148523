import { checkFargateSize } from '../../private/fargate-size';
import { ProcessDefinition } from '../process-definition';
import { TaskSize } from '../process-size';
import { PostHogServiceOptions } from './service-options';
import { invalidValue } from '../../private/errors';

/**
 * Returns the size and number of tasks of a process, with its options applied.
 *
 * Throws if Fargate does not support the size, or if the process does not support the number.
 */
export function taskSize({ process, single }: ProcessDefinition, size: TaskSize, options: PostHogServiceOptions): TaskSize {
  const cpu = options.cpu ?? size.cpu;
  const memoryLimitMiB = options.memoryLimitMiB ?? size.memoryLimitMiB;
  checkFargateSize(cpu, memoryLimitMiB);
  const minTasks = options.minTasks ?? size.minTasks;
  const maxTasks = options.maxTasks ?? Math.max(size.maxTasks, minTasks);
  if (!Number.isInteger(minTasks) || minTasks < 1) {
    throw invalidValue('minTasks', 'must be 1 or more', minTasks);
  }
  if (!Number.isInteger(maxTasks) || maxTasks < minTasks) {
    throw invalidValue('maxTasks', `must be \`minTasks\` (${minTasks}) or more`, maxTasks);
  }
  if (single !== undefined && maxTasks > 1) {
    throw invalidValue('maxTasks', `must be 1 for ${process}: ${single}`, maxTasks, 'raise `cpu` and `memoryLimitMiB` instead');
  }
  return { cpu, memoryLimitMiB, minTasks, maxTasks };
}
