/**
 * The environment variables that configure Django for the proxy in front of it, each with the advice for a user who sets it. They follow from the
 * load balancer, whether or not a process has them. PostHog's settings read their names in one spelling only; any other spelling is a mistake.
 *
 * @see https://github.com/PostHog/posthog/blob/master/posthog/settings/access.py
 */
export const PROXY_VARIABLES = {
  TRUSTED_PROXIES: 'use the prop `trustedProxies`',
  TRUST_ALL_PROXIES: 'use `trustedProxies: TrustedProxies.all()` if that is what you want',
  IS_BEHIND_PROXY: 'it follows from the load balancer',
  DISABLE_SECURE_SSL_REDIRECT: 'it follows from the load balancer',
  ALLOWED_HOSTS: 'it follows from `domainName` and the props with further host names',
  SITE_URL: 'it follows from `domainName`',
} as const satisfies Readonly<Record<string, string>>;

export type ProxyVariable = keyof typeof PROXY_VARIABLES;

/** A map of these variables only, so that each has its advice. The last one is the user's own without further names of the app. */
type ProxyEnvironment = { readonly [name in ProxyVariable | 'EXTRA_CSRF_TRUSTED_ORIGINS']?: string };

/** The ingress, as Django sees it. */
export interface ProxySettings {
  /** The host names of the app, the one of `url` first. */
  readonly appNames: readonly string[];
  /** The host names that serve SDK endpoints only. Django answers some of these. */
  readonly ingestionNames?: readonly string[];
  /** The names that other processes call the app by. */
  readonly internalHostNames?: readonly string[];
  /** The URL that clients use. */
  readonly url: string;
  /** The addresses of the trusted proxies, separated by commas; undefined if every proxy is trusted. */
  readonly trustedProxies?: string;
}

/**
 * Returns the environment variables that configure Django for the proxy in front of it.
 *
 * `IS_BEHIND_PROXY` and `DISABLE_SECURE_SSL_REDIRECT` go together: the load balancer redirects, and health checks come
 * without `X-Forwarded-Proto`. `ALLOWED_HOSTS` has the names of the app and not `*`, because the load balancer forwards a client's
 * `X-Forwarded-Host` and Django trusts it behind a proxy. The origin of `SITE_URL` passes the CSRF check; those of further names of the app need
 * `EXTRA_CSRF_TRUSTED_ORIGINS` (posthog/settings/access.py). `TRUST_ALL_PROXIES` is never set to a false value: versions before July 2026
 * read any text as true, "False" as well.
 */
export function proxyEnvironment({
  appNames,
  ingestionNames = [],
  internalHostNames = [],
  url,
  trustedProxies,
}: ProxySettings): Record<string, string> {
  const [, ...furtherNames] = appNames;
  const common = {
    IS_BEHIND_PROXY: 'True',
    DISABLE_SECURE_SSL_REDIRECT: 'True',
    ALLOWED_HOSTS: [...appNames, ...ingestionNames, ...internalHostNames].join(','),
    ...(furtherNames.length > 0 ? { EXTRA_CSRF_TRUSTED_ORIGINS: furtherNames.map((name) => `https://${name}`).join(',') } : {}),
    SITE_URL: url,
  } satisfies ProxyEnvironment;
  return trustedProxies === undefined
    ? ({ ...common, TRUST_ALL_PROXIES: 'True' } satisfies ProxyEnvironment)
    : ({ ...common, TRUSTED_PROXIES: trustedProxies } satisfies ProxyEnvironment);
}
