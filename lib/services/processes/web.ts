import { djangoSettings, DJANGO_CALLS, DJANGO_GROUP, DJANGO_NEEDS, DJANGO_STORES } from './django';
import { PostHogProcess } from '../../catalog/posthog-process';
import { ProcessDefinition } from '../process-definition';

/** The app: Django behind four server processes (bin/docker-server, posthog/health.py). */
export const WEB: ProcessDefinition = {
  process: PostHogProcess.WEB,
  id: 'Web',
  image: 'app',
  // The image's own command migrates and runs worker and server in one.
  command: ['./bin/docker-server'],
  http: {
    port: 8000,
    // Answered before ALLOWED_HOSTS is consulted and with migrations pending; `/_health` is neither. It waits in line behind queries,
    // four at a time, which may take a minute each (posthog/hogql/constants.py): a busy task is not a broken one.
    healthCheck: { path: '/_readyz?role=web', interval: 30, timeout: 25, unhealthyThreshold: 6 },
    deregistrationDelay: 60,
    // Four Django processes start at once; five minutes to the first answer have been seen on small machines.
    healthCheckGracePeriod: 600,
    requestsPerTarget: 1000,
  },
  stopTimeout: 60,
  stores: DJANGO_STORES,
  objects: 'read-write',
  sharedGroup: DJANGO_GROUP,
  needs: DJANGO_NEEDS,
  calls: DJANGO_CALLS,
  settings: djangoSettings,
};
