import { packedTasks, survivesHostLoss } from './packed-tasks';
import { DEFAULT_PRODUCTS, deployedProcesses } from '../../../lib/catalog/processes/deployed-processes';
import { PostHogSize } from '../../../lib/catalog/posthog-size';
import { Product } from '../../../lib/catalog/product';
import {
  HostCapacity,
  hostCapacity,
  largestFirst,
  PackedTask,
  PESSIMISTIC_OVERHEAD,
  place,
  sumOf,
} from '../../../lib/services/capacity/host-placement';
import { HostType, hostType } from '../../../lib/services/capacity/instance-types';
import { checkPacking, hostsFor, hostsNeeded } from '../../../lib/services/capacity/packing';

const SIZES = Object.values(PostHogSize);
const ALL_PRODUCTS = Object.values(Product);
const TYPES: Readonly<Record<PostHogSize, string>> = { dev: 'large', small: 'large', production: 'xlarge', large: '2xlarge' };
const REPLAY = [Product.EVENTS, Product.FEATURE_FLAGS, Product.SESSION_REPLAY];

/** The hosts of a PostHog: the number of its tasks, and the least and the most instances of the default type of its size. */
function defaultsOf(size: PostHogSize, products: readonly Product[], architecture: HostType['architecture'] = 'X86_64') {
  const [tasks, scaledOut] = [packedTasks(size, products), packedTasks(size, products, 'maxTasks')];
  const type = hostType(`${architecture === 'ARM64' ? 'r6g' : 'r6a'}.${TYPES[size]}`)!;
  const hosts = hostsFor(tasks, scaledOut, type, { survivesHostLoss: survivesHostLoss(size) })!;
  return { tasks, type, ...hosts };
}

test.each<[string, readonly Product[], Record<PostHogSize, string>]>([
  [
    'the default products',
    DEFAULT_PRODUCTS,
    {
      dev: '25 tasks, 20 GiB: 3 to 6 x r6a.large',
      small: '32 tasks, 33 GiB: 4 to 13 x r6a.large',
      production: '43 tasks, 65 GiB: 4 to 18 x r6a.xlarge',
      large: '58 tasks, 148 GiB: 4 to 32 x r6a.2xlarge',
    },
  ],
  [
    'events, flags and replay',
    REPLAY,
    {
      dev: '13 tasks, 12 GiB: 2 to 4 x r6a.large',
      small: '20 tasks, 24 GiB: 3 to 10 x r6a.large',
      production: '25 tasks, 40 GiB: 3 to 13 x r6a.xlarge',
      large: '36 tasks, 99 GiB: 3 to 23 x r6a.2xlarge',
    },
  ],
  [
    'all products',
    ALL_PRODUCTS,
    {
      dev: '30 tasks, 23 GiB: 3 to 6 x r6a.large',
      small: '39 tasks, 39 GiB: 5 to 16 x r6a.large',
      production: '52 tasks, 75 GiB: 5 to 22 x r6a.xlarge',
      large: '70 tasks, 168 GiB: 5 to 40 x r6a.2xlarge',
    },
  ],
])('the default instances of %s', (_, products, expected) => {
  const actual = SIZES.map((size) => {
    const { tasks, type, min, max } = defaultsOf(size, products);
    const sum = sumOf(tasks);
    return [size, `${sum.tasks} tasks, ${Math.round(sum.memoryMiB / 1024)} GiB: ${min} to ${max} x ${type.name}`];
  });
  expect(Object.fromEntries(actual)).toEqual(expected);
});

/** The same numbers in every run: mulberry32. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled<T>(list: readonly T[], random: () => number): T[] {
  return list
    .map((item) => ({ item, key: random() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}

const ORDERS = 300;

/** The part of random orders of placement in which all tasks found room, and in which all replicas are in two zones. */
function simulate(tasks: readonly PackedTask[], type: HostType, hosts: number): { placed: number; inTwoZones: number } {
  const random = randomNumbers(15);
  const group = Array<HostCapacity>(hosts).fill(hostCapacity(type));
  const replicated = tasks.filter(({ count }) => count > 1).map(({ process }) => process);
  const runs = Array.from({ length: ORDERS }, () => {
    const { unplaced, processes } = place(shuffled(largestFirst(tasks), random), group);
    const [even, odd] = [0, 1].map((zone) => new Set(processes.filter((__, host) => host % 2 === zone).flat()));
    return { placed: unplaced.length === 0, inTwoZones: replicated.every((process) => even.has(process) && odd.has(process)) };
  });
  const share = (key: 'placed' | 'inTwoZones') => runs.filter((run) => run[key]).length / ORDERS;
  return { placed: share('placed'), inTwoZones: share('inTwoZones') };
}

const CASES = SIZES.flatMap((size) => [DEFAULT_PRODUCTS, REPLAY, ALL_PRODUCTS].map((products) => ({ size, products })));

// Whether replicas are in two zones depends on the order in which ECS places tasks, mostly where one zone has a single instance. ECS moves them later
// (availability zone rebalancing), when the other zone has room.
test.each(CASES)('in any order, the tasks of size $size with $products have room on the default instances', ({ size, products }) => {
  const { tasks, type, min } = defaultsOf(size, products);
  const { placed, inTwoZones } = simulate(tasks, type, min);
  expect(placed).toBeGreaterThanOrEqual(0.99);
  expect(inTwoZones).toBeGreaterThanOrEqual(0.6);
  expect(simulate(tasks, type, min + 1).inTwoZones).toBeGreaterThanOrEqual(0.95);
});

test.each(CASES)('the defaults of size $size with $products pass the check', ({ size, products }) => {
  const { tasks, type, max } = defaultsOf(size, products);
  expect(checkPacking(tasks, [type], max, { survivesHostLoss: survivesHostLoss(size) })).toEqual([]);
  expect(checkPacking(tasks, [type], 1, { survivesHostLoss: survivesHostLoss(size) })).toHaveLength(1);
});

test.each(SIZES)('ARM instances of the default type have as much room as x86 ones in size %s', (size) => {
  const { min, max } = defaultsOf(size, DEFAULT_PRODUCTS);
  expect(defaultsOf(size, DEFAULT_PRODUCTS, 'ARM64')).toMatchObject({ min, max });
});

test('every product alone, with the processes that it needs, has default instances in every size', () => {
  const found = ALL_PRODUCTS.flatMap((product) => {
    const products = [...new Set([...REPLAY, product])];
    return SIZES.map((size) => [product, size, deployedProcesses(products).length > 0 && defaultsOf(size, products).min >= 1]);
  });
  expect(found.filter(([, , has]) => has !== true)).toEqual([]);
});

// What an instance registers is known from its first start only. With the overhead that Karpenter assumes, the tasks still have room.
test.each(SIZES)('with pessimistic memory, the tasks of size %s are placed on the default instances', (size) => {
  const { tasks, type, min } = defaultsOf(size, DEFAULT_PRODUCTS);
  const group = Array<HostCapacity>(min).fill(hostCapacity(type, PESSIMISTIC_OVERHEAD));
  expect(place(largestFirst(tasks), group).unplaced).toEqual([]);
});

test('a single instance with room for all tasks is not enough for replicas in two zones', () => {
  const tasks = packedTasks(PostHogSize.SMALL, DEFAULT_PRODUCTS);
  expect(hostsNeeded(tasks, hostType('r6a.4xlarge')!)).toBe(2);
});
