import { proxyEnvironment } from '../../../lib/ingress/client-address/proxy-environment';
import { TrustedProxies } from '../../../lib/ingress/client-address/trusted-proxies';

test('configures Django with the host, the URL and the trusted proxies', () => {
  expect(proxyEnvironment('posthog.example.com', 'https://posthog.example.com', TrustedProxies.fromAddresses(['10.0.0.4', '10.0.0.5']))).toEqual({
    IS_BEHIND_PROXY: 'True',
    DISABLE_SECURE_SSL_REDIRECT: 'True',
    ALLOWED_HOSTS: 'posthog.example.com',
    SITE_URL: 'https://posthog.example.com',
    TRUSTED_PROXIES: '10.0.0.4,10.0.0.5',
  });
});

test('configures Django to trust every proxy only for TrustedProxies.all()', () => {
  const environment = proxyEnvironment('posthog.example.com', 'https://posthog.example.com', TrustedProxies.all());
  expect(environment).toMatchObject({ TRUST_ALL_PROXIES: 'True' });
  expect(environment).not.toHaveProperty('TRUSTED_PROXIES');
});
