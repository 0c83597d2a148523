import { PostHogProcess, PostHogRelease } from '../../../lib';
import { callsOf, portOf, ProcessDefinition } from '../../../lib/catalog/process-definition';
import { definitionOf, PROCESSES } from '../../../lib/catalog/processes';
import { settingsOf } from '../../helpers/process-context';

type Facts = [port: number, health: string, deregistration: number, grace: number, requests: number];

test('construct ids are unique', () => {
  expect(new Set(PROCESSES.map(({ id }) => id)).size).toBe(PROCESSES.length);
});

test.each<[PostHogProcess, ...Facts]>([
  [PostHogProcess.WEB, 8000, '/_livez', 60, 600, 1000],
  [PostHogProcess.CAPTURE, 3000, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.REPLAY_CAPTURE, 3000, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.CAPTURE_AI, 3000, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.CAPTURE_LOGS, 4318, '/_liveness', 30, 60, 10_000],
  [PostHogProcess.FEATURE_FLAGS, 3001, '/_readiness', 30, 60, 5000],
  [PostHogProcess.HYPERCACHE_SERVER, 3002, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.PLUGINS, 6738, '/_ready', 30, 300, 2000],
  [PostHogProcess.LIVESTREAM, 8080, '/', 10, 60, 1000],
])('%s serves clients on port %s, with the health check %s, %s s to drain, %s s to start and %s requests a minute', (process, ...facts) => {
  const { http } = definitionOf(process);
  expect([http!.port, http!.healthCheck.path, http!.deregistrationDelay, http!.healthCheckGracePeriod, http!.requestsPerTarget]).toEqual(facts);
});

test.each<[PostHogProcess, number]>([
  [PostHogProcess.WEB, 60],
  [PostHogProcess.WORKER, 120],
  [PostHogProcess.CAPTURE, 90],
  [PostHogProcess.REPLAY_CAPTURE, 90],
  [PostHogProcess.CAPTURE_AI, 90],
  [PostHogProcess.FEATURE_FLAGS, 60],
  [PostHogProcess.HYPERCACHE_SERVER, 60],
  [PostHogProcess.CAPTURE_LOGS, 60],
  [PostHogProcess.PERSONHOG_REPLICA, 60],
  [PostHogProcess.PERSONHOG_ROUTER, 45],
  [PostHogProcess.PROPERTY_DEFS, 60],
  [PostHogProcess.LIVESTREAM, 30],
  [PostHogProcess.PLUGINS, 30],
  [PostHogProcess.INGESTION_GENERAL, 120],
  [PostHogProcess.TEMPORAL_DJANGO_WORKER, 120],
  [PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER, 120],
])('%s has %i seconds to stop', (process, seconds) => {
  expect(definitionOf(process).stopTimeout).toBe(seconds);
});

/** The processes that break a rule. */
function breaking(rule: (definition: ProcessDefinition) => boolean): string[] {
  return PROCESSES.filter((definition) => !rule(definition)).map(({ process }) => process);
}

test('every process runs an image of the newest release', () => {
  const { images } = PostHogRelease.V2026_09_11_R2;
  expect(breaking(({ image }) => images[image] !== undefined)).toEqual([]);
});

test('every process stops within the 120 seconds that Fargate allows, and drains no longer than it may take to stop', () => {
  expect(breaking(({ stopTimeout, http }) => stopTimeout <= 120 && (http?.deregistrationDelay ?? 0) <= stopTimeout)).toEqual([]);
});

test('every load balancer health check times out before the next one', () => {
  expect(breaking(({ http }) => !http || http.healthCheck.timeout < http.healthCheck.interval)).toEqual([]);
});

test('every process that another one needs or calls has a port', () => {
  expect(breaking((definition) => callsOf(definition).every((called) => portOf(definitionOf(called)) !== undefined))).toEqual([]);
});

test('no process names what it needs under `calls` as well', () => {
  expect(breaking(({ needs, calls }) => calls.every((called) => !needs.includes(called)))).toEqual([]);
});

test('only these processes wait for others in a deployment', () => {
  const waiting = PROCESSES.filter(({ startsAfter }) => startsAfter).map(({ process, startsAfter }) => [
    process,
    startsAfter!.map((first) => first.process),
  ]);
  expect(Object.fromEntries(waiting)).toEqual({
    'worker': ['plugins'],
    'cymbal': ['cymbal-resolution'],
    'temporal-django-worker': ['temporal'],
    'temporal-batch-exports-worker': ['temporal'],
  });
});

test('every process that another one waits for is called by it, and waits for none itself', () => {
  const wrong = (definition: ProcessDefinition) =>
    (definition.startsAfter ?? []).filter(({ process }) => !callsOf(definition).includes(process) || definitionOf(process).startsAfter);
  expect(breaking((definition) => wrong(definition).length === 0)).toEqual([]);
});

test('exactly the processes with access to objects use object storage', () => {
  expect(breaking(({ stores, objects }) => stores.includes('objectStorage') === (objects !== undefined))).toEqual([]);
});

test('no container health check has a start period of more than the 300 seconds that ECS allows', () => {
  expect(breaking(({ probe }) => (probe?.startPeriod ?? 0) <= 300)).toEqual([]);
});

test('no process with clients is interruptible', () => {
  expect(breaking(({ interruptible, http }) => !interruptible || !http)).toEqual([]);
});

test('every size of a process that can run only one task has one', () => {
  expect(breaking(({ single, sizes }) => single === undefined || Object.values(sizes).every(({ maxTasks }) => maxTasks === 1))).toEqual([]);
});

test('every process that connects to the service for persons needs it', () => {
  const connecting = PROCESSES.filter((definition) => 'PERSONHOG_ADDR' in settingsOf(definition));
  expect(connecting.length).toBeGreaterThan(0);
  expect(connecting.filter(({ needs }) => !needs.includes(PostHogProcess.PERSONHOG_ROUTER)).map(({ process }) => process)).toEqual([]);
});

test('only these processes have no health check, because none is known', () => {
  expect(PROCESSES.filter(({ http, probe }) => !http && !probe).map(({ process }) => process)).toEqual([
    'worker',
    'browserless',
    'temporal-django-worker',
    'temporal-batch-exports-worker',
  ]);
});
