import fc from 'fast-check';
import { Token } from 'aws-cdk-lib/core';
import { checkFargateSize } from '../../lib/private/fargate-size';

/** The sizes of Fargate on Linux: CPU units, then from, to and step in GiB (AmazonECS developer guide, fargate-tasks-services). */
const OFFERED: [cpu: number, fromGiB: number, toGiB: number, stepGiB: number][] = [
  [512, 1, 4, 1],
  [1024, 2, 8, 1],
  [2048, 4, 16, 1],
  [4096, 8, 30, 1],
  [8192, 16, 60, 4],
  [16384, 32, 120, 8],
];

const PAIRS: [cpu: number, memory: number][] = [
  [256, 512],
  [256, 1024],
  [256, 2048],
];
for (const [cpu, from, to, step] of OFFERED) {
  for (let gib = from; gib <= to; gib += step) {
    PAIRS.push([cpu, gib * 1024]);
  }
}
const KEYS = new Set(PAIRS.map(String));

test('checkFargateSize accepts every size of Fargate', () => {
  expect(PAIRS).toHaveLength(3 + 4 + 7 + 13 + 23 + 12 + 12);
  for (const [cpu, memory] of PAIRS) {
    checkFargateSize(cpu, memory);
  }
});

test('checkFargateSize refuses every other whole number of GiB', () => {
  for (const cpu of [256, ...OFFERED.map(([each]) => each)]) {
    for (let memory = 0; memory <= 130 * 1024; memory += 1024) {
      if (!KEYS.has(String([cpu, memory]))) {
        expect(() => checkFargateSize(cpu, memory)).toThrow(`for \`cpu: ${cpu}\`, got: ${memory}`);
      }
    }
  }
});

test('checkFargateSize refuses every other size', () => {
  const cpus = fc.oneof(fc.constantFrom(256, ...OFFERED.map(([cpu]) => cpu)), fc.integer({ min: -1, max: 20_000 }));
  const memories = fc.oneof(
    fc.integer({ min: 0, max: 130 }).map((gib) => gib * 1024),
    fc.integer({ min: -1, max: 130_000 }),
  );
  fc.assert(
    fc.property(cpus, memories, (cpu, memory) => {
      fc.pre(!KEYS.has(String([cpu, memory])));
      expect(() => checkFargateSize(cpu, memory)).toThrow(/^`(cpu|memoryLimitMiB)` must be one of /);
    }),
    { numRuns: 1000 },
  );
});

test('checkFargateSize refuses an unsupported number of CPU units', () => {
  expect(() => checkFargateSize(1000, 2048)).toThrow('`cpu` must be one of 256, 512, 1024, 2048, 4096, 8192, 16384, got: 1000');
});

test('checkFargateSize refuses unsupported memory for the CPU units', () => {
  expect(() => checkFargateSize(512, 8192)).toThrow('`memoryLimitMiB` must be one of 1024, 2048, 3072, 4096 for `cpu: 512`, got: 8192');
});

test('checkFargateSize accepts tokens', () => {
  const token = Token.asNumber({ Ref: 'Size' });
  expect(() => checkFargateSize(token, 1)).not.toThrow();
  expect(() => checkFargateSize(256, token)).not.toThrow();
});
