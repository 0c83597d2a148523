import { RUST_HEALTH_CHECK } from './rust';
import { PostHogProcess } from '../../ingress/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache-url';
import { KafkaEncryption } from '../../stores/kafka-client';
import { HttpEndpoint, ProcessContext, ProcessDefinition, ProcessSettings } from '../process-definition';

const PORT = 3000;

/** rust/capture/src/{router,setup}.rs: on SIGTERM it drains for up to 60 seconds. */
const HTTP: HttpEndpoint = {
  port: PORT,
  healthCheck: RUST_HEALTH_CHECK,
  deregistrationDelay: 30,
  healthCheckGracePeriod: 60,
  requestsPerTarget: 10_000,
};

// Each of its two writers to Kafka may hold 400 MiB of events while Kafka is away (rust/common/kafka/src/config.rs).
const RUN = { image: 'capture', http: HTTP, cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 10, stopTimeout: 90, stores: ['cache', 'kafka'], calls: [] } as const;

/** Where events go. The newer of capture's two writers names every topic and has no defaults (rust/capture/src/v1/sinks/kafka/config.rs). */
const TOPICS = {
  MAIN: 'events_plugin_ingestion',
  HISTORICAL: 'events_plugin_ingestion_historical',
  OVERFLOW: 'events_plugin_ingestion_overflow',
  DLQ: 'events_plugin_ingestion_dlq',
  // The default of the older writer, error_tracking_events, is a topic that nothing reads.
  EXCEPTION: 'ingestion-errortracking-main',
  HEATMAP: 'heatmaps_ingestion',
  CLIENT_INGESTION_WARNING: 'ingestion-clientwarnings-main-1',
};

/** Takes events. */
export const CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.CAPTURE,
  id: 'Capture',
  settings: (context) => captureSettings(context, {
    CAPTURE_MODE: 'events',
    KAFKA_TOPIC: TOPICS.MAIN,
    KAFKA_ERROR_TRACKING_TOPIC: TOPICS.EXCEPTION,
    CAPTURE_V1_SINKS: 'msk',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: context.kafka.bootstrapServers,
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: tls(context),
    ...Object.fromEntries(Object.entries(TOPICS).map(([name, topic]) => [`CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_${name}`, topic])),
  }),
};

/** Takes session recordings. */
export const REPLAY_CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.REPLAY_CAPTURE,
  id: 'ReplayCapture',
  settings: (context) => captureSettings(context, {
    CAPTURE_MODE: 'recordings',
    KAFKA_TOPIC: 'session_recording_snapshot_item_events',
    // Recordings that are larger are refused at the door; the process's own default is a megabyte (rust/capture/src/setup.rs).
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(context.kafka.maxMessageBytes),
  }),
};

function captureSettings(context: ProcessContext, environment: Record<string, string>): ProcessSettings {
  return {
    environment: {
      // By default it listens on loopback only.
      ADDRESS: `0.0.0.0:${PORT}`,
      RUST_LOG: 'info,rdkafka=warn',
      REDIS_URL: cacheUrl(context.cache, CacheClient.RUST),
      KAFKA_HOSTS: context.kafka.bootstrapServers,
      KAFKA_TLS: tls(context),
      ...environment,
    },
    secrets: {},
  };
}

function tls(context: ProcessContext): string {
  return String(context.kafka.encryption === KafkaEncryption.TLS);
}
