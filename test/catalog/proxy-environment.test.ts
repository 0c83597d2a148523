import { PROXY_VARIABLES, proxyEnvironment, ProxySettings, ProxyVariable } from '../../lib/catalog/proxy-environment';

const SETTINGS: ProxySettings = { appNames: ['posthog.example.com'], url: 'https://posthog.example.com', trustedProxies: '10.0.0.4,10.0.0.5' };

test('configures Django with the host, the URL and the trusted proxies', () => {
  expect(proxyEnvironment(SETTINGS)).toEqual({
    IS_BEHIND_PROXY: 'True',
    DISABLE_SECURE_SSL_REDIRECT: 'True',
    ALLOWED_HOSTS: 'posthog.example.com',
    SITE_URL: 'https://posthog.example.com',
    TRUSTED_PROXIES: '10.0.0.4,10.0.0.5',
  });
});

test('allows the names that other processes use after the domain name', () => {
  expect(proxyEnvironment({ ...SETTINGS, internalHostNames: ['web.internal', 'web'] }).ALLOWED_HOSTS).toBe('posthog.example.com,web.internal,web');
});

test('allows further names, and trusts the origins of those of the app only', () => {
  const settings = { ...SETTINGS, appNames: ['posthog.example.com', 'a.example.com', 'b.example.com'], ingestionNames: ['t.example.com'] };
  expect(proxyEnvironment({ ...settings, internalHostNames: ['web'] })).toMatchObject({
    ALLOWED_HOSTS: 'posthog.example.com,a.example.com,b.example.com,t.example.com,web',
    EXTRA_CSRF_TRUSTED_ORIGINS: 'https://a.example.com,https://b.example.com',
    SITE_URL: 'https://posthog.example.com',
  });
});

test('sets no trusted origins with names for ingestion only, so that users can', () => {
  expect(proxyEnvironment({ ...SETTINGS, ingestionNames: ['t.example.com'] })).not.toHaveProperty('EXTRA_CSRF_TRUSTED_ORIGINS');
});

test('trusts every proxy only without a list, with the text that every version reads as true', () => {
  const environment = proxyEnvironment({ ...SETTINGS, trustedProxies: undefined });
  expect(environment).toMatchObject({ TRUST_ALL_PROXIES: 'True' });
  expect(environment).not.toHaveProperty('TRUSTED_PROXIES');
  expect(proxyEnvironment({ ...SETTINGS, trustedProxies: '' })).toMatchObject({ TRUSTED_PROXIES: '' });
});

test('has advice for every variable', () => {
  const names = [SETTINGS, { ...SETTINGS, trustedProxies: undefined }].flatMap((settings) => Object.keys(proxyEnvironment(settings)));
  expect(new Set(names)).toEqual(new Set(Object.keys(PROXY_VARIABLES)));
});

test('the compiler refuses a variable without advice', () => {
  // @ts-expect-error PROXY_VARIABLES has no such variable.
  const unknown: ProxyVariable = 'FORWARDED_ALLOW_IPS';
  expect(Object.keys(PROXY_VARIABLES)).not.toContain(unknown);
});
