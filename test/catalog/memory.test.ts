import { PostHogProcess, PostHogSize } from '../../lib';
import { celeryMemory, memoryReservation, webServerMemory } from '../../lib/catalog/memory';
import { definitionOf, PROCESSES } from '../../lib/catalog/processes';

const SIZES = Object.values(PostHogSize);

test('the memory of each process is a measurement with its commit, or a guess', () => {
  const wrong = PROCESSES.filter(({ memory: { mib, basis, commit } }) => {
    const isGuess = basis.startsWith('guess');
    return isGuess !== (mib === undefined) || isGuess !== (commit === undefined);
  });
  expect(wrong.map(({ process }) => process)).toEqual([]);
});

test('each size is at least the measurement, with a margin of a fifth', () => {
  const tooSmall = PROCESSES.flatMap(({ process, sizes, memory }) =>
    SIZES.filter((size) => sizes[size].memoryLimitMiB < 1.2 * (memory.mib ?? 0)).map((size) => `${process} ${size}`),
  );
  expect(tooSmall).toEqual([]);
});

test('each reservation is between the measurement, with a margin of a fifth, and the limit of the size', () => {
  const wrong = PROCESSES.flatMap((definition) =>
    SIZES.filter((size) => {
      const reserved = memoryReservation(definition, size);
      return !(reserved >= 1.2 * (definition.memory.mib ?? 0) && reserved > 0 && reserved <= definition.sizes[size].memoryLimitMiB);
    }).map((size) => `${definition.process} ${size}: ${memoryReservation(definition, size)}`),
  );
  expect(wrong).toEqual([]);
});

test('the reservations of each process are for a load with its figures, or a guess', () => {
  const wrong = PROCESSES.filter(({ memory: { mib, reservationBasis } }) => {
    const isGuess = reservationBasis.startsWith('guess: ');
    // A process that was never measured has no measured load either.
    return isGuess ? false : mib === undefined || !/\d (MB|MiB|GB|GiB)\b/.test(reservationBasis);
  });
  expect(wrong.map(({ process }) => process)).toEqual([]);
});

test.each([PostHogProcess.CAPTURE, PostHogProcess.CAPTURE_AI])('%s has room for two Kafka producers full of unsent events', (process) => {
  // The limit of each producer: KAFKA_PRODUCER_QUEUE_MIB (rust/capture/src/config.rs).
  expect(SIZES.map((size) => memoryReservation(definitionOf(process), size)).filter((reserved) => reserved < 2 * 400 + 55)).toEqual([]);
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
  const { memoryLimitMiB } = definitionOf(PostHogProcess.WEB).sizes[size];
  const { workers, recycleAtMiB } = webServerMemory(memoryLimitMiB);
  // Of its 757 MiB and more, each shares 219 MiB with all others.
  expect(workers * (recycleAtMiB - 219) + 757 + 219).toBeLessThan(memoryLimitMiB);
});

test.each(SIZES)('in the size %s, all children of Celery at their limit fit together with Celery and its scheduler', (size) => {
  const { cpu, memoryLimitMiB } = definitionOf(PostHogProcess.WORKER).sizes[size];
  const { children, recycleAtMiB } = celeryMemory(cpu, memoryLimitMiB);
  expect(children).toBeGreaterThanOrEqual(2);
  // A child that had reached its limit by the imports alone would be replaced after each task.
  expect(recycleAtMiB).toBeGreaterThan(1000);
  expect(1400 + children * recycleAtMiB).toBeLessThanOrEqual(memoryLimitMiB);
});
