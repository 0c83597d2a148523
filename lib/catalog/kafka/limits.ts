const MIB = 1024 * 1024;

/**
 * The largest message on Kafka, in bytes, for brokers, their replication, and every producer of large messages. Topics are
 * created without a limit of their own, so they follow the brokers. Consumers need no setting: a broker returns the first batch of a fetch
 * of any size (KIP-74), and librdkafka's `receive.message.max.bytes` is 100 MB.
 *
 * Session recordings need the largest messages. A client sends a snapshot as JSON, and capture puts that text into the message as a JSON
 * string, so every quote and backslash has two bytes: 24 MB of JSON with many quotes result in a message of 32 MiB and more. The 25 MB of
 * rust/capture/src/router.rs (RECORDING_BODY_SIZE) are not in force, because the handler reads the body as a stream; the producer's
 * `message.max.bytes` limits the compressed body, the decompressed body and the message (rust/capture/src/setup.rs). Measured with
 * PostHog/posthog of 13 July 2026: 31 MB plain and 33 MB decompressed are accepted, 20 MB of JSON with many quotes are not.
 *
 * It is not twice as much: replica fetchers and consumers reserve memory for each partition, Node holds several copies of a message while it
 * parses one, and posthog-js splits its buffer at about a megabyte, so that only a single huge snapshot comes near.
 */
export const KAFKA_MESSAGE_BYTES = 32 * MIB;

/**
 * The largest AI event that capture-ai accepts, in bytes of JSON. It is the limit of PostHog's own deployment (PostHog/posthog#87034), and its SDKs
 * drop larger events themselves (AI_MAX_EVENT_BYTES of posthog-js' packages/node and of posthog-python).
 *
 * In the message it is a JSON string, so it may have twice as many bytes: 8 MiB of quotes only resulted in a message of 16,776,804 bytes. Versions
 * before that pull request do not read this limit and accept every event that fits into a message: the tree of 13 July 2026 accepted 23 MB, and
 * answered 413 to 34 MB.
 */
export const AI_EVENT_BYTES = 8 * MIB;

/** The overhead of capture around an event in a message: names, token, addresses, times. It is the margin of PostHog's own deployments. */
export const EVENT_ENVELOPE_BYTES = 1_000_000 - 983_040;

/** The largest message of ordinary events, in bytes: capture's own default, which it keeps (rust/capture/src/config.rs). */
export const EVENT_MESSAGE_BYTES = 1_000_000;

/**
 * The largest body of a batch of events, in bytes: BATCH_BODY_SIZE of rust/capture/src/router.rs. Capture's newer endpoint accepts half of it by
 * default. Its older ones accept five times as much (rust/capture/src/setup.rs): BATCH_BODY_SIZE itself is not in force there, because the handler
 * reads the body as a stream.
 */
export const BATCH_BODY_BYTES = 20 * MIB;

/**
 * Returns the largest AI event that fits into messages of a size.
 *
 * @param messageBytes the largest message that brokers and producer accept
 */
export function aiEventBytes(messageBytes: number): number {
  return Math.min(AI_EVENT_BYTES, messageBytes - EVENT_ENVELOPE_BYTES);
}

/** The maximum number of partitions of each topic with data from clients; a broker holds about a thousand partitions in total. */
export const MAX_TOPIC_PARTITIONS = 100;
