import { isIP } from 'node:net';
import { Header, valuesOf } from './forwarded-headers';
import { PostHogProcess } from '../catalog/posthog-process';
import { withoutPort } from '../private/ip';

/** A request as it reaches a process. */
export interface ArrivedRequest {
  /** The address that the connection comes from: of the load balancer, or of a proxy beside the process. */
  readonly peer: string;
  readonly headers: readonly Header[];
}

/** Which address a process takes for the visitor's, and why. */
export interface Belief {
  /** Who asks: the process, and for what. */
  readonly asker: string;
  /** The address; undefined where it believes none. */
  readonly address?: string;
  readonly reason: string;
}

/** What a process was told about the proxies in front of it. Undefined values are known at deployment only. */
export type ProxySettings = Readonly<Record<string, string | undefined>>;

type Rule = (request: ArrivedRequest, settings: ProxySettings) => Omit<Belief, 'asker'>;

/**
 * Who asks for the visitor's address in each process, and by which rule.
 *
 * hypercache-server asks for none (rust/hypercache-server/src), capture-logs authorises by token alone (rust/capture-logs/src/service.rs),
 * livestream only logs one (livestream/main.go), and those that no visitor reaches have nobody to ask about.
 */
const ASKERS: Readonly<Partial<Record<PostHogProcess, readonly (readonly [what: string, rule: Rule])[]>>> = {
  [PostHogProcess.WEB]: [['IP filters and login risk', trustedHops], ['analytics, rate limits, login limits', firstAddress]],
  [PostHogProcess.CAPTURE]: [['GeoIP of events', insecureClientIp]],
  [PostHogProcess.REPLAY_CAPTURE]: [['GeoIP of recordings', insecureClientIp]],
  [PostHogProcess.CAPTURE_AI]: [['GeoIP of AI events', insecureClientIp]],
  [PostHogProcess.FEATURE_FLAGS]: [['flags by place, rate limits', insecureClientIp]],
  [PostHogProcess.PLUGINS]: [['webhooks', firstAddress]],
};

/**
 * Which addresses a process takes for the visitor's: one for each part of it that asks.
 *
 * @param process the process
 * @param request the request as it reaches it
 * @param settings what it was told
 */
export function beliefsOf(process: PostHogProcess, request: ArrivedRequest, settings: ProxySettings): Belief[] {
  return (ASKERS[process] ?? []).map(([what, rule]) => ({ asker: `${process}: ${what}`, ...rule(request, settings) }));
}

/** posthog/utils.py, `get_trusted_client_ip`, July 2026: the first entry, if the peer and every later entry is in the list, letter by letter. */
function trustedHops({ peer, headers }: ArrivedRequest, settings: ProxySettings): Omit<Belief, 'asker'> {
  const [first, ...later] = isTrue(settings.IS_BEHIND_PROXY) ? entriesOf(headers) : [];
  if (first === undefined) {
    return { address: normalised(peer), reason: 'no X-Forwarded-For counts, so the peer' };
  }
  if (isTrue(settings.TRUST_ALL_PROXIES)) {
    return { address: normalised(first), reason: 'the first entry of X-Forwarded-For, unchecked: TRUST_ALL_PROXIES' };
  }
  if (!('TRUSTED_PROXIES' in settings)) {
    return { reason: 'none: there is an X-Forwarded-For, and TRUSTED_PROXIES is not set' };
  }
  if (settings.TRUSTED_PROXIES === undefined) {
    return { reason: 'known at deployment: TRUSTED_PROXIES is not in the template' };
  }
  const trusted = settings.TRUSTED_PROXIES.split(',').map((text) => text.trim());
  const stranger = [peer, ...later].find((hop) => !trusted.includes(normalised(hop) ?? ''));
  return stranger === undefined
    ? { address: normalised(first), reason: 'the first entry of X-Forwarded-For: every hop after it is in TRUSTED_PROXIES' }
    : { reason: `none: the hop ${stranger} is not in TRUSTED_PROXIES, so it fails closed` };
}

/** posthog/utils.py, `get_ip_address`, and the CDP webhooks of nodejs: the first entry, whoever wrote it. */
function firstAddress({ peer, headers }: ArrivedRequest): Omit<Belief, 'asker'> {
  const [first] = entriesOf(headers);
  return first === undefined
    ? { address: peer, reason: 'there is no X-Forwarded-For, so the peer' }
    : { address: normalised(first), reason: 'the first entry of X-Forwarded-For, unchecked' };
}

/** Headers that hold one address, in the order in which axum-client-ip asks them. */
const SINGLE = ['x-real-ip', 'fly-client-ip', 'true-client-ip', 'cf-connecting-ip', 'cloudfront-viewer-address'];

/** axum-client-ip, src/insecure.rs (rust/capture/src/v0_endpoint.rs uses it): the first address that any of many headers holds. */
function insecureClientIp({ peer, headers }: ArrivedRequest): Omit<Belief, 'asker'> {
  const forwardedFor = entriesOf(headers).find((entry) => isIP(entry));
  if (forwardedFor !== undefined) {
    return { address: forwardedFor, reason: 'the first address in X-Forwarded-For, unchecked' };
  }
  const forwarded = valuesOf(headers, 'forwarded').flatMap((value) => value.split(/[,;]/))
    .map((pair) => /^\s*for="?\[?([^\]"]+?)\]?(:\d+)?"?\s*$/i.exec(pair)?.[1]).find((text) => isIP(text ?? ''));
  if (forwarded !== undefined) {
    return { address: forwarded, reason: 'the first address in Forwarded, unchecked' };
  }
  for (const name of SINGLE) {
    const value = valuesOf(headers, name).map((text) => text.trim()).find((text) => isIP(text));
    if (value !== undefined) {
      return { address: value, reason: `the header ${name}, unchecked` };
    }
  }
  return { address: peer, reason: 'no header holds an address, so the peer' };
}

function entriesOf(headers: readonly Header[]): string[] {
  return valuesOf(headers, 'x-forwarded-for').flatMap((value) => value.split(',')).map((entry) => entry.trim()).filter(Boolean);
}

/** Without port and brackets; undefined where that is no address (posthog/utils.py, `_normalize_ip`). */
function normalised(text: string): string | undefined {
  const bare = withoutPort(text);
  return isIP(bare) ? bare : undefined;
}

/** posthog/settings/utils.py, `str_to_bool`. */
function isTrue(text: string | undefined): boolean {
  return ['y', 'yes', 't', 'true', 'on', '1'].includes((text ?? '').toLowerCase());
}
