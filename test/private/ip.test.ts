import { isIP } from 'node:net';
import fc from 'fast-check';
import { cidrSize, formatAddress, formatCidr, parseAddress, parseCidr } from '../../lib/private/ip';

const v4 = fc.bigInt({ min: 0n, max: 2n ** 32n - 1n }).map((value) => ({ family: 4 as const, value }));
const v6 = fc.bigInt({ min: 0n, max: 2n ** 128n - 1n }).map((value) => ({ family: 6 as const, value }));
/** Addresses with runs of zeros, whose short spelling is difficult. */
const v6WithZeros = fc
  .array(fc.constantFrom<bigint[]>(0n, 0n, 1n, 0xffffn, 0x0a0bn), { minLength: 8, maxLength: 8 })
  .map((groups) => ({ family: 6 as const, value: groups.reduce((sum, group) => (sum << 16n) + group, 0n) }));
const address = fc.oneof(v4, v6, v6WithZeros);
const block = address.chain((given) => fc.integer({ min: 0, max: given.family === 4 ? 32 : 128 }).map((prefix) => ({ given, prefix })));

describe('an address', () => {
  test('survives being written and read', () => {
    fc.assert(
      fc.property(address, (given) => {
        expect(parseAddress(formatAddress(given))).toEqual(given);
      }),
    );
  });

  test('is written as an address of its family, in lower case', () => {
    fc.assert(
      fc.property(address, (given) => {
        const text = formatAddress(given);
        expect(isIP(text)).toBe(given.family);
        expect(text).toBe(text.toLowerCase());
      }),
    );
  });

  test('is the same in every spelling', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const parsed = parseAddress(text)!;
        expect(parseAddress(text.toUpperCase())).toEqual(parsed);
        expect(formatAddress(parseAddress(formatAddress(parsed))!)).toBe(formatAddress(parsed));
      }),
    );
  });

  test('is parsed to its number', () => {
    const rows = [
      ['0.0.0.0', 0n],
      ['0.0.0.255', 255n],
      ['10.0.0.4', 0x0a000004n],
      ['255.255.255.255', 0xffffffffn],
      ['::', 0n],
      ['::1', 1n],
      ['1::', 1n << 112n],
      ['2001:db8::8:800:200c:417a', 0x20010db80000000000080800200c417an],
      ['::ffff:10.0.0.4', 0xffff0a000004n],
    ] as const;
    expect(rows.filter(([text, value]) => parseAddress(text)!.value !== value)).toEqual([]);
  });

  test('is formatted canonically', () => {
    const rows = [
      ['2001:DB8:0:0:0:0:0:1', '2001:db8::1'],
      ['2001:0db8::0001', '2001:db8::1'],
      ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
      ['1:0:0:2:0:0:0:3', '1:0:0:2::3'],
      ['0:0:0:0:0:0:0:0', '::'],
      ['1:2:3:4:5:6:7:8', '1:2:3:4:5:6:7:8'],
    ] as const;
    expect(rows.filter(([text, canonical]) => formatAddress(parseAddress(text)!) !== canonical)).toEqual([]);
  });

  test('is not parsed from other text', () => {
    const texts = [
      '',
      ' ',
      'localhost',
      '1.2.3',
      '1.2.3.4.5',
      '256.0.0.1',
      '01.2.3.4',
      '1.2.3.4 ',
      ' 1.2.3.4',
      '1.2.3.4\n',
      '1.2.3.4:80',
      '1.2.3.4/32',
      '0x7f.0.0.1',
      '2130706433',
      '-1.0.0.0',
      '१.२.३.४',
      '[::1]',
      '::1/128',
      'fe80::1%eth0',
      '1::2::3',
      ':::',
      '12345::',
      '1:2:3:4:5:6:7',
      '1:2:3:4:5:6:7:8:9',
      'g::',
    ];
    expect(texts.filter((text) => parseAddress(text) !== undefined)).toEqual([]);
  });
});

describe('a block', () => {
  test('survives being written and read', () => {
    fc.assert(
      fc.property(block, ({ given, prefix }) => {
        const cidr = parseCidr(`${formatAddress(given)}/${prefix}`)!;
        expect(parseCidr(formatCidr(cidr))).toEqual(cidr);
        expect(cidr).toMatchObject({ family: given.family, prefix });
      }),
    );
  });

  test('begins at a multiple of its size and holds the address that it was written with', () => {
    fc.assert(
      fc.property(block, ({ given, prefix }) => {
        const cidr = parseCidr(`${formatAddress(given)}/${prefix}`)!;
        const size = cidrSize(cidr);
        expect(cidr.network % size).toBe(0n);
        expect(given.value - cidr.network).toBeGreaterThanOrEqual(0n);
        expect(given.value - cidr.network).toBeLessThan(size);
      }),
    );
  });

  test('has its number of addresses', () => {
    const rows = [
      ['10.0.0.0/27', 32n],
      ['10.0.0.0/32', 1n],
      ['0.0.0.0/0', 2n ** 32n],
      ['2001:db8::/64', 2n ** 64n],
      ['::/0', 2n ** 128n],
      ['::1/128', 1n],
    ] as const;
    expect(rows.filter(([text, size]) => cidrSize(parseCidr(text)!) !== size)).toEqual([]);
  });

  test('is formatted canonically', () => {
    const rows = [
      ['10.0.0.77/24', '10.0.0.0/24'],
      ['10.1.2.3/8', '10.0.0.0/8'],
      ['10.1.2.3/0', '0.0.0.0/0'],
      ['2001:db8:1::1/32', '2001:db8::/32'],
      ['10.0.0.0/08', '10.0.0.0/8'],
    ] as const;
    expect(rows.filter(([text, canonical]) => formatCidr(parseCidr(text)!) !== canonical)).toEqual([]);
  });

  test('is not parsed from other text', () => {
    const texts = [
      '',
      '/',
      '/8',
      '10.0.0.0',
      '10.0.0.0/',
      '10.0.0.0/33',
      '10.0.0.0/999',
      '10.0.0.0/1000',
      '10.0.0.0/-1',
      '10.0.0.0/+8',
      '10.0.0.0/8.0',
      '10.0.0.0/a',
      '10.0.0.0/8/8',
      '10.0.0.0 /8',
      '10.0.0.0/ 8',
      '10.0.0.0/8\n',
      '10.0.0/8',
      '::/129',
      'fe80::%eth0/64',
      '10.0.0.0/255.0.0.0',
      'example.com/24',
    ];
    expect(texts.filter((text) => parseCidr(text) !== undefined)).toEqual([]);
  });

  test('is not parsed from text without an address', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(200), (text, prefix) => {
        fc.pre(isIP(text) === 0);
        expect(parseCidr(`${text}/${prefix}`)).toBeUndefined();
      }),
    );
  });
});
