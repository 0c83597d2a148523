import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { instanceType, kmsKey, removalPolicyWithoutSnapshot, subnetSelection, vpc } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { durationBetween, gibibytes, oneOf, sizeFrom, text, wholeNumber } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { knownGibibytes } from '../../private/quantities';

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
   * The number of brokers in each subnet, from 1 to 30.
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
   * The maximum volume size of each broker, from 1 GiB to 16 TiB.
   *
   * @default Size.tebibytes(1)
   */
  readonly maxVolumeSize?: Size;
  /**
   * The retention of messages, from an hour to 3650 days: the time that a consumer can be down without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * The maximum size of each partition, 1 MiB or more. The oldest messages are deleted first, read or not.
   *
   * @default - no limit: volumes grow instead
   */
  readonly partitionRetention?: Size;
  /**
   * The customer managed KMS key for the disks of the brokers. Only for a new cluster: another key replaces an existing one, which `preflight`
   * refuses. An imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
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

/**
 * The number of brokers in one of two subnets that the quota of a cluster with KRaft, 60, allows.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/limits.html
 */
const MAX_BROKERS = 30;

/** Checks the retention of messages by time. More than ten years is a mistake. */
export const retention = durationBetween(
  Duration.hours(1),
  Duration.days(3650),
  'from an hour to 3650 days: older messages are deleted, read or not',
);

/** Checks the retention of messages by size. With 0, all but the newest segment of each partition would be deleted. */
export const partitionRetention = sizeFrom(Size.mebibytes(1), 'must be 1 MiB or more: the oldest messages are deleted, read or not');

export const KAFKA_CHECKS: Checks<KafkaProps> = {
  vpc: required(vpc, 'the VPC of the brokers'),
  vpcSubnets: subnetSelection,
  kafkaVersion: text(
    /^\d+\.\d+\.(\d+|x)\.kraft$/,
    'must be one with KRaft, such as 3.9.x.kraft: Kafka is removing ZooKeeper, and a cluster cannot be converted',
  ),
  brokerType: oneOf(KafkaBrokerType),
  brokerInstanceType: instanceType('that MSK supports, without `kafka.` or `express.`, such as m7g.large', (type) =>
    type.startsWith('express.') ? 'use `brokerType: KafkaBrokerType.EXPRESS` for Express brokers' : undefined,
  ),
  brokersPerSubnet: wholeNumber(1, MAX_BROKERS),
  volumeSize: gibibytes(1, MAX_VOLUME_GIB, 'must be from 1 GiB to 16 TiB'),
  maxVolumeSize: gibibytes(1, MAX_VOLUME_GIB, 'must be 16 TiB or less, and 1 GiB or more'),
  retention,
  partitionRetention,
  encryptionKey: kmsKey,
  removalPolicy: removalPolicyWithoutSnapshot('MSK has no snapshots'),
};

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

/** Rejects props that contradict each other, or are not known at synthesis. */
export function checkKafkaProps(props: KafkaProps): void {
  if (Token.isUnresolved(props.brokersPerSubnet)) {
    throw invalidValue('brokersPerSubnet', 'must be known at synthesis', props.brokersPerSubnet);
  }
  checkVolumes(props);
  checkRetention(props.retention, props.partitionRetention);
}

function checkVolumes(props: KafkaProps): void {
  const given = (['volumeSize', 'maxVolumeSize'] as const).find((name) => props[name] !== undefined);
  if (props.brokerType === KafkaBrokerType.EXPRESS && given) {
    throw invalidProp(given, 'cannot be combined with Express brokers, which have no volumes', 'leave it out');
  }
  const size = knownGibibytes('volumeSize', props.volumeSize ?? KAFKA_DEFAULTS.volumeSize);
  const max = knownGibibytes('maxVolumeSize', props.maxVolumeSize ?? KAFKA_DEFAULTS.maxVolumeSize);
  if (size !== undefined && max !== undefined && size > max) {
    throw props.volumeSize
      ? invalidValue('volumeSize', `must not be larger than \`maxVolumeSize\` (${max} GiB)`, props.volumeSize)
      : invalidValue('maxVolumeSize', `must not be smaller than \`volumeSize\` (${size} GiB)`, props.maxVolumeSize);
  }
}

/** Checks the retention of messages by time and size. Both are used in calculations, so they must be known. */
export function checkRetention(time?: Duration, size?: Size): void {
  if (time?.isUnresolved()) {
    throw invalidValue('retention', 'must be known at synthesis', time);
  }
  if (size?.isUnresolved()) {
    throw invalidValue('partitionRetention', 'must be known at synthesis', size);
  }
}
