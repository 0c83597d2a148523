import { Fn, Token } from 'aws-cdk-lib/core';
import fc from 'fast-check';
import { cidrRules, MAX_APP_CIDRS } from '../../../lib/ingress/routing/app-access';

function blocks(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i}.0.0/16`);
}

test.each([
  [1, [1]],
  [5, [5]],
  [6, [5, 1]],
  [10, [5, 5]],
  [100, Array.from({ length: 20 }, () => 5)],
])('splits %d blocks into rules of five', (count, sizes) => {
  expect(cidrRules(blocks(count)).map((rule) => rule.length)).toEqual(sizes);
});

test('keeps every block once and in its order', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: MAX_APP_CIDRS }), (count) => {
      const rules = cidrRules(blocks(count));
      expect(rules.flat()).toEqual(blocks(count));
      expect(rules.every((rule) => rule.length > 0 && rule.length <= 5)).toBe(true);
    }),
  );
});

test('accepts IPv4 and IPv6 together', () => {
  expect(cidrRules(['203.0.113.0/24', '2001:db8::/32', '198.51.100.7/32', '::1/128'])).toEqual([
    ['203.0.113.0/24', '2001:db8::/32', '198.51.100.7/32', '::1/128'],
  ]);
});

test('does not check tokens, not even for duplicates', () => {
  const token = Fn.importValue('OfficeCidr');
  expect(cidrRules([token, '10.0.0.0/8', token])).toEqual([[token, '10.0.0.0/8', token]]);
});

test('returns one rule for a list that is a token', () => {
  const list = Token.asList({ Ref: 'OfficeCidrs' });
  expect(cidrRules(list)).toEqual([list]);
});

test('checks the other blocks of a list with a token', () => {
  expect(() => cidrRules([Fn.importValue('OfficeCidr'), 'nonsense'])).toThrow("got: 'nonsense'");
});

test('fails without blocks', () => {
  expect(() => cidrRules([])).toThrow('`cidrs` must name at least one block, got: []; use AppAccess.nobody() to close the app to everyone');
});

test('fails with more than 100 blocks', () => {
  expect(() => cidrRules(blocks(101))).toThrow(
    "`cidrs` may contain at most 100 blocks, not 101, because a listener rule has at most 5; merge adjacent blocks, or use AppAccess.oidc() or AppAccess.cognito()",
  );
});

test.each([
  '',
  'office',
  '10.0.0.0/33',
  '10.0.0/8',
  '2001:db8::/129',
  '10.0.0.0/8 ',
  '10.0.0.1-10.0.0.9',
  '*',
  '10.0.0.0/255.0.0.0',
  'fe80::1%eth0/64',
])('fails when a block is %j', (text) => {
  expect(() => cidrRules(['192.0.2.0/24', text])).toThrow(
    new Error(`\`cidrs\` must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32, got: '${text}'`),
  );
});

test.each([
  ['203.0.113.9', '203.0.113.9/32'],
  ['2001:db8::1', '2001:db8::1/128'],
])('fails when a block is the bare address %s, and suggests the block', (text, fix) => {
  expect(() => cidrRules([text])).toThrow(
    new Error(
      `\`cidrs\` must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32, got: '${text}'; write ${fix} for this one address`,
    ),
  );
});

test.each([
  ['203.0.113.9/24', '203.0.113.0/24'],
  ['2001:db8::1/32', '2001:db8::/32'],
  ['2001:DB8::/32', '2001:db8::/32'],
  ['2001:0db8::/32', '2001:db8::/32'],
  ['10.0.0.0/08', '10.0.0.0/8'],
])('fails when a block is %s, which is not its first address in canonical spelling', (text, canonical) => {
  expect(() => cidrRules([text])).toThrow(
    new Error(`\`cidrs\` must name the first address of the block, spelled canonically, got: '${text}'; write ${canonical}`),
  );
});

test.each(['0.0.0.0/0', '::/0'])('refuses %s, which contains every address', (text) => {
  expect(() => cidrRules(['10.0.0.0/8', text])).toThrow(
    new Error(`\`cidrs\` must not contain every address, got: '${text}'; use AppAccess.anyone() to open the app to everyone`),
  );
});

test('fails with a duplicate block', () => {
  expect(() => cidrRules(['10.0.0.0/8', '192.0.2.0/24', '10.0.0.0/8'])).toThrow(new Error("`cidrs` must not name a block twice, got: '10.0.0.0/8'"));
});
