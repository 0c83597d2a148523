import { FLAGS_CONCURRENCY } from '../../http-servers';
import { IMAGES } from '../../images';
import { JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CacheClient, cacheUrl } from '../shared/cache';
import { RUST_HEALTH_CHECK } from '../shared/rust';

const PORT = 3001;

/** Evaluates feature flags (rust/feature-flags/src/{config,router,server}.rs). */
export const FEATURE_FLAGS: ProcessDefinition<PostHogProcess.FEATURE_FLAGS> = {
  process: PostHogProcess.FEATURE_FLAGS,
  id: 'FeatureFlags',
  products: [Product.FEATURE_FLAGS],
  image: 'featureFlags',
  http: {
    port: PORT,
    healthCheck: RUST_HEALTH_CHECK,
    deregistrationDelay: 30,
    healthCheckGracePeriod: 60,
    requestsPerTarget: 5000,
  },
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 10 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 20 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 3, maxTasks: 40 },
  },
  memory: {
    mib: 62,
    commit: JULY_TREE,
    basis: 'Rss after its start, without optimisations of the compiler; 272 MiB with 6,000 held requests (docs/performance.md)',
    reservationMiB: { dev: 352, small: 512, production: 768, large: 1280 },
    reservationBasis: 'guess: held requests, 272 MiB, and a quarter; more in larger sizes, for flag definitions in memory',
  },
  stopTimeout: 60,
  stores: ['postgres', 'cache', 'objectStorage'],
  objects: 'read',
  needs: [],
  calls: [],
  settings: ({ postgres, cache, objectStorage, secrets, secretValue }) => {
    const url = secretValue(postgres.readerUrlSecret ?? postgres.urlSecret);
    const personsUrl = secretValue(postgres.personsReaderUrlSecret ?? postgres.personsUrlSecret);
    return {
      environment: {
        // By default it listens on loopback only.
        ADDRESS: `0.0.0.0:${PORT}`,
        RUST_LOG: 'info',
        // Without it, flags with GeoIP conditions match no one.
        MAXMIND_DB_PATH: IMAGES.featureFlags.geoIpFile,
        REDIS_URL: cacheUrl(cache, CacheClient.RUST),
        // Opened at startup without TLS, even if cookieless tracking is off; the process exits if it fails.
        COOKIELESS_REDIS_HOST: cache.host,
        COOKIELESS_REDIS_PORT: String(cache.port),
        OBJECT_STORAGE_BUCKET: objectStorage.bucket.bucketName,
        OBJECT_STORAGE_REGION: objectStorage.region,
      },
      secrets: {
        WRITE_DATABASE_URL: url,
        READ_DATABASE_URL: url,
        PERSONS_WRITE_DATABASE_URL: personsUrl,
        PERSONS_READ_DATABASE_URL: personsUrl,
        // Decrypts the payloads of remote-config flags. Without it, SECRET_KEY does (rust/feature-flags/src/flags/flag_payload_decryptor.rs).
        FLAGS_SECRET_KEYS: secretValue(secrets.flagsSecretKeys),
        INTERNAL_REQUEST_TOKEN: secretValue(secrets.internalRequestToken),
      },
    };
  },
  // A request counts from its headers on, and for up to 4.5 seconds without its body. The default is 1,000 (rust/feature-flags/src/config.rs).
  // docs/performance.md has the measurement.
  tuning: () => ({ MAX_CONCURRENCY: String(FLAGS_CONCURRENCY) }),
};
