import { BlockList } from 'node:net';
import fc from 'fast-check';
import {
  ADDRESS_PARTS,
  addressPart,
  assignableAddresses,
  checkAddresses,
  firstAssignableAddress,
  MAX_TRUSTED_ADDRESSES,
} from '../../../lib/ingress/client-address/trusted-addresses';

/** Returns the address at an index of 10.0.0.0/8. */
function tenDot(place: number): string {
  return `10.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`;
}

describe('the addresses that a load balancer can have', () => {
  test('are the 27 assignable ones of a /27: not the first four, not the last', () => {
    const addresses = assignableAddresses(['10.0.0.0/27']);
    expect(addresses).toHaveLength(27);
    expect(addresses).toEqual(Array.from({ length: 27 }, (_, i) => `10.0.0.${4 + i}`));
  });

  test.each([
    ['10.0.1.0/24', 251],
    ['10.0.1.0/26', 59],
    ['10.0.1.0/28', 11],
    ['10.0.1.0/29', 3],
    ['10.0.1.0/30', 0],
    ['10.0.1.0/32', 0],
  ])('of %s are %d', (cidr, count) => {
    expect(assignableAddresses([cidr])).toHaveLength(count);
  });

  test('cross the boundary of an octet', () => {
    const addresses = assignableAddresses(['10.0.0.0/23']);
    expect(addresses).toHaveLength(507);
    expect(addresses).toEqual(expect.arrayContaining(['10.0.0.255', '10.0.1.0', '10.0.1.254']));
    expect(addresses).not.toContain('10.0.1.255');
  });

  test('are sorted as numbers, for every order of subnets', () => {
    const addresses = assignableAddresses(['10.0.10.0/27', '10.0.9.0/27', '10.0.0.96/27', '9.255.0.0/27']);
    expect(addresses).toHaveLength(4 * 27);
    expect(addresses.filter((_, i) => i % 27 === 0)).toEqual(['9.255.0.4', '10.0.0.100', '10.0.9.4', '10.0.10.4']);
  });

  test('are those of the block if it has host bits', () => {
    expect(assignableAddresses(['10.0.0.9/27'])).toEqual(assignableAddresses(['10.0.0.0/27']));
  });

  test('are empty without subnets', () => {
    expect(assignableAddresses([])).toEqual([]);
  });

  test('are five fewer than the size of the block, ascending, unique and inside of it', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 24 - 1), fc.integer({ min: 23, max: 29 }), (place, prefix) => {
        const cidr = `${tenDot(place)}/${prefix}`;
        const block = new BlockList();
        block.addSubnet(tenDot(place), prefix);
        const addresses = assignableAddresses([cidr]);
        expect(addresses).toHaveLength(2 ** (32 - prefix) - 5);
        expect(addresses.every((address) => block.check(address))).toBe(true);
        const numbers = addresses.map((address) => address.split('.').reduce((sum, octet) => sum * 256 + Number(octet), 0));
        expect(numbers.every((number, i) => i === 0 || number === numbers[i - 1] + 1)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });

  test('may be 1,024, enough for four /24 subnets', () => {
    expect(MAX_TRUSTED_ADDRESSES).toBe(1024);
    expect(assignableAddresses(['10.0.0.0/24', '10.0.1.0/24', '10.0.2.0/24', '10.0.3.0/24'])).toHaveLength(1004);
    // 1019 + 5 of a few small ones.
    expect(assignableAddresses(['10.0.0.0/22', '10.1.0.0/29'])).toHaveLength(1022);
  });

  test('fails when there are more than 1,024 in total, and names the alternatives', () => {
    expect(() => assignableAddresses(['10.0.0.0/22', '10.1.0.0/28'])).toThrow(
      '`subnets` of the load balancer may have at most 1024 addresses together, not 1030, because PostHog is configured with each of them, got: ' +
        "['10.0.0.0/22', '10.1.0.0/28']; give the load balancer small subnets of its own (/27 is the smallest that it accepts) with " +
        '`loadBalancerSubnets`, or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`',
    );
  });

  test('fails when a subnet is huge, without listing its addresses first', () => {
    expect(() => assignableAddresses(['0.0.0.0/0'])).toThrow("not 4294967291, because PostHog is configured with each of them, got: ['0.0.0.0/0']");
  });

  test.each(['2001:db8::/64', '10.0.0.0', 'nonsense', ''])('fails when a block is %j, which is not an IPv4 CIDR block', (cidr) => {
    expect(() => assignableAddresses(['10.0.0.0/27', cidr])).toThrow(`\`subnets\` must have IPv4 CIDR blocks, got: '${cidr}'`);
  });

  test.each([
    ['10.0.0.0/27', '10.0.0.4'],
    ['10.0.0.9/27', '10.0.0.4'],
    ['10.0.0.0/29', '10.0.0.4'],
    ['10.1.128.0/17', '10.1.128.4'],
    ['10.0.0.0/8', '10.0.0.4'],
    ['10.0.0.0/30', undefined],
    ['2001:db8::/64', undefined],
    ['nonsense', undefined],
  ])('begin in %s with %s, for every size of the subnet', (cidr, address) => {
    expect(firstAssignableAddress(cidr)).toBe(address);
  });
});

