import { celeryMemory, JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { TaskSize } from '../../posthog-size';
import { where } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { DJANGO, djangoSettings } from '../shared/django';
import { scriptText } from '../../../private/assets';

/**
 * The background worker (Celery) with the scheduler (bin/docker-worker-celery).
 *
 * Every task starts a scheduler, and one of them works at a time: the others wait for its lock in the cache, which it renews at every tick and which
 * ends 45 seconds after the last one (redbeat 2.3.3, schedulers.py: `acquire_distributed_beat_lock`, `tick`; REDBEAT_LOCK_TIMEOUT in
 * posthog/settings/celery.py). A scheduler that lost the lock, or never got it, raises an error at its next tick and so ends its task.
 *
 * The script also syncs the templates of destinations and transformations to the database, with every new image of data pipelines, which provide
 * most of them.
 */
export const WORKER: ProcessDefinition<PostHogProcess.WORKER> = {
  ...DJANGO,
  process: PostHogProcess.WORKER,
  id: 'Worker',
  entryPoint: ['/bin/bash', '-c'],
  command: [scriptText('catalog', 'processes', 'app', 'start-worker.sh')],
  sizes: {
    dev: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 1, maxTasks: 1 },
    small: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 1, maxTasks: 1 },
    production: { cpu: 4096, memoryLimitMiB: 16384, minTasks: 1, maxTasks: 4 },
    large: { cpu: 8192, memoryLimitMiB: 32768, minTasks: 1, maxTasks: 6 },
  },
  memory: {
    mib: 2100,
    commit: JULY_TREE,
    basis: 'Pss of Celery 702 MB, its scheduler 694 MB and two children of 730 to 834 MB, which share most: 2.2 GB. Production reports 1 GB a child',
    reservationMiB: { dev: 3072, small: 4096, production: 8192, large: 16384 },
    reservationBasis: 'Celery, its scheduler and the children of the size at 1 GB each; half of the limit where that is more',
  },
  scalesOnQueue: true,
  stopTimeout: 120,
  startsAfter: [
    {
      process: PostHogProcess.PLUGINS,
      reason:
        'its script syncs templates once, and tasks of the previous release would give it theirs (posthog/management/commands/sync_hog_function_templates.py)',
    },
  ],
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
