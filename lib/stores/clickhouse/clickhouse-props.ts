import { RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { IKafka } from '../kafka/kafka-client';
import { checkImage } from '../../private/container-image';
import { checkDomainName } from '../../private/domain-name';
import { rejected } from '../../private/errors';

/**
 * What a ClickHouse on EC2 is made of.
 */
export interface ClickHouseProps {
  /** The VPC. */
  readonly vpc: IVpc;
  /** Where events come from: ClickHouse reads them from Kafka itself. Its broker list ends up in tables; see docs/clickhouse.md before you change it. */
  readonly kafka: IKafka;
  /**
   * PostHog's image, `PostHogRelease.V2026_09_11_R2.images.app`. Functions and schemas that PostHog's queries need are copied from it.
   *
   * The instances may pull one that lies in a private ECR repository where its name is known at synthesis. A name that is a token is not known
   * to be one, and gets them no right to pull: write the account and the region out.
   */
  readonly appImage: string;
  /**
   * Where the instances live. They need a way out: to AWS's interfaces and to where the images come from.
   *
   * The first subnet's availability zone is that of the first volume, and a volume cannot move: keep the order.
   *
   * @default - the VPC's private subnets with a way out, one a zone
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The type of the instances, Graviton or x86. One query may take 10 GB of memory, so 16 GiB are the least for a production system.
   *
   * @default InstanceType.of(InstanceClass.R7G, InstanceSize.LARGE)
   */
  readonly instanceType?: InstanceType;
  /**
   * The size of each data volume. It can grow, and never shrinks.
   *
   * @default Size.gibibytes(200)
   */
  readonly volumeSize?: Size;
  /**
   * Operations a second of each data volume.
   *
   * @default 3000
   */
  readonly volumeIops?: number;
  /**
   * MiB a second of each data volume.
   *
   * @default 125
   */
  readonly volumeThroughput?: number;
  /**
   * A snapshot of a data volume to start from. Only for one replica. It must stay as it is for as long as the volume lives: see docs/instances.md.
   *
   * @default - an empty volume
   */
  readonly snapshotId?: string;
  /**
   * How many servers hold the same data, each in a zone of its own. From two on there are three Keeper instances besides.
   *
   * Decide before there is data: one server keeps its coordination itself, and nothing moves it to Keeper instances afterwards.
   *
   * @default 1
   */
  readonly replicas?: number;
  /**
   * The type of the Keeper instances. Only with `replicas`.
   *
   * @default - t4g.small
   */
  readonly keeperInstanceType?: InstanceType;
  /**
   * The image of ClickHouse: the version that PostHog's release expects, by its digest. A token gets no right to pull, as with `appImage`.
   *
   * @default - 26.6.2.158, which belongs to PostHogRelease.V2026_09_11_R2
   */
  readonly image?: string;
  /**
   * The database, made at a start where it is not there.
   *
   * @default 'posthog'
   */
  readonly database?: string;
  /**
   * The private hosted zone that the servers have their names in.
   *
   * @default - a zone of its own
   */
  readonly privateZone?: IPrivateHostedZone;
  /**
   * The full name of the first server, in the zone. With `replicas`, the others are numbered: clickhouse-2 after clickhouse.
   *
   * @default - `clickhouse` in the zone
   */
  readonly hostName?: string;
  /**
   * What becomes of volumes, secrets and logs when they leave the stack. With SNAPSHOT, volumes leave a snapshot; secrets and logs stay.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * How long the servers' logs are kept in CloudWatch.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
}

/** Refuses what cannot work. */
export function checkClickHouseProps(props: ClickHouseProps): void {
  checkImage('appImage', props.appImage, 'posthog/posthog');
  checkImage('image', props.image, 'clickhouse/clickhouse-server');
  const { database } = props;
  // PostHog's migrations write the name into statements without quoting it.
  if (database !== undefined && !Token.isUnresolved(database) && !/^[A-Za-z_]\w*$/.test(database)) {
    throw rejected('database', 'must be a name of letters, digits and underscores', database);
  }
  checkHostName(props);
  const { replicas = 1 } = props;
  if (!Number.isInteger(replicas) || Token.isUnresolved(replicas) || replicas < 1 || replicas > 9) {
    throw rejected('replicas', 'must be a whole number from 1 to 9, known at synthesis', replicas);
  }
  if (replicas > 1 && props.snapshotId !== undefined) {
    throw rejected('snapshotId', 'must be left out with `replicas`', props.snapshotId,
      'a snapshot of one volume does not match what the Keeper instances know; restore replicas with RESTORE from a backup');
  }
  if (replicas === 1 && props.keeperInstanceType) {
    throw rejected('keeperInstanceType', 'must be left out without `replicas`', props.keeperInstanceType.toString(), 'one server keeps its coordination itself');
  }
}

/** The names of the other servers are made from it. */
function checkHostName({ hostName, privateZone }: ClickHouseProps): void {
  if (hostName === undefined) {
    return;
  }
  if (!privateZone) {
    throw rejected('hostName', 'needs the `privateZone` that it is in', hostName, 'give both, or neither');
  }
  if (Token.isUnresolved(hostName)) {
    throw rejected('hostName', 'must be known at synthesis', hostName);
  }
  checkDomainName('hostName', hostName);
}
