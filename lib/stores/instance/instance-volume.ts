import { Size, Token } from 'aws-cdk-lib/core';
import { invalidValue } from '../../private/errors';
import { knownGibibytes } from '../../private/quantities';

/** The encrypted gp3 volume of an instance. */
export interface InstanceVolume {
  readonly size: Size;
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

/** Checks the limits of gp3, which EC2 would only report during the deployment. */
export function checkVolume({ size, iops, throughput }: InstanceVolume): void {
  const gibibytes = knownGibibytes('volumeSize', size);
  if (gibibytes !== undefined) {
    checkRange('volumeSize', gibibytes, GP3.gibibytes, 'GiB');
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
