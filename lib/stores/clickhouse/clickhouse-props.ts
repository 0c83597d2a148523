import { RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { IKafka } from '../kafka/kafka-base';
import { GP3 } from '../instance/instance-volume';
import { KAFKA } from '../store-checks';
import { hostedZone, instanceType, kmsKey, logRetention, removalPolicy, secret, snapshotId, subnetSelection, vpc } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { boolean, domainName, gibibytes, image, text, wholeNumber } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';

/**
 * Properties for `ClickHouse`.
 */
export interface ClickHouseProps {
  /** The VPC. */
  readonly vpc: IVpc;
  /** The Kafka cluster that ClickHouse reads events from. Tables contain its broker list; see docs/clickhouse.md before you change it. */
  readonly kafka: IKafka;
  /**
   * The subnets of the instances. They need outbound access to AWS APIs and to the container registries.
   *
   * The availability zone of the first subnet is that of the first volume, which cannot move: keep the order.
   *
   * @default - the VPC's private subnets with egress, one per zone
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The instance type, Graviton or x86. One query may use 10 GB of memory, so 16 GiB are the minimum for production.
   *
   * @default InstanceType.of(InstanceClass.R7G, InstanceSize.LARGE)
   */
  readonly instanceType?: InstanceType;
  /**
   * The initial size of each data volume. It can be raised above the size that the volume has grown to, but not lowered; see docs/instances.md.
   *
   * @default Size.gibibytes(200)
   */
  readonly volumeSize?: Size;
  /**
   * The size that each data volume may grow to by itself, at most 64 TiB. A volume grows when it is 75 percent full, and never shrinks. Set it to
   * `volumeSize` to keep it from growing. A change replaces no instance.
   *
   * @default - four times `volumeSize`; none if that is not known at synthesis
   */
  readonly maxVolumeSize?: Size;
  /**
   * The IOPS of each data volume.
   *
   * @default 3000
   */
  readonly volumeIops?: number;
  /**
   * The throughput of each data volume, in MiB per second.
   *
   * @default 125
   */
  readonly volumeThroughput?: number;
  /**
   * The snapshot to create the data volume from. Only for one replica. Do not change it as long as the volume exists; see docs/instances.md.
   *
   * @default - an empty volume
   */
  readonly snapshotId?: string;
  /**
   * The number of servers that hold the same data, each in its own availability zone. Two or more also create three Keeper instances.
   *
   * Decide before there is data: a single server has an embedded Keeper, and its data cannot be moved to Keeper instances later.
   *
   * @default 1
   */
  readonly replicas?: number;
  /**
   * The instance type of the Keepers. Only with `replicas`.
   *
   * @default - t4g.small
   */
  readonly keeperInstanceType?: InstanceType;
  /**
   * The image of ClickHouse: the version that PostHog's release expects, by its digest. Changing it replaces the instances.
   *
   * The instances are granted access to a private ECR repository only if the image name is known at synthesis, not if it is a token: write the
   * account and the region as literals.
   *
   * @default - 26.6.2.158, which belongs to PostHogRelease.V2026_09_11_R2
   */
  readonly image?: string;
  /**
   * The secret with the keys `username` and `password` for the registry of `image`, such as a Docker Hub account. PostHog's image is pulled with it
   * as well if it is in the same registry. Images in ECR need none.
   *
   * @default - anonymous pulls
   */
  readonly registryCredentials?: ISecret;
  /**
   * Indicates whether to create a user that can read events only, for `PostHogCanary` and for your own queries. A change replaces the instances.
   *
   * @default false
   */
  readonly reader?: boolean;
  /**
   * The database, created at startup if it does not exist.
   *
   * @default 'posthog'
   */
  readonly database?: string;
  /**
   * The private hosted zone for the names of the servers.
   *
   * @default - a new one
   */
  readonly privateZone?: IPrivateHostedZone;
  /**
   * The full name of the first server, in the zone. With `replicas`, the others are numbered, such as clickhouse-2 after clickhouse.
   *
   * @default - `clickhouse` in the zone
   */
  readonly hostName?: string;
  /**
   * The customer managed KMS key for volumes, logs and secrets. Only for a new server: another key replaces an existing one, which `preflight`
   * refuses. An imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The removal policy of volumes, secrets and logs. With SNAPSHOT, volumes leave a snapshot, and secrets and logs are retained.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * The retention of the servers' logs in CloudWatch.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}

export const CLICKHOUSE_DEFAULTS = {
  // The version in PostHog's compose file at the commit of PostHogRelease.V2026_09_11_R2, by the digest of its tag.
  image: 'clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d', // 26.6.2.158
  instanceType: InstanceType.of(InstanceClass.R7G, InstanceSize.LARGE),
  volumeSize: Size.gibibytes(200),
  volumeIops: 3000,
  volumeThroughput: 125,
  replicas: 1,
  reader: false,
  database: 'posthog',
  removalPolicy: RemovalPolicy.RETAIN,
  logRetention: RetentionDays.ONE_MONTH,
};

/** Checks the name of a database. PostHog's migrations write it into statements without quoting it. */
export const databaseName = text(/^[A-Za-z_]\w*$/, 'must be a name of letters, digits and underscores');

export const CLICKHOUSE_CHECKS: Checks<ClickHouseProps> = {
  vpc: required(vpc, 'the VPC of the instances'),
  kafka: required(KAFKA, 'the Kafka cluster that ClickHouse reads events from'),
  vpcSubnets: subnetSelection,
  instanceType: instanceType(),
  volumeSize: gibibytes(GP3.gibibytes.min, GP3.gibibytes.max),
  maxVolumeSize: gibibytes(GP3.gibibytes.min, GP3.gibibytes.max),
  volumeIops: wholeNumber(GP3.iops.min, GP3.iops.max, `must be from ${GP3.iops.min} to ${GP3.iops.max} for gp3`),
  volumeThroughput: wholeNumber(
    GP3.throughput.min,
    GP3.throughput.max,
    `must be from ${GP3.throughput.min} to ${GP3.throughput.max} MiB a second for gp3`,
  ),
  snapshotId,
  replicas: wholeNumber(1, 9, 'must be a whole number from 1 to 9, known at synthesis'),
  keeperInstanceType: instanceType('such as t4g.small'),
  image: image('clickhouse/clickhouse-server'),
  registryCredentials: secret,
  reader: boolean,
  database: databaseName,
  privateZone: hostedZone,
  hostName: domainName,
  encryptionKey: kmsKey,
  removalPolicy,
  logRetention,
};

/** Rejects props that contradict each other. */
export function checkClickHouseProps(props: ClickHouseProps): void {
  checkHostName(props);
  const { replicas = CLICKHOUSE_DEFAULTS.replicas } = props;
  if (Token.isUnresolved(replicas)) {
    throw invalidValue('replicas', 'must be a whole number from 1 to 9, known at synthesis', replicas);
  }
  if (replicas > 1 && props.snapshotId !== undefined) {
    throw invalidProp(
      'snapshotId',
      'must be left out with `replicas`',
      'a snapshot of one volume does not match the state of the Keeper instances; restore replicas with RESTORE from a backup',
    );
  }
  if (replicas === 1 && props.keeperInstanceType) {
    throw invalidProp('keeperInstanceType', 'must be left out without `replicas`', 'a single server has an embedded Keeper');
  }
}

/** Checks the host name, which the names of the other servers are derived from. */
function checkHostName({ hostName, privateZone }: ClickHouseProps): void {
  if (hostName === undefined) {
    return;
  }
  if (!privateZone) {
    throw invalidValue('hostName', 'needs the `privateZone` that it is in', hostName, 'set both, or neither');
  }
  if (Token.isUnresolved(hostName)) {
    throw invalidValue('hostName', 'must be known at synthesis', hostName);
  }
}
