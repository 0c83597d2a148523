import { IngressFacts, RuleDescription } from './wire';

/** Where a lane ends: at a process, or at the load balancer itself. */
export type LaneKind = 'process' | 'refused' | 'redirect' | 'sign-in' | 'elsewhere';

/** A rule as a stop on its lane. */
export interface Stop {
  /** The rule's name. */
  readonly name: string;
  readonly label: string;
  readonly conditions: readonly string[];
}

/** All rules that lead to one place. */
export interface Lane {
  readonly key: string;
  readonly kind: LaneKind;
  readonly title: string;
  readonly stops: readonly Stop[];
}

/** The lane of what comes in without TLS, which the other listener sends away. */
const PLAIN: Lane = { key: 'redirect', kind: 'redirect', title: 'redirected to https', stops: [{ name: 'the default rule', label: 'port 80', conditions: [] }] };

/** The rules of a door, grouped by where they lead, in the order in which a request meets the first of each; what does not get in, last. */
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

/** As a request meets them: by priority, the default action last. */
export function inOrder(rules: readonly RuleDescription[]): RuleDescription[] {
  return [...rules].sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity));
}

/** The lane on which a request ended. */
export function laneKey(outcome: string, process?: string): string {
  switch (outcome) {
    case 'answered':
      return 'refused';
    case 'redirected':
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
  return /\b[45]\d\d\b/.test(action) ? { kind: 'refused', title: 'refused', key: 'refused' } : { kind: 'elsewhere', title: 'elsewhere', key: 'elsewhere' };
}

/** The name of a rule without the words around it: `100 Events`, `default`. Rules for the app have none, and are told by what they ask. */
function labelOf({ name, priority, conditions, action }: RuleDescription): string {
  if (priority === undefined) {
    return 'default';
  }
  const asks = conditions.some((condition) => condition.includes('source-ip')) ? 'known networks' : SIGN_IN.test(action) ? 'sign-in' : '';
  const own = /\((?<own>[^)]+)\)$/.exec(name)?.groups?.own ?? (name.startsWith('rule ') ? asks : name);
  return `${priority} ${own}`.trim();
}

const SIGN_IN = /^sign in/;
