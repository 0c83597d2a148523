import { invalidProp, invalidValue } from '../private/errors';

/** A rule for a field: the rest of a sentence that begins with its name, and the check. */
export interface TextRule {
  readonly rule: string;
  readonly test: (text: string) => boolean;
}

export const RELEASE_NAME: TextRule = {
  rule: 'must be a name of letters, digits, dots, dashes and underscores, such as 2026-09-11',
  test: (text) => /^[\w.-]{1,100}$/.test(text),
};

export const DAY: TextRule = {
  rule: 'must be a day such as 2026-09-11',
  test: (text) => /^\d{4}-\d{2}-\d{2}$/.test(text) && isDay(text),
};

export const COMMIT: TextRule = {
  rule: 'must be the full hash of a commit, 40 hexadecimal digits in lower case',
  test: (text) => /^[0-9a-f]{40}$/.test(text),
};

export const CLICKHOUSE_VERSION: TextRule = {
  rule: 'must be a version of ClickHouse such as 26.6.2.158',
  test: (text) => /^\d+\.\d+\.\d+\.\d+$/.test(text),
};

export const PLATFORM: TextRule = {
  rule: 'must be an operating system and an architecture such as linux/arm64',
  test: (text) => /^[a-z0-9]+\/[a-z0-9]+(\/[a-z0-9]+)?$/.test(text),
};

/** The rule of Kafka for names of topics. */
export const TOPIC: TextRule = {
  rule: 'must be the name of a topic: up to 249 letters, digits, dots, dashes and underscores',
  test: (text) => /^[\w.-]{1,249}$/.test(text) && text !== '.' && text !== '..',
};

/** Returns the error for a field of a release file that is wrong or missing. */
export function invalidField(prop: string, rule: string, value: unknown, fix?: string): Error {
  return value === undefined ? invalidProp(prop, `is missing, and ${rule}`, fix) : invalidValue(prop, rule, value, fix);
}

/** Checks a text against a rule, and returns it. */
export function checkText(prop: string, value: unknown, { rule, test }: TextRule): string {
  if (typeof value !== 'string' || !test(value)) {
    throw invalidField(prop, rule, value);
  }
  return value;
}

/** Refuses duplicates in a list. */
export function checkDistinct(prop: string, values: readonly string[]): void {
  const twice = values.find((value, index) => values.indexOf(value) !== index);
  if (twice !== undefined) {
    throw invalidValue(prop, 'must not contain duplicates', twice);
  }
}

/** Returns whether a day exists; JavaScript parses 31 February as 3 March. */
function isDay(text: string): boolean {
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text);
}
