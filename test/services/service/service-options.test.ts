import { PostHogProcess, PostHogSize } from '../../../lib';
import { checkFargateSize } from '../../../lib/private/fargate-size';
import { sizeOf } from '../../../lib/services/process-size';
import { PROCESSES } from '../../../lib/services/processes';
import { taskSize } from '../../../lib/services/service/task-size';

const SIZES = Object.values(PostHogSize);
const find = (process: PostHogProcess) => PROCESSES.find((definition) => definition.process === process)!;

describe.each(SIZES)('in the size %s', (size) => {
  test.each(PROCESSES.map((definition) => definition.process))('%s has a size that Fargate offers, and as many tasks as it may have', (process) => {
    const { cpu, memoryLimitMiB, minTasks, maxTasks } = sizeOf(process, size);
    expect(() => checkFargateSize(cpu, memoryLimitMiB)).not.toThrow();
    expect(maxTasks).toBeGreaterThanOrEqual(minTasks);
    expect(minTasks).toBeGreaterThanOrEqual(1);
    expect(find(process).single === undefined || maxTasks === 1).toBe(true);
  });

  test('whatever answers visitors has two tasks, unless it is there to be tried out, or may have one only', () => {
    for (const { process, single } of PROCESSES.filter(({ http }) => http)) {
      // What arrives at plugins, Kafka's other side of it, waits; webhooks are sent again.
      const expected = size === PostHogSize.DEV || single !== undefined || process === PostHogProcess.PLUGINS ? 1 : 2;
      expect([process, sizeOf(process, size).minTasks >= expected]).toEqual([process, true]);
    }
  });
});

test.each(PROCESSES.map((definition) => definition.process))('%s is never smaller in a larger size', (process) => {
  const sizes = SIZES.map((size) => sizeOf(process, size));
  for (const key of ['cpu', 'memoryLimitMiB', 'minTasks', 'maxTasks'] as const) {
    const values = sizes.map((size) => size[key]);
    expect(values).toEqual([...values].sort((a, b) => a - b));
  }
});

test('capture can hold what its writers may while Kafka is away, wherever events must not be lost', () => {
  for (const size of SIZES.filter((name) => name !== PostHogSize.DEV)) {
    expect(sizeOf(PostHogProcess.CAPTURE, size).memoryLimitMiB).toBeGreaterThanOrEqual(2048);
  }
});

const SMALL = { cpu: 512, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 4 };

test.each([
  [{}, SMALL],
  [
    { cpu: 1024, memoryLimitMiB: 4096 },
    { ...SMALL, cpu: 1024, memoryLimitMiB: 4096 },
  ],
  [{ minTasks: 6 }, { ...SMALL, minTasks: 6, maxTasks: 6 }],
  [{ maxTasks: 9 }, { ...SMALL, maxTasks: 9 }],
])('options %j make the size %j', (options, expected) => {
  expect(taskSize(find(PostHogProcess.CAPTURE), SMALL, options)).toEqual(expected);
});

test.each([
  [PostHogProcess.CAPTURE, { minTasks: 0 }, '`minTasks` must be 1 or more, got: 0'],
  [PostHogProcess.CAPTURE, { maxTasks: 1 }, '`maxTasks` must be `minTasks` (2) or more, got: 1'],
  [PostHogProcess.CAPTURE, { cpu: 300 }, '`cpu` must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got: 300'],
  [
    PostHogProcess.WORKER,
    { maxTasks: 2 },
    '`maxTasks` must be 1 for worker: it runs the only scheduler, got: 2; raise `cpu` and `memoryLimitMiB` instead',
  ],
  [
    PostHogProcess.LIVESTREAM,
    { minTasks: 2 },
    '`maxTasks` must be 1 for livestream: each task would see only some of the events, got: 2; raise `cpu` and `memoryLimitMiB` instead',
  ],
  [
    PostHogProcess.TEMPORAL,
    { maxTasks: 2 },
    '`maxTasks` must be 1 for temporal: its tasks cannot discover each other, got: 2; raise `cpu` and `memoryLimitMiB` instead',
  ],
])('%s refuses %j', (process, options, message) => {
  const size = find(process).single === undefined ? SMALL : { ...SMALL, minTasks: 1, maxTasks: 1 };
  expect(() => taskSize(find(process), size, options)).toThrow(message);
});
