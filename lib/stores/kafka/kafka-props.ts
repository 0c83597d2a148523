import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkEnum, invalidProp, invalidValue } from '../../private/errors';
import { knownBytes, knownGibibytes, knownSeconds } from '../../private/quantities';

/**
 * The type of MSK brokers.
 */
export enum KafkaBrokerType {
  /** Brokers with volumes, whose size grows automatically. */
  STANDARD = 'standard',
  /** Express brokers, which manage their storage. They need three availability zones. */
  EXPRESS = 'express',
}

/**
 * Properties for `Kafka`.
 */
export interface KafkaProps {
  /** The VPC to run in. */
  readonly vpc: IVpc;
  /**
   * The subnets of the brokers: two or three, each in its own availability zone; three for Express brokers.
   *
   * They cannot be changed: a change of them or of the VPC requires another cluster, and the deployment fails. See docs/kafka.md.
   *
   * @default - one isolated subnet per zone, or one private subnet per zone if there are no isolated ones; in at most three zones
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The version of Kafka, one that MSK supports with KRaft.
   *
   * @default '3.9.x.kraft'
   */
  readonly kafkaVersion?: string;
  /**
   * The type of brokers. It cannot be changed: MSK does not convert a cluster.
   *
   * @default KafkaBrokerType.STANDARD
   */
  readonly brokerType?: KafkaBrokerType;
  /**
   * The instance type of the brokers, without the prefix `kafka.` or `express.` that MSK's names have.
   *
   * @default InstanceType.of(InstanceClass.M7G, InstanceSize.LARGE)
   */
  readonly brokerInstanceType?: InstanceType;
  /**
   * The number of brokers in each subnet.
   *
   * Brokers can be added, but MSK refuses two changes of a cluster in one update (aws/aws-cdk issue 16765). It moves no partitions to new brokers,
   * and refuses to remove brokers that have some.
   *
   * @default 1
   */
  readonly brokersPerSubnet?: number;
  /**
   * The initial volume size of each broker, from 1 GiB to 16 TiB. It grows automatically and never shrinks. Express brokers have no volumes.
   *
   * A change fails unless it is 10 GiB or more above the size that the volumes have grown to; see docs/kafka.md.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;
  /**
   * The maximum volume size of each broker, up to 16 TiB.
   *
   * @default Size.tebibytes(1)
   */
  readonly maxVolumeSize?: Size;
  /**
   * The retention of messages: the time that a consumer can be down without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * The maximum size of each partition. The oldest messages are deleted first, read or not.
   *
   * @default - no limit: volumes grow instead
   */
  readonly partitionRetention?: Size;
  /**
   * The removal policy of the cluster: RETAIN or DESTROY. MSK has no snapshots.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const KAFKA_DEFAULTS = {
  kafkaVersion: '3.9.x.kraft',
  brokerType: KafkaBrokerType.STANDARD,
  brokerInstanceType: InstanceType.of(InstanceClass.M7G, InstanceSize.LARGE),
  brokersPerSubnet: 1,
  volumeSize: Size.gibibytes(100),
  maxVolumeSize: Size.tebibytes(1),
  retention: Duration.days(3),
  removalPolicy: RemovalPolicy.RETAIN,
};

const MAX_VOLUME_GIB = 16 * 1024;

/** The values of a cluster that its props determine. */
export interface PlannedCluster {
  /** Indicates whether they are Express brokers. */
  readonly express: boolean;
  /** The instance type, as MSK names it. */
  readonly instanceType: string;
  /** The initial volume size of each broker, in GiB; undefined for Express brokers. */
  readonly volumeGibibytes?: number;
  /** The maximum volume size of each broker, in GiB; undefined for Express brokers. */
  readonly maxVolumeGibibytes?: number;
  /** The retention of messages, in milliseconds. */
  readonly retentionMs: number;
  /** The maximum size of each partition, in bytes; -1 for no limit. */
  readonly retentionBytes: number;
}

/** Returns the values that checked props determine. */
export function plannedCluster(props: KafkaProps): PlannedCluster {
  const express = props.brokerType === KafkaBrokerType.EXPRESS;
  const type = props.brokerInstanceType ?? KAFKA_DEFAULTS.brokerInstanceType;
  return {
    express,
    instanceType: `${express ? 'express' : 'kafka'}.${type.toString()}`,
    volumeGibibytes: express ? undefined : (props.volumeSize ?? KAFKA_DEFAULTS.volumeSize).toGibibytes(),
    maxVolumeGibibytes: express ? undefined : (props.maxVolumeSize ?? KAFKA_DEFAULTS.maxVolumeSize).toGibibytes(),
    retentionMs: (props.retention ?? KAFKA_DEFAULTS.retention).toMilliseconds(),
    retentionBytes: props.partitionRetention?.toBytes() ?? -1,
  };
}

/** Rejects props that contradict each other, or that MSK or PostHog do not support. */
export function checkKafkaProps(props: KafkaProps): void {
  checkBrokers(props);
  const version = props.kafkaVersion ?? KAFKA_DEFAULTS.kafkaVersion;
  if (!Token.isUnresolved(version) && !version.endsWith('.kraft')) {
    throw invalidValue(
      'kafkaVersion',
      'must be one with KRaft, such as 3.9.x.kraft: Kafka is removing ZooKeeper, and a cluster cannot be converted',
      version,
    );
  }
  checkVolumes(props);
  checkRetention(props.retention, props.partitionRetention);
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw invalidValue('removalPolicy', 'must be RETAIN or DESTROY: MSK has no snapshots', props.removalPolicy);
  }
}

