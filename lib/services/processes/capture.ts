import { nextRustProducer, rustKafka, rustKafkaTls } from './kafka';
import { RUST_HEALTH_CHECK } from './rust';
import { CaptureMode, CAPTURE_OUTPUTS, topicSettings } from '../../catalog/capture-outputs';
import { aiEventBytes, BATCH_BODY_BYTES, EVENT_MESSAGE_BYTES } from '../../catalog/limits';
import { modeOf } from '../../catalog/generation';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { ProcessSettings } from '../../private/process-settings';
import { HttpEndpoint, ProcessContext, ProcessDefinition } from '../process-definition';

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

/** Receives events. */
export const CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.CAPTURE,
  id: 'Capture',
  products: [Product.EVENTS],
  settings: (context) => captureSettings(context, PostHogProcess.CAPTURE, 'events', eventMessageBytes(context), sinkSettings(context)),
};

/**
 * Receives AI events, which are large, separately so that they do not delay others.
 *
 * In the mode `ai`, newer versions serve only the paths of AI events, and serve `/i/v1/ai/events` in no other mode (PostHog/posthog#83698,
 * PostHog/posthog#87034). capture itself writes attachments of AI events to object storage.
 */
export const CAPTURE_AI: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.CAPTURE_AI,
  id: 'CaptureAi',
  products: [Product.AI],
  stores: ['cache', 'kafka', 'objectStorage'],
  objects: 'read-write',
  settings: (context) =>
    captureSettings(context, PostHogProcess.CAPTURE_AI, 'ai', context.kafka.maxMessageBytes, {
      ...sinkSettings(context),
      // Both producers must accept the messages of these events.
      CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES: String(context.kafka.maxMessageBytes),
      CAPTURE_V1_MAX_COMPRESSED_BODY_BYTES: String(BATCH_BODY_BYTES),
      // Without keys it uses its task role (rust/capture/src/s3_client.rs).
      AI_S3_BUCKET: context.objectStorage.bucket.bucketName,
      AI_S3_PREFIX: 'llma/',
      AI_S3_ENDPOINT: context.objectStorage.endpoint,
      AI_S3_REGION: context.objectStorage.region,
    }),
};

/** Receives session recordings. */
export const REPLAY_CAPTURE: ProcessDefinition = {
  ...RUN,
  process: PostHogProcess.REPLAY_CAPTURE,
  id: 'ReplayCapture',
  products: [Product.SESSION_REPLAY],
  settings: (context) => captureSettings(context, PostHogProcess.REPLAY_CAPTURE, 'recordings', context.kafka.maxMessageBytes),
};

/** Returns the message limit of ordinary events: capture's default. */
function eventMessageBytes({ kafka }: ProcessContext): number {
  return Math.min(EVENT_MESSAGE_BYTES, kafka.maxMessageBytes);
}

/** Returns the settings of the newer of capture's two producers, which has its own connection; its topics are set with the others. */
function sinkSettings({ kafka }: ProcessContext): Record<string, string> {
  return {
    CAPTURE_V1_SINKS: 'msk',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: kafka.bootstrapServers,
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: rustKafkaTls(kafka),
  };
}

function captureSettings(
  context: ProcessContext,
  process: PostHogProcess,
  mode: CaptureMode,
  messageBytes: number,
  environment: Record<string, string> = {},
): ProcessSettings {
  const { cache, kafka, isDeployed } = context;
  // Without error tracking, exceptions are ordinary events.
  const exceptions = isDeployed(PostHogProcess.INGESTION_ERROR_TRACKING) ? {} : { ERROR_TRACKING: CAPTURE_OUTPUTS.MAIN.topic };
  return {
    environment: {
      // By default it listens on loopback only.
      ADDRESS: `0.0.0.0:${PORT}`,
      RUST_LOG: 'info,rdkafka=warn',
      REDIS_URL: cacheUrl(cache, CacheClient.RUST),
      CAPTURE_MODE: modeOf(context.generation, process),
      ...rustKafka(kafka),
      KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(messageBytes),
      ...nextRustProducer(kafka, 'INGESTION', messageBytes),
      ...(mode === 'recordings' ? {} : { AI_MAX_EVENT_BYTES: String(aiEventBytes(messageBytes)) }),
      ...topicSettings(mode, exceptions),
      ...environment,
    },
    secrets: {},
  };
}
