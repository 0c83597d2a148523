import { KAFKA_MESSAGE_BYTES } from '../../catalog/limits';

/** What a cluster's own configuration depends on. */
export interface MskSettings {
  readonly brokers: number;
  /** How long messages are kept, in milliseconds. */
  readonly retentionMs: number;
  /** How much of each partition is kept, in bytes; -1 for no limit. */
  readonly retentionBytes: number;
  /** Express brokers fix replication themselves and refuse to be told. */
  readonly express: boolean;
}

/** How many copies there are of each partition: three, or one a broker where there are fewer. */
export function replicationFactor(brokers: number): number {
  return Math.min(brokers, 3);
}

/**
 * The properties of the brokers, one a line.
 *
 * Topics are made by a task of this library; brokers still create those that a newer PostHog writes to before the library knows them, with the
 * same replication. With two copies one may be missing without refusing writes; with three, one.
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
  return `${Object.entries(properties).map(([name, value]) => `${name}=${value}`).sort().join('\n')}\n`;
}
