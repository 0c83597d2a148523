import { HOST_TYPES, hostType } from '../../../lib/services/capacity/instance-types';
import upstream from '../../contract/upstream-instance-types.json';

interface UpstreamType {
  readonly vcpus: number;
  readonly memoryMiB: number;
  readonly architecture: string;
  readonly documented: number | null;
  readonly branches: number;
}

const UPSTREAM = upstream.types as Record<string, UpstreamType>;

test('every type has the size, the architecture and the number of tasks that upstream has', () => {
  const expected = HOST_TYPES.map(({ name }) => {
    const { vcpus, memoryMiB, architecture, documented, branches } = UPSTREAM[name];
    return { name, vcpus, memoryMiB, tasks: documented ?? branches, architecture: architecture === 'arm64' ? 'ARM64' : 'X86_64' };
  });
  expect(HOST_TYPES).toEqual(expected);
});

test('the table has every size of its families', () => {
  const families = new Set(HOST_TYPES.map(({ name }) => name.split('.')[0]));
  const sizes = Object.keys(UPSTREAM).filter((name) => families.has(name.split('.')[0]));
  expect(HOST_TYPES.map(({ name }) => name).sort()).toEqual(sizes.sort());
  expect(families.size).toBe(14);
});

test('branch interfaces are never more than the tasks that ECS documents', () => {
  const documented = Object.entries(UPSTREAM).filter(([, { documented: tasks }]) => tasks !== null);
  expect(documented.filter(([, { documented: tasks, branches }]) => branches > tasks! || branches < tasks! - 6)).toEqual([]);
  expect(documented.length).toBeGreaterThan(30);
});

test('a type is found by its name', () => {
  expect(hostType('r6a.xlarge')).toEqual({ name: 'r6a.xlarge', vcpus: 4, memoryMiB: 32768, tasks: 20, architecture: 'X86_64' });
  expect(hostType('r8g.large')).toEqual({ name: 'r8g.large', vcpus: 2, memoryMiB: 16384, tasks: 9, architecture: 'ARM64' });
});

test.each(['t3.large', 't4g.medium', 'm7i-flex.large', 'r6a.medium', 'r6a.48xlarge', ''])('the table does not have %p', (name) => {
  expect(hostType(name)).toBeUndefined();
});
