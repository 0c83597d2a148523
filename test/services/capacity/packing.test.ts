import fc from 'fast-check';
import { hostType } from '../../../lib/services/capacity/instance-types';
import {
  HostCapacity,
  hostCapacity,
  largestFirst,
  PackedTask,
  PESSIMISTIC_OVERHEAD,
  place,
  sumOf,
} from '../../../lib/services/capacity/host-placement';
import { alternatives, checkPacking, hostsFor, hostsNeeded, packingProblem } from '../../../lib/services/capacity/packing';

const LARGE = hostType('r6a.large')!;
const XLARGE = hostType('r6a.xlarge')!;

/** A process with a number of tasks, each with this memory and 256 CPU units. */
function tasks(process: string, count: number, memoryMiB: number, more: Partial<PackedTask> = {}): PackedTask {
  return { process, count, memoryMiB, cpu: 256, singleton: false, ...more };
}

test('an instance has less memory for tasks than its type, by what its kernel and the agents of ECS take', () => {
  expect(hostCapacity(LARGE)).toEqual({ cpu: 2048, memoryMiB: Math.floor(16384 * 0.965) - 256, tasks: 10 });
  expect(hostCapacity(LARGE, PESSIMISTIC_OVERHEAD).memoryMiB).toBe(Math.floor(16384 * 0.925) - 256);
});

test.each<[string, PackedTask[], number, string]>([
  [
    'a task that is larger than an instance',
    [tasks('worker', 1, 16384)],
    9,
    'a task of `worker` reserves 16384 MiB and 256 CPU units, and one r6a.large has 15554 MiB and 2048 CPU units',
  ],
  ['network interfaces', [tasks('web', 21, 100, { cpu: 1 })], 2, '21 tasks need as many network interfaces, and 2 x r6a.large has 20 for tasks'],
  ['memory', [tasks('web', 4, 8000)], 2, '4 tasks reserve 32000 MiB, and 2 x r6a.large has 31108 MiB'],
  ['CPU', [tasks('web', 9, 100, { cpu: 500 })], 2, '9 tasks reserve 4500 CPU units, and 2 x r6a.large has 4096'],
  ['memory of every single instance', [tasks('web', 3, 8000)], 2, 'no room for 1 of 3 tasks (web) on 2 x r6a.large'],
  ['a second zone', [tasks('web', 2, 1000)], 1, 'no room for tasks in different zones (web) on 1 x r6a.large'],
  [
    'room for a deployment',
    [tasks('web', 1, 9000), tasks('capture', 1, 6000)],
    1,
    'no room for the second task of `web` that a deployment starts, with 9000 MiB and 256 CPU units, on 1 x r6a.large',
  ],
])('tasks that fit but for %s do not fit', (_, list, hosts, problem) => {
  expect(packingProblem(list, LARGE, hosts)).toBe(problem);
});

test('a process that is stopped before it is started again needs no room for a second task', () => {
  expect(packingProblem([tasks('temporal', 1, 9000, { singleton: true })], LARGE, 1)).toBeUndefined();
  expect(packingProblem([tasks('temporal', 1, 9000)], LARGE, 1)).toMatch(/second task/);
  expect(packingProblem([tasks('temporal', 1, 9000)], LARGE, 1, { rollingHeadroom: false })).toBeUndefined();
});

test('the loss of an instance leaves every process a task only if the others have room', () => {
  const list = [tasks('web', 2, 7000), tasks('worker', 1, 7000), tasks('plugins', 1, 7000)];
  const options = { rollingHeadroom: false };
  expect(packingProblem(list, LARGE, 2, options)).toBeUndefined();
  expect(packingProblem(list, LARGE, 2, { ...options, survivesHostLoss: true })).toBe(
    'no room for what a lost instance ran alone (worker) on 2 x r6a.large',
  );
  expect(packingProblem(list, LARGE, 3, { ...options, survivesHostLoss: true })).toBeUndefined();
});

test('a group in one zone has no other zone for replicas', () => {
  expect(packingProblem([tasks('web', 2, 1000)], LARGE, 1, { zones: 1 })).toBeUndefined();
});

test('tasks are placed in the zone with the fewest of their process, and there on the fullest instance', () => {
  const { processes } = place(
    [tasks('a', 1, 1000), tasks('b', 1, 1000), tasks('b', 1, 1000), tasks('c', 1, 1000)],
    Array<HostCapacity>(4).fill(hostCapacity(LARGE)),
  );
  expect(processes).toEqual([['a', 'b', 'c'], ['b'], [], []]);
});

test('the number of instances is the least that has room', () => {
  const list = [tasks('web', 2, 4608), tasks('worker', 1, 4096), ...Array.from({ length: 12 }, (_, i) => tasks(`p${i}`, 1, 512))];
  expect([LARGE, XLARGE].map((type) => hostsNeeded(list, type))).toEqual([2, 2]);
  expect(packingProblem(list, LARGE, 1)).toBeDefined();
  expect(hostsNeeded([tasks('worker', 1, 16384)], LARGE)).toBeUndefined();
  expect(hostsNeeded([], LARGE)).toBe(1);
});

