import { GRANIAN_CONNECTIONS, GRANIAN_KEEP_ALIVE_SECONDS } from '../../http-servers';
import { JULY_TREE, webServerMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { TaskSize } from '../../posthog-size';
import { ProcessDefinition } from '../../process-definition';
import { DJANGO, djangoSettings } from '../shared/django';

/**
 * The largest file that the app can write, in MiB: Django under ASGI reads each body to its end before it looks at the path, into memory up to 2.5 MB
 * and then into a file of this size at most (django/core/handlers/asgi.py, read_body). Neither Granian nor Django has a limit for it; bodies of over
 * 22 MB were refused before Granian (unit.json.tpl). It is the limit of nginx on streamed bodies, and leaves room for the files of prometheus_client,
 * which double (prometheus_client/mmap_dict.py): a worker that cannot enlarge one fails.
 */
const LARGEST_FILE_MIB = 64;

/** The app: Django in several workers of a web server (bin/docker-server, posthog/health.py). */
export const WEB: ProcessDefinition<PostHogProcess.WEB> = {
  ...DJANGO,
  process: PostHogProcess.WEB,
  id: 'Web',
  // The image's default command migrates, and runs worker and server together.
  entryPoint: ['/bin/bash', '-c'],
  // A write beyond the limit fails, and the client gets 500. bash counts in KiB. Python ignores the signal that would end the process
  // (Python/pylifecycle.c, SIGXFSZ). docs/performance.md has the measurement.
  command: [`ulimit -f ${LARGEST_FILE_MIB * 1024} && exec ./bin/docker-server`],
  http: {
    port: 8000,
    // It ignores ALLOWED_HOSTS and pending migrations, unlike `/_health`. It checks no data store, unlike `/_readyz`: ECS
    // would replace every task of the app while the database or the cache is down. It queues behind queries, one in each worker,
    // which may take a minute each (posthog/hogql/constants.py): a busy task is not a broken one.
    healthCheck: { path: '/_livez', interval: 30, timeout: 25, unhealthyThreshold: 6 },
    deregistrationDelay: 60,
    // All workers start at once; five minutes until the first response were measured on small machines.
    healthCheckGracePeriod: 600,
    requestsPerTarget: 1000,
  },
  // 2 GiB for each worker of the web server, whose number follows from the memory.
  sizes: {
    dev: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 1, maxTasks: 1 },
    small: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 2, maxTasks: 6 },
    production: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 2, maxTasks: 12 },
    large: { cpu: 4096, memoryLimitMiB: 16384, minTasks: 3, maxTasks: 24 },
  },
  memory: {
    mib: 1733,
    commit: JULY_TREE,
    basis:
      'per worker 757 MB anonymous after 15 requests, 694 MB before the first, and 219 MB of file pages that all share (Granian ' +
      '2.7.6): here two workers. ' +
      'Production reports 0.7 to 1.5 GB a worker after days (enricofranke/posthog-k8s, tao101/dokploy-templates, 2026)',
    reservationMiB: { dev: 2560, small: 4608, production: 5120, large: 9216 },
    reservationBasis:
      'the workers of the size, 757 MB each and 219 MB that they share, and a margin of a third; after days they may take twice as much',
  },
  stopTimeout: 60,
  fileDownloads: true,
  settings: (context) => {
    const { environment, secrets } = djangoSettings(context);
    return { environment: { ...environment, ...context.generation.webServer.environment }, secrets };
  },
  tuning: webServer,
};

/**
 * Returns the number of workers of the web server: as many as fit into memory, recycled before they outgrow it; and its limits on connections.
 *
 * NGINX Unit (until August 2026) reads the first variable, and recycles its processes after 7,500 requests by itself. Granian reads the others;
 * under ASGI each worker handles one Django request at a time.
 *
 * Sources: bin/docker-server-unit, 13 July 2026; granian 2.7.6, granian/server/common.py and mp.py.
 */
function webServer({ memoryLimitMiB }: TaskSize): Record<string, string> {
  const { workers, recycleAtMiB } = webServerMemory(memoryLimitMiB);
  return {
    NGINX_UNIT_APP_PROCESSES: String(workers),
    GRANIAN_WORKERS: String(workers),
    GRANIAN_WORKERS_MAX_RSS: String(recycleAtMiB),
    // The seconds after which Granian stops an old worker once it has started the new one, which imports Django first. The default is 3.5.
    GRANIAN_RESPAWN_INTERVAL: '30',
    // Without a limit, one hanging request prevents Granian from replacing or stopping any worker.
    GRANIAN_WORKERS_KILL_TIMEOUT: '45',
    // Back-pressure counts connections, idle and half-sent ones too, and lets a new one wait without an answer. With the default of 1,024 for all
    // workers, as many held requests stop a task; docs/performance.md has the measurement.
    GRANIAN_BACKLOG: String(GRANIAN_CONNECTIONS),
    GRANIAN_BACKPRESSURE: String(Math.ceil(GRANIAN_CONNECTIONS / workers)),
    // It counts idle connections, too. The load balancer has read the headers of a request before it forwards any.
    GRANIAN_HTTP1_HEADER_READ_TIMEOUT: String(GRANIAN_KEEP_ALIVE_SECONDS * 1000),
    // posthog/asgi.py serves HTTP only, and raises an error for each WebSocket. Without them, the request is an ordinary one.
    GRANIAN_WEBSOCKETS: 'false',
  };
}
