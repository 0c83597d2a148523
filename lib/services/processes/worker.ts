import { readFileSync } from 'node:fs';
import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { celeryMemory } from '../../catalog/memory';
import { ProcessDefinition, where } from '../process-definition';
import { TaskSize } from '../process-size';
import { scriptPath } from '../../private/assets';

const SCRIPT = scriptPath('services', 'processes', 'start-worker.sh');

/**
 * The background worker, which includes the only scheduler (bin/docker-worker-celery).
 *
 * It runs one task, because there can be only one scheduler. During a deployment the new task overlaps with the old: the scheduler's lock
 * in the cache (redbeat, posthog/settings/celery.py) prevents duplicate runs. More work requires a larger task.
 *
 * The script also syncs the templates of destinations and transformations to the database. It starts after data pipelines, which provide
 * most of them, and again with every new image of theirs.
 */
export const WORKER: ProcessDefinition = {
  process: PostHogProcess.WORKER,
  id: 'Worker',
  image: 'app',
  entryPoint: ['/bin/bash', '-c'],
  command: [readFileSync(SCRIPT, 'utf8')],
  single: 'it runs the only scheduler',
  stopTimeout: 120,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: DJANGO_NEEDS,
  after: [PostHogProcess.PLUGINS],
  calls: DJANGO_CALLS,
  settings: (context) => {
    const { environment, secrets } = djangoSettings(context);
    return {
      environment: { ...environment, ...where(context, PostHogProcess.PLUGINS, () => ({ TEMPLATES_OF: context.imageOf(PostHogProcess.PLUGINS) })) },
      secrets,
    };
  },
  tuning: celery,
};

/** Returns the number of Celery's children: one per CPU, at least two. They leak, so they are recycled (bin/docker-worker-celery). */
function celery({ cpu, memoryLimitMiB }: TaskSize): Record<string, string> {
  const { children, recycleAtMiB } = celeryMemory(cpu, memoryLimitMiB);
  return {
    WEB_CONCURRENCY: String(children),
    // In KiB, compared with the peak memory of a child. A child that runs a task is not interrupted.
    CELERY_MAX_MEMORY_PER_CHILD: String(recycleAtMiB * 1024),
    CELERY_MAX_TASKS_PER_CHILD: '5000',
  };
}
