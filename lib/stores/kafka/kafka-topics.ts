import { clickHouseConsumers } from '../../catalog/clickhouse-kafka-tables';
import { Topic, TOPICS } from '../../catalog/topics';

/** A topic as it must be: it may have more partitions, and is never given fewer. */
export interface KafkaTopic {
  readonly name: string;
  readonly partitions: number;
  /** How long messages are kept, in milliseconds; left out where the brokers decide. */
  readonly retentionMs?: number;
}

/**
 * The topics that PostHog needs, in their order by name. Each has at least as many partitions as ClickHouse has consumers for it: a consumer without a
 * partition holds a thread and has nothing to read.
 *
 * @param busyPartitions how many partitions the busy ones have; the others have one
 * @param isWanted which topics of the catalog; all, where it is left out
 */
export function kafkaTopics(busyPartitions: number, isWanted: (topic: Topic) => boolean = () => true): KafkaTopic[] {
  return TOPICS.filter(isWanted).map(({ name, busy, retentionMs }) => ({
    name,
    partitions: Math.max(busy ? busyPartitions : 1, clickHouseConsumers(name)),
    ...(retentionMs === undefined ? {} : { retentionMs }),
  })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** The topics as the task that makes them reads them: name, partitions and retention, a line each. */
export function topicLines(topics: readonly KafkaTopic[]): string {
  return topics.map(({ name, partitions, retentionMs }) => `${name} ${partitions} ${retentionMs ?? '-'}`).join('\n');
}
