/**
 * The Celery queues that `worker` serves, as keys of lists in the cache.
 *
 * Source: `CELERY_WORKER_QUEUES` of bin/celery-queues.env, PostHog/posthog of 13 July 2026 (mergebloom/posthog-infra, commit feb3708), which
 * bin/docker-worker-celery reads. Tasks wait in a list with the name of their queue (kombu/transport/redis.py of celery/kombu; PostHog sets no
 * priorities, which would have lists of their own). The database of the cache is 0, as in `REDIS_URL`.
 */
export const CELERY_QUEUES = [
  'celery',
  'stats',
  'email',
  'analytics_queries',
  'analytics_limited',
  'long_running',
  'exports',
  'subscription_delivery',
  'usage_reports',
  'integrations',
  'feature_flags',
  'feature_flags_long_running',
] as const;
