import { isIP } from 'node:net';
import { invalidValue } from './errors';

/** An IP address as a number, so that ranges can be computed. */
interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** A parsed CIDR block. */
export interface Cidr {
  readonly family: 4 | 6;
  /** The first address of the block, with the host bits cleared. */
  readonly network: bigint;
  readonly prefix: number;
}

const BITS = { 4: 32, 6: 128 } as const;

/** Parses an IP address. Returns undefined for any other text, including addresses with a zone id such as `fe80::1%eth0`. */
export function parseAddress(text: string): Address | undefined {
  switch (isIP(text)) {
    case 4:
      return { family: 4, value: text.split('.').reduce((sum, octet) => sum * 256n + BigInt(octet), 0n) };
    case 6:
      return text.includes('%') ? undefined : { family: 6, value: parseV6(text) };
    default:
      return undefined;
  }
}

/** Formats an address in its canonical spelling (lower case, `::` for the longest run of zeros). */
export function formatAddress(address: Address): string {
  if (address.family === 4) {
    return [24n, 16n, 8n, 0n].map((shift) => (address.value >> shift) & 255n).join('.');
  }
  const groups = Array.from({ length: 8 }, (_, i) => ((address.value >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  // The URL parser of the platform implements the rules of RFC 5952.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** Parses a CIDR block. Returns undefined for any other text. */
export function parseCidr(text: string): Cidr | undefined {
  const match = /^([^/]+)\/(\d{1,3})$/.exec(text);
  const address = match ? parseAddress(match[1]) : undefined;
  const prefix = match ? Number(match[2]) : NaN;
  if (!address || prefix > BITS[address.family]) {
    return undefined;
  }
  const hostBits = BigInt(BITS[address.family] - prefix);
  return { family: address.family, network: (address.value >> hostBits) << hostBits, prefix };
}

/** Formats a block in its canonical spelling. */
export function formatCidr(cidr: Cidr): string {
  return `${formatAddress({ family: cidr.family, value: cidr.network })}/${cidr.prefix}`;
}

/** Returns the number of addresses in a block. */
export function cidrSize(cidr: Cidr): bigint {
  return 1n << BigInt(BITS[cidr.family] - cidr.prefix);
}

/** Strips the port and the brackets from an entry of `X-Forwarded-For`. */
export function withoutPort(entry: string): string {
  return entry.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
}

function parseV6(text: string): bigint {
  // In canonical form there is at most one `::`, and no embedded IPv4 notation is left.
  const [head, tail] = new URL(`http://[${text}]`).hostname.slice(1, -1).split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = new Array<string>(tail === undefined ? 0 : 8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].reduce((sum, group) => (sum << 16n) + BigInt(`0x${group}`), 0n);
}

/**
 * Checks a list of CIDR blocks: each must be spelled canonically, be unique and not contain every address.
 *
 * @param cidrs the list, without tokens
 * @param everyAddressFix the fix for a block that contains every address
 */
export function checkCidrs(cidrs: readonly string[], everyAddressFix: string): void {
  cidrs.forEach((text, index) => {
    const cidr = parseCidr(text);
    if (!cidr) {
      throw invalidValue(
        'cidrs',
        'must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32',
        text,
        parseCidr(`${text}/32`) ? `write ${text}${text.includes(':') ? '/128' : '/32'} for this one address` : undefined,
      );
    }
    if (formatCidr(cidr) !== text) {
      throw invalidValue('cidrs', 'must name the first address of the block, spelled canonically', text, `write ${formatCidr(cidr)}`);
    }
    if (cidr.prefix === 0) {
      throw invalidValue('cidrs', 'must not contain every address', text, everyAddressFix);
    }
    if (cidrs.indexOf(text) !== index) {
      throw invalidValue('cidrs', 'must not name a block twice', text);
    }
  });
}
