import { Token } from 'aws-cdk-lib/core';
import { rejected } from './errors';

/** Checks a whole number in a range. */
export function checkWhole(prop: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < min || value > max)) {
    throw rejected(prop, `must be a whole number from ${min} to ${max}`, value);
  }
}
