import { EndpointGroup, PostHogProcess } from '../../../lib';
import { PRIORITIES } from '../../../lib/catalog/endpoints/rule-priorities';
import { APP_PRIORITY, DENY_RULES, LIMITS, RuleSpec, rulesFor } from '../../../lib/ingress/routing/listener-rules';
import {
  checkPriorityBase,
  OWN_LISTENER,
  place,
  PRIORITY_SPAN,
  DEFAULT_RULE_PRIORITY,
  valuesPerRule,
} from '../../../lib/ingress/routing/rule-placement';
import { MAX_APP_CIDRS } from '../../../lib/ingress/routing/app-access';

const SHARED = { base: 4000, host: 'posthog.example.com' };
const SPECS: RuleSpec[] = [
  ...DENY_RULES,
  ...Object.values(PostHogProcess).flatMap((process) => rulesFor(process, new Set(Object.values(EndpointGroup)))),
].filter((spec, i, all) => all.findIndex(({ name }) => name === spec.name) === i);

function valuesOf({ patterns }: RuleSpec): string[] {
  return [...(patterns.globs ?? []), ...(patterns.regexes ?? [])];
}

test('does not change a rule on a listener of its own', () => {
  expect(SPECS.map((spec) => place(spec, OWN_LISTENER))).toEqual(SPECS.map((spec) => [spec]));
});

test('reserves a value of a rule for the host name', () => {
  expect(valuesPerRule(OWN_LISTENER)).toBe(LIMITS.valuesPerRule);
  expect(valuesPerRule(SHARED)).toBe(LIMITS.valuesPerRule - 1);
  expect(SPECS.flatMap((spec) => place(spec, SHARED)).filter((rule) => valuesOf(rule).length > 4)).toEqual([]);
  expect(SPECS.some((spec) => valuesOf(spec).length > 4)).toBe(true);
});

test('keeps all values in their order', () => {
  expect(SPECS.map((spec) => place(spec, SHARED).flatMap(valuesOf))).toEqual(SPECS.map(valuesOf));
});

test('assigns a unique name and priority to every rule, within the span', () => {
  const placed = SPECS.flatMap((spec) => place(spec, SHARED));
  const lastApp = SHARED.base + APP_PRIORITY + Math.ceil(MAX_APP_CIDRS / valuesPerRule(SHARED)) - 1;
  // Rules of live events also have a path.
  const lastLive = PRIORITIES.LiveEvents + Math.ceil(MAX_APP_CIDRS / (valuesPerRule(SHARED) - 1)) - 1;
  expect(Object.values(PRIORITIES).filter((priority) => priority > PRIORITIES.LiveEvents && priority <= lastLive)).toEqual([]);
  expect(lastLive).toBeLessThan(APP_PRIORITY);
  const priorities = [...placed.map(({ priority }) => priority), lastApp, SHARED.base + DEFAULT_RULE_PRIORITY];
  expect(new Set(priorities).size).toBe(priorities.length);
  expect(new Set(placed.map(({ name }) => name)).size).toBe(placed.length);
  expect(Math.min(...priorities)).toBeGreaterThanOrEqual(SHARED.base);
  expect(Math.max(...priorities)).toBe(SHARED.base + PRIORITY_SPAN - 1);
  expect(placed.every(({ priority }) => priority < SHARED.base + APP_PRIORITY)).toBe(true);
});

test('keeps the order of rules of a listener of their own', () => {
  const inOrder = [...SPECS].sort((a, b) => a.priority - b.priority);
  const placed = inOrder.flatMap((spec) => place(spec, SHARED)).map(({ priority }) => priority);
  expect(placed).toEqual([...placed].sort((a, b) => a - b));
});

test('the table of priorities leaves room after every rule that may be split', () => {
  const taken: number[] = Object.values(PRIORITIES);
  const intruders = SPECS.flatMap((spec) => place(spec, { base: 0, host: 'x' }).slice(1)).filter(({ priority }) => taken.includes(priority));
  expect(intruders).toEqual([]);
});

test.each([0, 1, 48_001])('accepts the base %d', (base) => {
  expect(() => checkPriorityBase(base)).not.toThrow();
});

test.each([-1, 1.5, 48_002, 50_000, NaN])('refuses the base %d', (base) => {
  expect(() => checkPriorityBase(base)).toThrow(
    '`rulePriorityBase` must be a whole number from 0 to 48001, because the rules use 2000 priorities from it on and the highest of AWS is 50000, got: ',
  );
});
