import { EndpointGroup, PostHogProcess } from '../../../lib';
import { LIMITS } from '../../../lib/catalog/endpoints/rule-limits';
import { FORMER_PRIORITIES, PRIORITIES } from '../../../lib/catalog/endpoints/rule-priorities';
import { APP_PRIORITY, DENY_PAGES, DENY_RULES, RuleSpec, rulesFor } from '../../../lib/ingress/routing/listener-rules';
import {
  checkPriorityBase,
  combinations,
  DEFAULT_RULE_PRIORITY,
  hostsFor,
  INGESTION_RULE_PRIORITY,
  ownListener,
  place,
  PlacedRule,
  PRIORITY_SPAN,
  RuleHosts,
  ruleHosts,
  RulePlacement,
} from '../../../lib/ingress/routing/rule-placement';
import { cidrRules, MAX_APP_CIDRS } from '../../../lib/ingress/routing/app-access';

const HOSTS = ruleHosts({ domainName: 'posthog.example.com' });
const names = (count: number, label: string) => Array.from({ length: count }, (_, i) => `${label}${i}.example.com`);
const MOST_HOSTS: RuleHosts = { app: names(4, 'app'), ingestion: names(3, 'events') };
const OWN = ownListener(HOSTS);
const SHARED: RulePlacement = { base: 4000, isShared: true, hosts: HOSTS };
const CROWDED: RulePlacement = { base: 4000, isShared: true, hosts: MOST_HOSTS };
const SPECS: RuleSpec[] = [
  ...DENY_RULES,
  DENY_PAGES,
  ...Object.values(PostHogProcess).flatMap((process) => rulesFor(process, new Set(Object.values(EndpointGroup)))),
].filter((spec, i, all) => all.findIndex(({ name }) => name === spec.name) === i);

function valuesOf({ patterns }: Pick<RuleSpec, 'patterns'>): string[] {
  return [...(patterns.globs ?? []), ...(patterns.regexes ?? [])];
}

/** The number of values of a rule, with its host names. */
const size = (rule: PlacedRule) => valuesOf(rule).length + rule.hosts.length;

test('splits no rule on a listener of its own but those with more values than AWS allows', () => {
  const split = SPECS.filter((spec) => place(spec, OWN).length > 1).map(({ name }) => name);
  expect(split).toEqual(
    SPECS.filter((spec) => valuesOf(spec).length + hostsFor(spec.hosts, OWN).length > LIMITS.valuesPerRule).map(({ name }) => name),
  );
  expect(split).toContain('Webhooks');
  expect(split).not.toContain('Events');
});

describe.each([
  ['a listener of its own', OWN],
  ['a shared listener', SHARED],
  ['a listener of its own with seven host names', ownListener(MOST_HOSTS)],
  ['a shared listener with seven host names', CROWDED],
])('on %s', (_, placement) => {
  const placed = SPECS.flatMap((spec) => place(spec, placement));

  test('each rule has as many values as AWS allows, or fewer', () => {
    expect(placed.filter((rule) => size(rule) > LIMITS.valuesPerRule || valuesOf(rule).length === 0)).toEqual([]);
    expect(placed.some((rule) => size(rule) === LIMITS.valuesPerRule)).toBe(true);
  });

  test('each value is combined with each host name', () => {
    const missing = SPECS.flatMap((spec) => {
      const rules = place(spec, placement);
      const hosts = hostsFor(spec.hosts, placement);
      const isCovered = (value: string, host?: string) =>
        rules.some((rule) => valuesOf(rule).includes(value) && (host === undefined ? rule.hosts.length === 0 : rule.hosts.includes(host)));
      return valuesOf(spec).flatMap((value) =>
        (hosts.length === 0 ? [undefined] : hosts).filter((host) => !isCovered(value, host)).map((host) => [value, host]),
      );
    });
    expect(missing).toEqual([]);
  });

  test('each rule has a name and a priority of its own, in the order of the table and within the span', () => {
    const priorities = placed.map(({ priority }) => priority - placement.base);
    expect(new Set(priorities).size).toBe(priorities.length);
    expect(new Set(placed.map(({ name }) => name)).size).toBe(placed.length);
    const inOrder = [...SPECS].sort((a, b) => a.priority - b.priority).flatMap((spec) => place(spec, placement).map(({ priority }) => priority));
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
    expect([Math.min(...priorities) > 0, Math.max(...priorities) < APP_PRIORITY]).toEqual([true, true]);
  });

  test('the rules of the most CIDR blocks fit between the others', () => {
    const blocks = Array.from({ length: MAX_APP_CIDRS }, (_, i) => `10.${i}.0.0/16`);
    const { app } = placement.hosts;
    expect(PRIORITIES.LiveEvents + cidrRules(blocks, app, 1).length).toBeLessThanOrEqual(APP_PRIORITY);
    expect(Object.values(PRIORITIES).filter((priority) => priority > PRIORITIES.LiveEvents)).toEqual([]);
    expect(APP_PRIORITY + cidrRules(blocks, app).length).toBeLessThan(INGESTION_RULE_PRIORITY);
    expect(DEFAULT_RULE_PRIORITY).toBe(PRIORITY_SPAN - 1);
  });
});

