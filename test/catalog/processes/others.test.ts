import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Kafka, KafkaEncryption, Postgres, PostHogProcess } from '../../../lib';
import { BROWSERLESS } from '../../../lib/catalog/processes/exports/browserless';
import { LIVESTREAM } from '../../../lib/catalog/processes/live-events/livestream';
import { TEMPORAL } from '../../../lib/catalog/processes/exports/temporal';
import { settingsOf } from '../../helpers/process-context';

describe('livestream', () => {
  const alone = {
    PORT: '8080',
    LIVESTREAM_MMDB_PATH: '/GeoLite2-City.mmdb',
    LIVESTREAM_CORS_ALLOW_ORIGINS: 'https://posthog.example.com',
    LIVESTREAM_CONSUMERS_EVENT_ENABLED: 'true',
    LIVESTREAM_CONSUMERS_EVENT_BROKERS: 'b-1.internal:9094,b-2.internal:9094',
    LIVESTREAM_CONSUMERS_EVENT_SECURITY_PROTOCOL: 'SSL',
    LIVESTREAM_CONSUMERS_EVENT_TOPIC: 'events_plugin_ingestion',
    LIVESTREAM_CONSUMERS_EVENT_GROUP_ID: 'livestream',
    LIVESTREAM_CONSUMERS_NOTIFICATION_ENABLED: 'true',
    LIVESTREAM_CONSUMERS_NOTIFICATION_BROKERS: 'b-1.internal:9094,b-2.internal:9094',
    LIVESTREAM_CONSUMERS_NOTIFICATION_SECURITY_PROTOCOL: 'SSL',
    LIVESTREAM_CONSUMERS_NOTIFICATION_TOPIC: 'notification_events',
    LIVESTREAM_CONSUMERS_NOTIFICATION_GROUP_ID: 'livestream-notifications',
    LIVESTREAM_REDIS_ADDRESS: 'cache.internal',
    LIVESTREAM_REDIS_PORT: '6379',
    LIVESTREAM_REDIS_TLS: 'true',
    LIVESTREAM_JWT_SECRET: 'secret JwtSigningKey',
  };

  test('has exactly these settings', () => {
    expect(settingsOf(LIVESTREAM)).toEqual({
      ...alone,
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_ENABLED: 'true',
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_BROKERS: 'b-1.internal:9094,b-2.internal:9094',
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_SECURITY_PROTOCOL: 'SSL',
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_TOPIC: 'session_recording_snapshot_item_events',
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_GROUP_ID: 'livestream-session-recordings',
    });
  });

  test('consumes no recordings if replay-capture is not deployed', () => {
    expect(settingsOf(LIVESTREAM, { without: [PostHogProcess.REPLAY_CAPTURE] })).toEqual({
      ...alone,
      LIVESTREAM_CONSUMERS_SESSION_RECORDING_ENABLED: 'false',
    });
  });

  test('connects without TLS to plaintext brokers', () => {
    const stores = (stack: Parameters<typeof Kafka.fromKafkaAttributes>[0]) => ({
      kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: 'kafka:9092', encryption: KafkaEncryption.PLAINTEXT }),
    });
    expect(settingsOf(LIVESTREAM, { stores })).toMatchObject({
      LIVESTREAM_CONSUMERS_EVENT_SECURITY_PROTOCOL: 'PLAINTEXT',
      LIVESTREAM_CONSUMERS_EVENT_BROKERS: 'kafka:9092',
    });
  });
});

test('browserless has exactly these settings', () => {
  expect(settingsOf(BROWSERLESS)).toEqual({ LOG_LEVEL: 'warn', DEBUG: '-*', TOKEN: 'secret BrowserlessToken' });
});

describe('temporal', () => {
  test('has exactly these settings, with TLS for its script, its tool and its server', () => {
    const { DYNAMIC_CONFIG: config, ...settings } = settingsOf(TEMPORAL);
    expect(settings).toEqual({
      DB: 'postgres12',
      DB_PORT: '5432',
      POSTGRES_SEEDS: 'postgres.internal',
      POSTGRES_USER: 'secret postgres-login username',
      POSTGRES_PWD: 'secret postgres-login password',
      ENABLE_ES: 'false',
      DYNAMIC_CONFIG_FILE_PATH: '/tmp/dynamicconfig.yaml',
      POSTGRES_TLS_ENABLED: 'true',
      POSTGRES_TLS_DISABLE_HOST_VERIFICATION: 'true',
      SQL_TLS: 'true',
      SQL_TLS_DISABLE_HOST_VERIFICATION: 'true',
      SQL_TLS_ENABLED: 'true',
      SQL_HOST_VERIFICATION: 'false',
      SQL_MAX_CONNS: '10',
      SQL_VIS_MAX_CONNS: '5',
    });
    expect(config).toBe(
      'limit.maxIDLength:\n    - value: 255\n      constraints: {}\nsystem.visibilityDisableOrderByClause:\n    - value: false\n      constraints: {}\n',
    );
  });

  test('writes its configuration file before it runs the entry point of its image', () => {
    expect(TEMPORAL.entryPoint).toEqual(['/bin/sh', '-c']);
    expect(TEMPORAL.command).toEqual(['printf \'%s\' "$DYNAMIC_CONFIG" > /tmp/dynamicconfig.yaml && exec /etc/temporal/entrypoint.sh autosetup']);
  });

  test('is healthy once its namespace exists', () => {
    expect(TEMPORAL.probe!.command).toBe('temporal operator namespace describe --address "$(hostname):7233" --namespace default > /dev/null');
  });

  test('throws if a connection URL is all that is known of the server', () => {
    const stores = (stack: Parameters<typeof Postgres.fromPostgresAttributes>[0]) => ({
      postgres: Postgres.fromPostgresAttributes(stack, 'P', { urlSecret: Secret.fromSecretNameV2(stack, 'Url', 'url') }),
    });
    expect(() => settingsOf(TEMPORAL, { stores })).toThrow(
      '`credentials` of the PostgreSQL server is required for temporal, which does not support connection URLs; ',
    );
  });
});