function checkBrokers({
  brokerType = KAFKA_DEFAULTS.brokerType,
  brokerInstanceType,
  brokersPerSubnet = KAFKA_DEFAULTS.brokersPerSubnet,
}: KafkaProps): void {
  checkEnum('brokerType', brokerType, KafkaBrokerType);
  const type = (brokerInstanceType ?? KAFKA_DEFAULTS.brokerInstanceType).toString();
  if (!Token.isUnresolved(type) && !/^[a-z0-9-]+\.[a-z0-9]+$/.test(type)) {
    throw invalidValue(
      'brokerInstanceType',
      'must be an instance type that MSK supports, without `kafka.` or `express.`, such as m7g.large',
      type,
      type.startsWith('express.') ? 'use `brokerType: KafkaBrokerType.EXPRESS` for Express brokers' : undefined,
    );
  }
  if (Token.isUnresolved(brokersPerSubnet)) {
    throw invalidValue('brokersPerSubnet', 'must be known at synthesis', brokersPerSubnet);
  }
  if (!Number.isInteger(brokersPerSubnet) || brokersPerSubnet < 1) {
    throw invalidValue('brokersPerSubnet', 'must be 1 or more', brokersPerSubnet);
  }
}

function checkVolumes(props: KafkaProps): void {
  const given = (['volumeSize', 'maxVolumeSize'] as const).find((name) => props[name] !== undefined);
  if (props.brokerType === KafkaBrokerType.EXPRESS && given) {
    throw invalidProp(given, 'cannot be combined with Express brokers, which have no volumes', 'leave it out');
  }
  const size = knownGibibytes('volumeSize', props.volumeSize ?? KAFKA_DEFAULTS.volumeSize);
  const max = knownGibibytes('maxVolumeSize', props.maxVolumeSize ?? KAFKA_DEFAULTS.maxVolumeSize);
  if (max !== undefined && max > MAX_VOLUME_GIB) {
    throw invalidValue('maxVolumeSize', 'must be 16 TiB or less', props.maxVolumeSize);
  }
  if (size !== undefined && max !== undefined && size > max) {
    throw invalidValue('volumeSize', `must not be larger than \`maxVolumeSize\` (${max} GiB)`, props.volumeSize ?? KAFKA_DEFAULTS.volumeSize);
  }
}

/** Checks the retention of messages by time and size. Both are used in calculations, so they must be known. */
export function checkRetention(retention?: Duration, partitionRetention?: Size): void {
  if (retention?.isUnresolved()) {
    throw invalidValue('retention', 'must be known at synthesis', retention);
  }
  if (partitionRetention?.isUnresolved()) {
    throw invalidValue('partitionRetention', 'must be known at synthesis', partitionRetention);
  }
  const seconds = knownSeconds('retention', retention);
  if (seconds !== undefined && seconds < 3600) {
    throw invalidValue('retention', 'must be an hour or more: older messages are deleted, read or not', retention);
  }
  knownBytes('partitionRetention', partitionRetention);
}
