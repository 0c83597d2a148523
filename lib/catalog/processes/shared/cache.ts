import { PostHogProcess } from '../../posthog-process';
import { CacheContext } from '../../process-context';

/** The kinds of cache clients in PostHog's processes. */
export enum CacheClient {
  /** Django and Celery. */
  PYTHON = 'python',
  /** The Rust services. */
  RUST = 'rust',
  /** The Node services. */
  NODE = 'node',
  /** livestream, which does not support URLs. */
  GO = 'go',
}

/**
 * The TLS support of each client.
 *
 * The Rust services are built with TLS support, but cannot use it: their Redis library requires the program to choose a cryptographic provider.
 * Only few of PostHog's programs do; the others stop at the first `rediss://` connection (PostHog/posthog pull
 * request 97627, September 2026, fixes one of them; rust/capture, rust/feature-flags and rust/hypercache-server choose none).
 *
 * ioredis (^4.27, nodejs/package.json) gets the URL unchanged (nodejs/src/common/utils/db/redis.ts), uses TLS if it begins with
 * rediss:// and verifies the certificate with Node's root certificates. The port of the URL overrides one in the options. Both were tested with
 * 4.28.5. Go uses the roots in /etc/ssl/certs, which livestream's image has (livestream/Dockerfile), and verifies the host name of the address
 * (livestream/events/redis_client.go). ElastiCache's certificates chain to Amazon's public roots, which both include.
 */
const TLS: Readonly<Record<CacheClient, { readonly capable: boolean; readonly query: string }>> = {
  // Celery rejects a rediss:// URL without a setting for certificate verification.
  [CacheClient.PYTHON]: { capable: true, query: '?ssl_cert_reqs=required' },
  [CacheClient.RUST]: { capable: false, query: '' },
  [CacheClient.NODE]: { capable: true, query: '' },
  [CacheClient.GO]: { capable: true, query: '' },
};

const NO_PROVIDER = 'chooses no cryptographic provider, and stops at its first connection with TLS';

/**
 * The processes that open plain connections to the cache, each with its reason. None of them, and neither livestream
 * (livestream/events/redis_client.go), can send a password everywhere, and a password needs TLS: the cache has none.
 *
 * July chooses a provider for cymbal (rust/cymbal/src/main.rs), whose connections with TLS were not tried.
 */
export const PLAIN_CACHE_CLIENTS: Partial<Readonly<Record<PostHogProcess, string>>> = {
  [PostHogProcess.CAPTURE]: `rust/capture ${NO_PROVIDER}`,
  [PostHogProcess.REPLAY_CAPTURE]: `rust/capture ${NO_PROVIDER}`,
  [PostHogProcess.CAPTURE_AI]: `rust/capture ${NO_PROVIDER}`,
  [PostHogProcess.FEATURE_FLAGS]:
    'its URL for cookieless tracking begins with redis:// (get_redis_cookieless_url in rust/feature-flags/src/config.rs)',
  [PostHogProcess.HYPERCACHE_SERVER]: `rust/hypercache-server ${NO_PROVIDER}`,
  [PostHogProcess.CYMBAL]: 'its connections with TLS were not tried',
  [PostHogProcess.TEMPORAL_DJANGO_WORKER]:
    'the data warehouse knows no TLS (_get_redis in products/warehouse_sources/backend/temporal/data_imports/row_tracking.py)',
};

/** Returns whether a client connects with TLS: if both it and the cache support it. */
export function cacheTls(cache: CacheContext, client: CacheClient): boolean {
  return TLS[client].capable && cache.tls;
}

/** Returns the URL of the cache for a client. */
export function cacheUrl(cache: CacheContext, client: CacheClient): string {
  const tls = cacheTls(cache, client);
  return `${tls ? 'rediss' : 'redis'}://${cache.host}:${cache.port}/${tls ? TLS[client].query : ''}`;
}
