import { Duration } from 'aws-cdk-lib/core';

/** The seconds of a duration, or undefined where there is none or it is not known at synthesis. */
export function knownSeconds(duration?: Duration): number | undefined {
  return duration === undefined || duration.isUnresolved() ? undefined : duration.toSeconds();
}
