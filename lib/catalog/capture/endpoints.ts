import { CaptureMode } from './outputs';

/** The format of the bodies of an endpoint. */
export type CaptureFormat = 'v0' | 'v1' | 'multipart' | 'otel';

/** A limit in bytes that a variable sets. */
export interface CaptureLimit {
  readonly variable?: string;
  /** The number of bytes if the variable is not set. */
  readonly bytes: number;
  /** The factor of the limit, such as 1.1 for the overhead of multipart bodies. */
  readonly times?: number;
}

/** An endpoint of capture, with and without a slash at its end. */
export interface CaptureEndpoint {
  readonly path: string;
  readonly modes: readonly CaptureMode[];
  readonly format: CaptureFormat;
  /** The largest body. */
  readonly maxBody: CaptureLimit;
  /** The largest event, if an endpoint has a limit in addition to that of Kafka messages. */
  readonly maxEvent?: CaptureLimit;
  /** The source: a file of PostHog/posthog, in the tree of 13 July 2026 (feb3708) unless stated otherwise. */
  readonly source: string;
}

const MEBIBYTE = 1024 * 1024;
const EVENTS_AND_AI: readonly CaptureMode[] = ['events', 'ai'];
const ROUTER = 'rust/capture/src/router.rs';

const V1_BODY: CaptureLimit = { variable: 'CAPTURE_V1_MAX_DECOMPRESSED_BODY_BYTES', bytes: 50 * MEBIBYTE };
const AI_EVENT: CaptureLimit = { variable: 'AI_MAX_EVENT_BYTES', bytes: 983_040 };

function event(path: string): CaptureEndpoint {
  return { path, modes: EVENTS_AND_AI, format: 'v0', maxBody: { bytes: 2 * MEBIBYTE }, source: `${ROUTER}, EVENT_BODY_SIZE` };
}

/**
 * The endpoints of capture by mode, with their limits.
 *
 * `/i/v1/ai/events` and `AI_MAX_EVENT_BYTES` are newer than the tree of July: the endpoint is mounted in the mode `ai` alone (PostHog/posthog#87034,
 * August 2026), and the default of the variable is the one of mastra-ai/mastra#23845 and PostHog/posthog#66092.
 */
export const CAPTURE_ENDPOINTS: readonly CaptureEndpoint[] = [
  ...['/i/v0/e', '/e', '/capture', '/track', '/engage'].map(event),
  { path: '/batch', modes: EVENTS_AND_AI, format: 'v0', maxBody: { bytes: 20 * MEBIBYTE }, source: `${ROUTER}, BATCH_BODY_SIZE` },
  {
    path: '/i/v0/ai/batch',
    modes: EVENTS_AND_AI,
    format: 'v0',
    maxBody: { bytes: 20 * MEBIBYTE },
    maxEvent: AI_EVENT,
    source: `${ROUTER}, BATCH_BODY_SIZE; AI_MAX_EVENT_BYTES is newer`,
  },
  {
    path: '/i/v0/ai',
    modes: EVENTS_AND_AI,
    format: 'multipart',
    maxBody: { variable: 'AI_MAX_SUM_OF_PARTS_BYTES', bytes: 25 * MEBIBYTE, times: 1.1 },
    source: `${ROUTER}, ai_body_limit`,
  },
  {
    path: '/i/v0/ai/otel',
    modes: EVENTS_AND_AI,
    format: 'otel',
    maxBody: { bytes: 4 * MEBIBYTE },
    source: 'rust/capture/src/otel/mod.rs, OTEL_BODY_SIZE',
  },
  {
    path: '/i/v1/analytics/events',
    modes: EVENTS_AND_AI,
    format: 'v1',
    maxBody: V1_BODY,
    source: `${ROUTER}; rust/capture/src/v1/analytics/constants.rs`,
  },
  { path: '/i/v1/ai/events', modes: ['ai'], format: 'v1', maxBody: V1_BODY, maxEvent: AI_EVENT, source: 'PostHog/posthog#87034, August 2026' },
  { path: '/s', modes: ['recordings'], format: 'v0', maxBody: { bytes: 25 * MEBIBYTE }, source: `${ROUTER}, RECORDING_BODY_SIZE` },
];

/** The largest Kafka message of capture's older writer (rust/capture/src/config.rs). */
export const CAPTURE_MESSAGE_LIMIT: CaptureLimit = { variable: 'KAFKA_PRODUCER_MESSAGE_MAX_BYTES', bytes: 1_000_000 };

/** Returns the limit of Kafka messages of a sink of v1 (rust/capture/src/v1/sinks/kafka/config.rs). */
export function captureSinkMessageLimit(sink: string): CaptureLimit {
  return { variable: `CAPTURE_V1_SINK_${sink.toUpperCase()}_KAFKA_MESSAGE_MAX_BYTES`, bytes: 1_000_000 };
}

/** The content encodings of v1 (rust/capture/src/v1/constants.rs, SUPPORTED_ENCODINGS). */
export const CAPTURE_V1_ENCODINGS: readonly string[] = ['gzip', 'deflate', 'br', 'zstd'];
