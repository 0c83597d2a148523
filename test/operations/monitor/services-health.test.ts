import { DescribedService, failingServices, StoppedTask } from '../../../lib/operations/monitor/services-health';

const NOW = new Date('2026-11-30T12:00:00Z');

function ago(minutes: number): Date {
  return new Date(NOW.getTime() - minutes * 60_000);
}

const STEADY: DescribedService = {
  serviceName: 'web',
  desiredCount: 2,
  runningCount: 2,
  deployments: [{ status: 'PRIMARY', rolloutState: 'COMPLETED' }],
  events: [{ createdAt: ago(30), message: '(service web) has reached a steady state.' }],
};

function reason(service: DescribedService, tasks: readonly StoppedTask[] = []): string | undefined {
  return failingServices([{ ...STEADY, ...service }], tasks, NOW).get('web');
}

function stopped(task: StoppedTask, count = 1, minutes = 10): StoppedTask[] {
  return Array.from({ length: count }, () => ({ group: 'service:web', stoppedAt: ago(minutes), ...task }));
}

test('a service in a steady state does not fail', () => {
  expect(reason({})).toBeUndefined();
});

test('a service that misses tasks fails, unless a deployment is in progress', () => {
  expect(reason({ runningCount: 1 })).toBe('1 of 2 tasks run');
  expect(reason({ runningCount: 1, deployments: [{ status: 'PRIMARY', rolloutState: 'IN_PROGRESS' }] })).toBeUndefined();
});

test('a deployment that failed or was rolled back is a failure for an hour', () => {
  expect(reason({ deployments: [{ status: 'PRIMARY', rolloutState: 'FAILED' }] })).toBe('its deployment failed');
  const message = '(service web) (deployment ecs-svc/1) deployment failed: tasks failed to start.';
  expect(reason({ events: [{ createdAt: ago(59), message }] })).toBe(`its deployment was rolled back: ${message}`);
  expect(reason({ events: [{ createdAt: ago(61), message }] })).toBeUndefined();
});

test('one task without memory is a failure for an hour', () => {
  const task = { containers: [{ exitCode: 137, reason: 'OutOfMemoryError: Container killed due to memory usage' }] };
  expect(reason({}, stopped(task))).toBe('1 of its tasks ran out of memory in the last hour');
  expect(reason({}, stopped(task, 1, 61))).toBeUndefined();
});

test('three failed tasks in an hour are a failure, two are not', () => {
  const task = { stopCode: 'EssentialContainerExited', stoppedReason: 'Essential container in task exited' };
  expect(reason({}, stopped(task, 2))).toBeUndefined();
  expect(reason({}, stopped(task, 3))).toBe('3 of its tasks failed in the last hour, the last one: Essential container in task exited');
  expect(reason({}, stopped({ stopCode: 'TaskFailedToStart', stoppedReason: 'ResourceInitializationError: ...' }, 3))).toMatch(
    /^3 of its tasks failed/,
  );
  expect(
    reason({}, stopped({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Task failed ELB health checks in (target-group x)' }, 3)),
  ).toMatch(/^3 of its tasks failed/);
});

test('tasks that ECS stops to scale in, to deploy or to reclaim Spot capacity are no failures, nor are those of other services', () => {
  expect(
    reason({}, [
      ...stopped({ stopCode: 'ServiceSchedulerInitiated', stoppedReason: 'Scaling activity initiated by (deployment ecs-svc/1)' }, 9),
      ...stopped({ stopCode: 'SpotInterruption', stoppedReason: 'Your Spot Task was interrupted.' }, 9),
      ...stopped({ stopCode: 'EssentialContainerExited', group: 'service:worker' }, 9),
      ...stopped({ stopCode: 'EssentialContainerExited', group: 'family:migration' }, 9),
    ]),
  ).toBeUndefined();
});
