import fc from 'fast-check';
import { inOrder, Lane, laneKey, lanesOf } from '../../../cli/preview/page/lanes';
import { Box, layoutOf } from '../../../cli/preview/page/layout';
import { RuleDescription } from '../../../cli/preview/page/wire';

const RULES: RuleDescription[] = [
  { name: 'rule 170 (AppSdk)', priority: 170, conditions: ['path-pattern is /api/early_access_features'], action: 'forward to web', process: 'web' },
  { name: 'rule 100 (Events)', priority: 100, conditions: ['path-pattern is /e'], action: 'forward to capture', process: 'capture' },
  { name: 'rule 120 (Captures)', priority: 120, conditions: ['path-pattern is /capture'], action: 'forward to capture', process: 'capture' },
  { name: 'rule 210 (DenyInternal)', priority: 210, conditions: ['path-pattern is /internal'], action: 'answer 403', process: undefined },
  { name: 'rule 1000', priority: 1000, conditions: ['source-ip is 203.0.113.0/24'], action: 'forward to web', process: 'web' },
  { name: 'the default rule', conditions: [], action: 'answer 403' },
];

function titles(lanes: readonly Lane[]): Record<string, string[]> {
  return Object.fromEntries(lanes.map(({ title, stops }) => [title, stops.map(({ label }) => label)]));
}

test('rules are grouped by where they lead, in the order in which a request meets them, and refusals come last', () => {
  const lanes = titles(lanesOf({ rules: RULES }));
  expect(lanes).toEqual({
    capture: ['100 Events', '120 Captures'],
    web: ['170 AppSdk', '1000 allowed networks'],
    refused: ['210 DenyInternal', 'default'],
  });
  expect(Object.keys(lanes)).toEqual(['capture', 'web', 'refused']);
});

test('plain HTTP is a lane of its own where something listens for it', () => {
  expect(titles(lanesOf({ rules: RULES, plainUrl: 'http://localhost:8080' }))).toMatchObject({ 'redirected to https': ['port 80'] });
});

test('a sign-in is a lane of its own, whatever process comes after it', () => {
  const [lane] = lanesOf({
    rules: [{ name: 'rule 1000', priority: 1000, conditions: [], action: 'sign in at login.example.com, then forward to web', process: 'web' }],
  });
  expect(lane).toMatchObject({ kind: 'sign-in', title: 'sign-in, then web', stops: [{ label: '1000 sign-in' }] });
});

test.each([
  ['forwarded', 'capture', 'process:capture'],
  ['fixed-response', undefined, 'refused'],
  ['redirect', undefined, 'redirect'],
  ['sign-in', undefined, 'sign-in'],
  ['unknown', undefined, 'elsewhere'],
])('a request that ends as %s at %s stays on the lane %s', (outcome, process, key) => {
  expect(laneKey(outcome, process)).toBe(key);
});

test('every lane that rules make is one that a request can end on', () => {
  expect(lanesOf({ rules: RULES }).map(({ key }) => key)).toEqual(['process:capture', 'process:web', 'refused']);
  expect(inOrder(RULES).map(({ priority }) => priority)).toEqual([100, 120, 170, 210, 1000, undefined]);
});

const anyLanes = fc.array(
  fc.record({
    key: fc.string({ minLength: 1, maxLength: 5 }),
    kind: fc.constantFrom('process', 'refused'),
    title: fc.constant('a process'),
    stops: fc
      .array(fc.nat({ max: 22 }), { minLength: 1, maxLength: 14 })
      .map((lengths) => lengths.map((length, i) => ({ name: String(i), label: '1'.repeat(length + 3), conditions: [] }))),
  }),
  { minLength: 1, maxLength: 9 },
);

test('at any width from a small phone on, nothing leaves the picture, and no box lies on another', () => {
  fc.assert(
    fc.property(anyLanes, fc.integer({ min: 320, max: 2000 }), (lanes, width) => {
      const { height, client, balancer, lanes: placed } = layoutOf(lanes, width);
      const boxes = [client, balancer, ...placed.flatMap(({ stops, end }) => [...stops.map(({ box }) => box), end])];
      expect(boxes.filter((box) => box.x < 0 || box.y < 0 || box.x + box.width > width || box.y + box.height > height)).toEqual([]);
      expect(
        boxes.flatMap((a, i) =>
          boxes
            .slice(i + 1)
            .filter((b) => overlap(a, b))
            .map((b) => [a, b]),
        ),
      ).toEqual([]);
    }),
  );
});

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}
