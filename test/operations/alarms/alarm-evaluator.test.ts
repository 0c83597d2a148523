import { State, stateOf, Treatment } from './alarm-evaluator';
import { evaluateMath } from './metric-math';

const TREATMENTS: readonly Treatment[] = ['missing', 'ignore', 'breaching', 'notBreaching'];
const RETAINED = 'INSUFFICIENT_DATA';

/** The tables of "Configuring how CloudWatch alarms treat missing data": `0` is within the threshold, `X` breaches it, `-` is missing. */
const DOCUMENTED: readonly [n: number, m: number, points: string, ...states: State[]][] = [
  [3, 3, '0 - X - X', 'OK', 'OK', 'OK', 'OK'],
  [3, 3, '0 - - - -', 'OK', 'OK', 'OK', 'OK'],
  [3, 3, '- - - - -', 'INSUFFICIENT_DATA', RETAINED, 'ALARM', 'OK'],
  [3, 3, '0 X X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, 3, '- - X - -', 'ALARM', RETAINED, 'ALARM', 'OK'],
  [3, 2, '0 - X - X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, 2, '0 0 X 0 X', 'ALARM', 'ALARM', 'ALARM', 'ALARM'],
  [3, 2, '0 - X - -', 'OK', 'OK', 'ALARM', 'OK'],
  [3, 2, '- - - - 0', 'OK', 'OK', 'ALARM', 'OK'],
  [3, 2, '- - - X -', 'ALARM', RETAINED, 'ALARM', 'OK'],
];

test.each(DOCUMENTED)('the evaluator has the documented states for %i values of which %i must breach: %s', (n, m, text, ...states) => {
  const points = text.split(' ').map((sign) => (sign === '-' ? undefined : sign === 'X'));
  expect(TREATMENTS.map((treatment) => stateOf(points, { n, m, treatment, before: RETAINED }))).toEqual(states);
});

test.each([
  ['FILL(a, 0) + b', { a: undefined, b: 2 }, 2],
  ['a + b', { a: undefined, b: 2 }, undefined],
  ['MAX([FILL(a, 0), b])', { a: undefined, b: -1 }, 0],
  ['MIN([a, b])', { a: undefined, b: 3 }, 3],
  ['IF(a >= 20, 100 * b / a, 0)', { a: 0, b: 5 }, 0],
  ['IF(a >= 20, 100 * b / a, 0)', { a: 40, b: 10 }, 25],
  ['a / b', { a: 1, b: 0 }, undefined],
  ['2 - 1 - 1', {}, 0],
  ['IF(DIFF(a) + 0.05 * a < 0, 0, a)', { a: 20 }, 0],
  ['IF(DIFF(a) + 0.05 * a < 0, 0, a)', { a: 29 }, 29],
])('metric math evaluates %s', (expression, values, expected) => {
  expect(evaluateMath(expression, { now: values, before: { a: 30, b: 30 } })).toBe(expected);
});

test('metric math refuses functions and ids that no alarm has', () => {
  expect(() => evaluateMath('ANOMALY_DETECTION_BAND(a)', { now: { a: 1 } })).toThrow(
    'no function of metric math that alarms use: ANOMALY_DETECTION_BAND',
  );
  expect(() => evaluateMath('b + 1', { now: { a: 1 } })).toThrow('no metric has the id b');
});
