import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, CacheEncryption, Kafka, KafkaEncryption, Postgres, PostHogProcess } from '../../../../lib';
import { PROCESSES } from '../../../../lib/catalog/processes';
import { INGESTION_ERROR_TRACKING } from '../../../../lib/catalog/processes/errors/ingestion-error-tracking';
import { INGESTION_GENERAL } from '../../../../lib/catalog/processes/ingestion/ingestion-general';
import { INGESTION_LOGS, INGESTION_TRACES } from '../../../../lib/catalog/processes/logs/ingestion-logs';
import { PLUGINS } from '../../../../lib/catalog/processes/pipelines/plugins';
import { CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER, CDP_JANITOR } from '../../../../lib/catalog/processes/pipelines/workflows';
import { INGESTION_SESSION_REPLAY } from '../../../../lib/catalog/processes/replay/ingestion-session-replay';
import { RECORDING_API } from '../../../../lib/catalog/processes/replay/recording-api';
import { settingsOf } from '../../../helpers/process-context';
import { newStack, stores } from '../../../helpers/stack';

const BROKERS = 'b-1.internal:9094,b-2.internal:9094';
const PREFIXES = [
  'CONSUMER',
  'CDP_PRODUCER',
  'INGESTION_UPSTREAM_PRODUCER',
  'INGESTION_DOWNSTREAM_PRODUCER',
  'INGESTION_SESSIONREPLAY_PRODUCER',
  'WARPSTREAM_INGESTION_PRODUCER',
  'WARPSTREAM_CALCULATED_EVENTS_PRODUCER',
  'WARPSTREAM_CYCLOTRON_PRODUCER',
  'WARPSTREAM_LOGS_PRODUCER',
  'WARPSTREAM_METRICS_PRODUCER',
  'WAREHOUSE_PRODUCER',
];

function kafka(brokers: string, protocol: string): Record<string, string> {
  return Object.fromEntries(
    PREFIXES.flatMap((prefix) => [
      [`KAFKA_${prefix}_METADATA_BROKER_LIST`, brokers],
      [`KAFKA_${prefix}_SECURITY_PROTOCOL`, protocol],
      ...(prefix === 'CONSUMER' ? [] : [[`KAFKA_${prefix}_MESSAGE_MAX_BYTES`, '1000000']]),
    ]),
  ) as Record<string, string>;
}

/** The settings of every Node process. */
const COMMON = {
  SITE_URL: 'https://posthog.example.com',
  REDIS_URL: 'rediss://cache.internal:6379/',
  CDP_REDIS_HOST: '',
  COOKIELESS_REDIS_HOST: '',
  LOGS_REDIS_HOST: '',
  TRACES_REDIS_HOST: '',
  METRICS_REDIS_HOST: '',
  ...kafka(BROKERS, 'ssl'),
  DATABASE_URL: 'secret node-url',
  PERSONS_DATABASE_URL: 'secret node-url',
  PERSONS_READONLY_DATABASE_URL: 'secret node-url',
  BEHAVIORAL_COHORTS_DATABASE_URL: 'secret node-url',
  ENCRYPTION_SALT_KEYS: 'secret EncryptionSaltKeys',
  INTERNAL_API_SECRET: 'secret InternalApiSecret',
};

const PERSONHOG = { PERSONHOG_ENABLED: 'true', PERSONHOG_ADDR: 'personhog-router.internal:50052' };
const GEOIP = { MMDB_FILE_LOCATION: '/share/GeoLite2-City.mmdb' };
const RECORDINGS = {
  SESSION_RECORDING_V2_S3_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com',
  SESSION_RECORDING_V2_S3_REGION: 'eu-central-1',
  SESSION_RECORDING_V2_S3_BUCKET: 'objects',
  SESSION_RECORDING_V2_S3_PREFIX: 'session_recordings',
  // Two empty texts are what makes it take the role of its task.
  SESSION_RECORDING_V2_S3_ACCESS_KEY_ID: '',
  SESSION_RECORDING_V2_S3_SECRET_ACCESS_KEY: '',
  SESSION_RECORDING_V2_S3_TIMEOUT_MS: '120000',
};
const AI_BLOBS = {
  AI_BLOB_S3_BUCKET: 'objects',
  AI_BLOB_S3_PREFIX: 'aio/',
  AI_BLOB_S3_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com',
  AI_BLOB_S3_REGION: 'eu-central-1',
  AI_BLOB_OFFLOAD_TEAMS: '*',
};
const CLICKHOUSE = {
  CLICKHOUSE_HOST: 'clickhouse.internal',
  CLICKHOUSE_DATABASE: 'posthog',
  CLICKHOUSE_SECURE: 'true',
  CLICKHOUSE_USER: 'secret clickhouse username',
  CLICKHOUSE_PASSWORD: 'secret clickhouse password',
};
const PIPELINES = {
  ...COMMON,
  ...PERSONHOG,
  ...GEOIP,
  CDP_VALKEY_HOST: 'cache.internal',
  CDP_VALKEY_PORT: '6379',
  CDP_VALKEY_TLS: 'true',
  // With its path: nodejs posts to it as it is.
  CAPTURE_INTERNAL_URL: 'http://capture.internal:3000/capture',
  INTERNAL_API_BASE_URL: 'http://web.internal:8000',
  CDP_EMAIL_TRACKING_URL: 'https://posthog.example.com',
  CYCLOTRON_NODE_DATABASE_URL: 'secret node-cyclotron-url',
};

