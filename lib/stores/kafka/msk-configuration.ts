import { KAFKA_MESSAGE_BYTES } from '../../catalog/kafka/limits';

/** Options of the cluster configuration. */
export interface MskSettings {
  readonly brokers: number;
  /** The retention of messages, in milliseconds. */
  readonly retentionMs: number;
  /** The maximum size of each partition, in bytes; -1 for no limit. */
  readonly retentionBytes: number;
  /** Indicates whether they are Express brokers, which reject settings for replication. */
  readonly express: boolean;
}

/** Returns the replication factor: three, or the number of brokers if that is less. */
export function replicationFactor(brokers: number): number {
  return Math.min(brokers, 3);
}

/**
 * Returns the properties of the brokers, one per line.
 *
 * The migration creates the topics; brokers still create topics of a newer PostHog that the library does not know yet, with the
 * same replication. With two or three replicas, one can be down without rejecting writes.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-properties.html
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-express-read-write.html
 */
export function serverProperties({ brokers, retentionMs, retentionBytes, express }: MskSettings): string {
  const copies = replicationFactor(brokers);
  const replication = {
    'default.replication.factor': copies,
    'min.insync.replicas': Math.max(1, copies - 1),
    'offsets.topic.replication.factor': copies,
    'transaction.state.log.replication.factor': copies,
    'transaction.state.log.min.isr': Math.max(1, copies - 1),
    'replica.fetch.max.bytes': KAFKA_MESSAGE_BYTES,
    'unclean.leader.election.enable': false,
    'log.segment.bytes': 256 * 1024 * 1024,
  };
  const properties = {
    'auto.create.topics.enable': true,
    'num.partitions': 1,
    'message.max.bytes': KAFKA_MESSAGE_BYTES,
    'log.retention.ms': retentionMs,
    'log.retention.bytes': retentionBytes,
    ...(express ? {} : replication),
  };
  return `${Object.entries(properties)
    .map(([name, value]) => `${name}=${value}`)
    .sort()
    .join('\n')}\n`;
}
