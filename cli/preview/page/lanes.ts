import { IngressFacts, RuleDescription } from './wire';

/** The end of a lane: a process, or the load balancer itself. */
export type LaneKind = 'process' | 'refused' | 'redirect' | 'sign-in' | 'elsewhere';

/** A rule as a stop on its lane. */
export interface Stop {
  /** The rule's name. */
  readonly name: string;
  readonly label: string;
  readonly conditions: readonly string[];
}

/** All rules with the same destination. */
export interface Lane {
  readonly key: string;
  readonly kind: LaneKind;
  readonly title: string;
  readonly stops: readonly Stop[];
}

/** The lane of plain HTTP, which its listener redirects. */
const PLAIN: Lane = {
  key: 'redirect',
  kind: 'redirect',
  title: 'redirected to https',
  stops: [{ name: 'the default rule', label: 'port 80', conditions: [] }],
};

/** Groups the rules of an ingress by destination, in order of evaluation. Refusals and redirects come last. */
export function lanesOf({ rules, plainUrl }: Pick<IngressFacts, 'rules' | 'plainUrl'>): Lane[] {
  const lanes = new Map<string, Lane>();
  for (const rule of inOrder(rules)) {
    const { kind, title, key } = endOf(rule);
    const stop = { name: rule.name, label: labelOf(rule), conditions: rule.conditions };
    lanes.set(key, { key, kind, title, stops: [...(lanes.get(key)?.stops ?? []), stop] });
  }
  const all = [...lanes.values(), ...(plainUrl === undefined || lanes.has(PLAIN.key) ? [] : [PLAIN])];
  const ends = (kind: LaneKind) => kind === 'refused' || kind === 'redirect';
  return [...all.filter(({ kind }) => !ends(kind)), ...all.filter(({ kind }) => ends(kind))];
}

/** Sorts rules by priority, the default action last. */
export function inOrder(rules: readonly RuleDescription[]): RuleDescription[] {
  return [...rules].sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity));
}

/** Returns the lane of a request. */
export function laneKey(outcome: string, process?: string): string {
  switch (outcome) {
    case 'fixed-response':
      return 'refused';
    case 'redirect':
      return 'redirect';
    case 'sign-in':
      return 'sign-in';
    default:
      return process === undefined ? 'elsewhere' : `process:${process}`;
  }
}

function endOf({ action, process }: RuleDescription): Omit<Lane, 'stops'> {
  if (SIGN_IN.test(action)) {
    return { kind: 'sign-in', title: process === undefined ? 'sign-in' : `sign-in, then ${process}`, key: 'sign-in' };
  }
  if (process !== undefined) {
    return { kind: 'process', title: process, key: `process:${process}` };
  }
  if (/redirect/i.test(action)) {
    return { kind: 'redirect', title: 'redirected', key: 'redirect' };
  }
  return /\b[45]\d\d\b/.test(action)
    ? { kind: 'refused', title: 'refused', key: 'refused' }
    : { kind: 'elsewhere', title: 'elsewhere', key: 'elsewhere' };
}

/** Returns a short label of a rule: `100 Events`, `default`. Rules for the app have no name and are labelled by their condition. */
function labelOf({ name, priority, conditions, action }: RuleDescription): string {
  if (priority === undefined) {
    return 'default';
  }
  const restriction = conditions.some((condition) => condition.includes('source-ip')) ? 'allowed networks' : SIGN_IN.test(action) ? 'sign-in' : '';
  const own = /\((?<own>[^)]+)\)$/.exec(name)?.groups?.own ?? (name.startsWith('rule ') ? restriction : name);
  return `${priority} ${own}`.trim();
}

const SIGN_IN = /^sign in/;
