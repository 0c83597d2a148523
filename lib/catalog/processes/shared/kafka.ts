import { KafkaContext } from '../../process-context';

/** Returns the Rust services' setting for TLS; they support no authentication (rust/common/kafka/src/config.rs). */
export function rustKafkaTls(kafka: KafkaContext): string {
  return String(kafka.tls);
}

/** Returns librdkafka's security protocol. */
export function securityProtocol(kafka: KafkaContext): string {
  return kafka.tls ? 'ssl' : 'plaintext';
}

/** Returns the settings of Rust services that connect to Kafka. */
export function rustKafka(kafka: KafkaContext): Record<string, string> {
  return { KAFKA_HOSTS: kafka.bootstrapServers, KAFKA_TLS: rustKafkaTls(kafka) };
}

/**
 * Returns the settings of a named producer of the next generation of Rust services, which reads none of today's (rust/capture/src/producers.rs
 * at 5177d3410c5e2f1e3c901aa78cc31d05cda91651 of PostHog/posthog, September 2026).
 *
 * @param kafka the brokers
 * @param name the producer
 * @param messageBytes the largest message that it writes
 */
export function nextRustProducer(kafka: KafkaContext, name: string, messageBytes: number): Record<string, string> {
  return {
    [`KAFKA_${name}_PRODUCER_METADATA_BROKER_LIST`]: kafka.bootstrapServers,
    [`KAFKA_${name}_PRODUCER_SECURITY_PROTOCOL`]: securityProtocol(kafka),
    [`KAFKA_${name}_PRODUCER_MESSAGE_MAX_BYTES`]: String(messageBytes),
  };
}
