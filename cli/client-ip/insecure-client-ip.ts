import { isIP } from 'node:net';
import { canonical } from './client-ip-text';
import { Header, valuesOf } from '../alb/headers';
import { SINGLE_IP_HEADERS } from '../../lib/internal';

interface Resolved {
  readonly address: string;
  readonly reason: string;
}

/** Resolves the first address in any of many headers, then the peer (axum-client-ip 0.6.1, src/insecure.rs). */
export function insecureClientIp({ peer, headers }: { readonly peer: string; readonly headers: readonly Header[] }): Resolved {
  const forwardedFor = firstOf(
    valuesOf(headers, 'x-forwarded-for')
      .flatMap((value) => value.split(','))
      .map((entry) => rustAddress(entry.trim())),
  );
  if (forwardedFor !== undefined) {
    return { address: forwardedFor, reason: 'the first address in X-Forwarded-For, unchecked' };
  }
  const forwarded = firstOf(valuesOf(headers, 'forwarded').flatMap(addressesInForwarded));
  if (forwarded !== undefined) {
    return { address: forwarded, reason: 'the first address in Forwarded, unchecked' };
  }
  for (const name of SINGLE_IP_HEADERS) {
    const address = rustAddress(valuesOf(headers, name)[0] ?? '');
    if (address !== undefined) {
      return { address, reason: `the header ${name}, unchecked` };
    }
  }
  const viewer = viewerAddress(valuesOf(headers, 'cloudfront-viewer-address')[0] ?? '');
  return viewer === undefined
    ? { address: canonical(peer), reason: 'no header holds an address, so the peer' }
    : { address: viewer, reason: 'the header cloudfront-viewer-address, unchecked' };
}

/** Parses an address as Rust's `IpAddr` does: no zone, in canonical spelling. */
export function rustAddress(text: string): string | undefined {
  return isIP(text) === 0 || text.includes('%') ? undefined : canonical(text);
}

/** Removes the port, which the header always has. IPv6 has no brackets there (`rsplit_once(':')` in src/rudimental.rs). */
function viewerAddress(value: string): string | undefined {
  const colon = value.lastIndexOf(':');
  return colon < 0 ? undefined : rustAddress(value.slice(0, colon));
}

/** Parses a line as forwarded-header-value 0.1.1 does (src/lib.rs): one invalid part voids the whole line. */
function addressesInForwarded(value: string): (string | undefined)[] {
  const parts = value
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean)
    .map((entry) =>
      entry
        .split(';')
        .map((part) => part.trim())
        .filter(Boolean)
        .map((part) => /^([^=]*)=(.*)$/s.exec(part)),
    );
  const read = parts.map((pairs) => pairs.map((pair) => pair && { key: pair[1].toLowerCase(), value: pair[2] }));
  const valid = read
    .flat()
    .every(
      (pair) =>
        pair && (!['for', 'by'].includes(pair.key) || identifier(pair.value) !== undefined) && (pair.key !== 'proto' || /^https?$/i.test(pair.value)),
    );
  return valid ? read.map((pairs) => identifier(pairs.filter((pair) => pair?.key === 'for').at(-1)?.value ?? 'unknown')?.address) : [];
}

/** Parses an address or an obfuscated identifier; undefined if it is neither. */
function identifier(text: string): { readonly address?: string } | undefined {
  const bare = text
    .trim()
    .replace(/^"+|"+$/g, '')
    .replace(/^'+|'+$/g, '');
  const [, inBrackets] = /^\[(.*)\](?::\d{1,5})?$/.exec(bare) ?? [];
  const [, beforePort] = /^([\d.]+):\d{1,5}$/.exec(bare) ?? [];
  const address = rustAddress(inBrackets ?? beforePort ?? bare);
  return address !== undefined ? { address } : bare === 'unknown' || bare.startsWith('_') ? {} : undefined;
}

function firstOf(addresses: readonly (string | undefined)[]): string | undefined {
  return addresses.find((address) => address !== undefined);
}
