import { Token } from 'aws-cdk-lib/core';

/** The least number of connections of a server of this library, see `postgresParameters`. */
const LEAST = 400;

/** The memory for each connection, in bytes, as in `postgresParameters`. */
const BYTES_PER_CONNECTION = 9_531_392;

/** The part of an instance's memory that `DBInstanceClassMemory` is: RDS and the operating system have the rest. */
const USABLE = 0.9;

const GIB = 1024 ** 3;

/** The memory of a `large` instance, in GiB, by the letter of its family. */
const LARGE: Readonly<Record<string, number>> = { t: 8, m: 8, r: 16, x: 32 };

const FRACTIONS: Readonly<Record<string, number>> = { micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2 };

/**
 * Returns the number of connections that a server accepts at least.
 *
 * @param maxConnections `maxConnections` of its props
 * @param memoryGib its memory; undefined if it is not known
 * @returns the number; undefined if it is a token
 */
export function connectionLimit(maxConnections: number | undefined, memoryGib: number | undefined): number | undefined {
  if (maxConnections !== undefined) {
    return Token.isUnresolved(maxConnections) ? undefined : maxConnections;
  }
  return Math.max(LEAST, Math.floor(((memoryGib ?? 0) * USABLE * GIB) / BYTES_PER_CONNECTION));
}

/** Returns the memory of an instance type such as `r7g.2xlarge`, in GiB; undefined if it is not known. */
export function memoryOf(instanceType: string): number | undefined {
  const [family = '', size = ''] = instanceType.split('.');
  const many = /^(\d+)xlarge$/.exec(size);
  const memory = LARGE[family[0]] * (many ? 2 * Number(many[1]) : FRACTIONS[size]);
  return Number.isNaN(memory) ? undefined : memory;
}
