import { CacheEncryption, ICache } from './cache';

/** The kinds of clients that PostHog's processes open a cache with. */
export enum CacheClient {
  /** Django and Celery. */
  PYTHON = 'python',
  /** The Rust services. */
  RUST = 'rust',
}

/**
 * What each client makes of a cache that offers TLS.
 *
 * The Rust services were built to speak TLS and do not: their Redis library leaves the choice of a cryptographic provider to the
 * program, only few of PostHog's programs make it, and the others stop at the first `rediss://` connection (PostHog/posthog pull
 * request 97627, September 2026, mends one of them; rust/capture, rust/feature-flags and rust/hypercache-server make no choice).
 */
const TLS: Readonly<Record<CacheClient, { readonly capable: boolean; readonly query: string }>> = {
  // Celery refuses a rediss:// URL that does not say what to do about certificates.
  [CacheClient.PYTHON]: { capable: true, query: '?ssl_cert_reqs=required' },
  [CacheClient.RUST]: { capable: false, query: '' },
};

/** The URL that a client opens the cache with: TLS where both sides can. */
export function cacheUrl(cache: ICache, client: CacheClient): string {
  const { capable, query } = TLS[client];
  const tls = capable && cache.encryption === CacheEncryption.PREFERRED;
  return `${tls ? 'rediss' : 'redis'}://${cache.host}:${cache.port}/${tls ? query : ''}`;
}
