import fc from 'fast-check';
import { Duration, Size, Token } from 'aws-cdk-lib/core';
import { checkDays, knownBytes, knownGibibytes, knownSeconds } from '../../lib/private/quantities';

test('checkDays accepts whole days of the range', () => {
  fc.assert(fc.property(fc.integer({ min: 1, max: 35 }), (days) => checkDays('retention', Duration.days(days), 1, 35)));
});

test.each([
  [Duration.hours(36), '36 hours'],
  [Duration.days(36), '36 days'],
  [Duration.minutes(1), '1 minute'],
])('checkDays refuses %s', (duration, got) => {
  expect(() => checkDays('retention', duration, 1, 35)).toThrow(`\`retention\` must be whole days, from 1 to 35, got: ${got}`);
});

test('checkDays refuses zero days, unless the range begins with zero', () => {
  expect(() => checkDays('retention', Duration.days(0), 1, 35)).toThrow('`retention` must be whole days, from 1 to 35, got: ');
  expect(() => checkDays('retention', Duration.days(0), 0, 35)).not.toThrow();
});

test('checkDays accepts undefined and tokens', () => {
  expect(() => {
    checkDays('retention', undefined, 1, 35);
    checkDays('retention', Duration.days(Token.asNumber({ Ref: 'Days' })), 1, 35);
  }).not.toThrow();
});

test('fractions of a second, a byte and a GiB fail with the name of the prop', () => {
  expect(() => knownSeconds('timeout', Duration.millis(1500))).toThrow('`timeout` must be a whole number of seconds, got: 1500 millis');
  expect(() => knownSeconds('timeout', Duration.millis(0.5))).toThrow('`timeout` must be a whole number of seconds, got: 0.5 millis');
  expect(() => knownGibibytes('volumeSize', Size.mebibytes(1500))).toThrow('`volumeSize` must be a whole number of GiB, got: 1500 MiB');
  expect(() => knownBytes('partitionRetention', Size.kibibytes(0.5001))).toThrow('`partitionRetention` must be a whole number of bytes, got: ');
});

test('whole seconds, bytes and GiB are converted', () => {
  expect(knownSeconds('timeout', Duration.minutes(2))).toBe(120);
  expect(knownBytes('partitionRetention', Size.kibibytes(2))).toBe(2048);
  expect(knownGibibytes('volumeSize', Size.tebibytes(1))).toBe(1024);
});

test('undefined and tokens have no known number', () => {
  expect(knownSeconds('timeout', undefined)).toBeUndefined();
  expect(knownSeconds('timeout', Duration.seconds(Token.asNumber({ Ref: 'Seconds' })))).toBeUndefined();
  expect(knownBytes('partitionRetention', undefined)).toBeUndefined();
  expect(knownGibibytes('volumeSize', undefined)).toBeUndefined();
  expect(knownGibibytes('volumeSize', Size.gibibytes(Token.asNumber({ Ref: 'Size' })))).toBeUndefined();
});
