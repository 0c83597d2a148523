import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { webServerMemory } from '../../catalog/memory';
import { ProcessDefinition } from '../process-definition';
import { TaskSize } from '../process-size';

/** The app: Django in several processes of a web server (bin/docker-server, posthog/health.py). */
export const WEB: ProcessDefinition = {
  process: PostHogProcess.WEB,
  id: 'Web',
  image: 'app',
  // The image's own command migrates and runs worker and server in one.
  command: ['./bin/docker-server'],
  http: {
    port: 8000,
    // Answered before ALLOWED_HOSTS is consulted and with migrations pending; `/_health` is neither. It asks no store, as `/_readyz` does: ECS
    // would replace every task of the app while the database or the cache is away. It waits in line behind queries, one in each worker,
    // which may take a minute each (posthog/hogql/constants.py): a busy task is not a broken one.
    healthCheck: { path: '/_livez', interval: 30, timeout: 25, unhealthyThreshold: 6 },
    deregistrationDelay: 60,
    // All workers start at once; five minutes to the first answer have been seen on small machines.
    healthCheckGracePeriod: 600,
    requestsPerTarget: 1000,
  },
  stopTimeout: 60,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: DJANGO_NEEDS,
  // A team that is created before they answer gets no GeoIP transformation (products/cdp/backend/models/hog_functions/hog_function.py).
  after: [PostHogProcess.PLUGINS],
  calls: DJANGO_CALLS,
  settings: (context) => {
    const { environment, secrets } = djangoSettings(context);
    return { environment: { ...environment, ...context.generation.webServer.environment }, secrets };
  },
  tuning: webServer,
};

/**
 * The workers of the web server: as many as the task has memory for, and recycled before they outgrow it.
 *
 * NGINX Unit (until August 2026) reads the first variable, and recycles its processes after 7,500 requests by itself. Granian reads the others;
 * under ASGI each worker answers one request of Django at a time.
 *
 * Sources: bin/docker-server-unit, 13 July 2026; granian 2.7.6, granian/server/common.py and mp.py.
 */
function webServer({ memoryLimitMiB }: TaskSize): Record<string, string> {
  const { workers, recycleAtMiB } = webServerMemory(memoryLimitMiB);
  return {
    NGINX_UNIT_APP_PROCESSES: String(workers),
    GRANIAN_WORKERS: String(workers),
    GRANIAN_WORKERS_MAX_RSS: String(recycleAtMiB),
    // Granian stops the old worker this many seconds after it has started the new one, which imports Django first. Its default is 3.5.
    GRANIAN_RESPAWN_INTERVAL: '30',
    // Without a limit, one request that hangs keeps Granian from replacing or stopping any worker.
    GRANIAN_WORKERS_KILL_TIMEOUT: '45',
  };
}
