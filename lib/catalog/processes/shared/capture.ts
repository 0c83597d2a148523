import { nextRustProducer, rustKafka, rustKafkaTls } from './kafka';
import { CacheClient, cacheUrl } from './cache';
import { RUST_HEALTH_CHECK } from './rust';
import { CaptureMode, CAPTURE_OUTPUTS, topicSettings } from '../../capture/outputs';
import { STALLED_BODY_SECONDS } from '../../http-servers';
import { modeOf } from '../../generations/generation';
import { aiEventBytes } from '../../kafka/limits';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext } from '../../process-context';
import { HttpEndpoint } from '../../process-definition';
import { ProcessSettings } from '../../../private/process-settings';

const PORT = 3000;

/** rust/capture/src/{router,setup}.rs: on SIGTERM it drains for up to 60 seconds. */
const HTTP: HttpEndpoint = {
  port: PORT,
  healthCheck: RUST_HEALTH_CHECK,
  deregistrationDelay: 30,
  healthCheckGracePeriod: 60,
  requestsPerTarget: 10_000,
};

/**
 * The common properties of capture in all modes.
 *
 * Tasks have 2 GiB or more where events must not be lost: each of its two producers may hold 400 MiB.
 */
export const CAPTURE_IMAGE = {
  image: 'capture',
  http: HTTP,
  stopTimeout: 90,
  stores: ['cache', 'kafka'],
  needs: [],
  calls: [],
  // Without it, a body that stops is held forever (rust/capture/src/extractors.rs). docs/performance.md has the measurement.
  tuning: () => ({ BODY_CHUNK_READ_TIMEOUT_MS: String(STALLED_BODY_SECONDS * 1000) }),
} as const;

/** Returns the settings of the newer of capture's two producers, which has its own connection; its topics are set with the others. */
export function sinkSettings({ kafka }: ProcessContext): Record<string, string> {
  return {
    CAPTURE_V1_SINKS: 'msk',
    CAPTURE_V1_SINK_MSK_KAFKA_HOSTS: kafka.bootstrapServers,
    CAPTURE_V1_SINK_MSK_KAFKA_TLS: rustKafkaTls(kafka),
  };
}

/** Returns the settings of capture in a mode, with additional ones. */
export function captureSettings(
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
