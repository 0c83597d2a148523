import fc from 'fast-check';
import { ADDRESS_PARTS, addressPart } from '../../../lib/ingress/client-address/trusted-addresses';
import { assignableAddresses, MAX_TRUSTED_ADDRESSES } from '../../../lib/ingress/client-address/trusted-addresses';

function parts(addresses: readonly string[]): string[] {
  return Array.from({ length: ADDRESS_PARTS }, (_, part) => addressPart(addresses, part));
}

test('the parts joined in order are the whole list', () => {
  fc.assert(
    fc.property(fc.array(fc.ipV4(), { maxLength: 300 }), (addresses) => {
      expect(parts(addresses).join('')).toBe(addresses.join(','));
    }),
  );
});

test('no part is empty if there is an address', () => {
  fc.assert(
    fc.property(fc.array(fc.ipV4(), { minLength: 1, maxLength: 50 }), (addresses) => {
      expect(parts(addresses)).not.toContain('');
    }),
  );
});

test('the longest list leaves a third of every response for its other fields', () => {
  const longest = Array.from({ length: MAX_TRUSTED_ADDRESSES }, () => '255.255.255.255');
  expect(Math.max(...parts(longest).map(({ length }) => length))).toBeLessThan((4096 / 3) * 2 + 1);
});

test('the parts of the smallest load balancer are short', () => {
  const addresses = assignableAddresses(['10.0.0.0/27', '10.0.0.32/27']);
  expect(Math.max(...parts(addresses).map(({ length }) => length))).toBeLessThan(100);
});
