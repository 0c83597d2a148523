import { CacheEncryption, ICache } from './cache';

/** The kinds of clients that PostHog's processes open a cache with. */
export enum CacheClient {
  /** Django and Celery. */
  PYTHON = 'python',
  /** The Rust services. */
  RUST = 'rust',
  /** The Node services. */
  NODE = 'node',
  /** livestream, which takes no URL. */
  GO = 'go',
}

/**
 * What each client makes of a cache that offers TLS.
 *
 * The Rust services were built to speak TLS and do not: their Redis library leaves the choice of a cryptographic provider to the
 * program, only few of PostHog's programs make it, and the others stop at the first `rediss://` connection (PostHog/posthog pull
 * request 97627, September 2026, mends one of them; rust/capture, rust/feature-flags and rust/hypercache-server make no choice).
 *
 * ioredis (^4.27, nodejs/package.json) is handed the URL as it is (nodejs/src/common/utils/db/redis.ts), speaks TLS where that begins with
 * rediss:// and verifies the certificate with Node's own roots. The port of the URL wins over one that is given beside it. Both were seen with
 * 4.28.5. Go takes the roots in /etc/ssl/certs, which livestream's image has (livestream/Dockerfile), and the name to verify from the address
 * (livestream/events/redis_client.go). ElastiCache's certificates chain to Amazon's public roots, which are among both.
 */
const TLS: Readonly<Record<CacheClient, { readonly capable: boolean; readonly query: string }>> = {
  // Celery refuses a rediss:// URL that does not say what to do about certificates.
  [CacheClient.PYTHON]: { capable: true, query: '?ssl_cert_reqs=required' },
  [CacheClient.RUST]: { capable: false, query: '' },
  [CacheClient.NODE]: { capable: true, query: '' },
  [CacheClient.GO]: { capable: true, query: '' },
};

/** Whether a client speaks TLS with the cache: where both can. */
export function cacheTls(cache: ICache, client: CacheClient): boolean {
  return TLS[client].capable && cache.encryption === CacheEncryption.PREFERRED;
}

/** The URL that a client opens the cache with. */
export function cacheUrl(cache: ICache, client: CacheClient): string {
  const tls = cacheTls(cache, client);
  return `${tls ? 'rediss' : 'redis'}://${cache.host}:${cache.port}/${tls ? TLS[client].query : ''}`;
}
