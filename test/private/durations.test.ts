import fc from 'fast-check';
import { Duration, Token } from 'aws-cdk-lib/core';
import { checkDays } from '../../lib/private/durations';

test('whole days of the range pass', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 35 }), (days) => checkDays('retention', Duration.days(days), 1, 35)));
});

test.each([
  [Duration.hours(36), '1 day 12 hours'],
  [Duration.days(36), '36 days'],
  [Duration.minutes(1), '1 minute'],
])('fails when the days are %s', (duration, got) => {
  expect(() => checkDays('retention', duration, 1, 35)).toThrow(`\`retention\` must be whole days, from 1 to 35, got: '${got}'`);
});

test('zero days fail, unless the range begins with zero', () => {
  expect(() => checkDays('retention', Duration.days(0), 1, 35)).toThrow('`retention` must be whole days, from 1 to 35, got: ');
  expect(() => checkDays('retention', Duration.days(0), 0, 35)).not.toThrow();
});

test('undefined and tokens pass', () => {
  expect(() => {
    checkDays('retention', undefined, 1, 35);
    checkDays('retention', Duration.days(Token.asNumber({ Ref: 'Days' })), 1, 35);
  }).not.toThrow();
});
