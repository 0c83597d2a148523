import { PostHogProcess } from './posthog-process';

/** The rule by which a part of PostHog resolves the client IP of a request. */
export enum ClientIpRule {
  /** Django, `get_trusted_client_ip`: the first entry of `X-Forwarded-For`, if the peer and every later entry is in `TRUSTED_PROXIES`. */
  TRUSTED_PROXIES = 'trusted-proxies',
  /** Django, `get_ip_address`: the first entry. */
  FIRST_ENTRY = 'first-entry',
  /** Django REST framework, `get_ident` without `NUM_PROXIES`: the whole header, without blanks. */
  WHOLE_HEADER = 'whole-header',
  /** django-axes through python-ipware: the first entry, if every entry is an address; otherwise the peer. */
  LOGIN = 'login',
  /** capture, `InsecureClientIp` of axum-client-ip: the first address that any of many headers holds. */
  INSECURE = 'insecure',
  /** feature-flags: the first entry if it is an address, otherwise as capture. */
  FLAGS = 'flags',
  /** Webhooks of `plugins`: the text of the first entry. */
  WEBHOOK = 'webhook',
}

/** A part of a process that reads the client IP of a request. */
export interface ClientIpReader {
  /** The use of the address. */
  readonly purpose: string;
  readonly rule: ClientIpRule;
  /** The file of PostHog/posthog and its function, and the library that it calls. */
  readonly source: string;
}

/** The commit of PostHog/posthog of every `source` below: 13 July 2026. */
export const CLIENT_IP_COMMIT = 'feb3708';

const AXUM = 'axum-client-ip 0.6.1 (src/insecure.rs)';

function capture(purpose: string, file: string): readonly ClientIpReader[] {
  return [{ purpose, rule: ClientIpRule.INSECURE, source: `rust/capture/src/${file}; ${AXUM}` }];
}

/**
 * The parts of each process that read a client IP.
 *
 * hypercache-server reads none (rust/hypercache-server/src), capture-logs authorises by token alone (rust/capture-logs/src/service.rs), livestream
 * only logs one (livestream/main.go), and the other processes serve no client.
 */
export const CLIENT_IP_READERS: Readonly<Partial<Record<PostHogProcess, readonly ClientIpReader[]>>> = {
  [PostHogProcess.WEB]: [
    {
      purpose: 'IP filters and login risk',
      rule: ClientIpRule.TRUSTED_PROXIES,
      source: 'posthog/utils.py, get_trusted_client_ip; posthog/middleware.py, AllowIPMiddleware; posthog/session/risk.py',
    },
    {
      purpose: 'sign-up limits, sessions and the activity log',
      rule: ClientIpRule.FIRST_ENTRY,
      source: 'posthog/utils.py, get_ip_address; posthog/rate_limit.py, IPThrottle; posthog/session/activity.py',
    },
    {
      purpose: 'rate limits of the API',
      rule: ClientIpRule.WHOLE_HEADER,
      source: 'posthog/rate_limit.py, get_ident; djangorestframework 3.16.1 (throttling.py), NUM_PROXIES is not set',
    },
    {
      purpose: 'login limits',
      rule: ClientIpRule.LOGIN,
      source: 'posthog/settings/web.py, AXES_IPWARE_META_PRECEDENCE_ORDER; django-axes 8.0.0, django-ipware 7.0.1, python-ipware 3.0.0',
    },
  ],
  [PostHogProcess.CAPTURE]: capture('GeoIP of events', 'v0_endpoint.rs, v1/context.rs'),
  [PostHogProcess.REPLAY_CAPTURE]: capture('GeoIP of recordings', 'v0_endpoint.rs'),
  [PostHogProcess.CAPTURE_AI]: capture('GeoIP of AI events', 'ai_endpoint.rs, otel/mod.rs'),
  [PostHogProcess.FEATURE_FLAGS]: [
    {
      purpose: 'flags by country and rate limits',
      rule: ClientIpRule.FLAGS,
      source: `rust/feature-flags/src/api/endpoint.rs, extract_client_ip; ${AXUM}`,
    },
  ],
  [PostHogProcess.PLUGINS]: [
    { purpose: 'webhooks', rule: ClientIpRule.WEBHOOK, source: 'nodejs/src/cdp/consumers/cdp-source-webhooks.consumer.ts, buildRequestGlobals' },
  ],
};

/** Headers that hold one address, in the order in which axum-client-ip 0.6.1 reads them. `CloudFront-Viewer-Address` follows, which has a port. */
export const SINGLE_IP_HEADERS: readonly string[] = ['x-real-ip', 'fly-client-ip', 'true-client-ip', 'cf-connecting-ip'];

/**
 * Addresses that are not global in Python: python-ipware prefers a global address (CPython 3.13, Lib/ipaddress.py, `is_global`, which follows
 * IANA's registries of special-purpose addresses).
 */
export const NOT_GLOBAL = {
  blocks: [
    '0.0.0.0/8',
    '10.0.0.0/8',
    '100.64.0.0/10',
    '127.0.0.0/8',
    '169.254.0.0/16',
    '172.16.0.0/12',
    '192.0.0.0/24',
    '192.0.2.0/24',
    '192.168.0.0/16',
    '198.18.0.0/15',
    '198.51.100.0/24',
    '203.0.113.0/24',
    '240.0.0.0/4',
    '::1/128',
    '::/128',
    '64:ff9b:1::/48',
    '100::/64',
    '2001::/23',
    '2001:db8::/32',
    '2002::/16',
    'fc00::/7',
    'fe80::/10',
  ],
  exceptions: ['192.0.0.9/32', '192.0.0.10/32', '2001:1::1/128', '2001:1::2/128', '2001:3::/32', '2001:4:112::/48', '2001:20::/28', '2001:30::/28'],
  loopback: ['127.0.0.0/8', '::1/128'],
} as const;
