import { IKafka, KafkaEncryption } from '../../stores/kafka-client';

/** What the Rust services call an encrypted connection; they know no other protection (rust/common/kafka/src/config.rs). */
export function rustKafkaTls(kafka: IKafka): string {
  return String(kafka.encryption === KafkaEncryption.TLS);
}

/** librdkafka's own word for how a connection is protected. */
export function securityProtocol(kafka: IKafka): string {
  return kafka.encryption === KafkaEncryption.TLS ? 'ssl' : 'plaintext';
}

/** Settings of the Rust services that speak to Kafka. */
export function rustKafka(kafka: IKafka): Record<string, string> {
  return { KAFKA_HOSTS: kafka.bootstrapServers, KAFKA_TLS: rustKafkaTls(kafka) };
}