test.each([
  [INGESTION_GENERAL, { PLUGIN_SERVER_MODE: 'ingestion-v2-combined', ...PERSONHOG, ...GEOIP, ...AI_BLOBS }],
  [INGESTION_SESSION_REPLAY, { PLUGIN_SERVER_MODE: 'recordings-blob-ingestion-v2', ...RECORDINGS }],
  [
    INGESTION_ERROR_TRACKING,
    { PLUGIN_SERVER_MODE: 'ingestion-errortracking', ...PERSONHOG, ...GEOIP, ERROR_TRACKING_CYMBAL_BASE_URL: 'http://cymbal.internal:3302' },
  ],
  [INGESTION_LOGS, { PLUGIN_SERVER_MODE: 'ingestion-logs' }],
  [INGESTION_TRACES, { PLUGIN_SERVER_MODE: 'ingestion-traces' }],
  [
    RECORDING_API,
    {
      PLUGIN_SERVER_MODE: 'recording-api',
      ...RECORDINGS,
      SESSION_RECORDING_API_REDIS_HOST: 'rediss://cache.internal:6379/',
      SESSION_RECORDING_API_REDIS_PORT: '6379',
      ...CLICKHOUSE,
    },
  ],
])('$process has exactly these settings', (definition, expected) => {
  expect(settingsOf(definition)).toEqual({ ...COMMON, ...expected });
});

test('ingestion-general moves nothing to object storage if capture-ai is not deployed', () => {
  expect(settingsOf(INGESTION_GENERAL, { without: [PostHogProcess.CAPTURE_AI] })).toEqual({
    ...COMMON,
    PLUGIN_SERVER_MODE: 'ingestion-v2-combined',
    ...PERSONHOG,
    ...GEOIP,
  });
});

test('the message limit of every producer is that of the brokers', () => {
  const stores = (stack: ReturnType<typeof newStack>) => ({
    kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: BROKERS, maxMessageBytes: 33_554_432 }),
  });
  const limits = Object.entries(settingsOf(INGESTION_GENERAL, { stores })).filter(([name]) => name.endsWith('_MESSAGE_MAX_BYTES'));
  expect(limits).toHaveLength(PREFIXES.length - 1);
  expect(new Set(limits.map(([, value]) => value))).toEqual(new Set(['33554432']));
});

test('plugins has exactly these settings: no mode, and not the capability group of error tracking', () => {
  expect(settingsOf(PLUGINS)).toEqual({
    ...PIPELINES,
    ...CLICKHOUSE,
    NODEJS_CAPABILITY_GROUPS: 'cdp_workflows,realtime_cohorts,feature_flags',
    TEMPORAL_HOST: 'temporal.internal',
    TEMPORAL_PORT: '7233',
    TEMPORAL_SECRET_KEY: 'secret TemporalSecretKey',
  });
});

test('plugins runs no scheduled evaluations if Temporal is not deployed', () => {
  expect(settingsOf(PLUGINS, { without: [PostHogProcess.TEMPORAL] })).toEqual({
    ...PIPELINES,
    ...CLICKHOUSE,
    NODEJS_CAPABILITY_GROUPS: 'cdp_workflows,realtime_cohorts',
  });
});

test.each([CDP_JANITOR, CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER])(
  '$process, which plugins leaves out in production, is configured with its own name',
  (definition) => {
    expect(settingsOf(definition)).toEqual({ ...PIPELINES, PLUGIN_SERVER_MODE: definition.process });
  },
);

test('Node connects without TLS to stores without TLS', () => {
  const settings = settingsOf(PLUGINS, {
    stores: (stack) => ({
      cache: Cache.fromCacheAttributes(stack, 'C', { host: 'redis', port: 6380, encryption: CacheEncryption.NONE }),
      kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: 'kafka:9092', encryption: KafkaEncryption.PLAINTEXT }),
    }),
  });
  expect(settings).toMatchObject({
    REDIS_URL: 'redis://redis:6380/',
    CDP_VALKEY_HOST: 'redis',
    CDP_VALKEY_PORT: '6380',
    CDP_VALKEY_TLS: 'false',
    ...kafka('kafka:9092', 'plaintext'),
  });
});

test('plugins throws if the workflows database is unknown', () => {
  const postgres = (stack: ReturnType<typeof newStack>) =>
    Postgres.fromPostgresAttributes(stack, 'P', { urlSecret: Secret.fromSecretNameV2(stack, 'Url', 'url') });
  expect(() => settingsOf(PLUGINS, { stores: (stack) => ({ postgres: postgres(stack) }) })).toThrow(
    '`nodeCyclotronUrlSecret` of the PostgreSQL server is required for data pipelines, which keep their jobs in a database of their own; ' +
      'pass it to Postgres.fromPostgresAttributes()',
  );
});

test('every Node process has the common settings, which have unusable or insecure defaults', () => {
  for (const definition of PROCESSES.filter(({ image }) => image === 'node')) {
    expect(settingsOf(definition)).toMatchObject(COMMON);
    expect(definition.command).toEqual(['node', 'nodejs/dist/index.js']);
  }
  expect(stores(newStack()).kafka.bootstrapServers).toBe(BROKERS);
});
