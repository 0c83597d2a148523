import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkKept } from './kafka-retention';
import { rejected } from '../../private/errors';

/**
 * What a Kafka cluster is made from.
 */
export interface KafkaProps {
  /** The VPC to run in. */
  readonly vpc: IVpc;
  /**
   * The subnets to run in: two or three, each in a zone of its own; three for Express brokers.
   *
   * They must stay as they are: where they or the VPC change, the deployment fails, because that takes another cluster. See docs/kafka.md.
   *
   * @default - one isolated subnet a zone, or one private subnet a zone where there are no isolated ones; in three zones at most
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The version of Kafka, one that MSK offers with KRaft.
   *
   * @default '3.9.x.kraft'
   */
  readonly kafkaVersion?: string;
  /**
   * The kind of broker: a `kafka.` instance type, or an `express.` one for Express brokers, which have no disks to watch.
   *
   * @default 'kafka.m7g.large'
   */
  readonly brokerInstanceType?: string;
  /**
   * How many brokers there are in each subnet.
   *
   * @default 1
   */
  readonly brokersPerSubnet?: number;
  /**
   * The disk of each broker at first, from 1 GiB to 16 TiB. It grows by itself and never shrinks. Express brokers have none.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;
  /**
   * How far the disk of each broker may grow, up to 16 TiB.
   *
   * @default Size.tebibytes(1)
   */
  readonly maxVolumeSize?: Size;
  /**
   * How long messages are kept: how long whatever reads them may stand still without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * How much of each partition is kept at most. What is older goes first, read or not.
   *
   * @default - no limit: disks grow instead
   */
  readonly partitionRetention?: Size;
  /**
   * What happens to the cluster when it is removed from the stack: RETAIN or DESTROY. MSK has no snapshots.
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

/** Refuses what contradicts itself, or what MSK or PostHog cannot do. */
export function checkProps(props: KafkaProps, express: boolean): void {
  const { brokerInstanceType: type = KAFKA_DEFAULTS.brokerInstanceType, brokersPerSubnet: brokers = KAFKA_DEFAULTS.brokersPerSubnet } = props;
  if (!Token.isUnresolved(type) && !/^(kafka|express)\.[a-z0-9]+\.[a-z0-9]+$/.test(type)) {
    throw rejected('brokerInstanceType', 'must be a kind of broker that MSK offers, such as kafka.m7g.large or express.m7g.large', type,
      /serverless/i.test(type) ? 'MSK Serverless admits clients by IAM only, which PostHog\'s services do not speak' : undefined);
  }
  if (Token.isUnresolved(brokers)) {
    throw rejected('brokersPerSubnet', 'must be known at synthesis: how many copies there are depends on it', 'a token');
  }
  if (!Number.isInteger(brokers) || brokers < 1) {
    throw rejected('brokersPerSubnet', 'must be 1 or more', brokers);
  }
  const version = props.kafkaVersion ?? KAFKA_DEFAULTS.kafkaVersion;
  if (!Token.isUnresolved(version) && !version.endsWith('.kraft')) {
    throw rejected('kafkaVersion', 'must be one with KRaft, such as 3.9.x.kraft: ZooKeeper is on its way out of Kafka, and a cluster cannot change over', version);
  }
  const given = (['volumeSize', 'maxVolumeSize'] as const).find((name) => props[name] !== undefined);
  if (express && given) {
    throw rejected(given, 'cannot be given with Express brokers, which have no disks to size', `${props[given]!.toGibibytes()} GiB`, 'leave it out');
  }
  const [size, max] = [props.volumeSize ?? KAFKA_DEFAULTS.volumeSize, props.maxVolumeSize ?? KAFKA_DEFAULTS.maxVolumeSize];
  if (!max.isUnresolved() && max.toGibibytes() > MAX_VOLUME.toGibibytes()) {
    throw rejected('maxVolumeSize', 'must be 16 TiB or less', `${max.toGibibytes()} GiB`);
  }
  if (!size.isUnresolved() && !max.isUnresolved() && size.toGibibytes() > max.toGibibytes()) {
    throw rejected('volumeSize', `must not be larger than \`maxVolumeSize\` (${max.toGibibytes()} GiB)`, `${size.toGibibytes()} GiB`);
  }
  checkKept(props.retention, props.partitionRetention);
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw rejected('removalPolicy', 'must be RETAIN or DESTROY: MSK has no snapshots', props.removalPolicy);
  }
}
