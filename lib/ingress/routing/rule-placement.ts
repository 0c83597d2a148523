import { HostScope, RuleSpec } from './listener-rules';
import { LIMITS } from '../../catalog/endpoints/rule-limits';
import { invalidValue } from '../../private/errors';
import { chunks } from '../../private/collections';

/** The host names that the rules of an ingress know. On a listener of its own, requests for any other host name are refused. */
export interface RuleHosts {
  /** The host names of the app, which serve every endpoint. One or more. */
  readonly app: readonly string[];
  /** Further host names, which serve SDK endpoints only. */
  readonly ingestion: readonly string[];
}

/** The placement of the rules: on a listener of their own, or on a shared one. */
export interface RulePlacement {
  /** The number that is added to every priority. */
  readonly base: number;
  /** Indicates whether the listener has rules of others, so that every rule must name its hosts. */
  readonly isShared: boolean;
  readonly hosts: RuleHosts;
}

/** A rule with the host names of its condition; none without one. */
export interface PlacedRule extends Omit<RuleSpec, 'hosts'> {
  readonly hosts: readonly string[];
}

/** Returns the placement on a listener that serves only this PostHog. */
export function ownListener(hosts: RuleHosts): RulePlacement {
  return { base: 0, isShared: false, hosts };
}

/** A host name among the props of an ingress. */
interface NamedHost {
  readonly domainName: string;
}

/** The props of an ingress with its host names. */
interface HostProps extends NamedHost {
  readonly additionalDomainNames?: readonly NamedHost[];
  readonly ingestionDomainNames?: readonly NamedHost[];
}

/** Returns the host names of an ingress, the primary one first. */
export function ruleHosts({ domainName, additionalDomainNames = [], ingestionDomainNames = [] }: HostProps): RuleHosts {
  const names = (list: readonly NamedHost[]) => list.map((one) => one.domainName);
  return { app: [domainName, ...names(additionalDomainNames)], ingestion: names(ingestionDomainNames) };
}

/** The number of priorities, from the base, that the rules of one PostHog can have. */
export const PRIORITY_SPAN = 2000;

/** The priority of the default rule of the app's host names, which forwards to the app or refuses. It is the last of the span. */
export const DEFAULT_RULE_PRIORITY = PRIORITY_SPAN - 1;

/** The priority of the default rule of the host names of ingestion. */
export const INGESTION_RULE_PRIORITY = PRIORITY_SPAN - 2;

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

/** Returns the host names that a rule needs a condition for; none if it needs no condition. */
export function hostsFor(scope: HostScope, { hosts: { app, ingestion }, isShared }: RulePlacement): readonly string[] {
  if (scope === 'app' || scope === 'ingestion') {
    return scope === 'app' ? app : ingestion;
  }
  return scope === 'all' || isShared ? [...app, ...ingestion] : [];
}

/**
 * Returns the rules of a spec for a placement: the base is added to the priority, and a rule with too many values is split.
 *
 * The additional rules have the priorities after the first one's, which the table of priorities leaves free.
 */
export function place(spec: RuleSpec, placement: RulePlacement): PlacedRule[] {
  if (spec.hosts === 'ingestion' && placement.hosts.ingestion.length === 0) {
    return [];
  }
  const { globs, regexes = [] } = spec.patterns;
  return combinations(hostsFor(spec.hosts, placement), globs ?? regexes).map(({ hosts, values }, i) => ({
    ...spec,
    name: numbered(spec.name, i),
    priority: placement.base + spec.priority + i,
    patterns: globs ? { globs: values } : { regexes: values },
    hosts,
  }));
}

/** A part of the host names of a rule, and a part of its other values. */
interface Combination {
  readonly hosts: readonly string[];
  readonly values: string[];
}

/**
 * Returns the fewest rules that have every combination of a host name and a value, each with as many values as AWS allows.
 *
 * @param hosts the host names; none for rules without a condition on them
 * @param values the values of another condition
 * @param taken the number of values that each rule has in addition
 */
export function combinations(hosts: readonly string[], values: readonly string[], taken = 0): Combination[] {
  const size = LIMITS.valuesPerRule - taken;
  if (hosts.length === 0) {
    return chunks(values, size).map((part) => ({ hosts: [], values: part }));
  }
  const split = (perRule: number) =>
    chunks(hosts, perRule).flatMap((some) => chunks(values, size - perRule).map((part): Combination => ({ hosts: some, values: part })));
  return Array.from({ length: Math.min(hosts.length, size - 1) }, (_, i) => split(i + 1)).reduce((best, other) =>
    other.length < best.length ? other : best,
  );
}

/** Returns the name of a rule that was split: `Events`, `Events2`, ... */
export function numbered(name: string, index: number): string {
  return index === 0 ? name : `${name}${index + 1}`;
}
