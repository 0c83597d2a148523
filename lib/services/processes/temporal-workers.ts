import { readFileSync } from 'node:fs';
import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { QueueNeeds, taskQueue } from '../../catalog/task-queues';
import { ProcessSettings } from '../../private/process-settings';
import { ProcessContext, ProcessDefinition } from '../process-definition';
import { scriptPath } from '../../private/assets';

/** Returns the script of both workers. Its parts are joined, because the command of a foreign image is a single text. */
function serveTaskQueues(): string {
  return ['queues', 'serve'].map((part) => readFileSync(scriptPath('services', 'processes', 'task-queues', `${part}.py`), 'utf8')).join('\n\n');
}

/** The seconds that running activities get to finish; ECS kills the container 120 seconds after SIGTERM, and PostHog's default is 300. */
const GRACE = '90';

const WORKER = {
  products: [Product.EXPORTS],
  image: 'app',
  entryPoint: ['python', '-c'],
  command: [serveTaskQueues()],
  interruptible: true,
  stopTimeout: 120,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: [...DJANGO_NEEDS, PostHogProcess.TEMPORAL],
  calls: DJANGO_CALLS.filter((process) => process !== PostHogProcess.TEMPORAL),
} as const;

/** Serves every Temporal task queue whose dependencies are deployed, in one process. Batch exports, which run constantly, have their own. */
export const TEMPORAL_DJANGO_WORKER: ProcessDefinition = {
  ...WORKER,
  process: PostHogProcess.TEMPORAL_DJANGO_WORKER,
  id: 'TemporalDjangoWorker',
  settings: (context) => workerSettings(context, PostHogProcess.TEMPORAL_DJANGO_WORKER),
};

/** Runs batch exports. */
export const TEMPORAL_BATCH_EXPORTS_WORKER: ProcessDefinition = {
  ...WORKER,
  process: PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER,
  id: 'TemporalBatchExportsWorker',
  settings: (context) => workerSettings(context, PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER),
};

function workerSettings(context: ProcessContext, process: PostHogProcess): ProcessSettings {
  const django = djangoSettings(context);
  return {
    environment: {
      ...django.environment,
      TASK_QUEUES: servedQueues(context, process, django).join(' '),
      GRACEFUL_SHUTDOWN_TIMEOUT_SECONDS: GRACE,
      // The model that scores recordings would start as many threads as there are CPUs, for each of its activities (posthog/settings/temporal.py).
      OMP_NUM_THREADS: '1',
    },
    secrets: django.secrets,
  };
}

/** Returns the queues that a process serves: those of the user, or those whose dependencies are deployed. */
function servedQueues(context: ProcessContext, process: PostHogProcess, django: ProcessSettings): string[] {
  // A queue that only the release knows has no known dependencies.
  const isServed = (name: string) => {
    const queue = taskQueue(name);
    return queue ? queue.process === process && isMet(queue.needs, context, django) : process === PostHogProcess.TEMPORAL_DJANGO_WORKER;
  };
  const own = context.generation.taskQueues.filter(isServed);
  if (process === PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER) {
    return own;
  }
  // Batch exports stay with their own process, even if the user lists them.
  return context.temporalTaskQueues?.filter((name) => taskQueue(name)?.process !== PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER) ?? own;
}

function isMet(needs: QueueNeeds | undefined, { isDeployed }: ProcessContext, { environment, secrets }: ProcessSettings): boolean {
  const isSet = (name: string) => Object.hasOwn(environment, name) || Object.hasOwn(secrets, name);
  const { processes = [], allOf = [], anyOf } = needs ?? {};
  return processes.every(isDeployed) && allOf.every(isSet) && (anyOf?.some(isSet) ?? true);
}
