import { RUST_HEALTH_CHECK } from './rust';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 3002;

/** Serves the SDK's configuration and surveys from the cache, or from object storage after a cache miss (rust/hypercache-server). */
export const HYPERCACHE_SERVER: ProcessDefinition = {
  process: PostHogProcess.HYPERCACHE_SERVER,
  id: 'HypercacheServer',
  products: [Product.FEATURE_FLAGS],
  image: 'hypercacheServer',
  http: {
    port: PORT,
    healthCheck: RUST_HEALTH_CHECK,
    deregistrationDelay: 30,
    healthCheckGracePeriod: 60,
    requestsPerTarget: 10_000,
  },
  stopTimeout: 60,
  stores: ['cache', 'objectStorage'],
  objects: 'read',
  needs: [],
  calls: [],
  settings: ({ cache, objectStorage }) => ({
    environment: {
      ADDRESS: `0.0.0.0:${PORT}`,
      RUST_LOG: 'info',
      REDIS_URL: cacheUrl(cache, CacheClient.RUST),
      OBJECT_STORAGE_BUCKET: objectStorage.bucket.bucketName,
      OBJECT_STORAGE_REGION: objectStorage.region,
    },
    secrets: {},
  }),
};
