import { PostHogProcess, PostHogRelease } from '../../../lib';
import { checkFargateSize } from '../../../lib/services/fargate-size';
import { ProcessDefinition } from '../../../lib/services/process-definition';
import { PROCESSES } from '../../../lib/services/processes';

type Facts = [port: number | undefined, health: string | undefined, deregistration: number | undefined, grace: number | undefined, requests: number | undefined];

function byName(process: PostHogProcess): ProcessDefinition {
  return PROCESSES.find((definition) => definition.process === process)!;
}

test('these processes are deployed, each once', () => {
  expect(PROCESSES.map(({ process, id }) => [process, id])).toEqual([
    ['web', 'Web'], ['worker', 'Worker'], ['capture', 'Capture'], ['replay-capture', 'ReplayCapture'], ['feature-flags', 'FeatureFlags'], ['hypercache-server', 'HypercacheServer'],
  ]);
});

test.each<[PostHogProcess, string, string[] | undefined]>([
  [PostHogProcess.WEB, 'app', ['./bin/docker-server']],
  [PostHogProcess.WORKER, 'app', ['./bin/docker-worker-celery', '--with-scheduler']],
  [PostHogProcess.CAPTURE, 'capture', undefined],
  [PostHogProcess.REPLAY_CAPTURE, 'capture', undefined],
  [PostHogProcess.FEATURE_FLAGS, 'featureFlags', undefined],
  [PostHogProcess.HYPERCACHE_SERVER, 'hypercacheServer', undefined],
])('%s runs the image %s with the command %j', (process, image, command) => {
  expect(byName(process)).toMatchObject({ image });
  expect(byName(process).command).toEqual(command);
  expect(PostHogRelease.V2026_09_11.images).toHaveProperty(image);
});

test.each<[PostHogProcess, ...Facts]>([
  [PostHogProcess.WEB, 8000, '/_readyz?role=web', 60, 600, 1000],
  [PostHogProcess.WORKER, undefined, undefined, undefined, undefined, undefined],
  [PostHogProcess.CAPTURE, 3000, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.REPLAY_CAPTURE, 3000, '/_readiness', 30, 60, 10_000],
  [PostHogProcess.FEATURE_FLAGS, 3001, '/_readiness', 30, 60, 5000],
  [PostHogProcess.HYPERCACHE_SERVER, 3002, '/_readiness', 30, 60, 10_000],
])('%s answers on port %s, %s; drains %s s, has %s s to start and takes %s requests a minute', (process, ...facts) => {
  const { http } = byName(process);
  expect([http?.port, http?.healthCheck.path, http?.deregistrationDelay, http?.healthCheckGracePeriod, http?.requestsPerTarget]).toEqual(facts);
});

test.each<[PostHogProcess, number, number, number, number, number]>([
  [PostHogProcess.WEB, 2048, 4096, 2, 6, 60],
  [PostHogProcess.WORKER, 2048, 8192, 1, 1, 120],
  [PostHogProcess.CAPTURE, 512, 2048, 2, 10, 90],
  [PostHogProcess.REPLAY_CAPTURE, 512, 2048, 2, 10, 90],
  [PostHogProcess.FEATURE_FLAGS, 512, 1024, 2, 10, 60],
  [PostHogProcess.HYPERCACHE_SERVER, 256, 512, 2, 10, 60],
])('%s has %i CPU units and %i MiB, %i to %i tasks, and %i s to stop', (process, cpu, memoryLimitMiB, minTasks, maxTasks, stopTimeout) => {
  expect(byName(process)).toMatchObject({ cpu, memoryLimitMiB, minTasks, maxTasks, stopTimeout });
});

describe.each(PROCESSES.map((definition): [string, ProcessDefinition] => [definition.process, definition]))('%s', (_, definition) => {
  test('has a size that Fargate offers', () => {
    expect(() => checkFargateSize(definition.cpu, definition.memoryLimitMiB)).not.toThrow();
  });

  test('stops within the 120 seconds that Fargate allows, and drains no longer than it takes to stop', () => {
    expect(definition.stopTimeout).toBeLessThanOrEqual(120);
    expect(definition.http?.deregistrationDelay ?? 0).toBeLessThanOrEqual(definition.stopTimeout);
  });

  test('calls only processes that are deployed and answer', () => {
    for (const called of definition.calls) {
      expect(byName(called)?.http).toBeDefined();
    }
  });

  test('has object storage among its stores exactly where it may use objects', () => {
    expect(definition.stores.includes('objectStorage')).toBe(definition.objects !== undefined);
  });
});
