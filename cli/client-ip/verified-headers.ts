import { isIP } from 'node:net';
import { DROPPED_HEADERS, withoutPort } from '../../lib/internal';
import { Header, VALID_NAME, valuesOf } from '../alb/headers';
import { blockList, familyOf } from '../alb/addresses';
import { ProxySettings } from './client-ip';
import { VerifyingProxy } from '../ingress/ingress-model';

/** Headers that the nginx sidecar always sets itself. */
const OWN = ['host', 'connection', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'];

const ALWAYS: readonly string[] = DROPPED_HEADERS.flatMap(({ names }) => names);

/**
 * Returns the headers that a process receives from its nginx sidecar (nginx-config.ts): the verified client IP, and no other header with an address.
 *
 * nginx reads `X-Forwarded-For` from the right, starting at the peer. It stops at the first untrusted address, or before the first entry that is
 * not an address (ngx_http_realip_module with `real_ip_recursive`).
 *
 * @param headers the headers as they reach nginx
 * @param peer the address that connects to nginx
 * @param trusted the CIDR blocks and addresses of trusted proxies
 * @param dropped the names of the headers that it drops; default: those of this version
 */
export function verifiedHeaders(headers: readonly Header[], peer: string, trusted: readonly string[], dropped = ALWAYS): Header[] {
  const removed = [...OWN, ...dropped].map((name) => name.toLowerCase());
  const host = valuesOf(headers, 'host')[0] ?? '';
  return [
    ['Host', host],
    // nginx drops other names, such as those with underscores.
    ...headers.filter(([name]) => VALID_NAME.test(name) && !removed.includes(name.toLowerCase())),
    ['X-Forwarded-For', verifiedAddress(headers, peer, trusted)],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ];
}

function verifiedAddress(headers: readonly Header[], peer: string, trusted: readonly string[]): string {
  const blocks = blockList(trusted);
  const entries = valuesOf(headers, 'x-forwarded-for')
    .flatMap((value) => value.split(','))
    .map((entry) => entry.trim());
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

/** Reads from the configuration of an nginx sidecar the proxies that it trusts and the headers that it drops. */
export function verifyingProxy({ NGINX_CONF: configuration }: ProxySettings): VerifyingProxy {
  if (configuration === undefined) {
    return {};
  }
  return { trusted: named(configuration, /set_real_ip_from (\S+);/g), dropped: named(configuration, /proxy_set_header (\S+) "";/g) };
}

function named(configuration: string, directive: RegExp): string[] {
  return [...configuration.matchAll(directive)].map(([, value]) => value);
}
