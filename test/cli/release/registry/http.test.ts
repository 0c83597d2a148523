import { retryAfter } from '../../../../cli/release/registry/http';

const NOW = Date.parse('2026-09-11T08:00:00Z');

test.each([
  [null, undefined],
  ['0', 0],
  [' 12 ', 12_000],
  ['Fri, 11 Sep 2026 08:00:30 GMT', 30_000],
  ['Fri, 11 Sep 2026 07:00:00 GMT', 0],
  ['soon', undefined],
])('parses Retry-After: %s', (header, expected) => {
  expect(retryAfter(header, NOW)).toBe(expected);
});
