import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkKept } from './kafka-retention';
import { invalidValue } from '../../private/errors';

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
   * The broker type: a `kafka.` instance type, or an `express.` one for Express brokers, which manage their storage.
   *
   * @default 'kafka.m7g.large'
   */
  readonly brokerInstanceType?: string;
  /**
   * The number of brokers in each subnet.
   *
   * @default 1
   */
  readonly brokersPerSubnet?: number;
  /**
   * The initial volume size of each broker, from 1 GiB to 16 TiB. It grows automatically and never shrinks. Express brokers have no volumes.
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
  brokerInstanceType: 'kafka.m7g.large',
  brokersPerSubnet: 1,
  volumeSize: Size.gibibytes(100),
  maxVolumeSize: Size.tebibytes(1),
  retention: Duration.days(3),
  removalPolicy: RemovalPolicy.RETAIN,
};

const MAX_VOLUME = Size.tebibytes(16);

/** Rejects props that contradict each other, or that MSK or PostHog do not support. */
export function checkProps(props: KafkaProps, express: boolean): void {
  const { brokerInstanceType: type = KAFKA_DEFAULTS.brokerInstanceType, brokersPerSubnet: brokers = KAFKA_DEFAULTS.brokersPerSubnet } = props;
  if (!Token.isUnresolved(type) && !/^(kafka|express)\.[a-z0-9]+\.[a-z0-9]+$/.test(type)) {
    throw invalidValue(
      'brokerInstanceType',
      'must be a broker type of MSK, such as kafka.m7g.large or express.m7g.large',
      type,
      /serverless/i.test(type) ? "MSK Serverless requires IAM authentication, which PostHog's services do not support" : undefined,
    );
  }
  if (Token.isUnresolved(brokers)) {
    throw invalidValue('brokersPerSubnet', 'must be known at synthesis: the replication factor depends on it', 'a token');
  }
  if (!Number.isInteger(brokers) || brokers < 1) {
    throw invalidValue('brokersPerSubnet', 'must be 1 or more', brokers);
  }
  const version = props.kafkaVersion ?? KAFKA_DEFAULTS.kafkaVersion;
  if (!Token.isUnresolved(version) && !version.endsWith('.kraft')) {
    throw invalidValue(
      'kafkaVersion',
      'must be one with KRaft, such as 3.9.x.kraft: Kafka is removing ZooKeeper, and a cluster cannot be converted',
      version,
    );
  }
  const given = (['volumeSize', 'maxVolumeSize'] as const).find((name) => props[name] !== undefined);
  if (express && given) {
    throw invalidValue(given, 'cannot be combined with Express brokers, which have no volumes', `${props[given]!.toGibibytes()} GiB`, 'leave it out');
  }
  const [size, max] = [props.volumeSize ?? KAFKA_DEFAULTS.volumeSize, props.maxVolumeSize ?? KAFKA_DEFAULTS.maxVolumeSize];
  if (!max.isUnresolved() && max.toGibibytes() > MAX_VOLUME.toGibibytes()) {
    throw invalidValue('maxVolumeSize', 'must be 16 TiB or less', `${max.toGibibytes()} GiB`);
  }
  if (!size.isUnresolved() && !max.isUnresolved() && size.toGibibytes() > max.toGibibytes()) {
    throw invalidValue('volumeSize', `must not be larger than \`maxVolumeSize\` (${max.toGibibytes()} GiB)`, `${size.toGibibytes()} GiB`);
  }
  checkKept(props.retention, props.partitionRetention);
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw invalidValue('removalPolicy', 'must be RETAIN or DESTROY: MSK has no snapshots', props.removalPolicy);
  }
}
