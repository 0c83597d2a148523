import { isIP } from 'node:net';
import { Rewrites } from './url-rewrite';
import { blockList, familyOf, hostWithoutPort } from './addresses';

/**
 * A listener rule in the terms of the load balancer, from a template or from the API.
 */
export interface ListenerRule<Action> {
  /** Its logical id in a template, its ARN in an account. */
  readonly id?: string;
  /** Its priority. The default rule has none and comes last. */
  readonly priority?: number;
  /** The conditions, all of which must match. An empty list, as in the default rule, always matches. */
  readonly conditions: readonly RuleCondition[];
  readonly actions: readonly Action[];
  /** Changes to a request that it forwards. */
  readonly rewrites?: Rewrites;
}

/** One condition of a rule. It matches when one of its values matches. */
export interface RuleCondition {
  readonly field: 'path-pattern' | 'host-header' | 'http-request-method' | 'http-header' | 'query-string' | 'source-ip';
  readonly values?: readonly string[];
  readonly regexValues?: readonly string[];
  /** The header that an `http-header` condition compares. */
  readonly headerName?: string;
  /** The pairs of a `query-string` condition. */
  readonly pairs?: readonly { readonly key?: string; readonly value: string }[];
  /** Indicates whether it has further values that are known at deployment only. They match nothing here. */
  readonly hasUnknown?: boolean;
}

/** A request as it is sent over the wire. */
export interface Request {
  readonly method?: string;
  /** Path and query, exactly as the client sent them: not decoded, not normalised. */
  readonly target: string;
  readonly host?: string;
  /** The address that the connection comes from. */
  readonly sourceIp?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * Returns the rule that matches a request: the one with the lowest priority, or the default rule if no other matches.
 *
 * Semantics are those of the Application Load Balancer. Paths are compared case-sensitively, here as they were sent; AWS normalises them first,
 * in a way that it does not describe. Host names and header values are compared without regard to case. `*` matches any run of characters,
 * slashes included, and `?` exactly one.
 *
 * @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-condition-types.html
 * @param rules the rules of one listener, in any order
 * @param request the request
 */
export function evaluate<Action>(rules: readonly ListenerRule<Action>[], request: Request): ListenerRule<Action> | undefined {
  const parts = partsOf(request);
  return inOrder(rules).find((rule) => rule.conditions.every((condition) => holds(condition, parts)));
}

/**
 * Returns the rules before the matching one that would match first, depending on values that are known at deployment only.
 *
 * @param rules the rules of one listener, in any order
 * @param request the request
 */
export function undecided<Action>(rules: readonly ListenerRule<Action>[], request: Request): ListenerRule<Action>[] {
  const met = evaluate(rules, request)?.priority ?? Infinity;
  const parts = partsOf(request);
  const inFront = inOrder(rules).filter(({ priority = Infinity }) => priority < met);
  return inFront.filter(({ conditions }) => conditions.every((condition) => condition.hasUnknown || holds(condition, parts)));
}

/** Lists that were sorted before: many requests are evaluated with one list. */
const SORTED = new WeakMap<readonly ListenerRule<unknown>[], readonly ListenerRule<unknown>[]>();

function inOrder<Action>(rules: readonly ListenerRule<Action>[]): readonly ListenerRule<Action>[] {
  const sorted = SORTED.get(rules) ?? [...rules].sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity));
  SORTED.set(rules, sorted);
  return sorted as readonly ListenerRule<Action>[];
}

/** The expressions of values that were compared before: each request is compared with most values of a listener. */
const EXPRESSIONS = new Map<string, RegExp>();

function expression(kind: 'glob' | 'regex', text: string, ignoreCase: boolean): RegExp {
  const key = `${kind} ${ignoreCase} ${text}`;
  let known = EXPRESSIONS.get(key);
  if (!known) {
    known = kind === 'glob' ? new RegExp(`^${globSource(text)}$`, ignoreCase ? 'is' : 's') : new RegExp(text, ignoreCase ? 'i' : '');
    EXPRESSIONS.set(key, known);
  }
  return known;
}

function globSource(pattern: string): string {
  return pattern
    .replace(/[\\^$.|+()[\]{}]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
}

/** Returns whether a value with `*` and `?` matches a whole text. */
export function globMatches(pattern: string, text: string, ignoreCase = false): boolean {
  return expression('glob', pattern, ignoreCase).test(text);
}

/** A request with the parts of its target. */
interface Parts extends Request {
  readonly path: string;
  readonly query: string;
}

function partsOf(request: Request): Parts {
  const [path, query] = splitTarget(request.target);
  return { ...request, path, query };
}

function holds(condition: RuleCondition, request: Parts): boolean {
  const { path, query } = request;
  switch (condition.field) {
    case 'path-pattern':
      return textMatches(condition, path, false);
    case 'host-header':
      return textMatches(condition, hostWithoutPort(request.host ?? ''), true);
    case 'http-request-method':
      return (condition.values ?? []).includes(request.method ?? 'GET');
    case 'http-header':
      return textMatches(condition, headerOf(request, condition.headerName), true);
    case 'query-string':
      return queryMatches(condition, query);
    case 'source-ip':
      return sourceMatches(condition.values ?? [], request.sourceIp);
  }
}

function splitTarget(target: string): [path: string, query: string] {
  const at = target.indexOf('?');
  return at < 0 ? [target, ''] : [target.slice(0, at), target.slice(at + 1)];
}

function textMatches(condition: RuleCondition, text: string | undefined, ignoreCase: boolean): boolean {
  if (text === undefined) {
    return false;
  }
  return matchersOf(condition, ignoreCase).some((matcher) => matcher.test(text));
}

/** The expressions of conditions that were compared before. */
const MATCHERS = new WeakMap<RuleCondition, readonly RegExp[]>();

function matchersOf(condition: RuleCondition, ignoreCase: boolean): readonly RegExp[] {
  const known = MATCHERS.get(condition);
  if (known) {
    return known;
  }
  const { values = [], regexValues = [] } = condition;
  const matchers = [
    ...values.map((value) => expression('glob', value, ignoreCase)),
    ...regexValues.map((regex) => expression('regex', regex, ignoreCase)),
  ];
  MATCHERS.set(condition, matchers);
  return matchers;
}

function headerOf(request: Request, name = ''): string | undefined {
  const entry = Object.entries(request.headers ?? {}).find(([key]) => key.toLowerCase() === name.toLowerCase());
  return entry?.[1];
}

function queryMatches(condition: RuleCondition, query: string): boolean {
  const present = query
    .split('&')
    .filter(Boolean)
    .map((pair) => {
      const at = pair.indexOf('=');
      return at < 0 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
    });
  return (condition.pairs ?? []).some((wanted) =>
    present.some(([key, value]) => (wanted.key === undefined || globMatches(wanted.key, key, true)) && globMatches(wanted.value, value, true)),
  );
}

/** An IPv6 address is in IPv6 blocks only, also one that an IPv4 address is mapped to: no client of a load balancer has one of those. */
function sourceMatches(cidrs: readonly string[], sourceIp: string | undefined): boolean {
  if (sourceIp === undefined || isIP(sourceIp) === 0) {
    return false;
  }
  const family = familyOf(sourceIp);
  return blockList(cidrs, family).check(sourceIp, family);
}
