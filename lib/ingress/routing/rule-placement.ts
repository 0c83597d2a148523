import { LIMITS, RuleSpec } from './listener-rules';
import { PathPatterns } from './path-pattern';
import { invalidValue } from '../../private/errors';
import { chunks } from '../../private/collections';

/** The placement of the rules: on a listener of their own, or on a shared one. */
export interface RulePlacement {
  /** The number that is added to every priority. */
  readonly base: number;
  /** The host name that every rule is limited to; undefined on a listener of their own. */
  readonly host?: string;
}

/** The placement on a listener that serves only this PostHog. */
export const OWN_LISTENER: RulePlacement = { base: 0 };

/** The number of priorities, from the base, that the rules of one PostHog can have. */
export const PRIORITY_SPAN = 2000;

/** The priority of the default rule, which forwards to the app or refuses. It is the last of the span, and used on a shared listener only. */
export const DEFAULT_RULE_PRIORITY = PRIORITY_SPAN - 1;

/**
 * The highest priority that a rule may have.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
 */
const MAX_PRIORITY = 50_000;

/** Checks the base of the priorities on a listener with other rules. */
export function checkPriorityBase(base: number): void {
  const highest = MAX_PRIORITY - DEFAULT_RULE_PRIORITY;
  if (!Number.isInteger(base) || base < 0 || base > highest) {
    throw invalidValue(
      'rulePriorityBase',
      `must be a whole number from 0 to ${highest}, because the rules use ${PRIORITY_SPAN} priorities from it on and the highest of AWS is ${MAX_PRIORITY}`,
      base,
    );
  }
}

/** Returns the number of values that a rule can have, not counting the host name, which is one of the five. */
export function valuesPerRule({ host }: RulePlacement): number {
  return LIMITS.valuesPerRule - (host === undefined ? 0 : 1);
}

/**
 * Returns the rules of a spec for a placement: the base is added to the priority, and a rule with too many values is split.
 *
 * The additional rules have the priorities after the first one's, which the table of priorities leaves free.
 */
export function place(spec: RuleSpec, placement: RulePlacement): RuleSpec[] {
  return portions(spec.patterns, valuesPerRule(placement)).map((patterns, i) => ({
    ...spec,
    name: numbered(spec.name, i),
    priority: placement.base + spec.priority + i,
    patterns,
  }));
}

/** Returns the name of a rule that was split: `Events`, `Events2`, ... */
export function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`;
}

function portions({ globs, regexes }: PathPatterns, size: number): PathPatterns[] {
  return globs ? chunks(globs, size).map((slice) => ({ globs: slice })) : chunks(regexes ?? [], size).map((slice) => ({ regexes: slice }));
}
