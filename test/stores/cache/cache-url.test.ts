import fc from 'fast-check';
import { Cache, CacheEncryption, ICache } from '../../../lib';
import { CacheClient, cacheTls, cacheUrl } from '../../../lib/stores/cache/cache-url';
import { newStack } from '../../helpers/stack';

function cache(encryption: CacheEncryption, port?: number): ICache {
  return Cache.fromCacheAttributes(newStack(), 'Cache', { host: 'cache.internal', port, encryption });
}

test.each([
  [CacheClient.PYTHON, CacheEncryption.PREFERRED, 'rediss://cache.internal:6379/?ssl_cert_reqs=required'],
  [CacheClient.PYTHON, CacheEncryption.NONE, 'redis://cache.internal:6379/'],
  [CacheClient.RUST, CacheEncryption.PREFERRED, 'redis://cache.internal:6379/'],
  [CacheClient.RUST, CacheEncryption.NONE, 'redis://cache.internal:6379/'],
  [CacheClient.NODE, CacheEncryption.PREFERRED, 'rediss://cache.internal:6379/'],
  [CacheClient.NODE, CacheEncryption.NONE, 'redis://cache.internal:6379/'],
])('%s opens a cache with encryption %s as %s', (client, encryption, url) => {
  expect(cacheUrl(cache(encryption), client)).toBe(url);
});

test("the port is the cache's own", () => {
  expect(cacheUrl(cache(CacheEncryption.PREFERRED, 6380), CacheClient.PYTHON)).toBe('rediss://cache.internal:6380/?ssl_cert_reqs=required');
});

test.each([
  [CacheClient.PYTHON, true],
  [CacheClient.RUST, false],
  [CacheClient.NODE, true],
  [CacheClient.GO, true],
])('%s speaks TLS where the cache does: %p', (client, capable) => {
  expect(cacheTls(cache(CacheEncryption.PREFERRED), client)).toBe(capable);
  expect(cacheTls(cache(CacheEncryption.NONE), client)).toBe(false);
});

test('every client and encryption gives a URL of that host and port, and one without TLS has no query', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...Object.values(CacheClient)),
      fc.constantFrom(...Object.values(CacheEncryption)),
      fc.integer({ min: 1, max: 65535 }),
      fc.domain(),
      (client, encryption, port, host) => {
        const { protocol, hostname, port: urlPort, search } = new URL(cacheUrl({ host, port, encryption } as ICache, client));
        expect({ hostname, port: urlPort }).toEqual({ hostname: host, port: String(port) });
        expect(protocol === 'rediss:').toBe(cacheTls({ host, port, encryption } as ICache, client));
        expect(protocol === 'redis:' && search !== '').toBe(false);
      },
    ),
  );
});
