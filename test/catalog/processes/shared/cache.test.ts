import fc from 'fast-check';
import { Cache, CacheEncryption, PostHogProcess, Product } from '../../../../lib';
import { CacheContext } from '../../../../lib/catalog/process-context';
import { PROCESSES } from '../../../../lib/catalog/processes';
import { CacheClient, cacheTls, cacheUrl, PLAIN_CACHE_CLIENTS } from '../../../../lib/catalog/processes/shared/cache';
import { contextIn } from '../../../helpers/process-context';
import { newPostHog, newStack } from '../../../helpers/stack';

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

test('the table of plain clients has every process that gets a URL without TLS from a cache that accepts TLS', () => {
  const context = contextIn(newStack());
  const plain = PROCESSES.filter((definition) =>
    Object.values(definition.settings(context).environment).some((value) => value.startsWith('redis://')),
  );
  const missing = plain.map(({ process }) => process).filter((process) => PLAIN_CACHE_CLIENTS[process] === undefined);
  expect(missing).toEqual([]);
  const names: string[] = plain.map(({ process }) => process);
  const others = Object.keys(PLAIN_CACHE_CLIENTS).filter((name) => !names.includes(name));
  // Its URL is that of Django, but the data warehouse composes another one.
  expect(others).toEqual([PostHogProcess.TEMPORAL_DJANGO_WORKER]);
});

test('a cache that requires TLS is refused with every process that cannot use it, by name', () => {
  const required = (products: Product[]) => () => {
    const stack = newStack();
    const cache = Cache.fromCacheAttributes(stack, 'Required', { host: 'cache', encryption: CacheEncryption.REQUIRED });
    newPostHog(stack, { products, cache });
  };
  expect(required([Product.EVENTS, Product.FEATURE_FLAGS])).toThrow(
    '`cache` must accept plain connections, which capture, feature-flags, hypercache-server open, got: Stack/Required; use CacheEncryption.PREFERRED for it, ' +
      'or leave out their `products`',
  );
  // docs/stores.md names these products.
  expect(Object.values(Product).filter((product) => isAccepted(required([product])))).toEqual([Product.LOGS, Product.LIVE_EVENTS]);
});

function isAccepted(define: () => void): boolean {
  try {
    define();
    return true;
  } catch {
    return false;
  }
}

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
