import { Token } from 'aws-cdk-lib/core';
import { invalidValue } from './errors';

const GIB = 1024;

/**
 * The memory sizes that Fargate offers for each number of CPU units, in MiB.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */
const SIZES: Readonly<Record<number, readonly number[]>> = {
  256: [512, GIB, 2 * GIB],
  512: range(1, 4, 1),
  1024: range(2, 8, 1),
  2048: range(4, 16, 1),
  4096: range(8, 30, 1),
  8192: range(16, 60, 4),
  16384: range(32, 120, 8),
};

/** The numbers of CPU units that Fargate offers. */
export const CPU_UNITS: Readonly<Record<string, number>> = Object.fromEntries(Object.keys(SIZES).map((units) => [units, Number(units)]));

/** Checks that Fargate offers tasks of this size. */
export function checkFargateSize(cpu: number, memoryLimitMiB: number): void {
  if (Token.isUnresolved(cpu) || Token.isUnresolved(memoryLimitMiB)) {
    return;
  }
  const memory = SIZES[cpu];
  if (!memory) {
    throw invalidValue('cpu', `must be one of ${Object.keys(SIZES).join(', ')}`, cpu);
  }
  if (!memory.includes(memoryLimitMiB)) {
    throw invalidValue('memoryLimitMiB', `must be one of ${memory.join(', ')} for \`cpu: ${cpu}\``, memoryLimitMiB);
  }
}

function range(from: number, to: number, step: number): number[] {
  return Array.from({ length: (to - from) / step + 1 }, (_, i) => (from + i * step) * GIB);
}
