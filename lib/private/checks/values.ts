import { Duration, Size, Token } from 'aws-cdk-lib/core';
import { Check, hasMembers, matching } from './check';
import { checkImage } from '../container-image';
import { checkDomainName } from '../domain-name';
import { invalidValue } from '../errors';
import { checkDays, knownBytes, knownGibibytes, knownSeconds } from '../quantities';

/** Checks a boolean. It cannot be a token: it decides what is defined. */
export const boolean: Check = matching(
  'must be true or false',
  (value) => typeof value === 'boolean',
  (value) => (typeof value === 'string' ? 'write it without quotes' : undefined),
);

/** Checks a text, which may be empty. */
export const anyText: Check = matching(
  'must be a text',
  (value) => typeof value === 'string',
  (value) => (Token.isUnresolved(value) && typeof value === 'object' && !Array.isArray(value) ? 'convert it with Token.asString()' : undefined),
);

/**
 * Returns the check of a text with a certain form; without one, of any that is not empty. A text with a token passes.
 *
 * @param pattern the form
 * @param rule the form in words
 * @param fix what to do
 */
export function text(pattern = /\S/, rule = 'must be a text, and not empty', fix?: string): Check {
  return matching(rule, (value) => typeof value === 'string' && (Token.isUnresolved(value) || pattern.test(value)), fix);
}

/** Returns the check of a number in a range, 0.5 for example. A token passes. */
export function number(min: number, max: number): Check {
  return matching(
    `must be a number from ${min} to ${max}`,
    (value) => typeof value === 'number' && (Token.isUnresolved(value) || (value >= min && value <= max)),
  );
}

/** Returns the check of a whole number in a range. A token passes. */
export function wholeNumber(min: number, max: number, rule = `must be a whole number from ${min} to ${max}`): Check {
  return matching(
    rule,
    (value) => typeof value === 'number' && (Token.isUnresolved(value) || (Number.isInteger(value) && value >= min && value <= max)),
  );
}

/** Checks a TCP port. A token passes. */
export const port: Check = wholeNumber(1, 65_535, 'must be a port from 1 to 65535');

/** Returns the check of a value of an enum. It cannot be a token: it decides what is defined. */
export function oneOf(enumeration: Readonly<Record<string, string | number>>): Check {
  const all = Object.values(enumeration);
  // An enum of numbers has its names as values, too.
  const values = all.some((value) => typeof value === 'number') ? all.filter((value) => typeof value === 'number') : all;
  return matching(`must be one of ${values.join(', ')}`, (value) => values.includes(value as string));
}

/** Returns the check of a value of an enum of numbers, or a token. */
export function oneOfOrToken(enumeration: Readonly<Record<string, string | number>>): Check {
  const check = oneOf(enumeration);
  return (prop, value) => {
    if (typeof value !== 'number' || !Token.isUnresolved(value)) {
      check(prop, value);
    }
  };
}

/** Checks a fully qualified host name. */
export const domainName: Check = (prop, value) => checkDomainName(prop, value as string);

/** Returns the check of a reference of an image. */
export function image(example: string): Check {
  return (prop, value) => {
    anyText(prop, value);
    checkImage(prop, value as string, example);
  };
}

/** Returns whether a value is a `Duration`. */
function isDuration(value: unknown): value is Duration {
  return hasMembers(value, ['toSeconds', 'isUnresolved']);
}

/** Checks a duration of whole seconds. */
export const duration: Check = (prop, value) => {
  if (!isDuration(value)) {
    throw invalidValue(prop, 'must be a Duration', value, 'write Duration.minutes(...), for example');
  }
  knownSeconds(prop, value);
};

/**
 * Returns the check of a duration of whole seconds in a range. One that is not known passes.
 *
 * @param min the shortest
 * @param max the longest
 * @param range the range in words
 */
export function durationBetween(min: Duration, max: Duration, range: string): Check {
  return (prop, value) => {
    duration(prop, value);
    const seconds = knownSeconds(prop, value as Duration);
    if (seconds !== undefined && (seconds < min.toSeconds() || seconds > max.toSeconds())) {
      throw invalidValue(prop, `must be ${range}`, value);
    }
  };
}

/** Returns the check of a duration of whole days in a range. One that is not known passes. */
export function days(min: number, max: number): Check {
  return (prop, value) => {
    if (!isDuration(value)) {
      throw invalidValue(prop, `must be a Duration of whole days, from ${min} to ${max}`, value, 'write Duration.days(...)');
    }
    checkDays(prop, value, min, max);
  };
}

function checkSize(prop: string, value: unknown): asserts value is Size {
  if (!hasMembers(value, ['toGibibytes', 'isUnresolved'])) {
    throw invalidValue(prop, 'must be a Size', value, 'write Size.gibibytes(...), for example');
  }
}

/**
 * Returns the check of a size of whole GiB in a range. One that is not known passes.
 *
 * @param min the smallest, in GiB
 * @param max the largest, in GiB
 * @param rule the range in words
 */
export function gibibytes(min: number, max: number, rule = `must be from ${min} to ${max} GiB`): Check {
  return (prop, value) => {
    checkSize(prop, value);
    const size = knownGibibytes(prop, value);
    if (size !== undefined && (size < min || size > max)) {
      throw invalidValue(prop, rule, value);
    }
  };
}

/** Returns the check of a size of whole bytes that is not smaller than another one. One that is not known passes. */
export function sizeFrom(min: Size, rule: string): Check {
  return (prop, value) => {
    checkSize(prop, value);
    const bytes = knownBytes(prop, value);
    if (bytes !== undefined && bytes < min.toBytes()) {
      throw invalidValue(prop, rule, value);
    }
  };
}
