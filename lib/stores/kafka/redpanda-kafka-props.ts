import { Duration, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { checkRetention, partitionRetention, retention } from './kafka-props';
import { REDPANDA_IMAGE } from './redpanda-config';
import { GP3 } from '../instance/instance-volume';
import { hostedZone, instanceType, kmsKey, logRetention, removalPolicy, secret, snapshotId, subnetSelection, vpc } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { domainName, gibibytes, image } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { knownBytes, knownGibibytes } from '../../private/quantities';

/**
 * Properties for `RedpandaKafka`.
 */
export interface RedpandaKafkaProps {
  /** The VPC to run in. */
  readonly vpc: IVpc;
  /**
   * The subnet of the instance, with outbound access to AWS APIs and the container registry. The first is used. The volume cannot change its zone.
   *
   * @default - the first private subnet with egress
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The instance type, with 4 GiB of memory or more, on the Nitro system. A change replaces the instance, which takes some minutes.
   *
   * @default InstanceType.of(InstanceClass.T4G, InstanceSize.LARGE)
   */
  readonly instanceType?: InstanceType;
  /**
   * The image of Redpanda, preferably with its digest. Upgrade one feature release at a time.
   *
   * @default - Redpanda 25.1.9, which PostHog's own single-host installation runs
   */
  readonly image?: string;
  /**
   * The secret with the keys `username` and `password` for the registry of `image`, such as a Docker Hub account. Images in ECR need none.
   *
   * @default - anonymous pulls
   */
  readonly registryCredentials?: ISecret;
  /**
   * The initial size of the volume, from 20 GiB to 64 TiB. It can be raised above the size that the volume has grown to, but not lowered; see
   * docs/instances.md.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;
  /**
   * The size that the volume may grow to by itself, at most 64 TiB. It grows when it is 75 percent full, and never shrinks. Set it to `volumeSize` to
   * keep it from growing. A change does not replace the instance.
   *
   * @default - four times `volumeSize`; none if that is not known at synthesis
   */
  readonly maxVolumeSize?: Size;
  /**
   * The snapshot to create the volume from, of another `RedpandaKafka`. Do not change it as long as the volume exists; see docs/instances.md.
   *
   * @default - an empty volume
   */
  readonly snapshotId?: string;
  /**
   * The retention of messages, from an hour to 3650 days: the time that a consumer can be down without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * The maximum size of each partition, 1 MiB or more. The oldest messages are deleted first, read or not.
   *
   * @default - a sixtieth of the volume
   */
  readonly partitionRetention?: Size;
  /**
   * The private hosted zone for the name of the broker.
   *
   * @default - a new one
   */
  readonly privateZone?: IPrivateHostedZone;
  /**
   * The full name of the broker, in the zone. ClickHouse's tables contain it, so it should not change.
   *
   * @default - `kafka` in the zone
   */
  readonly hostName?: string;
  /**
   * The retention of logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The customer managed KMS key for the volume and the logs. Only for a new volume: another key replaces an existing one, which `preflight`
   * refuses. An imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The removal policy of the volume: RETAIN, SNAPSHOT or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const REDPANDA_DEFAULTS = {
  instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.LARGE),
  image: REDPANDA_IMAGE,
  volumeSize: Size.gibibytes(100),
  retention: Duration.days(3),
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The minimum volume size: Redpanda rejects writes when less than 5 GiB are free. */
const MIN_VOLUME_GIB = 20;

/** Instance types with less than 4 GiB of memory: Redpanda leaves one GiB to the host and needs one for each of two cores. */
const TOO_SMALL = /\.(nano|micro|small)$|^c[^.]*\.medium$/;

export const REDPANDA_CHECKS: Checks<RedpandaKafkaProps> = {
  vpc: required(vpc, 'the VPC of the instance'),
  vpcSubnets: subnetSelection,
  instanceType: instanceType('such as t4g.large'),
  image: image('docker.io/redpandadata/redpanda'),
  registryCredentials: secret,
  volumeSize: gibibytes(
    MIN_VOLUME_GIB,
    GP3.gibibytes.max,
    `must be ${MIN_VOLUME_GIB} GiB or more, up to 64 TiB: Redpanda rejects writes when less than 5 GiB are free`,
  ),
  maxVolumeSize: gibibytes(MIN_VOLUME_GIB, GP3.gibibytes.max),
  snapshotId,
  retention,
  partitionRetention,
  privateZone: hostedZone,
  hostName: domainName,
  logRetention,
  encryptionKey: kmsKey,
  removalPolicy,
};

/** Rejects props that contradict each other. */
export function checkRedpandaProps(props: RedpandaKafkaProps): void {
  const { volumeSize, privateZone, hostName } = props;
  const type = (props.instanceType ?? REDPANDA_DEFAULTS.instanceType).toString();
  if (!Token.isUnresolved(type) && TOO_SMALL.test(type)) {
    throw invalidValue('instanceType', 'must have 4 GiB of memory or more', type, 'use t4g.medium or larger');
  }
  checkRetention(props.retention, props.partitionRetention);
  const volume = knownGibibytes('volumeSize', volumeSize ?? REDPANDA_DEFAULTS.volumeSize);
  const partitionBytes = knownBytes('partitionRetention', props.partitionRetention);
  if (volume === undefined && partitionBytes === undefined) {
    throw invalidProp('partitionRetention', 'is required if `volumeSize` is not known at synthesis');
  }
  if (volume !== undefined && partitionBytes !== undefined && partitionBytes > Size.gibibytes(volume).toBytes()) {
    throw invalidValue('partitionRetention', `must be less than the volume, ${volume} GiB`, props.partitionRetention);
  }
  if (hostName !== undefined && privateZone === undefined) {
    throw invalidValue(
      'hostName',
      'needs the `privateZone` that it is in',
      hostName,
      `set both, or neither; the zone must belong to ${props.vpc.node.path}`,
    );
  }
}
