import { Fn, Token } from 'aws-cdk-lib/core';
import { Cdn } from '../../../lib';
import { DROPPED_HEADERS } from '../../../lib/ingress/client-address/client-address-headers';

const EDGE = ['198.51.100.0/25', '2001:db8:cd::/48'];

test.each([
  ['cloudFront', Cdn.fromCidrs(EDGE), ['CloudFront-Viewer-Address']],
  ['cloudflare', Cdn.fromCidrs(EDGE), ['CF-Connecting-IP', 'CF-Connecting-IPv6', 'CF-Pseudo-IPv4', 'True-Client-IP']],
  ['fromCidrs', Cdn.fromCidrs(EDGE), []],
])('%s has the blocks of the list, and its headers are dropped', (_name, cdn, headers) => {
  expect(cdn._cidrs).toEqual(EDGE);
  expect(DROPPED_HEADERS.flatMap(({ names }) => names)).toEqual(expect.arrayContaining(headers));
});

test('does not check tokens', () => {
  const list = Token.asList({ Ref: 'Blocks' });
  expect(Cdn.fromCidrs(list)._cidrs).toBe(list);
  const block = Fn.importValue('Block');
  expect(Cdn.fromCidrs(['198.51.100.0/25', block, block])._cidrs).toEqual(['198.51.100.0/25', block, block]);
});

test.each([
  ['is empty', [], '`cidrs` must name at least one block, got: []; leave `cdn` out if there is no network in front'],
  ['contains every address', ['0.0.0.0/0'], "`cidrs` must not contain every address, got: '0.0.0.0/0'; name the blocks that the network publishes"],
  ['holds a block twice', ['198.51.100.0/25', '198.51.100.0/25'], "`cidrs` must not name a block twice, got: '198.51.100.0/25'"],
  ['holds an address', ['198.51.100.1'], 'write 198.51.100.1/32 for this one address'],
  ['holds host bits', ['198.51.100.1/25'], 'write 198.51.100.0/25'],
  ['holds what is more than a block', ['198.51.100.0/25; set_real_ip_from 0.0.0.0/0'], '`cidrs` must be IPv4 or IPv6 CIDR blocks'],
  [
    'is too long',
    Array.from({ length: 501 }, (_, i) => `10.${i >> 8}.${i & 255}.0/24`),
    '`cidrs` may contain at most 500 blocks, not 501, because they are passed in an environment variable; merge adjacent blocks',
  ],
])('fails when the list %s', (_name, cidrs, message) => {
  expect(() => Cdn.fromCidrs(cidrs)).toThrow(message);
  expect(() => Cdn.fromCidrs(cidrs)).toThrow(message);
  expect(() => Cdn.fromCidrs(cidrs)).toThrow(message);
});
