import { Cache, CacheEncryption, Kafka, KafkaEncryption, PostHogProcess } from '../../../lib';
import { CAPTURE, CAPTURE_AI, REPLAY_CAPTURE } from '../../../lib/services/processes/capture';
import { settingsOf } from '../../helpers/process-context';

const BROKERS = 'b-1.internal:9094,b-2.internal:9094';

test('capture is told this and nothing else', () => {
  expect(settingsOf(CAPTURE)).toEqual({
    ADDRESS: '0.0.0.0:3000',
    RUST_LOG: 'info,rdkafka=warn',
    REDIS_URL: 'redis://cache.internal:6379/',
    KAFKA_HOSTS: BROKERS,
    KAFKA_TLS: 'true',
    CAPTURE_MODE: 'events',
    KAFKA_TOPIC: 'events_plugin_ingestion',
    KAFKA_ERROR_TRACKING_TOPIC: 'ingestion-errortracking-main',
    CAPTURE_V1_SINKS: 'msk',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: BROKERS,
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: 'true',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_MAIN: 'events_plugin_ingestion',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_HISTORICAL: 'events_plugin_ingestion_historical',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_OVERFLOW: 'events_plugin_ingestion_overflow',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_DLQ: 'events_plugin_ingestion_dlq',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_EXCEPTION: 'ingestion-errortracking-main',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_HEATMAP: 'heatmaps_ingestion',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_CLIENT_INGESTION_WARNING: 'ingestion-clientwarnings-main-1',
  });
});

test('without error tracking, exceptions are events like others, in both of capture\'s writers', () => {
  expect(settingsOf(CAPTURE, { without: [PostHogProcess.INGESTION_ERROR_TRACKING] })).toMatchObject({
    KAFKA_ERROR_TRACKING_TOPIC: 'events_plugin_ingestion', CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_EXCEPTION: 'events_plugin_ingestion',
  });
});

test('capture-ai is told what capture is, and where large bodies go, without keys', () => {
  expect(settingsOf(CAPTURE_AI)).toEqual({
    ...settingsOf(CAPTURE), AI_S3_BUCKET: 'objects', AI_S3_PREFIX: 'llma/', AI_S3_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com', AI_S3_REGION: 'eu-central-1',
  });
});

test('replay-capture is told this and nothing else', () => {
  expect(settingsOf(REPLAY_CAPTURE)).toEqual({
    ADDRESS: '0.0.0.0:3000',
    RUST_LOG: 'info,rdkafka=warn',
    REDIS_URL: 'redis://cache.internal:6379/',
    KAFKA_HOSTS: BROKERS,
    KAFKA_TLS: 'true',
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
    CAPTURE_MODE: 'recordings',
    KAFKA_TOPIC: 'session_recording_snapshot_item_events',
  });
});

test('plain stores are opened without TLS, by both of capture\'s writers', () => {
  const settings = settingsOf(CAPTURE, { stores: (stack) => ({
    cache: Cache.fromCacheAttributes(stack, 'C', { host: 'redis', port: 6380, encryption: CacheEncryption.NONE }),
    kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: 'kafka:9092', encryption: KafkaEncryption.PLAINTEXT }),
  }) });
  expect(settings).toMatchObject({
    REDIS_URL: 'redis://redis:6380/',
    KAFKA_HOSTS: 'kafka:9092',
    KAFKA_TLS: 'false',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: 'kafka:9092',
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: 'false',
  });
});
