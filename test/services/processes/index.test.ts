import { PostHogProcess, PostHogRelease } from '../../../lib';
import { portOf, ProcessDefinition } from '../../../lib/services/process-definition';
import { PROCESSES } from '../../../lib/services/processes';

type Facts = [port: number, health: string, deregistration: number, grace: number, requests: number];

function byName(process: PostHogProcess): ProcessDefinition {
  return PROCESSES.find((definition) => definition.process === process)!;
}

test('every process that has a name can be deployed, once', () => {
  expect(PROCESSES.map(({ process }) => process).sort()).toEqual(Object.values(PostHogProcess).sort());
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
])('%s answers visitors on port %s, %s; drains %s s, has %s s to start and takes %s requests a minute', (process, ...facts) => {
  const { http } = byName(process);
  expect([http!.port, http!.healthCheck.path, http!.deregistrationDelay, http!.healthCheckGracePeriod, http!.requestsPerTarget]).toEqual(facts);
});

test('no other process answers visitors', () => {
  expect(PROCESSES.filter(({ http }) => http)).toHaveLength(9);
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
  expect(byName(process).stopTimeout).toBe(seconds);
});

describe.each(PROCESSES.map((definition): [string, ProcessDefinition] => [definition.process, definition]))('%s', (_, definition) => {
  test('runs an image of the release', () => {
    expect(PostHogRelease.V2026_09_11_R2.images).toHaveProperty(definition.image);
  });

  test('stops within the 120 seconds that Fargate allows, and drains no longer than it takes to stop', () => {
    expect(definition.stopTimeout).toBeLessThanOrEqual(120);
    expect(definition.http?.deregistrationDelay ?? 0).toBeLessThanOrEqual(definition.stopTimeout);
  });

  test('calls only processes that answer', () => {
    for (const called of [...definition.needs, ...definition.calls]) {
      expect(portOf(byName(called))).toBeDefined();
    }
  });

  test('does not need what it merely calls', () => {
    expect(definition.calls.filter((called) => definition.needs.includes(called))).toEqual([]);
  });

  test('has object storage among its stores exactly where it may use objects', () => {
    expect(definition.stores.includes('objectStorage')).toBe(definition.objects !== undefined);
  });

  test('has as long to start as ECS allows', () => {
    expect(definition.probe?.startPeriod ?? 0).toBeLessThanOrEqual(300);
  });

  test('may be interrupted only where it answers no visitor', () => {
    expect(definition.interruptible === true && definition.http !== undefined).toBe(false);
  });
});

test('of these, nothing is known that would tell whether they are well', () => {
  expect(PROCESSES.filter(({ http, probe }) => !http && !probe).map(({ process }) => process)).toEqual([
    'worker',
    'browserless',
    'temporal-django-worker',
    'temporal-batch-exports-worker',
  ]);
});

test('the ones that read persons have persons', () => {
  const needing = PROCESSES.filter(({ needs }) => needs.includes(PostHogProcess.PERSONHOG_ROUTER)).map(({ process }) => process as string);
  expect(needing.sort()).toEqual([
    'cdp-cyclotron-v2-janitor',
    'cdp-hogflow-scheduler',
    'cdp-hogflow-subscription-matcher',
    'ingestion-error-tracking',
    'ingestion-general',
    'plugins',
    'property-defs-ai',
    'property-defs-rs',
    'temporal-batch-exports-worker',
    'temporal-django-worker',
    'web',
    'worker',
  ]);
});
