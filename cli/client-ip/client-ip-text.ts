import { isIP } from 'node:net';
import { blockList, familyOf } from '../alb/addresses';
import { formatAddress, parseAddress } from '../../lib/internal';

/** Returns whether a text is an address. Python's ipaddress and Node.js agree on that, IPv6 zones included. */
export function isAddress(text: string): boolean {
  return isIP(text) !== 0;
}

/** Removes the port as posthog/utils.py does: everything after `]` or after a single colon, unchecked. */
export function withoutPortAsPython(text: string): string {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    return end < 0 ? text : text.slice(1, end);
  }
  return text.split(':').length === 2 ? text.split(':')[0] : text;
}

/**
 * Returns the address in one entry, as python-ipware 3.0.0 parses it (`parse_ip_address`): IPv6, without brackets if a port follows, or else IPv4
 * before the first colon. The spelling is canonical; an IPv4-mapped IPv6 address is returned as IPv4.
 */
export function clientAddressIn(entry: string): string | undefined {
  const [v6] = entry.includes(']:') ? [entry.split(']:')[0].replaceAll('[', '').trim()] : [entry];
  if (isIP(v6) === 6) {
    return mappedIpv4(v6) ?? canonical(v6);
  }
  const v4 = entry.split(':')[0].trim();
  return isIP(v4) === 4 ? v4 : undefined;
}

/** Returns the canonical spelling of an address (RFC 5952), with a mapped IPv4 address in dots, as Python 3.13 and Rust print it. A zone stays. */
export function canonical(address: string): string {
  const [bare, zone] = address.split('%');
  const parsed = parseAddress(bare);
  const mapped = mappedIpv4(bare);
  const text = mapped === undefined ? parsed && formatAddress(parsed) : `::ffff:${mapped}`;
  return [text ?? bare, ...(zone === undefined ? [] : [zone])].join('%');
}

/** Returns whether an address is in one of some CIDR blocks. */
export function blockContains(blocks: readonly string[], address: string): boolean {
  const [bare] = address.split('%');
  return blockList(blocks).check(bare, familyOf(bare));
}

function mappedIpv4(address: string): string | undefined {
  const parsed = parseAddress(address);
  return parsed?.family === 6 && parsed.value >> 32n === 0xffffn ? formatAddress({ family: 4, value: parsed.value & 0xffffffffn }) : undefined;
}
