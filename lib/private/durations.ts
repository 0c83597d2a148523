import { Duration } from 'aws-cdk-lib/core';
import { rejected } from './errors';

const DAY = 24 * 60 * 60;

/** Returns the seconds of a duration, or undefined if there is none or it is not known at synthesis. */
export function knownSeconds(duration?: Duration): number | undefined {
  return duration === undefined || duration.isUnresolved() ? undefined : duration.toSeconds();
}

/** Checks that a duration is a number of whole days in a range. */
export function checkDays(prop: string, duration: Duration | undefined, min: number, max: number): void {
  const seconds = knownSeconds(duration);
  if (seconds !== undefined && (seconds % DAY !== 0 || seconds < min * DAY || seconds > max * DAY)) {
    throw rejected(prop, `must be whole days, from ${min} to ${max}`, duration!.toHumanString());
  }
}
