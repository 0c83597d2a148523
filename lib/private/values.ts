import { createHash } from 'node:crypto';
import { Token, Tokenization } from 'aws-cdk-lib/core';
import { invalidValue } from './errors';

/** Checks a whole number in a range. */
export function checkWhole(prop: string, value: number | undefined, min: number, max: number): void {
  if (value !== undefined && !Token.isUnresolved(value) && (!Number.isInteger(value) || value < min || value > max)) {
    throw invalidValue(prop, `must be a whole number from ${min} to ${max}`, value);
  }
}

/** Converts a number to text. A token is encoded as a number, which must not be printed. */
export function numberText(value: number): string;
export function numberText(value?: number): string | undefined;
export function numberText(value?: number): string | undefined {
  return value === undefined ? undefined : Tokenization.stringifyNumber(value);
}

/** Returns eight hexadecimal digits that differ for different texts, for logical ids. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 8).toUpperCase();
}
