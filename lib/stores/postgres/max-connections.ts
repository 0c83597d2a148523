import { Token } from 'aws-cdk-lib/core';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';

/** The bytes of memory for each connection in RDS' formula. */
export const BYTES_PER_CONNECTION = 9_531_392;

/** The maximum of a small server: PostHog has some thirty processes with pools of about ten. */
export const LEAST_CONNECTIONS = 400;

/**
 * The part of an instance's memory that `DBInstanceClassMemory` has: the rest is that of the operating system and of RDS. AWS does not document it;
 * a db.t3.medium has about 410 connections by default, a db.m5.large about 850.
 */
const DATABASE_MEMORY = 0.9;

/** The memory of the size `large`, in GiB, by the letters of the family: m has 4 GiB for each vCPU, r 8, x 16, c 2; t has 8 GiB in `large`. */
const LARGE_GIB: Readonly<Record<string, number>> = { t: 8, c: 4, m: 8, r: 16, x: 32 };

/** The sizes below `xlarge`, as parts of `large`. */
const PARTS: Readonly<Record<string, number>> = { micro: 1 / 8, small: 1 / 4, medium: 1 / 2, large: 1, xlarge: 2 };

/** Returns the memory of an instance type, in GiB; undefined if it is a token or of a family without a rule. */
function memoryGib(type: InstanceType): number | undefined {
  const text = type.toString();
  const [, family, size] = (Token.isUnresolved(text) ? null : /^([a-z]+)\d[a-z]*\.(\d*\w+)$/.exec(text)) ?? [];
  const [, count, name] = /^(\d*)(\D+)$/.exec(size ?? '') ?? [];
  const part = PARTS[name];
  const large = LARGE_GIB[family];
  return part === undefined || large === undefined ? undefined : large * part * Number(count === '' ? 1 : count);
}

/** Returns the connections of a server with a memory, by the formula of this library; lower than the real number. */
function byMemory(gib: number): number {
  return Math.max(LEAST_CONNECTIONS, Math.floor((gib * 2 ** 30 * DATABASE_MEMORY) / BYTES_PER_CONNECTION));
}

/**
 * Returns the maximum number of connections of an instance; undefined if it is not known.
 *
 * @param maxConnections the number that the user has set
 * @param type the instance type
 */
export function connectionsOfInstance(maxConnections: number | undefined, type: InstanceType): number | undefined {
  if (maxConnections !== undefined) {
    return Token.isUnresolved(maxConnections) ? undefined : maxConnections;
  }
  const gib = memoryGib(type);
  return gib === undefined ? undefined : byMemory(gib);
}

/** The memory of one unit of Aurora's capacity, in GiB. */
const GIB_PER_ACU = 2;

/**
 * Returns the maximum number of connections of a serverless cluster, which follows from its maximum capacity, and is at most 2,000 for a minimum of
 * half a unit; undefined if it is not known.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.setting-capacity.html (maximum connections)
 */
export function connectionsOfCluster(maxConnections: number | undefined, minCapacity: number, maxCapacity: number): number | undefined {
  if (maxConnections !== undefined) {
    return Token.isUnresolved(maxConnections) ? undefined : maxConnections;
  }
  if (Token.isUnresolved(minCapacity) || Token.isUnresolved(maxCapacity)) {
    return undefined;
  }
  const connections = byMemory(maxCapacity * GIB_PER_ACU);
  return minCapacity <= 0.5 ? Math.min(connections, 2000) : connections;
}
