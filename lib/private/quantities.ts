import { Duration, Size, SizeRoundingBehavior } from 'aws-cdk-lib/core';
import { invalidValue } from './errors';

const DAY = 24 * 60 * 60;

/**
 * Converts the duration of a prop to whole seconds; undefined if there is none or it is not known at synthesis.
 *
 * The CDK's own error for a fraction does not name the prop. Neither do those of the other functions here.
 */
export function knownSeconds(prop: string, duration: Duration | undefined): number | undefined {
  if (duration === undefined || duration.isUnresolved()) {
    return undefined;
  }
  const seconds = duration.toSeconds({ integral: false });
  if (!Number.isInteger(seconds)) {
    throw invalidValue(prop, 'must be a whole number of seconds', duration);
  }
  return seconds;
}

/** Converts the size of a prop to whole GiB; undefined if there is none or it is not known at synthesis. */
export function knownGibibytes(prop: string, size: Size | undefined): number | undefined {
  if (size === undefined || size.isUnresolved()) {
    return undefined;
  }
  const gibibytes = size.toGibibytes({ rounding: SizeRoundingBehavior.NONE });
  if (!Number.isInteger(gibibytes)) {
    throw invalidValue(prop, 'must be a whole number of GiB', size);
  }
  return gibibytes;
}

/** Converts the size of a prop to whole bytes; undefined if there is none or it is not known at synthesis. */
export function knownBytes(prop: string, size: Size | undefined): number | undefined {
  if (size === undefined || size.isUnresolved()) {
    return undefined;
  }
  const bytes = size.toBytes({ rounding: SizeRoundingBehavior.NONE });
  if (!Number.isInteger(bytes)) {
    throw invalidValue(prop, 'must be a whole number of bytes', size);
  }
  return bytes;
}

/** Checks that a duration is a number of whole days in a range. */
export function checkDays(prop: string, duration: Duration | undefined, min: number, max: number): void {
  if (duration === undefined || duration.isUnresolved()) {
    return;
  }
  const seconds = duration.toSeconds({ integral: false });
  if (seconds % DAY !== 0 || seconds < min * DAY || seconds > max * DAY) {
    throw invalidValue(prop, `must be whole days, from ${min} to ${max}`, duration);
  }
}
