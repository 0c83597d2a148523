import { PostHogProcess, PostHogSize } from '../../lib';
import { celeryMemory, MEMORY, webServerMemory } from '../../lib/catalog/memory';
import { sizeOf } from '../../lib/services/process-size';

const SIZES = Object.values(PostHogSize);
const PROCESSES = Object.values(PostHogProcess);

test('each process has a measurement with its commit, or a guess', () => {
  for (const process of PROCESSES) {
    const { mib, basis, commit } = MEMORY[process];
    const unknown = mib === undefined;
    expect([process, commit === undefined, basis.startsWith('guess')]).toEqual([process, unknown, unknown]);
  }
});

test('each size is at least the measurement, with a margin of a fifth', () => {
  const tooSmall = PROCESSES.flatMap((process) =>
    SIZES.filter((size) => sizeOf(process, size).memoryLimitMiB < 1.2 * (MEMORY[process].mib ?? 0)).map((size) => `${process} ${size}`),
  );
  expect(tooSmall).toEqual([]);
});

test.each([
  [2048, 1, 1728],
  [4096, 2, 1728],
  [6144, 3, 1728],
  [8192, 4, 1728],
  [12288, 6, 1728],
  [16384, 8, 1728],
  [1024, 1, 704],
  [5120, 2, 2240],
])('%i MiB hold %i workers of the web server, replaced at %i MiB', (memory, workers, recycleAtMiB) => {
  expect(webServerMemory(memory)).toEqual({ workers, recycleAtMiB });
});

test.each(SIZES)('in the size %s, all workers of web at their limit and a new one fit into the task', (size) => {
  const { memoryLimitMiB } = sizeOf(PostHogProcess.WEB, size);
  const { workers, recycleAtMiB } = webServerMemory(memoryLimitMiB);
  // Of its 757 MiB and more, each shares 219 MiB with all others.
  expect(workers * (recycleAtMiB - 219) + 757 + 219).toBeLessThan(memoryLimitMiB);
});

test.each(SIZES)('in the size %s, all children of Celery at their limit fit together with Celery and its scheduler', (size) => {
  const { cpu, memoryLimitMiB } = sizeOf(PostHogProcess.WORKER, size);
  const { children, recycleAtMiB } = celeryMemory(cpu, memoryLimitMiB);
  expect(children).toBeGreaterThanOrEqual(2);
  // A child that had reached its limit by the imports alone would be replaced after each task.
  expect(recycleAtMiB).toBeGreaterThan(1000);
  expect(1400 + children * recycleAtMiB).toBeLessThanOrEqual(memoryLimitMiB);
});
