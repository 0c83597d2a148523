/** Headers that name an address, a scheme or a host, and the programs that would trust them. */
export interface TrustedHeaders {
  /** The program that reads the headers, with its source file. */
  readonly source: string;
  readonly names: readonly string[];
}

/**
 * The headers of a client that must not reach a process, in addition to those that are set (`X-Forwarded-For`, `-Host`, `-Proto`, `-Port`).
 *
 * nginx cannot drop headers by a pattern, so each is named: the headers that PostHog's processes read, and those that their libraries
 * read by default, so that another setting of a library does not expose one. nginx drops names with an underscore or
 * another unusual character itself.
 */
export const DROPPED_HEADERS: readonly TrustedHeaders[] = [
  {
    source: 'capture, feature-flags: InsecureClientIp of axum-client-ip 0.6, where X-Forwarded-For says nothing (src/insecure.rs, src/rudimental.rs)',
    names: ['Forwarded', 'X-Real-IP', 'Fly-Client-IP', 'True-Client-IP', 'CF-Connecting-IP', 'CloudFront-Viewer-Address'],
  },
  {
    source:
      'web: ManagedProxyClientIPMiddleware (posthog/middleware.py); capture and feature-flags count requests by the first (x-posthog-client-ip)',
    names: ['X-PostHog-Client-IP', 'X-PostHog-Client-IP-Timestamp', 'X-PostHog-Client-IP-Signature'],
  },
  {
    source: 'web: python-ipware 3.0, which django-axes uses for logins: its own order of headers (python_ipware/python_ipware.py)',
    names: ['Client-IP', 'X-Client-IP', 'X-Forwarded', 'X-Cluster-Client-IP', 'Forwarded-For', 'Fastly-Client-IP'],
  },
  {
    // Gunicorn, which served the app in older releases, trusts these from 127.0.0.1, and refuses values that contradict X-Forwarded-Proto.
    source: 'web: secure_scheme_headers of gunicorn (gunicorn/config.py)',
    names: ['X-Forwarded-Protocol', 'X-Forwarded-Ssl'],
  },
  {
    source: 'Cloudflare, in addition to those above (https://developers.cloudflare.com/fundamentals/reference/http-headers/)',
    names: ['CF-Connecting-IPv6', 'CF-Pseudo-IPv4'],
  },
  {
    source: 'other proxies and platforms: Envoy, ingress-nginx, Azure, Google App Engine, DigitalOcean',
    names: [
      'X-Envoy-External-Address',
      'X-Original-Forwarded-For',
      'X-Azure-ClientIP',
      'X-Azure-SocketIP',
      'X-Appengine-User-IP',
      'DO-Connecting-IP',
    ],
  },
];
