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

test('lanes have the rules of one outcome in order of priority, with refusals last', () => {
  const lanes = titles(lanesOf({ rules: RULES }));
  expect(lanes).toEqual({
    capture: ['100 Events', '120 Captures'],
    web: ['170 AppSdk', '1000 allowed networks'],
    refused: ['210 DenyInternal', 'default'],
  });
  expect(Object.keys(lanes)).toEqual(['capture', 'web', 'refused']);
});

test('plain HTTP has its own lane if there is a listener for it', () => {
  expect(titles(lanesOf({ rules: RULES, plainUrl: 'http://localhost:8080' }))).toMatchObject({ 'redirected to https': ['port 80'] });
});

test('a sign-in has its own lane for every process', () => {
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
])('a request with the outcome %s at %s is on the lane %s', (outcome, process, key) => {
  expect(laneKey(outcome, process)).toBe(key);
});

test('every lane of rules is the lane of a request', () => {
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

test('the picture has no overflow and no overlap at any width from a small phone on', () => {
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
