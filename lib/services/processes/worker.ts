import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';

/**
 * The background worker, with the one scheduler in it (bin/docker-worker-celery).
 *
 * There is one task, because there may be one scheduler. During a deployment the new one overlaps with the old: the scheduler's lock
 * in the cache (redbeat, posthog/settings/celery.py) keeps them from scheduling twice. More work wants a larger task.
 */
export const WORKER: ProcessDefinition = {
  process: PostHogProcess.WORKER,
  id: 'Worker',
  image: 'app',
  command: ['./bin/docker-worker-celery', '--with-scheduler'],
  single: 'it holds the one scheduler',
  stopTimeout: 120,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: DJANGO_NEEDS,
  calls: DJANGO_CALLS,
  settings: djangoSettings,
};
