import { Cache, CacheEncryption, Kafka, KafkaEncryption, PostHogProcess } from '../../../../lib';
import { KAFKA_MESSAGE_BYTES } from '../../../../lib/catalog/kafka/limits';
import { CAPTURE_AI } from '../../../../lib/catalog/processes/ai/capture-ai';
import { CAPTURE } from '../../../../lib/catalog/processes/ingestion/capture';
import { REPLAY_CAPTURE } from '../../../../lib/catalog/processes/replay/replay-capture';
import { settingsOf } from '../../../helpers/process-context';

const BROKERS = 'b-1.internal:9094,b-2.internal:9094';

const NEXT_PRODUCER = { KAFKA_INGESTION_PRODUCER_METADATA_BROKER_LIST: BROKERS, KAFKA_INGESTION_PRODUCER_SECURITY_PROTOCOL: 'ssl' };

const EVENTS = {
  ADDRESS: '0.0.0.0:3000',
  RUST_LOG: 'info,rdkafka=warn',
  REDIS_URL: 'redis://cache.internal:6379/',
  KAFKA_HOSTS: BROKERS,
  KAFKA_TLS: 'true',
  KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
  CAPTURE_MODE: 'events',
  AI_MAX_EVENT_BYTES: '983040',
  KAFKA_TOPIC: 'events_plugin_ingestion',
  KAFKA_ERROR_TRACKING_TOPIC: 'ingestion-errortracking-main',
  // Newer versions divert AI events of every path.
  CAPTURE_ANALYTICS_AI_EVENTS_TOPIC: 'events_plugin_ingestion_ai',
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
  // The next generation reads these, and none of the above.
  ...NEXT_PRODUCER,
  KAFKA_INGESTION_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
  CAPTURE_OUTPUT_ANALYTICS_MAIN_TOPIC: 'events_plugin_ingestion',
  CAPTURE_OUTPUT_ANALYTICS_OVERFLOW_TOPIC: 'events_plugin_ingestion_overflow',
  CAPTURE_OUTPUT_ANALYTICS_HISTORICAL_TOPIC: 'events_plugin_ingestion_historical',
  CAPTURE_OUTPUT_DLQ_TOPIC: 'events_plugin_ingestion_dlq',
  CAPTURE_OUTPUT_HEATMAPS_TOPIC: 'heatmaps_ingestion',
  CAPTURE_OUTPUT_CLIENT_WARNINGS_TOPIC: 'ingestion-clientwarnings-main-1',
  CAPTURE_OUTPUT_ERROR_TRACKING_TOPIC: 'ingestion-errortracking-main',
  CAPTURE_OUTPUT_AI_MAIN_TOPIC: 'events_plugin_ingestion_ai',
};

/** Kafka with brokers of this library's size. */
const large = (stack: Parameters<typeof Kafka.fromKafkaAttributes>[0]) => ({
  kafka: Kafka.fromKafkaAttributes(stack, 'Large', { bootstrapServers: BROKERS, maxMessageBytes: KAFKA_MESSAGE_BYTES }),
});

test('capture has exactly these settings', () => {
  expect(settingsOf(CAPTURE)).toEqual(EVENTS);
});

test('capture keeps its own message limit if the brokers accept more', () => {
  expect(settingsOf(CAPTURE, { stores: large })).toEqual(EVENTS);
});

test('capture writes exceptions to the topic of events without error tracking, with both producers', () => {
  expect(settingsOf(CAPTURE, { without: [PostHogProcess.INGESTION_ERROR_TRACKING] })).toMatchObject({
    KAFKA_ERROR_TRACKING_TOPIC: 'events_plugin_ingestion',
    CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_EXCEPTION: 'events_plugin_ingestion',
    CAPTURE_OUTPUT_ERROR_TRACKING_TOPIC: 'events_plugin_ingestion',
  });
});

test('capture-ai runs in the mode `ai`, with the message limit of the brokers for every producer', () => {
  expect(settingsOf(CAPTURE_AI, { stores: large })).toEqual({
    ...EVENTS,
    CAPTURE_MODE: 'ai',
    AI_MAX_EVENT_BYTES: '8388608',
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '33554432',
    CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES: '33554432',
    KAFKA_INGESTION_PRODUCER_MESSAGE_MAX_BYTES: '33554432',
    CAPTURE_V1_MAX_COMPRESSED_BODY_BYTES: '20971520',
    AI_S3_BUCKET: 'objects',
    AI_S3_PREFIX: 'llma/',
    AI_S3_ENDPOINT: 'https://s3.eu-central-1.amazonaws.com',
    AI_S3_REGION: 'eu-central-1',
  });
});

test('capture-ai accepts no event that is larger than the message limit of the brokers', () => {
  expect(settingsOf(CAPTURE_AI)).toMatchObject({
    AI_MAX_EVENT_BYTES: '983040',
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '1000000',
    CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES: '1000000',
  });
});

test('replay-capture has exactly these settings', () => {
  expect(settingsOf(REPLAY_CAPTURE, { stores: large })).toEqual({
    ADDRESS: '0.0.0.0:3000',
    RUST_LOG: 'info,rdkafka=warn',
    REDIS_URL: 'redis://cache.internal:6379/',
    KAFKA_HOSTS: BROKERS,
    KAFKA_TLS: 'true',
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: '33554432',
    CAPTURE_MODE: 'recordings',
    KAFKA_TOPIC: 'session_recording_snapshot_item_events',
    ...NEXT_PRODUCER,
    KAFKA_INGESTION_PRODUCER_MESSAGE_MAX_BYTES: '33554432',
    // The default is the topic of events.
    CAPTURE_OUTPUT_SESSION_REPLAY_MAIN_TOPIC: 'session_recording_snapshot_item_events',
    CAPTURE_OUTPUT_SESSION_REPLAY_OVERFLOW_TOPIC: 'session_recording_snapshot_item_overflow',
    CAPTURE_OUTPUT_DLQ_TOPIC: 'events_plugin_ingestion_dlq',
  });
});

test('capture connects without TLS to stores without TLS, with both producers', () => {
  const settings = settingsOf(CAPTURE, {
    stores: (stack) => ({
      cache: Cache.fromCacheAttributes(stack, 'C', { host: 'redis', port: 6380, encryption: CacheEncryption.NONE }),
      kafka: Kafka.fromKafkaAttributes(stack, 'K', { bootstrapServers: 'kafka:9092', encryption: KafkaEncryption.PLAINTEXT }),
    }),
  });
  expect(settings).toMatchObject({
    REDIS_URL: 'redis://redis:6380/',
    KAFKA_HOSTS: 'kafka:9092',
    KAFKA_TLS: 'false',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: 'kafka:9092',
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: 'false',
    KAFKA_INGESTION_PRODUCER_METADATA_BROKER_LIST: 'kafka:9092',
    KAFKA_INGESTION_PRODUCER_SECURITY_PROTOCOL: 'plaintext',
  });
});
