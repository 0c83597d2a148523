import { PIPELINE, pipelineSettings } from './pipeline-settings';
import { modeOf } from '../../generations/generation';
import { MemoryEvidence, nodeMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';

/** Requeues the workflow jobs of workers that died. In production, the `plugins` process does not do this. */
export const CDP_JANITOR = background(
  PostHogProcess.CDP_JANITOR,
  'CdpJanitor',
  {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    production: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    large: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
  },
  nodeMemory({ idleMiB: 227, startMiB: 355 }, { dev: 448, small: 448, production: 448, large: 448 }),
);

/** Starts scheduled workflows. In production, the `plugins` process does not do this. */
export const CDP_HOGFLOW_SCHEDULER = background(
  PostHogProcess.CDP_HOGFLOW_SCHEDULER,
  'CdpHogflowScheduler',
  {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    production: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    large: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
  },
  nodeMemory({ idleMiB: 227, startMiB: 355 }, { dev: 448, small: 448, production: 448, large: 448 }),
);

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