test('the defaults of a group have room for a deployment and for the maximum number of tasks', () => {
  const [few, many] = [[tasks('web', 2, 4608)], [tasks('web', 20, 4608)]];
  expect(hostsFor(few, few, LARGE)).toEqual({ min: 2, max: 4 });
  expect(hostsFor(few, many, LARGE)).toEqual({ min: 2, max: hostsNeeded(many, LARGE) });
  expect(hostsFor([tasks('worker', 1, 16384)], many, LARGE)).toBeUndefined();
  // A deployment starts another instance: the first one has no room for a second task.
  expect(hostsFor([tasks('worker', 1, 8192)], [tasks('worker', 1, 8192)], LARGE)).toEqual({ min: 1, max: 2 });
});

test('the check says which types have room, the cheapest first', () => {
  const list = [tasks('worker', 1, 16384), tasks('web', 2, 4608)];
  expect(checkPacking(list, [XLARGE], 2)).toEqual([]);
  const [message, ...rest] = checkPacking(list, [XLARGE, LARGE], 4);
  expect(rest).toEqual([]);
  expect(message).toMatch(
    /^a task of `worker` reserves 16384 MiB .* one r6a\.large has 15554 MiB .*; they fit on 2 x r6a\.xlarge, 2 x r6i\.xlarge, /,
  );
  expect(checkPacking([tasks('web', 21, 100, { cpu: 1 })], [LARGE], 2)).toEqual([
    expect.stringMatching(/^21 tasks need as many network interfaces, .*; they fit on 3 x r6a\.large, /),
  ]);
  // Types of the other architecture do not run these images.
  expect(checkPacking(list, [hostType('r6g.large')!], 4)[0]).not.toMatch(/\dx? [mr]\d[ai]\./);
});

test('the check names no type if none has room', () => {
  expect(checkPacking([tasks('worker', 1, 200_000)], [LARGE], 4)).toEqual([
    'a task of `worker` reserves 200000 MiB and 256 CPU units, and one r6a.large has 15554 MiB and 2048 CPU units',
  ]);
});

test('no alternative needs more instances than allowed', () => {
  const list = [tasks('web', 20, 4608)];
  expect(alternatives(list, 'X86_64', 3).every(({ hosts }) => hosts <= 3)).toBe(true);
  expect(alternatives(list, 'ARM64', 100).map(({ type }) => type.architecture)).not.toContain('X86_64');
});

const anyTask = fc.record({
  process: fc.string({ minLength: 1, maxLength: 3 }),
  count: fc.integer({ min: 0, max: 6 }),
  cpu: fc.integer({ min: 0, max: 2000 }),
  memoryMiB: fc.integer({ min: 1, max: 12_000 }),
  singleton: fc.boolean(),
});
const anyTasks = fc.uniqueArray(anyTask, { selector: ({ process }) => process, maxLength: 25 });
const anyType = fc.constantFrom(...['m6a.large', 'r6a.large', 'r6a.xlarge', 'm7a.medium', 'r8g.2xlarge'].map((name) => hostType(name)!));
const anyOptions = fc.record({ survivesHostLoss: fc.boolean(), rollingHeadroom: fc.boolean(), zones: fc.integer({ min: 1, max: 3 }) });

test('no placement takes more than an instance has, and each task is placed once or not at all', () => {
  fc.assert(
    fc.property(anyTasks, anyType, fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 3 }), (list, type, hosts, zones) => {
      const order = largestFirst(list);
      const { free, processes, unplaced } = place(order, Array<HostCapacity>(hosts).fill(hostCapacity(type)), zones);
      expect(free.every(({ cpu, memoryMiB, tasks: slots }) => cpu >= 0 && memoryMiB >= 0 && slots >= 0)).toBe(true);
      expect([...processes.flat(), ...unplaced].sort()).toEqual(order.map(({ process }) => process).sort());
      const used = processes.map((placed) => sumOf(placed.map((process) => ({ ...list.find((task) => task.process === process)!, count: 1 }))));
      expect(used.map(({ memoryMiB }, host) => memoryMiB + free[host].memoryMiB)).toEqual(Array(hosts).fill(hostCapacity(type).memoryMiB));
    }),
  );
});

test('what fits reserves no more than the instances have', () => {
  fc.assert(
    fc.property(anyTasks, anyType, anyOptions, (list, type, options) => {
      const hosts = hostsNeeded(list, type, options);
      if (hosts !== undefined) {
        const [sum, host] = [sumOf(list), hostCapacity(type)];
        expect(sum.memoryMiB).toBeLessThanOrEqual(hosts * host.memoryMiB);
        expect(sum.cpu).toBeLessThanOrEqual(hosts * host.cpu);
        expect(sum.tasks).toBeLessThanOrEqual(hosts * host.tasks);
      }
    }),
  );
});

test('a group that may have more instances passes whenever a smaller one does', () => {
  fc.assert(
    fc.property(
      anyTasks,
      anyType,
      fc.integer({ min: 1, max: 20 }),
      fc.integer({ min: 0, max: 20 }),
      anyOptions,
      (list, type, hosts, more, options) => {
        fc.pre(checkPacking(list, [type], hosts, options).length === 0);
        expect(checkPacking(list, [type], hosts + more, options)).toEqual([]);
      },
    ),
  );
});

test('a stricter rule never needs fewer instances', () => {
  fc.assert(
    fc.property(anyTasks, anyType, (list, type) => {
      const needed = (options: object) => hostsNeeded(list, type, options) ?? Infinity;
      const least = needed({ rollingHeadroom: false });
      expect(needed({})).toBeGreaterThanOrEqual(least);
      expect(needed({ survivesHostLoss: true, rollingHeadroom: false })).toBeGreaterThanOrEqual(least);
    }),
  );
});
