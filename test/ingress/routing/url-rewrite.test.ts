import { rewritten } from '../../../cli/alb/url-rewrite';
import { withoutPath } from '../../../lib/ingress/routing/url-rewrite';

const OFF = withoutPath('/livestream');

test.each([
  ['/livestream', '/'], ['/livestream/', '/'], ['/livestream/events', '/events'], ['/livestream/events?x=1', '/events?x=1'], ['/livestream?x=1', '/?x=1'], ['/livestream/a/b/', '/a/b/'],
])('takes the path off %s', (target, expected) => {
  expect(rewritten(target, OFF)).toBe(expected);
});

test.each(['/e', '/x/livestream/events', '/live'])('leaves %s as it is, where it does not match', (target) => {
  expect(rewritten(target, OFF)).toBe(target);
});

test('says the same of the path alone as of path and query', () => {
  for (const path of ['/livestream', '/livestream/', '/livestream/events']) {
    expect(rewritten(`${path}?a=/livestream/b`, OFF)).toBe(`${rewritten(path, OFF)}?a=/livestream/b`);
  }
});

test('nothing to rewrite is nothing rewritten', () => {
  expect(rewritten('/livestream/events', undefined)).toBe('/livestream/events');
});
