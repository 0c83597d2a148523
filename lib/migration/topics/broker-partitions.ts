import { Annotations, Token } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { clickHouseConsumers } from '../../catalog/clickhouse/kafka-tables';
import { invalidProp } from '../../private/errors';
import { KafkaBrokers, largerTypes, partitionLimits, partitionsOfBroker } from '../../stores/kafka/broker-limits';
import { IKafka } from '../../stores/kafka/kafka-base';
import { KafkaTopic } from '../../stores/kafka/kafka-topics';

/**
 * Checks the partitions of PostHog's topics against the limits of the brokers.
 *
 * Throws above the number with which MSK accepts all updates of a cluster, and warns above the number that AWS recommends. Brokers whose limits
 * are not known, or whose number is not known at synthesis, are not checked.
 *
 * @param scope the `PostHog`
 * @param kafka the cluster
 * @param topics the topics that the migration creates
 */
export function checkPartitions(scope: IConstruct, kafka: IKafka, topics: readonly KafkaTopic[]): void {
  const brokers = kafka._brokers;
  const limits = brokers && partitionLimits(brokers.instanceType);
  if (!brokers || !limits || topics.some(({ partitions }) => Token.isUnresolved(partitions))) {
    return;
  }
  const each = partitionsOfBroker(brokers, sum(topics));
  const found =
    `${each} partitions on each of ${brokers.count} brokers of type ${brokers.instanceType}: ${topics.length} topics and Kafka's own, ` +
    `with ${brokers.replicas} copies of each partition`;
  if (each > limits.maximum) {
    throw invalidProp(
      'topicPartitions',
      `must fit the brokers of \`kafka\`, whose limit is ${limits.maximum} partitions each, and it results in ${found}`,
      waysOut(brokers, topics, limits.maximum, each),
    );
  }
  if (each > limits.recommended) {
    Annotations.of(scope).addWarningV2(
      'cdk-posthog:PostHog.partitions',
      `\`topicPartitions\` results in ${found}; AWS recommends ${limits.recommended} at most: ${waysOut(brokers, topics, limits.recommended, each)} ` +
        '(docs/kafka.md)',
    );
  }
}

/** Returns what can be done: fewer partitions, larger brokers, or more of them. */
function waysOut(brokers: KafkaBrokers, topics: readonly KafkaTopic[], limit: number, each: number): string {
  const most = mostPartitions(brokers, topics, limit);
  const [type] = largerTypes(brokers.instanceType, each);
  const more = Math.ceil((each * brokers.count) / limit / brokers.replicas);
  return [
    ...(most === undefined ? [] : [`set \`topicPartitions\` to ${most} or less, if the topics do not have more yet`]),
    ...(type === undefined ? [] : [`choose a larger \`brokerInstanceType\`, such as ${type.replace('kafka.', '')}`]),
    `or have ${more} brokers in each subnet (\`brokersPerSubnet\`)`,
  ].join(', ');
}

/** Returns the largest number of partitions of busy topics that fits; undefined if not even one does. */
function mostPartitions(brokers: KafkaBrokers, topics: readonly KafkaTopic[], limit: number): number | undefined {
  const largest = Math.max(...topics.map(({ partitions }) => partitions));
  const candidates = Array.from({ length: largest }, (_, index) => largest - index);
  return candidates.find((most) => {
    const fewer = topics.map(({ name, partitions }) => ({ partitions: Math.min(partitions, Math.max(most, clickHouseConsumers(name))) }));
    return partitionsOfBroker(brokers, sum(fewer)) <= limit;
  });
}

function sum(topics: readonly Pick<KafkaTopic, 'partitions'>[]): number {
  return topics.reduce((total, { partitions }) => total + partitions, 0);
}
