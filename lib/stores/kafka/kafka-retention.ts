import { Duration, Size } from 'aws-cdk-lib/core';
import { invalidValue } from '../../private/errors';

/** Checks the retention of messages by time and size. Both are used in calculations, so they must be known. */
export function checkKept(retention?: Duration, partitionRetention?: Size): void {
  if (retention?.isUnresolved()) {
    throw invalidValue('retention', 'must be known at synthesis', 'a token');
  }
  if (partitionRetention?.isUnresolved()) {
    throw invalidValue('partitionRetention', 'must be known at synthesis', 'a token');
  }
  const seconds = retention?.toSeconds({ integral: false });
  if (seconds !== undefined && seconds < 3600) {
    throw invalidValue('retention', 'must be an hour or more: older messages are deleted, read or not', `${seconds} seconds`);
  }
}
