import { LIMITS, RuleSpec } from './listener-rules';
import { PathPatterns } from './path-pattern';
import { rejected } from '../../private/errors';

/** Where the rules stand: on a listener of their own, or among those of others. */
export interface RulePlacement {
  /** What is added to every priority. */
  readonly base: number;
  /** The host name that every rule is limited to; left out on a listener of their own. */
  readonly host?: string;
}

/** Rules on a listener that serves this PostHog alone. */
export const OWN_LISTENER: RulePlacement = { base: 0 };

/** The priorities that the rules of one PostHog can have: from the base, these many. */
export const PRIORITY_SPAN = 2000;

/** What no rule before it has taken: the app, or the refusal. It is the last of the span, and only there among the rules of others. */
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
    throw rejected('rulePriorityBase', `must be a whole number from 0 to ${highest}, because the rules take ${PRIORITY_SPAN} priorities from it on and AWS knows none above ${MAX_PRIORITY}`, base);
  }
}

/** How many values of its own a rule may have where it stands: the host name is one of the five. */
export function valuesPerRule({ host }: RulePlacement): number {
  return LIMITS.valuesPerRule - (host === undefined ? 0 : 1);
}

/**
 * A rule as it stands in its place: its priority moved, and dealt out to several rules where it has too many values.
 *
 * The further rules take the priorities after the first one's, which the table of priorities leaves free.
 */
export function place(spec: RuleSpec, placement: RulePlacement): RuleSpec[] {
  return portions(spec.patterns, valuesPerRule(placement)).map((patterns, i) => ({
    ...spec,
    name: numbered(spec.name, i),
    priority: placement.base + spec.priority + i,
    patterns,
  }));
}

/** The names of rules that belong together: `Events`, `Events2`, ... */
export function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`;
}

function portions({ globs, regexes }: PathPatterns, size: number): PathPatterns[] {
  return globs ? slices(globs, size).map((slice) => ({ globs: slice })) : slices(regexes ?? [], size).map((slice) => ({ regexes: slice }));
}

/** A list in portions of at most so many. */
export function slices<T>(list: readonly T[], size: number): T[][] {
  return Array.from({ length: Math.ceil(list.length / size) }, (_, i) => list.slice(i * size, (i + 1) * size));
}
