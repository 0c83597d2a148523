import { Size, Token, Tokenization } from 'aws-cdk-lib/core';
import { invalidProp, invalidValue } from '../../private/errors';
import { knownGibibytes } from '../../private/quantities';

/** The encrypted gp3 volume of an instance. */
export interface InstanceVolume {
  readonly size: Size;
  /** The size that the volume may grow to by itself; it does not grow without one. */
  readonly maxSize?: Size;
  /** The IOPS; 3,000 by default. */
  readonly iops?: number;
  /** The throughput in MiB per second; 125 by default. */
  readonly throughput?: number;
  /** The snapshot to create it from. A volume from a snapshot is never formatted. */
  readonly snapshotId?: string;
}

/** @see https://docs.aws.amazon.com/ebs/latest/userguide/general-purpose.html */
export const GP3 = {
  iops: { min: 3000, max: 80_000 },
  throughput: { min: 125, max: 2000 },
  gibibytes: { min: 1, max: 65_536 },
  iopsPerGibibyte: 500,
  throughputPerIops: 0.25,
};

/** The default of the maximum, as a multiple of the size. A volume cannot shrink again, so it is less than that of managed stores. */
export const VOLUME_GROWTH = 4;

/**
 * Returns the maximum that a volume has by default; undefined if its size is not known at synthesis, because a token cannot be multiplied.
 */
export function defaultMaxVolumeSize(size: Size): Size | undefined {
  return size.isUnresolved() ? undefined : Size.gibibytes(Math.min(size.toGibibytes() * VOLUME_GROWTH, GP3.gibibytes.max));
}

/** Returns the maximum of a volume in GiB, as text; undefined if it does not grow. */
export function maxGibibytesText({ maxSize }: InstanceVolume): string | undefined {
  if (maxSize === undefined) {
    return undefined;
  }
  const gibibytes = maxSize.toGibibytes();
  return Token.isUnresolved(gibibytes) ? Tokenization.stringifyNumber(gibibytes) : String(gibibytes);
}

/** Checks the limits of gp3, which EC2 would only report during the deployment. */
export function checkVolume({ size, maxSize, iops, throughput }: InstanceVolume): void {
  const gibibytes = knownGibibytes('volumeSize', size);
  if (gibibytes !== undefined) {
    checkRange('volumeSize', gibibytes, GP3.gibibytes, 'GiB');
  }
  const max = knownGibibytes('maxVolumeSize', maxSize);
  if (gibibytes !== undefined && max !== undefined && max < gibibytes) {
    throw invalidProp(
      'maxVolumeSize',
      `must not be smaller than \`volumeSize\`, ${gibibytes} GiB`,
      'to keep the volume from growing, set both to one size',
    );
  }
  if (iops !== undefined && !Token.isUnresolved(iops)) {
    checkRange('volumeIops', iops, GP3.iops, 'for gp3');
    if (gibibytes !== undefined && iops > GP3.iops.min && iops > gibibytes * GP3.iopsPerGibibyte) {
      throw invalidValue('volumeIops', `must be at most ${GP3.iopsPerGibibyte} for each GiB of the volume`, iops, `the volume has ${gibibytes} GiB`);
    }
  }
  if (throughput !== undefined && !Token.isUnresolved(throughput)) {
    checkRange('volumeThroughput', throughput, GP3.throughput, 'MiB a second for gp3');
    const known = iops === undefined ? GP3.iops.min : iops;
    if (!Token.isUnresolved(known) && throughput > known * GP3.throughputPerIops) {
      throw invalidValue(
        'volumeThroughput',
        'must be at most a quarter of the operations a second',
        throughput,
        `set \`volumeIops\` to ${throughput / GP3.throughputPerIops} or more`,
      );
    }
  }
}

function checkRange(prop: string, value: number, { min, max }: { readonly min: number; readonly max: number }, unit: string): void {
  if (!Number.isInteger(value) || value < min || value > max) {
    throw invalidValue(prop, `must be from ${min} to ${max} ${unit}`, value);
  }
}
