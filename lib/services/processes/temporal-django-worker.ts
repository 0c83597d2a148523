import { readFileSync } from 'node:fs';
import path from 'node:path';
import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

/** The script ships beside the sources; `lib/` and `build/` are equally deep. */
const SCRIPT = path.join(__dirname, '..', '..', '..', 'lib', 'services', 'processes', 'start-temporal-workers.sh');

/**
 * The queues that are worked on where nothing else is said (posthog/management/commands/start_temporal_worker.py): deletions and upkeep;
 * exports of dashboards, subscriptions and alerts; batch exports, on two queues; and what befalls recordings.
 */
export const TASK_QUEUES: readonly string[] = [
  'general-purpose-task-queue', 'analytics-platform-task-queue', 'batch-exports-task-queue', 'no-sandbox-python-django', 'session-replay-task-queue',
];

/** Does the work that Temporal keeps. */
export const TEMPORAL_DJANGO_WORKER: ProcessDefinition = {
  process: PostHogProcess.TEMPORAL_DJANGO_WORKER,
  id: 'TemporalDjangoWorker',
  products: [Product.EXPORTS],
  image: 'app',
  entryPoint: ['/bin/bash', '-c'],
  command: [readFileSync(SCRIPT, 'utf8')],
  interruptible: true,
  stopTimeout: 120,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: [...DJANGO_NEEDS, PostHogProcess.TEMPORAL],
  calls: DJANGO_CALLS.filter((process) => process !== PostHogProcess.TEMPORAL),
  settings: (context) => {
    const { environment, secrets } = djangoSettings(context);
    return { environment: { ...environment, TASK_QUEUES: context.temporalTaskQueues.join(' ') }, secrets };
  },
};
