import { rustKafka, rustKafkaTls } from './kafka';
import { RUST_HEALTH_CHECK } from './rust';
import { modeOf } from '../../catalog/generation';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache-url';
import { HttpEndpoint, ProcessContext, ProcessDefinition, ProcessSettings } from '../process-definition';
import { Product } from '../../catalog/product';

const PORT = 3000;

/** rust/capture/src/{router,setup}.rs: on SIGTERM it drains for up to 60 seconds. */
const HTTP: HttpEndpoint = {
  port: PORT,
  healthCheck: RUST_HEALTH_CHECK,
  deregistrationDelay: 30,
  healthCheckGracePeriod: 60,
  requestsPerTarget: 10_000,
};

const RUN = { image: 'capture', http: HTTP, stopTimeout: 90, stores: ['cache', 'kafka'], needs: [], calls: [] } as const;

/** Where events go. The newer of capture's two writers names every topic and has no defaults (rust/capture/src/v1/sinks/kafka/config.rs). */
const TOPICS = {
  MAIN: 'events_plugin_ingestion',
  HISTORICAL: 'events_plugin_ingestion_historical',
  OVERFLOW: 'events_plugin_ingestion_overflow',
  DLQ: 'events_plugin_ingestion_dlq',
  HEATMAP: 'heatmaps_ingestion',
  CLIENT_INGESTION_WARNING: 'ingestion-clientwarnings-main-1',
};

/** Takes events. */
export const CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.CAPTURE,
  id: 'Capture',
  products: [Product.EVENTS],
  settings: (context) => eventSettings(context, PostHogProcess.CAPTURE),
};

/**
 * Takes large AI events, so that they keep no other ones waiting.
 *
 * It writes to the topic that all events go to, as in upstream's newest compose file. What is in their bodies beside the event, capture
 * itself puts into object storage.
 */
export const CAPTURE_AI: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.CAPTURE_AI,
  id: 'CaptureAi',
  products: [Product.AI],
  stores: ['cache', 'kafka', 'objectStorage'],
  objects: 'read-write',
  settings: (context) => {
    const { environment, secrets } = eventSettings(context, PostHogProcess.CAPTURE_AI);
    return {
      environment: {
        ...environment,
        // Without keys it takes the role of its task (rust/capture/src/s3_client.rs).
        AI_S3_BUCKET: context.objectStorage.bucket.bucketName,
        AI_S3_PREFIX: 'llma/',
        AI_S3_ENDPOINT: context.objectStorage.endpoint,
        AI_S3_REGION: context.objectStorage.region,
      },
      secrets,
    };
  },
};

/** Takes session recordings. */
export const REPLAY_CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.REPLAY_CAPTURE,
  id: 'ReplayCapture',
  products: [Product.SESSION_REPLAY],
  settings: (context) => captureSettings(context, PostHogProcess.REPLAY_CAPTURE, {
    KAFKA_TOPIC: 'session_recording_snapshot_item_events',
    // Recordings that are larger are refused at the door; the process's own default is a megabyte (rust/capture/src/setup.rs).
    KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(context.kafka.maxMessageBytes),
  }),
};

function eventSettings(context: ProcessContext, process: PostHogProcess): ProcessSettings {
  // The default of the older writer, error_tracking_events, is a topic that nothing reads. Without error tracking, exceptions are events like others.
  const exceptions = context.isDeployed(PostHogProcess.INGESTION_ERROR_TRACKING) ? 'ingestion-errortracking-main' : TOPICS.MAIN;
  return captureSettings(context, process, {
    KAFKA_TOPIC: TOPICS.MAIN,
    KAFKA_ERROR_TRACKING_TOPIC: exceptions,
    CAPTURE_V1_SINKS: 'msk',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: context.kafka.bootstrapServers,
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: rustKafkaTls(context.kafka),
    ...Object.fromEntries(Object.entries({ ...TOPICS, EXCEPTION: exceptions }).map(([name, topic]) => [`CAPTURE_V1_SINK_MSK_KAFKA_TOPIC_${name}`, topic])),
  });
}

function captureSettings(context: ProcessContext, process: PostHogProcess, environment: Record<string, string>): ProcessSettings {
  return {
    environment: {
      // By default it listens on loopback only.
      ADDRESS: `0.0.0.0:${PORT}`,
      CAPTURE_MODE: modeOf(context.generation, process),
      RUST_LOG: 'info,rdkafka=warn',
      REDIS_URL: cacheUrl(context.cache, CacheClient.RUST),
      ...rustKafka(context.kafka),
      ...environment,
    },
    secrets: {},
  };
}
