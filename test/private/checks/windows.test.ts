import { Aws } from 'aws-cdk-lib/core';
import { dailyWindow, weeklyWindow, windowsOverlap } from '../../../lib/private/checks/windows';

const daily = dailyWindow(30);
const weekly = weeklyWindow(60);

test.each(['03:00-04:00', '00:00-00:30', '23:45-00:15', '22:00-02:00', Aws.REGION])('accepts the daily window %s', (window) => {
  expect(() => daily('window', window)).not.toThrow();
});

test.each(['', 'x', '25:00-26:00', '03:00-03:10', '3:00-4:00', '03:00', '03:00-03:00', '03:60-04:30', 'sun:03:00-sun:04:00', 3, null])(
  'refuses the daily window %p',
  (window) => {
    expect(() => daily('window', window)).toThrow('`window` must be a daily time range of 30 minutes or more, in UTC, such as 03:00-04:00, got: ');
  },
);

test.each(['sun:04:00-sun:05:00', 'Sun:04:00-Sun:05:00', 'sun:23:30-mon:00:30', 'sat:22:00-sun:23:00'])('accepts the weekly window %s', (window) => {
  expect(() => weekly('window', window)).not.toThrow();
});

test.each(['', '04:00-05:00', 'sunday:04:00-sunday:05:00', 'sun:04:00-sun:04:59', 'sun:04:00-sun:04:00', 'sun:24:00-mon:01:00', 'sun:04:00'])(
  'refuses the weekly window %p',
  (window) => {
    expect(() => weekly('window', window)).toThrow('`window` must be a weekly time range of 60 minutes or more');
  },
);

test.each([
  ['03:00-04:00', 'sun:03:30-sun:04:30', true],
  ['03:00-04:00', 'sun:04:00-sun:05:00', false],
  ['23:30-00:30', 'wed:00:00-wed:01:00', true],
  ['23:30-00:30', 'sun:22:00-sun:23:30', false],
  ['00:00-00:30', 'sun:23:00-mon:01:00', true],
  ['23:30-00:30', 'mon:00:00-mon:00:15', true],
  [Aws.REGION, 'mon:00:00-mon:00:15', false],
])('finds whether %s and %s overlap: %p', (day, week, overlap) => {
  expect(windowsOverlap(day, week)).toBe(overlap);
});
