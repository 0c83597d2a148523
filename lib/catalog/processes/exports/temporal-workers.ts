import { QueueNeeds, taskQueue } from '../../generations/task-queues';
import { JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { DJANGO, djangoSettings } from '../shared/django';
import { scriptText } from '../../../private/assets';
import { ProcessSettings } from '../../../private/process-settings';

/** Returns the script of both workers. Its parts are joined, because the command of a foreign image is a single text. */
function serveTaskQueues(): string {
  return ['queues', 'serve'].map((part) => scriptText('catalog', 'processes', 'exports', 'task-queues', `${part}.py`)).join('');
}

/** The seconds that running activities get to finish; ECS kills the container 120 seconds after SIGTERM, and PostHog's default is 300. */
const GRACE = '90';

/** Each worker is one Python process: more than two CPUs help little, more tasks do. */
const WORKER = {
  ...DJANGO,
  products: [Product.EXPORTS],
  fileDownloads: true,
  entryPoint: ['python', '-c'],
  command: [serveTaskQueues()],
  interruptible: true,
  stopTimeout: 120,
  needs: [...DJANGO.needs, PostHogProcess.TEMPORAL],
  startsAfter: [
    {
      process: PostHogProcess.TEMPORAL,
      reason: 'their script gives up after five minutes without it, and the first start of Temporal creates two databases (task-queues/queues.py)',
    },
  ],
  calls: DJANGO.calls.filter((process) => process !== PostHogProcess.TEMPORAL),
} as const;

/** Serves every Temporal task queue whose dependencies are deployed, in one process. Batch exports, which run constantly, have their own. */
export const TEMPORAL_DJANGO_WORKER: ProcessDefinition<PostHogProcess.TEMPORAL_DJANGO_WORKER> = {
  ...WORKER,
  process: PostHogProcess.TEMPORAL_DJANGO_WORKER,
  id: 'TemporalDjangoWorker',
  // Below 50 events a second, its work is exports, subscriptions and nightly jobs, which nobody waits for; it scales on CPU.
  sizes: {
    dev: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    production: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 3, maxTasks: 16 },
  },
  memory: {
    mib: 1069,
    commit: JULY_TREE,
    basis:
      'one process, a minute after its start on Temporal 1.26.2: 26 queues and the sources of data imports, Rss 1,069 MiB, anonymous ' +
      '838 MiB; the 8 queues of the default, ' +
      'Rss 930 MiB, anonymous 703 MiB',
    reservationMiB: { dev: 1536, small: 1536, production: 2560, large: 4096 },
    reservationBasis: 'guess: one process and half of it again; half of the limit where that is more',
  },
  settings: (context) => workerSettings(context, PostHogProcess.TEMPORAL_DJANGO_WORKER),
};

/** Runs batch exports. */
export const TEMPORAL_BATCH_EXPORTS_WORKER: ProcessDefinition<PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER> = {
  ...WORKER,
  process: PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER,
  id: 'TemporalBatchExportsWorker',
  sizes: {
    dev: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 2, maxTasks: 16 },
  },
  memory: {
    mib: 896,
    commit: JULY_TREE,
    basis: 'one process with both queues, a minute after its start: Rss 896 MiB, anonymous 693 MiB; the buffers of running exports are not in it',
    reservationMiB: { dev: 1280, small: 1280, production: 2560, large: 4096 },
    reservationBasis: 'guess: one process and its buffers; half of the limit where that is more',
  },
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
