import type { IConstruct } from 'constructs';

/** The length after which a rejected value is cut off: messages are read in terminals. */
const MAX_LENGTH = 300;

/** The marker that the CDK encodes unresolved values with, in strings and in lists (aws-cdk-lib/core/lib/private/encoding.ts). */
const TOKEN_IN_TEXT = /[$#]\{Token\[[^\]]*\]\}/g;

/** Numbers that encode an unresolved value are below this one (createTokenDouble in aws-cdk-lib/core/lib/private/encoding.ts). */
const HIGHEST_TOKEN_NUMBER = -1.8e289;

/**
 * Formats a rejected value for a message: a construct as its path, an unresolved value as "a token", a duration or a size as "90 minutes".
 *
 * It never throws: an error about a value must not be replaced by one about its format. It recognises objects of the CDK by their form, so that
 * programs without the CDK can use it.
 */
export function inspect(value: unknown): string {
  const text = format(value, []);
  return text.length > MAX_LENGTH ? `${text.slice(0, MAX_LENGTH)}...` : text;
}

function format(value: unknown, parents: readonly unknown[]): string {
  switch (typeof value) {
    case 'string':
      return formatText(value);
    case 'bigint':
      return `${value}n`;
    case 'number':
      return value <= HIGHEST_TOKEN_NUMBER && Number.isFinite(value) ? 'a token' : String(value);
    case 'function':
      return 'a function';
    case 'object':
      return value === null ? 'null' : formatObject(value, parents);
    default:
      return String(value);
  }
}

function formatText(text: string): string {
  const shown = text.replace(TOKEN_IN_TEXT, '<token>');
  return shown === '<token>' ? 'a token' : `'${shown}'`;
}

function formatObject(value: object, parents: readonly unknown[]): string {
  try {
    const { node, resolve } = value as { node?: { path?: unknown }; resolve?: unknown };
    if (typeof node?.path === 'string') {
      return node.path;
    }
    if (typeof resolve === 'function') {
      return 'a token';
    }
    const quantity = formatQuantity(value);
    if (quantity !== undefined) {
      return quantity;
    }
    if (parents.includes(value)) {
      return '...';
    }
    const inside = [...parents, value];
    if (Array.isArray(value)) {
      return `[${value.map((item) => format(item, inside)).join(', ')}]`;
    }
    const { constructor } = value;
    if (typeof constructor === 'function' && constructor !== Object) {
      return `an object of type ${constructor.name}`;
    }
    const entries = Object.entries(value).map(([name, item]) => `${name}: ${format(item, inside)}`);
    return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
  } catch {
    // A getter of the value threw. The message is about the prop, which the caller names.
    return 'an object';
  }
}

/**
 * Formats a `Duration` or a `Size` of the CDK as the user wrote it, such as "90 minutes" or "10 GiB"; undefined for any other object.
 *
 * Its methods convert it to another unit, and `toHumanString` leaves parts of it out.
 */
function formatQuantity(value: object): string | undefined {
  const { amount, unit } = value as { amount?: unknown; unit?: { label?: unknown; shortLabel?: unknown } };
  if (typeof amount !== 'number' || typeof unit?.label !== 'string') {
    return undefined;
  }
  const number = format(amount, []);
  if (number === 'a token') {
    return number;
  }
  return `${number} ${typeof unit.shortLabel === 'string' ? unit.shortLabel : unit.label.slice(0, amount === 1 ? -1 : undefined)}`;
}

/**
 * Returns the error for a rejected value: the prop, what is allowed, the value it got, and the fix.
 *
 * @param prop the prop's name, without quotes
 * @param rule what is allowed, as the rest of a sentence that begins with the prop ("must be ...")
 * @param value the value as the user wrote it; use `invalidProp` if there is none
 * @param fix what to do, as an imperative sentence; optional if the rule is clear enough
 */
export function invalidValue(prop: string, rule: string, value: unknown, fix?: string): Error {
  return new Error(`\`${prop}\` ${rule}, got: ${inspect(value)}${fix ? `; ${fix}` : ''}`);
}

/**
 * Returns the error for a prop whose value alone is not wrong: it is missing, or contradicts another one.
 *
 * @param prop the prop's name, without quotes
 * @param rule what is wrong, as the rest of a sentence that begins with the prop ("is required with ...")
 * @param fix what to do, as an imperative sentence; optional if the rule is clear enough
 */
export function invalidProp(prop: string, rule: string, fix?: string): Error {
  return new Error(`\`${prop}\` ${rule}${fix ? `; ${fix}` : ''}`);
}

/**
 * Runs a check and adds the construct's path to the message of its error.
 *
 * Pure code knows no construct, but the reader of the message needs to know it.
 */
export function withPath<T>(scope: { readonly node: Pick<IConstruct['node'], 'path'> }, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof Error && !error.message.startsWith('[')) {
      error.message = `[${scope.node.path}] ${error.message}`;
    }
    throw error;
  }
}

/** Checks a value of a string enum; callers without a type checker can pass any text. */
export function checkEnum(prop: string, value: string, enumeration: Readonly<Record<string, string>>): void {
  const values = Object.values(enumeration);
  if (!values.includes(value)) {
    throw invalidValue(prop, `must be one of ${values.join(', ')}`, value);
  }
}
