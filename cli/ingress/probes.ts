import { IngressModel } from './ingress-model';
import { Forwarded, Outcome, trace, RequestTrace } from './request-trace';
import { ListenerRule } from '../alb/evaluate';
import { blockList, familyOf } from '../alb/addresses';
import { formatAddress, formatCidr, parseCidr, PublicEndpoint, TrailingSlash } from '../../lib/internal';

/** A documentation address (RFC 5737): a public client that is on no allow-list. */
export const PUBLIC_CLIENT = '192.0.2.1';

/** Client IPs from which an ingress is probed. */
export interface ProbeAddresses {
  /** An address that is on no allow-list. */
  readonly publicClient: string;
  /** An address of each CIDR block on an allow-list. */
  readonly allowedClients: readonly string[];
}

/** The input of a probe. */
export interface ProbeContext extends ProbeAddresses {
  /** The ingress; undefined if no listener terminates TLS. */
  readonly ingress?: IngressModel;
  /** The domain name that clients use: the primary one. */
  readonly domain?: string;
  /** The host name of the requests. Default: `domain`. */
  readonly host?: string;
}

/** Reserved addresses for documentation and benchmarks. No client has them, but a rule may have their blocks. */
const PUBLIC_CLIENTS = [PUBLIC_CLIENT, '198.51.100.1', '203.0.113.1', '198.18.0.1', '2001:db8::1'];

/** Returns client IPs for probing rules. Blocks that are known at deployment only have none. */
export function probeAddressesOf(rules: readonly ListenerRule<unknown>[]): ProbeAddresses {
  const blocks = rules
    .flatMap(({ conditions }) => conditions)
    .filter(({ field }) => field === 'source-ip')
    .flatMap(({ values = [] }) => values)
    .flatMap((block) => parseCidr(block) ?? []);
  const allowed = blockList(blocks.map(formatCidr));
  return {
    publicClient: PUBLIC_CLIENTS.find((address) => !allowed.check(address, familyOf(address))) ?? PUBLIC_CLIENT,
    allowedClients: blocks.map(({ family, network }) => formatAddress({ family, value: network })),
  };
}

/** Traces a request at the ingress. */
export function probe(
  { ingress, domain, host = domain ?? '' }: Pick<ProbeContext, 'ingress' | 'domain' | 'host'>,
  target: string,
  sourceIp: string,
  method = 'GET',
): RequestTrace {
  return trace(ingress!, { scheme: 'https', method, host, target, sourceIp, headers: [] });
}

/** Returns the process that a request reaches, after a sign-in if required; undefined if it reaches none. */
export function reached(outcome: Outcome): string | undefined {
  return forwardedIn(outcome)?.target.process;
}

/** Returns the forwarded request, after a sign-in if required; undefined if it reaches no process. */
export function forwardedIn(outcome: Outcome): Forwarded | undefined {
  switch (outcome.kind) {
    case 'forwarded':
      return outcome;
    case 'sign-in':
      return forwardedIn(outcome.then);
    default:
      return undefined;
  }
}

/**
 * Returns sample paths of an endpoint: with and without a trailing slash where both belong to it, and a subpath or each listed one.
 *
 * @param endpoint the endpoint
 */
export function samplesOf(endpoint: PublicEndpoint): string[] {
  const path = endpoint.path.replaceAll('*', '1');
  if (endpoint._listed) {
    return endpoint._listed.map((listed) => `${path}/${sampleOf(listed)}`);
  }
  const slash = endpoint._trailingSlash === TrailingSlash.NONE ? [] : [`${path}/`];
  const below = endpoint._filesOnly ? `${path}/array.js` : `${path}/sample`;
  return [...(endpoint._matchesPath ? [path, ...slash] : []), ...(endpoint._matchesSubpaths ? [below] : [])];
}

/** Returns a path for one with placeholders. */
function sampleOf(listed: string): string {
  return listed.replace('/?', '').replaceAll('<uuid>', '00000000-0000-4000-8000-000000000000').replaceAll('<int>', '1').replaceAll('*', 'sample');
}
