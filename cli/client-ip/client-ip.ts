import { blockContains, clientAddressIn, isAddress, withoutPortAsPython } from './client-ip-text';
import { Header, valuesOf } from '../alb/headers';
import { insecureClientIp, rustAddress } from './insecure-client-ip';
import { CLIENT_IP_READERS, ClientIpRule, NOT_GLOBAL, PostHogProcess } from '../../lib/internal';

/** A request as a process receives it. */
export interface ForwardedRequest {
  /** The address that the connection comes from: of the load balancer, or of a proxy in the same task. */
  readonly peer: string;
  readonly headers: readonly Header[];
}

/** The client IP that a process resolves, and why. */
export interface ClientIp {
  /** The process and its use of the address. */
  readonly reader: string;
  /** The address, or the text that counts as one; undefined if it resolves none. */
  readonly address?: string;
  readonly reason: string;
}

/** The proxy settings of a process. Undefined values are known at deployment only. */
export type ProxySettings = Readonly<Record<string, string | undefined>>;

type Resolved = Omit<ClientIp, 'reader'>;
type Rule = (request: ForwardedRequest, settings: ProxySettings) => Resolved;

/** One function per rule. test/contract/upstream-client-ips.json has the results of the real implementations. */
const RULES: Readonly<Record<ClientIpRule, Rule>> = {
  [ClientIpRule.TRUSTED_PROXIES]: trustedProxies,
  [ClientIpRule.FIRST_ENTRY]: firstEntry,
  [ClientIpRule.WHOLE_HEADER]: wholeHeader,
  [ClientIpRule.LOGIN]: login,
  [ClientIpRule.INSECURE]: insecureClientIp,
  [ClientIpRule.FLAGS]: flags,
  [ClientIpRule.WEBHOOK]: webhook,
};

const NO_HEADER = 'there is no X-Forwarded-For, so the peer';
const FIRST = 'the first entry of X-Forwarded-For, unchecked';

/**
 * Resolves the client IPs of a process: one for each of its parts that reads one.
 *
 * @param process the process
 * @param request the request as the process receives it
 * @param settings its environment
 */
export function resolveClientIps(process: PostHogProcess, request: ForwardedRequest, settings: ProxySettings): ClientIp[] {
  return (CLIENT_IP_READERS[process] ?? []).map(({ purpose, rule }) => ({
    reader: `${process}: ${purpose}`,
    ...resolveClientIp(rule, request, settings),
  }));
}

/** Resolves a client IP by one rule. */
export function resolveClientIp(rule: ClientIpRule, request: ForwardedRequest, settings: ProxySettings): Resolved {
  return RULES[rule](request, settings);
}

function trustedProxies({ peer, headers }: ForwardedRequest, settings: ProxySettings): Resolved {
  const entries = isTrue(settings.IS_BEHIND_PROXY)
    ? forwardedFor(headers)
        .split(',')
        .map((entry) => entry.trim())
        .filter(Boolean)
    : [];
  const [first, ...later] = entries;
  if (first === undefined) {
    return { address: pythonAddress(peer), reason: 'X-Forwarded-For is absent or ignored, so the peer' };
  }
  if (isTrue(settings.TRUST_ALL_PROXIES)) {
    return { address: pythonAddress(first), reason: 'the first entry of X-Forwarded-For, unchecked: TRUST_ALL_PROXIES' };
  }
  if (!('TRUSTED_PROXIES' in settings)) {
    return { reason: 'none: there is an X-Forwarded-For, and TRUSTED_PROXIES is not set' };
  }
  if (settings.TRUSTED_PROXIES === undefined) {
    return { reason: 'known at deployment: TRUSTED_PROXIES is not in the template' };
  }
  const trusted = settings.TRUSTED_PROXIES.split(',').map((text) => text.trim());
  const untrusted = [peer, ...later].find((hop) => !trusted.includes(pythonAddress(hop) ?? ''));
  return untrusted === undefined
    ? { address: pythonAddress(first), reason: 'the first entry of X-Forwarded-For: every hop after it is in TRUSTED_PROXIES' }
    : { reason: `none: the hop ${untrusted} is not in TRUSTED_PROXIES, so it fails closed` };
}

function firstEntry({ peer, headers }: ForwardedRequest): Resolved {
  const header = forwardedFor(headers);
  return header === '' ? { address: pythonAddress(peer), reason: NO_HEADER } : { address: pythonAddress(header.split(',')[0].trim()), reason: FIRST };
}

function wholeHeader({ peer, headers }: ForwardedRequest): Resolved {
  const header = forwardedFor(headers);
  return header === ''
    ? { address: peer, reason: NO_HEADER }
    : { address: header.replace(/\s+/g, ''), reason: 'the whole X-Forwarded-For as one text, unchecked' };
}

/** Prefers a global address, then any other, then a loopback address. One entry that is not an address voids the header. */
function login({ peer, headers }: ForwardedRequest): Resolved {
  const entries = forwardedFor(headers)
    .split(',')
    .map((entry) => clientAddressIn(entry.trim()));
  const first = entries.includes(undefined) ? undefined : entries[0];
  const candidates = [
    ...(first === undefined ? [] : [{ address: first, reason: FIRST }]),
    {
      address: clientAddressIn(peer) ?? '',
      reason:
        forwardedFor(headers) === ''
          ? NO_HEADER
          : first === undefined
            ? 'an entry of X-Forwarded-For is no address, so the peer'
            : 'the first entry of X-Forwarded-For is a loopback or private address, so the peer',
    },
  ].filter(({ address }) => address !== '');
  return (
    candidates.find(({ address }) => isGlobal(address)) ??
    candidates.find(({ address }) => !blockContains(NOT_GLOBAL.loopback, address)) ??
    candidates[0] ?? { reason: 'none: neither X-Forwarded-For nor the peer is an address' }
  );
}

function flags(request: ForwardedRequest): Resolved {
  const [line] = valuesOf(request.headers, 'x-forwarded-for');
  const first = (line ?? '').split(',')[0].trim();
  const bare = first.startsWith('[')
    ? first.slice(1).split(']')[0]
    : /^[^:]*\.[^.]*:[^.:]*$/.test(first)
      ? first.slice(0, first.lastIndexOf(':'))
      : first;
  const address = rustAddress(bare);
  return address === undefined ? insecureClientIp(request) : { address, reason: FIRST };
}

function webhook({ peer, headers }: ForwardedRequest): Resolved {
  const header = forwardedFor(headers);
  return header === '' ? { address: peer, reason: NO_HEADER } : { address: header.split(',')[0].trim() || undefined, reason: FIRST };
}

/** Joins all lines of the header, as Django and Node.js do. */
function forwardedFor(headers: readonly Header[]): string {
  return valuesOf(headers, 'x-forwarded-for').join(',').trim();
}

/** Returns an address in its original spelling (posthog/utils.py, `_normalize_ip`). */
function pythonAddress(text: string): string | undefined {
  const bare = withoutPortAsPython(text);
  return isAddress(bare) ? bare : undefined;
}

function isGlobal(address: string): boolean {
  return !blockContains(NOT_GLOBAL.blocks, address) || blockContains(NOT_GLOBAL.exceptions, address);
}

/** Returns whether a text counts as true (posthog/utils.py, `str_to_bool`). */
export function isTrue(text = ''): boolean {
  return ['y', 'yes', 't', 'true', 'on', '1'].includes(text.toLowerCase());
}
