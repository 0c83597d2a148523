import fc from 'fast-check';
import { CacheContext } from '../../../../lib/catalog/process-context';
import { CacheClient, cacheTls, cacheUrl } from '../../../../lib/catalog/processes/shared/cache';

function cache(tls: boolean, port = 6379): CacheContext {
  return { host: 'cache.internal', port, tls };
}

test.each([
  [CacheClient.PYTHON, true, 'rediss://cache.internal:6379/?ssl_cert_reqs=required'],
  [CacheClient.PYTHON, false, 'redis://cache.internal:6379/'],
  [CacheClient.RUST, true, 'redis://cache.internal:6379/'],
  [CacheClient.RUST, false, 'redis://cache.internal:6379/'],
  [CacheClient.NODE, true, 'rediss://cache.internal:6379/'],
  [CacheClient.NODE, false, 'redis://cache.internal:6379/'],
])('%s connects to a cache whose TLS is %s at %s', (client, tls, url) => {
  expect(cacheUrl(cache(tls), client)).toBe(url);
});

test('the URL has the port of the cache', () => {
  expect(cacheUrl(cache(true, 6380), CacheClient.PYTHON)).toBe('rediss://cache.internal:6380/?ssl_cert_reqs=required');
});

test.each([
  [CacheClient.PYTHON, true],
  [CacheClient.RUST, false],
  [CacheClient.NODE, true],
  [CacheClient.GO, true],
])('%s uses TLS if the cache accepts it: %p', (client, capable) => {
  expect(cacheTls(cache(true), client)).toBe(capable);
  expect(cacheTls(cache(false), client)).toBe(false);
});

test('every URL has the host and the port of the cache, and no query without TLS', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(CacheClient)),
      fc.boolean(),
      fc.integer({ min: 1, max: 65535 }),
      fc.domain(),
      (client, tls, port, host) => {
        const { protocol, hostname, port: urlPort, search } = new URL(cacheUrl({ host, port, tls }, client));
        expect({ hostname, port: urlPort }).toEqual({ hostname: host, port: String(port) });
        expect(protocol === 'rediss:').toBe(cacheTls({ host, port, tls }, client));
        expect(protocol === 'redis:' && search !== '').toBe(false);
      },
    ),
  );
});