test('no rule, and no part of one, has a former priority of another rule', () => {
  const former = Object.entries(FORMER_PRIORITIES);
  const wrong = SPECS.flatMap((spec) => place(spec, { ...CROWDED, base: 0 }).map(({ priority }) => ({ name: spec.name, priority }))).filter(
    ({ name, priority }) => former.some(([other, number]) => other !== name && number === priority),
  );
  expect(wrong).toEqual([]);
});

describe('combinations of host names and values', () => {
  test('are the fewest', () => {
    const counts: [hosts: number, values: number, taken: number, rules: number][] = [
      [0, 5, 0, 1],
      [0, 6, 0, 2],
      [1, 4, 0, 1],
      [1, 5, 0, 2],
      [4, 1, 0, 1],
      [4, 4, 0, 4],
      [7, 1, 0, 2],
      [7, 2, 0, 3],
      [4, 100, 0, 68],
      [1, 100, 1, 34],
    ];
    const actual = counts.map(([hosts, values, taken]) => [hosts, values, taken, combinations(names(hosts, 'a'), names(values, 'b'), taken).length]);
    expect(actual).toEqual(counts);
  });
});

describe('the host names of a rule', () => {
  test('are none on a listener of its own for processes that compare none, and never those of ingestion for the app', () => {
    const own = ownListener(MOST_HOSTS);
    expect([hostsFor('any', own), hostsFor('all', own), hostsFor('app', own)]).toEqual([
      [],
      [...MOST_HOSTS.app, ...MOST_HOSTS.ingestion],
      MOST_HOSTS.app,
    ]);
    expect(hostsFor('any', CROWDED)).toEqual([...MOST_HOSTS.app, ...MOST_HOSTS.ingestion]);
    expect(hostsFor('app', CROWDED)).toEqual(MOST_HOSTS.app);
  });
});

test.each([0, 1, 48_001])('accepts the base %d', (base) => {
  expect(() => checkPriorityBase(base)).not.toThrow();
});

test.each([-1, 1.5, 48_002, 50_000, NaN])('refuses the base %d', (base) => {
  expect(() => checkPriorityBase(base)).toThrow(
    '`rulePriorityBase` must be a whole number from 0 to 48001, because the rules use 2000 priorities from it on and the highest of AWS is 50000, got: ',
  );
});

test('the host names of an ingress are those of the app, the primary one first, and those for ingestion', () => {
  const props = {
    domainName: 'a.example.com',
    additionalDomainNames: [{ domainName: 'b.example.com' }],
    ingestionDomainNames: [{ domainName: 't.example.com' }],
  };
  expect(ruleHosts(props)).toEqual({ app: ['a.example.com', 'b.example.com'], ingestion: ['t.example.com'] });
  expect(ruleHosts({ domainName: 'a.example.com' })).toEqual({ app: ['a.example.com'], ingestion: [] });
});
