import { guessedRustMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CacheClient, cacheUrl } from '../shared/cache';
import { RUST_HEALTH_CHECK } from '../shared/rust';

const PORT = 3002;

/** Serves the SDK's configuration and surveys from the cache, or from object storage after a cache miss (rust/hypercache-server). */
export const HYPERCACHE_SERVER: ProcessDefinition<PostHogProcess.HYPERCACHE_SERVER> = {
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
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 512, minTasks: 2, maxTasks: 10 },
    production: { cpu: 256, memoryLimitMiB: 512, minTasks: 2, maxTasks: 20 },
    large: { cpu: 512, memoryLimitMiB: 1024, minTasks: 3, maxTasks: 40 },
  },
  memory: guessedRustMemory({ dev: 256, small: 256, production: 256, large: 512 }),
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
