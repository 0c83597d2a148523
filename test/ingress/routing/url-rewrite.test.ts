import { rewritten } from '../../../cli/alb/url-rewrite';
import { withoutPath } from '../../../lib/ingress/routing/path-pattern';

const OFF = withoutPath('/livestream');

test.each([
  ['/livestream', '/'],
  ['/livestream/', '/'],
  ['/livestream/events', '/events'],
  ['/livestream/events?x=1', '/events?x=1'],
  ['/livestream?x=1', '/?x=1'],
  ['/livestream/a/b/', '/a/b/'],
])('strips the path from %s', (target, expected) => {
  expect(rewritten(target, OFF)).toBe(expected);
});

test.each(['/e', '/x/livestream/events', '/live'])('does not change %s, which does not match', (target) => {
  expect(rewritten(target, OFF)).toBe(target);
});

test('has the same result for the path alone and for path and query', () => {
  for (const path of ['/livestream', '/livestream/', '/livestream/events']) {
    expect(rewritten(`${path}?a=/livestream/b`, OFF)).toBe(`${rewritten(path, OFF)}?a=/livestream/b`);
  }
});

test('changes nothing without a rewrite', () => {
  expect(rewritten('/livestream/events', undefined)).toBe('/livestream/events');
});
