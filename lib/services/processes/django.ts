import { Secret } from 'aws-cdk-lib/aws-ecs';
import { PostHogProcess } from '../../ingress/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache-url';
import { KafkaEncryption } from '../../stores/kafka-client';
import { ProcessContext, ProcessSettings, Stores } from '../process-definition';

/** What every Django process connects to. */
export const DJANGO_STORES: readonly (keyof Stores)[] = ['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'];

/** The processes that every Django process calls. */
export const DJANGO_CALLS = [PostHogProcess.FEATURE_FLAGS, PostHogProcess.CAPTURE, PostHogProcess.REPLAY_CAPTURE] as const;

/**
 * The settings that all of PostHog's Django processes share.
 *
 * Sources: posthog/settings/{access,data_stores,kafka,object_storage,session_replay_v2,ingestion}.py of PostHog/posthog, July 2026.
 */
export function djangoSettings(context: ProcessContext): ProcessSettings {
  const { postgres, cache, kafka, clickHouse, objectStorage, secrets } = context;
  const clickHouseUser = Secret.fromSecretsManager(clickHouse.credentials, 'username');
  const clickHousePassword = Secret.fromSecretsManager(clickHouse.credentials, 'password');
  return {
    environment: {
      ...context.proxyEnvironment,
      // Any text opts out, "false" too (posthog/apps.py); to opt in, the variable must not be there.
      ...(context.telemetry ? {} : { OPT_OUT_CAPTURE: 'true' }),
      // Makes bin/migrate apply the migrations of the persons database too; elsewhere it only labels telemetry.
      DEPLOYMENT: 'hobby',
      OTEL_SDK_DISABLED: 'true',
      // web starts, and answers health checks, while migrations are pending. The worker still restarts until the first one has run.
      POSTHOG_SKIP_MIGRATION_CHECKS: '1',
      REDIS_URL: cacheUrl(cache, CacheClient.PYTHON),
      FLAGS_REDIS_ENABLED: 'false',
      KAFKA_HOSTS: kafka.bootstrapServers,
      KAFKA_SECURITY_PROTOCOL: kafka.encryption === KafkaEncryption.TLS ? 'SSL' : 'PLAINTEXT',
      CLICKHOUSE_HOST: clickHouse.host,
      CLICKHOUSE_DATABASE: clickHouse.database,
      CLICKHOUSE_SECURE: String(clickHouse.tls),
      CLICKHOUSE_VERIFY: String(clickHouse.verifyCertificate),
      // Logs are read through a connection of their own, which defaults to localhost.
      CLICKHOUSE_LOGS_CLUSTER_HOST: clickHouse.host,
      CLICKHOUSE_LOGS_CLUSTER_PORT: String(clickHouse.nativePort),
      CLICKHOUSE_LOGS_CLUSTER_SECURE: String(clickHouse.tls),
      OBJECT_STORAGE_ENABLED: 'true',
      OBJECT_STORAGE_ENDPOINT: objectStorage.endpoint,
      OBJECT_STORAGE_PUBLIC_ENDPOINT: objectStorage.endpoint,
      OBJECT_STORAGE_REGION: objectStorage.region,
      OBJECT_STORAGE_BUCKET: objectStorage.bucket.bucketName,
      SESSION_RECORDING_V2_S3_ENABLED: 'true',
      SESSION_RECORDING_V2_S3_ENDPOINT: objectStorage.endpoint,
      SESSION_RECORDING_V2_S3_REGION: objectStorage.region,
      SESSION_RECORDING_V2_S3_BUCKET: objectStorage.bucket.bucketName,
      SESSION_RECORDING_V2_S3_PREFIX: objectStorage.recordingsPrefix,
      FEATURE_FLAGS_SERVICE_URL: context.addressOf(PostHogProcess.FEATURE_FLAGS),
      CAPTURE_INTERNAL_URL: context.addressOf(PostHogProcess.CAPTURE),
      CAPTURE_REPLAY_INTERNAL_URL: context.addressOf(PostHogProcess.REPLAY_CAPTURE),
    },
    secrets: {
      SECRET_KEY: Secret.fromSecretsManager(secrets.secretKey),
      ENCRYPTION_SALT_KEYS: Secret.fromSecretsManager(secrets.encryptionSaltKeys),
      INTERNAL_API_SECRET: Secret.fromSecretsManager(secrets.internalApiSecret),
      INTERNAL_REQUEST_TOKEN: Secret.fromSecretsManager(secrets.internalRequestToken),
      DATABASE_URL: Secret.fromSecretsManager(postgres.urlSecret),
      PERSONS_DB_WRITER_URL: Secret.fromSecretsManager(postgres.personsUrlSecret),
      PERSONS_DB_READER_URL: Secret.fromSecretsManager(postgres.personsUrlSecret),
      CLICKHOUSE_USER: clickHouseUser,
      CLICKHOUSE_PASSWORD: clickHousePassword,
      CLICKHOUSE_LOGS_CLUSTER_USER: clickHouseUser,
      CLICKHOUSE_LOGS_CLUSTER_PASSWORD: clickHousePassword,
    },
  };
}
