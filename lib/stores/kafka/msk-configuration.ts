import { Fn, Names, Stack } from 'aws-cdk-lib/core';
import { IConstruct } from 'constructs';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/kafka/limits';

/** Options of the cluster configuration. */
export interface MskSettings {
  /** The number of availability zones of the brokers. */
  readonly zones: number;
  /** The retention of messages, in milliseconds. */
  readonly retentionMs: number;
  /** The maximum size of each partition, in bytes; -1 for no limit. */
  readonly retentionBytes: number;
  /** Indicates whether they are Express brokers, which reject settings for replication. */
  readonly express: boolean;
}

/**
 * Returns the properties of the brokers, one per line.
 *
 * The migration creates the topics; brokers still create topics of a newer PostHog that the library does not know yet, with the
 * same replication: one replica in each zone. With two or three, one can be down without rejecting writes. It does not depend on the number of
 * brokers, because MSK refuses to change that and the configuration in one update (aws/aws-cdk issue 16765).
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-properties.html
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-configuration-express-read-write.html
 */
export function serverProperties({ zones, retentionMs, retentionBytes, express }: MskSettings): string {
  const replication = {
    'default.replication.factor': zones,
    'min.insync.replicas': Math.max(1, zones - 1),
    'offsets.topic.replication.factor': zones,
    'transaction.state.log.replication.factor': zones,
    'transaction.state.log.min.isr': Math.max(1, zones - 1),
    'replica.fetch.max.bytes': KAFKA_MESSAGE_BYTES,
    'unclean.leader.election.enable': false,
    'log.segment.bytes': 256 * 1024 * 1024,
    // A consumer that names its zone (`client.rack`, the id of a zone) reads from the copy there. MSK sets `broker.rack`.
    'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
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

/** The length of the first part of a stack's id. */
const STACK_ID_LENGTH = 8;

/**
 * Returns the name of a cluster and of its configuration, of up to 64 characters.
 *
 * It ends with a part of the id of the stack, `arn:...:stack/<name>/<id>`: a stack that is created again never meets a name that an earlier one left.
 */
export function mskName(scope: IConstruct): string {
  const stackId = Fn.select(2, Fn.split('/', Stack.of(scope).stackId));
  const name = Names.uniqueResourceName(scope, { maxLength: 64 - STACK_ID_LENGTH - 1, separator: '-' });
  return `${name}-${Fn.select(0, Fn.split('-', stackId))}`;
}
