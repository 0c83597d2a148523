import { RemovalPolicy, Size, SizeRoundingBehavior, Token } from 'aws-cdk-lib/core';
import { rejected } from '../../private/errors';

/** The volume of an instance: gp3, encrypted. */
export interface InstanceVolume {
  readonly size: Size;
  /** gp3's own are 3,000. */
  readonly iops?: number;
  /** In MiB a second; gp3's own are 125. */
  readonly throughput?: number;
  /** Where its content comes from. A volume that comes from a snapshot is never formatted. */
  readonly snapshotId?: string;
}

/** @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
const GP3 = { iops: { min: 3000, max: 80_000 }, throughput: { min: 125, max: 2000 }, gibibytes: { min: 1, max: 65_536 }, iopsPerGibibyte: 500, throughputPerIops: 0.25 };

/** Checks what gp3 can be; EC2 says it only in the middle of a deployment. */
export function checkVolume({ size, iops, throughput }: InstanceVolume): void {
  const gibibytes = size.isUnresolved() ? undefined : size.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  if (gibibytes !== undefined) {
    checkRange('volumeSize', gibibytes, GP3.gibibytes, 'GiB');
  }
  if (iops !== undefined && !Token.isUnresolved(iops)) {
    checkRange('volumeIops', iops, GP3.iops, 'for gp3');
    if (gibibytes !== undefined && iops > GP3.iops.min && iops > gibibytes * GP3.iopsPerGibibyte) {
      throw rejected('volumeIops', `must be at most ${GP3.iopsPerGibibyte} for each GiB of the volume`, iops, `the volume has ${gibibytes} GiB`);
    }
  }
  if (throughput !== undefined && !Token.isUnresolved(throughput)) {
    checkRange('volumeThroughput', throughput, GP3.throughput, 'MiB a second for gp3');
    const known = iops === undefined ? GP3.iops.min : iops;
    if (!Token.isUnresolved(known) && throughput > known * GP3.throughputPerIops) {
      throw rejected('volumeThroughput', 'must be at most a quarter of the operations a second', throughput, `set \`volumeIops\` to ${throughput / GP3.throughputPerIops} or more`);
    }
  }
}

function checkRange(prop: string, value: number, { min, max }: { readonly min: number; readonly max: number }, unit: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw rejected(prop, `must be from ${min} to ${max} ${unit}`, value);
  }
}

/**
 * What becomes of a volume.
 *
 * One that a failed deployment made goes with it even where volumes are retained: it holds nothing, and would be found by its tag beside the
 * one of the next attempt.
 */
export function volumeRemovalPolicy(policy: RemovalPolicy): RemovalPolicy {
  return policy === RemovalPolicy.RETAIN ? RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE : policy;
}
