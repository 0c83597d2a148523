import { GEOIP_FILE, RUST_HEALTH_CHECK } from './rust';
import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 3001;

/** Evaluates feature flags (rust/feature-flags/src/{config,router,server}.rs). */
export const FEATURE_FLAGS: ProcessDefinition = {
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
  stopTimeout: 60,
  stores: ['postgres', 'cache', 'objectStorage'],
  objects: 'read',
  needs: [],
  calls: [],
  settings: ({ postgres, cache, objectStorage, secrets }) => {
    const url = Secret.fromSecretsManager(postgres.urlSecret);
    const personsUrl = Secret.fromSecretsManager(postgres.personsUrlSecret);
    return {
      environment: {
        // By default it listens on loopback only.
        ADDRESS: `0.0.0.0:${PORT}`,
        RUST_LOG: 'info',
        // Without it, flags with GeoIP conditions match no one.
        MAXMIND_DB_PATH: GEOIP_FILE,
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
        // Decrypts the payloads of remote-config flags.
        SECRET_KEY: Secret.fromSecretsManager(secrets.secretKey),
        INTERNAL_REQUEST_TOKEN: Secret.fromSecretsManager(secrets.internalRequestToken),
      },
    };
  },
};
