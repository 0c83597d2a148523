import { Token, Tokenization } from 'aws-cdk-lib/core';
import { rejected } from './errors';

/** Checks a whole number in a range. */
export function checkWhole(prop: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < min || value > max)) {
    throw rejected(prop, `must be a whole number from ${min} to ${max}`, value);
  }
}

/** A number as text. One that is not known yet is a number that stands for it, which must not be written out. */
export function numberText(value: number): string;
export function numberText(value?: number): string | undefined;
export function numberText(value?: number): string | undefined {
  return value === undefined ? undefined : Tokenization.stringifyNumber(value);
}
