import { IConstruct } from 'constructs';
import { misspellingOf } from './misspelling';
import { invalidProp, invalidValue, withPath } from '../errors';

/** Checks the value of a prop, and throws an error that names the prop. It is not called without a value. */
export type Check = (prop: string, value: unknown) => void;

/** The check of a prop that must have a value. */
export interface RequiredCheck {
  readonly check: Check;
  /** The description of the prop, for the error if it is missing. */
  readonly what: string;
}

/**
 * The checks of a struct, one for each of its props. A new prop without a check does not compile, nor does a required one with the check of an
 * optional one.
 */
export type Checks<P> = { readonly [K in keyof P]-?: object extends Pick<P, K> ? Check : RequiredCheck };

/** Returns the check of a prop that must have a value. */
export function required(check: Check, what: string): RequiredCheck {
  return { check, what };
}

/**
 * Checks the props of a construct, and adds its path to the errors.
 *
 * Callers without a type checker can pass anything: `null`, text for a boolean, an object for a construct, a misspelt prop.
 */
export function checkProps<P extends object>(scope: IConstruct, props: P, checks: Checks<P>): void {
  withPath(scope, () => checkStruct('props', props, checks));
}

/**
 * Checks a struct that is an argument of a function.
 *
 * @param argument the name of the argument
 */
export function checkStruct<P extends object>(argument: string, props: P, checks: Checks<P>): void {
  checkAll(argument, '', props, checks);
}

/** Returns the check of a struct that is a prop of another one. */
export function struct<P extends object>(checks: Checks<P>): Check {
  return (prop, value) => checkAll(prop, `${prop}.`, value, checks);
}

/** Checks a struct. Its props are named with a prefix. */
function checkAll(name: string, prefix: string, value: unknown, checks: Readonly<Record<string, Check | RequiredCheck>>): void {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw value === undefined
      ? invalidProp(name, `must be an object with ${requiredProps(checks)}`)
      : invalidValue(name, `must be an object with ${requiredProps(checks)}`, value);
  }
  const props = value as Readonly<Record<string, unknown>>;
  for (const wrong of Object.keys(props)) {
    const meant = Object.hasOwn(checks, wrong) || props[wrong] === undefined ? undefined : misspellingOf(wrong, Object.keys(checks));
    if (meant !== undefined && (props[meant] ?? undefined) === undefined) {
      throw invalidProp(`${prefix}${wrong}`, 'does not exist', `write \`${prefix}${meant}\``);
    }
  }
  for (const [key, check] of Object.entries(checks)) {
    checkOne(`${prefix}${key}`, props[key], check);
  }
}

function checkOne(prop: string, value: unknown, entry: Check | RequiredCheck): void {
  if (typeof entry === 'function') {
    if (value === null) {
      throw invalidProp(prop, 'must not be null', 'leave it out for its default');
    }
    if (value !== undefined) {
      entry(prop, value);
    }
    return;
  }
  if (value === undefined || value === null) {
    throw invalidProp(prop, `is required: ${entry.what}`);
  }
  entry.check(prop, value);
}

function requiredProps(checks: Readonly<Record<string, Check | RequiredCheck>>): string {
  const names = Object.keys(checks);
  const needed = names.filter((name) => typeof checks[name] !== 'function');
  return needed.length > 0 ? needed.map((name) => `\`${name}\``).join(' and ') : `props such as \`${names[0]}\``;
}

/** Returns a check for a value with a certain form. */
export function matching(rule: string, test: (value: unknown) => boolean, fix?: string | ((value: unknown) => string | undefined)): Check {
  return (prop, value) => {
    if (!test(value)) {
      throw invalidValue(prop, rule, value, typeof fix === 'function' ? fix(value) : fix);
    }
  };
}

/** Returns a check that a value passes if it passes all of these, one after the other. */
export function all(...checks: readonly Check[]): Check {
  return (prop, value) => checks.forEach((check) => check(prop, value));
}

/** Options for the check of a list. */
export interface ListOptions {
  /** The smallest number of items; 0 by default. */
  readonly min?: number;
  /** The rule for a list with fewer items. */
  readonly rule?: string;
  /** The fix, as an imperative sentence. */
  readonly fix?: string;
  /** Indicates whether an item may be in it twice. */
  readonly duplicates?: boolean;
  /** Indicates that items may be undefined. */
  readonly gaps?: boolean;
}

/** Returns the check of a list. An unresolved list passes if its items may be texts. */
export function listOf(item: Check, { min = 0, rule = 'must name at least one', fix, duplicates = false, gaps = false }: ListOptions = {}): Check {
  return (prop, value) => {
    if (!Array.isArray(value)) {
      throw invalidValue(prop, 'must be a list', value);
    }
    const items: readonly unknown[] = value;
    if (items.length < min) {
      throw invalidValue(prop, rule, value, fix);
    }
    items.forEach((one, index) => {
      if (one === undefined && gaps) {
        return;
      }
      if (one === undefined || one === null) {
        throw invalidProp(`${prop}[${index}]`, 'must have a value');
      }
      item(`${prop}[${index}]`, one);
    });
    const twice = duplicates ? undefined : items.find((one, index) => items.indexOf(one) !== index);
    if (twice !== undefined) {
      throw invalidValue(prop, 'must not contain duplicates', twice);
    }
  };
}

/** Returns the check of a map: an object whose keys are up to the user. */
export function mapOf(item: Check): Check {
  return (prop, value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value) || 'node' in value) {
      throw invalidValue(prop, 'must be an object with names and values', value);
    }
    for (const [key, one] of Object.entries(value)) {
      if (one === undefined || one === null) {
        throw invalidProp(`${prop}.${key}`, 'must have a value', 'leave the name out');
      }
      item(`${prop}.${key}`, one);
    }
  };
}

/** Returns whether an object has all of these members, its own or inherited. None of them is read: a getter of the CDK may throw. */
export function hasMembers(value: unknown, members: readonly string[]): boolean {
  return typeof value === 'object' && value !== null && members.every((member) => member in value);
}

/**
 * Returns the check of an object of a class or a behavioural interface, by its members: users may implement it, and may have loaded a class twice.
 *
 * @param what the thing with its article
 * @param members the members that distinguish it
 * @param fix how to get one
 */
export function objectWith(what: string, members: readonly string[], fix?: string): Check {
  return matching(`must be ${what}`, (value) => hasMembers(value, members), fix);
}

/** Returns the check of a construct, by its members. */
export function construct(what: string, members: readonly string[], fix?: string): Check {
  return objectWith(what, ['node', ...members], fix);
}
