import { CAPTURE_LOGS } from '../../../../lib/catalog/processes/logs/capture-logs';
import { CYMBAL, CYMBAL_NOTIFICATIONS, CYMBAL_RESOLUTION } from '../../../../lib/catalog/processes/errors/cymbal';
import { PERSONHOG_REPLICA, PERSONHOG_ROUTER } from '../../../../lib/catalog/processes/persons/personhog';
import { PROPERTY_DEFS, PROPERTY_DEFS_AI } from '../../../../lib/catalog/processes/ingestion/property-defs';
import { settingsOf } from '../../../helpers/process-context';

const KAFKA = { KAFKA_HOSTS: 'b-1.internal:9094,b-2.internal:9094', KAFKA_TLS: 'true' };
const REDIS_URL = 'redis://cache.internal:6379/';

test('capture-logs has exactly these settings, including topics, whose defaults are those of events', () => {
  expect(settingsOf(CAPTURE_LOGS)).toEqual({
    BIND_HOST: '0.0.0.0',
    BIND_PORT: '4318',
    MANAGEMENT_BIND_HOST: '0.0.0.0',
    MANAGEMENT_BIND_PORT: '8080',
    RUST_LOG: 'info,rdkafka=warn',
    ...KAFKA,
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
    KAFKA_TOPIC: 'logs_ingestion',
    KAFKA_METRICS_TOPIC: 'metrics_ingestion',
    KAFKA_TRACES_TOPIC: 'ingestion-traces',
  });
  expect(CAPTURE_LOGS.stores).toEqual(['kafka']);
  expect(CAPTURE_LOGS.http).toMatchObject({ port: 4318, healthCheck: { path: '/_liveness', port: 8080 } });
});

test.each([
  [PROPERTY_DEFS, 'property-defs-rs', 'clickhouse_events_json'],
  [PROPERTY_DEFS_AI, 'property-defs-ai', 'clickhouse_ai_events_json'],
])('$process has exactly these settings, and skips neither reads nor writes', (definition, group, topic) => {
  expect(settingsOf(definition)).toEqual({
    BIND_HOST: '0.0.0.0',
    BIND_PORT: '3301',
    RUST_LOG: 'info,rdkafka=warn',
    ...KAFKA,
    KAFKA_CONSUMER_GROUP: group,
    KAFKA_CONSUMER_TOPIC: topic,
    SKIP_READS: 'false',
    SKIP_WRITES: 'false',
    FILTER_MODE: 'opt-out',
    PERSONHOG_ADDR: 'http://personhog-router.internal:50052',
    DATABASE_URL: 'secret postgres-url',
  });
});

test('personhog-replica and personhog-router have exactly these settings', () => {
  expect(settingsOf(PERSONHOG_REPLICA)).toEqual({
    GRPC_ADDRESS: '0.0.0.0:50051',
    METRICS_PORT: '9100',
    RUST_LOG: 'info',
    PRIMARY_DATABASE_URL: 'secret postgres-url',
  });
  expect(settingsOf(PERSONHOG_ROUTER)).toEqual({
    GRPC_ADDRESS: '0.0.0.0:50052',
    METRICS_PORT: '9101',
    RUST_LOG: 'info',
    REPLICA_URL: 'http://personhog-replica.internal:50051',
    BACKEND_TIMEOUT_MS: '5000',
  });
});

describe('cymbal', () => {
  const symbols = {
    RUST_LOG: 'info',
    OBJECT_STORAGE_BUCKET: 'objects',
    OBJECT_STORAGE_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com',
    OBJECT_STORAGE_REGION: 'eu-central-1',
    OBJECT_STORAGE_FORCE_PATH_STYLE: 'true',
    DATABASE_URL: 'secret postgres-url',
    // It does not take the role of its task.
    OBJECT_STORAGE_ACCESS_KEY_ID: 'secret symbol-set-keys accessKeyId',
    OBJECT_STORAGE_SECRET_ACCESS_KEY: 'secret symbol-set-keys secretAccessKey',
    // The two prove to each other with it who they are.
    INTERNAL_API_SECRET: 'secret InternalApiSecret',
  };

  test('cymbal has exactly these settings', () => {
    expect(settingsOf(CYMBAL)).toEqual({
      ...symbols,
      CYMBAL_MODE: 'processing',
      BIND_HOST: '0.0.0.0',
      BIND_PORT: '3302',
      MAXMIND_DB_PATH: '/app/share/GeoLite2-City.mmdb',
      ...KAFKA,
      KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
      REDIS_URL,
      ISSUE_BUCKETS_REDIS_URL: REDIS_URL,
      CYMBAL_REMOTE_RESOLUTION_HOST: 'cymbal-resolution.internal',
      CYMBAL_REMOTE_RESOLUTION_PORT: '50061',
      PERSONS_URL: 'secret postgres-url',
    });
  });

  test('cymbal-resolution has exactly these settings', () => {
    expect(settingsOf(CYMBAL_RESOLUTION)).toEqual({ ...symbols, CYMBAL_MODE: 'resolution', GRPC_ADDRESS: '0.0.0.0:50061', METRICS_PORT: '9101' });
  });

  test('cymbal-notifications has exactly these settings, and no keys for objects', () => {
    expect(settingsOf(CYMBAL_NOTIFICATIONS)).toEqual({
      RUST_LOG: 'info',
      CYMBAL_MODE: 'notifications',
      METRICS_PORT: '9102',
      ...KAFKA,
      KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
      KAFKA_CONSUMER_GROUP: 'error_tracking_ingestion_notifications',
      KAFKA_CONSUMER_TOPIC: 'error_tracking_ingestion_notifications',
      SIGNALS_API_BASE_URL: 'http://web.internal:8000',
      DATABASE_URL: 'secret postgres-url',
      INTERNAL_API_SECRET: 'secret InternalApiSecret',
    });
    expect(CYMBAL_NOTIFICATIONS.probe?.command).toContain(':9102/_liveness');
  });
});
