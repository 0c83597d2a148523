import { TrustedProxies } from './trusted-proxies';

/**
 * Returns the environment variables that configure Django for the proxy in front of it.
 *
 * `IS_BEHIND_PROXY` and `DISABLE_SECURE_SSL_REDIRECT` go together: the load balancer redirects, and health checks come
 * without `X-Forwarded-Proto`. `ALLOWED_HOSTS` is the domain and not `*`, because the load balancer forwards a client's
 * `X-Forwarded-Host` and Django trusts it behind a proxy.
 *
 * @see https://github.com/PostHog/posthog/blob/master/posthog/settings/access.py
 */
export function proxyEnvironment(domainName: string, url: string, trustedProxies: TrustedProxies): Record<string, string> {
  return {
    IS_BEHIND_PROXY: 'True',
    DISABLE_SECURE_SSL_REDIRECT: 'True',
    ALLOWED_HOSTS: domainName,
    SITE_URL: url,
    ...trustedProxies.toEnvironment(),
  };
}
