import { isIP } from 'node:net';
import { Arrived } from './stub';

/** The address that each consumer resolves; undefined if it resolves none. */
export interface ResolvedAddresses {
  readonly 'Django, IP filters': string | undefined;
  readonly 'Django, everything else': string | undefined;
  readonly 'capture': string | undefined;
  readonly 'feature-flags': string | undefined;
  readonly 'webhooks': string | undefined;
}

/** Settings of Django behind the nginx: lib/ingress/client-address/client-address.ts. */
const TRUSTED_PROXIES = '127.0.0.1';

/**
 * Applies the rules of PostHog's processes to a request as it arrived, with `IS_BEHIND_PROXY` set.
 *
 * The rules are those of PostHog of July 2026, retold from its sources.
 */
export function resolvedIn(request: Arrived): ResolvedAddresses {
  return {
    'Django, IP filters': getTrustedClientIp(request),
    'Django, everything else': getIpAddress(request),
    'capture': insecureClientIp(request),
    'feature-flags': extractClientIp(request),
    'webhooks': nodeClientIp(request),
  };
}

/**
 * WSGI makes one variable of all headers whose names differ in case, or in dashes and underscores, and joins their values (PEP 3333, RFC 3875
 * 4.1.18).
 */
function wsgi(request: Arrived, variable: string): string | undefined {
  const values = request.headers.filter(([name]) => `HTTP_${name.toUpperCase().replaceAll('-', '_')}` === variable).map(([, value]) => value);
  return values.length > 0 ? values.join(',') : undefined;
}

/** The values of a header, one for each line, as Rust's http crate and Node.js keep them. */
function values(request: Arrived, header: string): string[] {
  return request.headers.filter(([name]) => name.toLowerCase() === header).map(([, value]) => value);
}

/** posthog/utils.py, get_trusted_client_ip: the first entry, if the peer and every later entry is in TRUSTED_PROXIES. */
function getTrustedClientIp(request: Arrived): string | undefined {
  const entries = (wsgi(request, 'HTTP_X_FORWARDED_FOR') ?? '')
    .split(',')
    .map((entry) => entry.trim())
    .filter(Boolean);
  const [first, ...hops] = entries;
  if (first === undefined) {
    return normalize(request.peer);
  }
  const trusted = TRUSTED_PROXIES.split(',');
  return [request.peer, ...hops].every((hop) => trusted.includes(normalize(hop) ?? '')) ? normalize(first) : undefined;
}

/** posthog/utils.py, get_ip_address: the first entry, without port and brackets, if it is an address. */
function getIpAddress(request: Arrived): string | undefined {
  const forwarded = wsgi(request, 'HTTP_X_FORWARDED_FOR');
  return normalize(forwarded ? forwarded.split(',')[0].trim() : request.peer);
}

function normalize(text: string): string | undefined {
  const bracketed = /^\[([^\]]*)\]/.exec(text);
  const bare = bracketed ? bracketed[1] : text.split(':').length === 2 ? text.split(':')[0] : text;
  return isIP(bare) ? bare : undefined;
}

/**
 * axum-client-ip 0.6, src/insecure.rs: the leftmost address of two lists, then headers that hold one, then the peer
 * (rust/capture/src/v0_endpoint.rs).
 */
function insecureClientIp(request: Arrived): string {
  const [listed] = values(request, 'x-forwarded-for')
    .flatMap((value) => value.split(','))
    .map((entry) => entry.trim())
    .filter(isIP);
  const [described] = values(request, 'forwarded')
    .flatMap((value) => [...value.matchAll(/for="?\[?([^\]";,]+)/gi)].map(([, address]) => address))
    .filter(isIP);
  const single = ['x-real-ip', 'fly-client-ip', 'true-client-ip', 'cf-connecting-ip'].map((name) => values(request, name)[0]);
  const viewer = values(request, 'cloudfront-viewer-address')[0]?.replace(/:\d+$/, '');
  return [listed, described, ...single, viewer].find((address) => address !== undefined && isIP(address)) ?? request.peer;
}

/** rust/feature-flags/src/api/endpoint.rs, extract_client_ip: the first entry of the first line, then what axum-client-ip found. */
function extractClientIp(request: Arrived): string {
  const first = values(request, 'x-forwarded-for')[0]?.split(',')[0].trim();
  return (first === undefined ? undefined : normalize(first)) ?? insecureClientIp(request);
}

/** nodejs/src/cdp/consumers/cdp-source-webhooks.consumer.ts: the header, of which Node.js joins the lines, or the peer. */
function nodeClientIp(request: Arrived): string {
  return values(request, 'x-forwarded-for').join(', ').split(',')[0].trim() || request.peer;
}
