import { PIPELINE, pipelineSettings } from './pipeline-settings';
import { modeOf } from '../../generations/generation';
import { MemoryEvidence, nodeMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { TaskSize } from '../../posthog-size';
import { ProcessDefinition } from '../../process-definition';

/** One task that looks into a table now and then, in every size. */
const POLLING_TASK: TaskSize = { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 };
const POLLING = {
  sizes: { dev: POLLING_TASK, small: POLLING_TASK, production: POLLING_TASK, large: POLLING_TASK },
  memory: nodeMemory({ idleMiB: 227, startMiB: 355 }, { dev: 448, small: 448, production: 448, large: 448 }),
};

/** Requeues the workflow jobs of workers that died. In production, the `plugins` process does not do this. */
export const CDP_JANITOR = background(PostHogProcess.CDP_JANITOR, 'CdpJanitor', POLLING.sizes, POLLING.memory);

/** Starts scheduled workflows. In production, the `plugins` process does not do this. */
export const CDP_HOGFLOW_SCHEDULER = background(PostHogProcess.CDP_HOGFLOW_SCHEDULER, 'CdpHogflowScheduler', POLLING.sizes, POLLING.memory);

/** Resumes workflows that wait for an event. In production, the `plugins` process does not do this. */
export const CDP_HOGFLOW_SUBSCRIPTION_MATCHER = background(
  PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  'CdpHogflowSubscriptionMatcher',
  {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 3 },
    production: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 6 },
    large: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 12 },
  },
  nodeMemory({ idleMiB: 292, startMiB: 415 }, { dev: 576, small: 576, production: 768, large: 1024 }),
);

/** Returns the definition of a background process with its own mode. */
function background<P extends PostHogProcess>(
  process: P,
  id: string,
  sizes: ProcessDefinition['sizes'],
  memory: MemoryEvidence,
): ProcessDefinition<P> {
  return {
    ...PIPELINE,
    process,
    id,
    sizes,
    memory,
    sharedGroup: 'DataPipelines',
    interruptible: true,
    settings: (context) => pipelineSettings(context, { mode: modeOf(context.generation, process) }),
  };
}
