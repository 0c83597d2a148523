import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Cache, CacheEncryption, ClickHouse, Kafka, KafkaEncryption, ObjectStorage, Postgres, PostHogProcess } from '../../../../lib';
import { WEB } from '../../../../lib/catalog/processes/app/web';
import { WORKER } from '../../../../lib/catalog/processes/app/worker';
import { settingsOf } from '../../../helpers/process-context';

/** gRPC: a host and a port, and no scheme. */
const PERSONHOG = { PERSONHOG_ADDR: 'personhog-router.internal:50052' };

const OTHERS = {
  FEATURE_FLAGS_SERVICE_URL: 'http://feature-flags.internal:3001',
  CAPTURE_INTERNAL_URL: 'http://capture.internal:3000',
  CAPTURE_REPLAY_INTERNAL_URL: 'http://replay-capture.internal:3000',
  CDP_API_URL: 'http://plugins.internal:6738',
  BATCH_EXPORT_WORKFLOWS_API_URL: 'http://plugins.internal:6738',
  RECORDING_API_URL: 'http://recording-api.internal:6738',
  BROWSERLESS_CDP_URL: 'ws://browserless.internal:3000',
  HEATMAP_BROWSERLESS_URL: 'http://browserless.internal:3000',
  TEMPORAL_HOST: 'temporal.internal',
  TEMPORAL_PORT: '7233',
  LIVESTREAM_HOST: 'https://posthog.example.com/livestream',
};

const ENDPOINT = 'https://s3.eu-central-1.amazonaws.com';

test('web has exactly these settings', () => {
  expect(settingsOf(WEB)).toEqual({
    IS_BEHIND_PROXY: 'True',
    TRUSTED_PROXIES: '10.0.0.4',
    ALLOWED_HOSTS: 'posthog.example.com',
    DEPLOYMENT: 'hobby',
    OPT_OUT_CAPTURE: 'true',
    OTEL_SDK_DISABLED: 'true',
    POSTHOG_SKIP_MIGRATION_CHECKS: '1',
    REDIS_URL: 'rediss://cache.internal:6379/?ssl_cert_reqs=required',
    KAFKA_HOSTS: 'b-1.internal:9094,b-2.internal:9094',
    KAFKA_SECURITY_PROTOCOL: 'SSL',
    CLICKHOUSE_HOST: 'clickhouse.internal',
    CLICKHOUSE_DATABASE: 'posthog',
    CLICKHOUSE_SECURE: 'true',
    CLICKHOUSE_VERIFY: 'true',
    CLICKHOUSE_USER: 'secret clickhouse username',
    CLICKHOUSE_PASSWORD: 'secret clickhouse password',
    CLICKHOUSE_LOGS_CLUSTER_HOST: 'clickhouse.internal',
    CLICKHOUSE_LOGS_CLUSTER_PORT: '9440',
    CLICKHOUSE_LOGS_CLUSTER_SECURE: 'true',
    CLICKHOUSE_LOGS_DATABASE: 'posthog',
    CLICKHOUSE_LOGS_CLUSTER_USER: 'secret clickhouse username',
    CLICKHOUSE_LOGS_CLUSTER_PASSWORD: 'secret clickhouse password',
    OBJECT_STORAGE_ENABLED: 'true',
    OBJECT_STORAGE_ENDPOINT: ENDPOINT,
    OBJECT_STORAGE_PUBLIC_ENDPOINT: ENDPOINT,
    OBJECT_STORAGE_REGION: 'eu-central-1',
    OBJECT_STORAGE_BUCKET: 'objects',
    SESSION_RECORDING_V2_S3_ENABLED: 'true',
    SESSION_RECORDING_V2_S3_ENDPOINT: ENDPOINT,
    SESSION_RECORDING_V2_S3_REGION: 'eu-central-1',
    SESSION_RECORDING_V2_S3_BUCKET: 'objects',
    SESSION_RECORDING_V2_S3_PREFIX: 'session_recordings',
    AWS_DEFAULT_REGION: 'eu-central-1',
    AWS_REGION: 'eu-central-1',
    SES_REGION: 'eu-central-1',
    BATCH_EXPORT_OBJECT_STORAGE_ENDPOINT: ENDPOINT,
    BATCH_EXPORT_OBJECT_STORAGE_REGION: 'eu-central-1',
    BATCH_EXPORT_INTERNAL_STAGING_BUCKET: 'objects',
    BATCH_EXPORTS_FILE_DOWNLOAD_BUCKET: 'objects',
    BATCH_EXPORTS_FILE_DOWNLOAD_REGION: 'eu-central-1',
    BATCH_EXPORTS_FILE_DOWNLOAD_ROLE_ARN: 'arn:aws:iam::111122223333:role/downloads',
    USE_LOCAL_SETUP: 'false',
    BUCKET_URL: 's3://objects/dlt',
    BUCKET_PATH: 'dlt',
    DATAWAREHOUSE_BUCKET: 'objects',
    DATAWAREHOUSE_BUCKET_DOMAIN: 'objects.s3.eu-central-1.amazonaws.com',
    DATA_WAREHOUSE_S3_REGION: 'eu-central-1',
    DATA_WAREHOUSE_REDIS_HOST: 'cache.internal',
    DATA_WAREHOUSE_REDIS_PORT: '6379',
    AI_BLOB_S3_BUCKET: 'objects',
    AI_BLOB_S3_PREFIX: 'aio/',
    ...PERSONHOG,
    ...OTHERS,
    SECRET_KEY: 'secret SecretKey',
    JWT_SIGNING_KEY: 'secret JwtSigningKey',
    JWT_SIGNING_KEY_FALLBACKS: 'secret SecretKey',
    FLAGS_SECRET_KEYS: 'secret FlagsSecretKeys',
    TEMPORAL_SECRET_KEY: 'secret TemporalSecretKey',
    ENCRYPTION_SALT_KEYS: 'secret EncryptionSaltKeys',
    INTERNAL_API_SECRET: 'secret InternalApiSecret',
    INTERNAL_REQUEST_TOKEN: 'secret InternalRequestToken',
    DATABASE_URL: 'secret postgres-url',
    PERSONS_DB_WRITER_URL: 'secret postgres-url',
    PERSONS_DB_READER_URL: 'secret postgres-url',
    OIDC_RSA_PRIVATE_KEY: 'secret OidcRsaPrivateKey',
    BROWSERLESS_TOKEN: 'secret BrowserlessToken',
    HEATMAP_BROWSERLESS_TOKEN: 'secret BrowserlessToken',
  });
});