describe('a list of addresses', () => {
  test('is returned unchanged', () => {
    expect(checkAddresses(['10.0.0.9', '10.0.0.4', '2001:db8::1'])).toEqual(['10.0.0.9', '10.0.0.4', '2001:db8::1']);
  });

  test('may have 1,024 addresses', () => {
    const list = Array.from({ length: 1024 }, (_, i) => tenDot(i));
    expect(checkAddresses(list)).toHaveLength(1024);
  });

  test('fails when it is empty', () => {
    expect(() => checkAddresses([])).toThrow('`addresses` must name at least one address, got: []');
  });

  test('fails with more than 1,024 addresses', () => {
    const list = Array.from({ length: 1025 }, (_, i) => tenDot(i));
    expect(() => checkAddresses(list)).toThrow(
      '`addresses` may contain at most 1024 addresses, not 1025, because they are passed in an environment variable',
    );
  });

  test('fails with a duplicate address', () => {
    expect(() => checkAddresses(['10.0.0.4', '10.0.0.5', '10.0.0.4'])).toThrow("`addresses` must not name an address twice, got: '10.0.0.4'");
  });

  test.each(['10.0.0.0/24', '10.0.0.4/32', '2001:db8::/32', '/', 'http://10.0.0.4'])(
    'refuses %s, and explains why a CIDR block never matches',
    (text) => {
      expect(() => checkAddresses(['10.0.0.9', text])).toThrow(
        `\`addresses\` must be single IP addresses, got: '${text}'; PostHog compares addresses as text, so a CIDR block never matches and every client would be ` +
          'refused: name every address, or use TrustedProxies.fromSubnets()',
      );
    },
  );

  test.each([
    ['10.0.0.4:443', '10.0.0.4'],
    ['[2001:db8::1]:443', '2001:db8::1'],
    ['[2001:db8::1]', '2001:db8::1'],
    ['[10.0.0.4]:80', '10.0.0.4'],
  ])('refuses %s, and suggests the address without brackets and port', (text, address) => {
    expect(() => checkAddresses([text])).toThrow(
      new Error(`\`addresses\` must be single IP addresses, got: '${text}'; write ${address}, without brackets and port`),
    );
  });

  test.each([
    '',
    ' ',
    'localhost',
    'alb.internal',
    '10.0.0',
    '10.0.0.256',
    '10.0.0.4,10.0.0.5',
    ' 10.0.0.4',
    'fe80::1%eth0',
    '[nonsense]',
    '999.0.0.1:80',
    '*',
  ])('refuses %j', (text) => {
    expect(() => checkAddresses([text])).toThrow(new Error(`\`addresses\` must be single IP addresses, got: '${text}'`));
  });

  test.each([
    ['2001:DB8::1', '2001:db8::1'],
    ['2001:db8:0:0:0:0:0:1', '2001:db8::1'],
    ['2001:0db8::1', '2001:db8::1'],
    ['::ffff:10.0.0.4', '::ffff:a00:4'],
  ])('refuses the spelling %s, which PostHog would never match', (text, canonical) => {
    expect(() => checkAddresses([text])).toThrow(
      new Error(`\`addresses\` must be spelled canonically, because PostHog compares text, got: '${text}'; write ${canonical}`),
    );
  });
});

describe('the parts of a list of addresses', () => {
  function parts(addresses: readonly string[]): string[] {
    return Array.from({ length: ADDRESS_PARTS }, (_, part) => addressPart(addresses, part));
  }

  test('are the whole list if they are joined in order', () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { maxLength: 300 }), (addresses) => {
        expect(parts(addresses).join('')).toBe(addresses.join(','));
      }),
    );
  });

  test('are never empty if there is an address', () => {
    fc.assert(
      fc.property(fc.array(fc.ipV4(), { minLength: 1, maxLength: 50 }), (addresses) => {
        expect(parts(addresses)).not.toContain('');
      }),
    );
  });

  test('leave a third of every response for its other fields, for the longest list', () => {
    const longest = Array.from({ length: MAX_TRUSTED_ADDRESSES }, () => '255.255.255.255');
    expect(Math.max(...parts(longest).map(({ length }) => length))).toBeLessThan((4096 / 3) * 2 + 1);
  });

  test('are short for the smallest load balancer', () => {
    const addresses = assignableAddresses(['10.0.0.0/27', '10.0.0.32/27']);
    expect(Math.max(...parts(addresses).map(({ length }) => length))).toBeLessThan(100);
  });
});
