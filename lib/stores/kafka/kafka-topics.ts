import { clickHouseConsumers } from '../../catalog/clickhouse/kafka-tables';
import { Topic, TOPICS } from '../../catalog/kafka/topics';

/** A required topic: it may have more partitions, but never fewer. */
export interface KafkaTopic {
  readonly name: string;
  readonly partitions: number;
  /** The retention of messages, in milliseconds; undefined for the default of the brokers. */
  readonly retentionMs?: number;
}

/**
 * Returns the topics that PostHog needs, sorted by name. Each has at least as many partitions as ClickHouse has consumers for it: a consumer
 * without a partition blocks a thread.
 *
 * @param busyPartitions the number of partitions of busy topics; the others have one
 * @param isWanted selects topics of the catalog; all by default
 */
export function kafkaTopics(busyPartitions: number, isWanted: (topic: Topic) => boolean = () => true): KafkaTopic[] {
  return TOPICS.filter(isWanted)
    .map(({ name, busy, retentionMs }) => ({
      name,
      partitions: Math.max(busy ? busyPartitions : 1, clickHouseConsumers(name)),
      ...(retentionMs === undefined ? {} : { retentionMs }),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Returns the topics in the format of the script that creates them: name, partitions and retention, one per line. */
export function topicLines(topics: readonly KafkaTopic[]): string {
  return topics.map(({ name, partitions, retentionMs }) => `${name} ${partitions} ${retentionMs ?? '-'}`).join('\n');
}