test('web has no settings for processes that are not deployed', () => {
  const settings = settingsOf(WEB, { without: Object.values(PostHogProcess).filter((process) => process !== PostHogProcess.PERSONHOG_ROUTER) });
  expect(settings).toMatchObject({ ...PERSONHOG, ALLOWED_HOSTS: 'posthog.example.com' });
  expect(Object.keys(settings).filter((name) => name in OTHERS || /BROWSERLESS/.test(name))).toEqual([]);
});

test('web has the settings of the user', () => {
  expect(settingsOf(WEB, { appSettings: { environment: { EMAIL_HOST: 'mail.example.com' }, secrets: {} } })).toMatchObject({
    EMAIL_HOST: 'mail.example.com',
  });
});

test('worker has the same settings, and the image that the templates of destinations come from', () => {
  expect(settingsOf(WORKER)).toEqual({ ...settingsOf(WEB), TEMPLATES_OF: 'image-of-plugins' });
  expect(settingsOf(WORKER, { without: [PostHogProcess.PLUGINS] })).not.toHaveProperty('TEMPLATES_OF');
});

test('web has no settings for file downloads without batch exports', () => {
  expect(Object.keys(settingsOf(WEB, { fileDownloadsRole: undefined })).filter((name) => name.includes('FILE_DOWNLOAD'))).toEqual([]);
});

test('web has the connection settings of its data stores', () => {
  const settings = settingsOf(WEB, {
    stores: (stack) => ({
      postgres: Postgres.fromPostgresAttributes(stack, 'P', {
        urlSecret: Secret.fromSecretNameV2(stack, 'Url', 'url'),
        personsUrlSecret: Secret.fromSecretNameV2(stack, 'Persons', 'persons'),
      }),
      cache: Cache.fromCacheAttributes(stack, 'C', { host: 'redis', port: 6380, encryption: CacheEncryption.NONE }),
      kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: 'kafka:9092', encryption: KafkaEncryption.PLAINTEXT }),
      clickHouse: ClickHouse.fromClickHouseAttributes(stack, 'H', {
        host: 'ch',
        database: 'events',
        tls: false,
        verifyCertificate: false,
        credentials: Secret.fromSecretNameV2(stack, 'Ch', 'ch-login'),
        dictReaderCredentials: Secret.fromSecretNameV2(stack, 'ChReader', 'ch-reader'),
      }),
      objectStorage: ObjectStorage.fromObjectStorageAttributes(stack, 'O', {
        bucket: Bucket.fromBucketName(stack, 'Files', 'files'),
        recordingsPrefix: 'replay',
      }),
    }),
  });
  expect(settings).toMatchObject({
    DATABASE_URL: 'secret url',
    PERSONS_DB_WRITER_URL: 'secret persons',
    PERSONS_DB_READER_URL: 'secret persons',
    REDIS_URL: 'redis://redis:6380/',
    KAFKA_HOSTS: 'kafka:9092',
    KAFKA_SECURITY_PROTOCOL: 'PLAINTEXT',
    CLICKHOUSE_HOST: 'ch',
    CLICKHOUSE_DATABASE: 'events',
    CLICKHOUSE_SECURE: 'false',
    CLICKHOUSE_VERIFY: 'false',
    CLICKHOUSE_USER: 'secret ch-login username',
    CLICKHOUSE_LOGS_CLUSTER_HOST: 'ch',
    CLICKHOUSE_LOGS_CLUSTER_PORT: '9000',
    CLICKHOUSE_LOGS_CLUSTER_SECURE: 'false',
    CLICKHOUSE_LOGS_DATABASE: 'events',
    CLICKHOUSE_DICT_READER_USER: 'secret ch-reader username',
    CLICKHOUSE_DICT_READER_PASSWORD: 'secret ch-reader password',
    OBJECT_STORAGE_BUCKET: 'files',
    BATCH_EXPORT_INTERNAL_STAGING_BUCKET: 'files',
    BUCKET_URL: 's3://files/dlt',
    DATA_WAREHOUSE_REDIS_HOST: 'redis',
    DATA_WAREHOUSE_REDIS_PORT: '6380',
    SESSION_RECORDING_V2_S3_BUCKET: 'files',
    SESSION_RECORDING_V2_S3_PREFIX: 'replay',
  });
});

test('web has no location for images of AI events if capture-ai is not deployed', () => {
  expect(Object.keys(settingsOf(WEB, { without: [PostHogProcess.CAPTURE_AI] })).filter((name) => name.startsWith('AI_BLOB'))).toEqual([]);
});
