import { BlockList, isIP } from 'node:net';
import { DROPPED_HEADERS } from './client-address-headers';
import { Header, valuesOf } from './forwarded-headers';

/** What the nginx beside a process writes itself, whatever it got. */
const OWN = ['host', 'connection', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'];

/** nginx drops names that hold anything else, underscores among them. */
const VALID_NAME = /^[A-Za-z0-9-]+$/;

/**
 * The headers that a process gets from the nginx beside it (nginx-config.ts): one address, the true one, and no other header that names one.
 *
 * It walks from the peer through `X-Forwarded-For` from the right, and stops at the first address that is not trusted, or before the first entry
 * that is none (ngx_http_realip_module with `real_ip_recursive`).
 *
 * @param headers the headers as they reach nginx
 * @param peer the address that connects to nginx
 * @param trusted the CIDR blocks and addresses that it believes
 * @param alsoDropped headers that it drops besides those that it always does
 */
export function verifiedHeaders(headers: readonly Header[], peer: string, trusted: readonly string[], alsoDropped: readonly string[] = []): Header[] {
  const dropped = [...OWN, ...DROPPED_HEADERS.flatMap(({ names }) => names), ...alsoDropped].map((name) => name.toLowerCase());
  const host = valuesOf(headers, 'host')[0] ?? '';
  return [
    ['Host', host],
    ...headers.filter(([name]) => VALID_NAME.test(name) && !dropped.includes(name.toLowerCase())),
    ['X-Forwarded-For', trueAddress(headers, peer, trusted)],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ];
}

function trueAddress(headers: readonly Header[], peer: string, trusted: readonly string[]): string {
  const blocks = new BlockList();
  for (const block of trusted) {
    const [network, prefix = isIP(network) === 6 ? '128' : '32'] = block.split('/');
    blocks.addSubnet(network, Number(prefix), familyOf(network));
  }
  const entries = valuesOf(headers, 'x-forwarded-for').flatMap((value) => value.split(',')).map((entry) => entry.trim());
  let address = peer;
  while (isIP(address) && blocks.check(address, familyOf(address))) {
    const next = withoutPort(entries.pop() ?? '');
    if (!isIP(next)) {
      break;
    }
    address = next;
  }
  return address;
}

function withoutPort(entry: string): string {
  return entry.replace(/^\[(.*)\](:\d+)?$/, '$1').replace(/^([\d.]+):\d+$/, '$1');
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}
