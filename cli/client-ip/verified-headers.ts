import { isIP } from 'node:net';
import { DROPPED_HEADERS, withoutPort } from '../../lib/internal';
import { Header, VALID_NAME, valuesOf } from '../alb/headers';
import { blockList, familyOf } from '../alb/addresses';

/** What the nginx beside a process writes itself, whatever it got. */
const OWN = ['host', 'connection', 'x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port'];

const ALWAYS: readonly string[] = DROPPED_HEADERS.flatMap(({ names }) => names);

/**
 * The headers that a process gets from the nginx beside it (nginx-config.ts): one address, the true one, and no other header that names one.
 *
 * It walks from the peer through `X-Forwarded-For` from the right, and stops at the first address that is not trusted, or before the first entry
 * that is none (ngx_http_realip_module with `real_ip_recursive`).
 *
 * @param headers the headers as they reach nginx
 * @param peer the address that connects to nginx
 * @param trusted the CIDR blocks and addresses that it believes
 * @param dropped the names of the headers that it drops; left out, those of this version
 */
export function verifiedHeaders(headers: readonly Header[], peer: string, trusted: readonly string[], dropped = ALWAYS): Header[] {
  const gone = [...OWN, ...dropped].map((name) => name.toLowerCase());
  const host = valuesOf(headers, 'host')[0] ?? '';
  return [
    ['Host', host],
    // nginx drops other names, those with underscores among them.
    ...headers.filter(([name]) => VALID_NAME.test(name) && !gone.includes(name.toLowerCase())),
    ['X-Forwarded-For', trueAddress(headers, peer, trusted)],
    ['X-Forwarded-Host', host],
    ['X-Forwarded-Proto', 'https'],
    ['X-Forwarded-Port', '443'],
  ];
}

function trueAddress(headers: readonly Header[], peer: string, trusted: readonly string[]): string {
  const blocks = blockList(trusted);
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
