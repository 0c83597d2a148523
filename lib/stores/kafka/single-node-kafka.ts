import { Duration, Names, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { Connections, InstanceType, ISubnet, IVpc, Peer, Port, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { StatefulInstance } from '../instance/stateful-instance';
import { IKafka, KafkaEncryption } from './kafka-client';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/limits';
import { checkKept } from './kafka-retention';
import {
  applyScript,
  bootstrapYaml,
  clusterProperties,
  prepareScript,
  REDPANDA_COMMAND,
  REDPANDA_DATA,
  REDPANDA_IMAGE,
  REDPANDA_PORTS,
  redpandaYaml,
} from './redpanda-config';
import { checkImage, warnOfFloating } from '../../private/container-image';
import { invalidValue, withPath } from '../../private/errors';

/**
 * Options for `Kafka.singleNode`.
 */
export interface KafkaSingleNodeOptions {
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
   * @default new InstanceType('t4g.large')
   */
  readonly instanceType?: InstanceType;
  /**
   * The image of Redpanda, preferably with its digest. Upgrade one feature release at a time.
   *
   * @default - Redpanda 25.1.9, which PostHog's own single-host installation runs
   */
  readonly image?: string;
  /**
   * The size of the volume. It can be raised while Redpanda runs, but not lowered.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;
  /**
   * The snapshot to create the volume from, of another single node. Do not change it as long as the volume exists; see docs/instances.md.
   *
   * @default - an empty volume
   */
  readonly snapshotId?: string;
  /**
   * The retention of messages: the time that a consumer can be down without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * The maximum size of each partition. The oldest messages are deleted first, read or not.
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
   * The removal policy of the volume: RETAIN, SNAPSHOT or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
}

const DEFAULTS = {
  instanceType: 't4g.large',
  image: REDPANDA_IMAGE,
  volumeSize: Size.gibibytes(100),
  retention: Duration.days(3),
  logRetention: RetentionDays.ONE_MONTH,
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The minimum volume size: Redpanda rejects writes when less than 5 GiB are free. */
const LEAST_VOLUME_GIB = 20;
/** The divisor of the volume for the maximum size of a partition: the number of partitions that are large at the same time. */
const PARTITION_SHARE = 60;
/** Instance types with less than 4 GiB of memory: Redpanda leaves one GiB to the host and needs one for each of two cores. */
const TOO_SMALL = /\.(nano|micro|small)$|^c[^.]*\.medium$/;
/** The user of the image. */
const OWNER = '101:101';

const PATHS = { mountPoint: '/var/lib/redpanda', configuration: '/etc/redpanda-source', written: '/run/redpanda' } as const;

/** A single Redpanda, as a Kafka cluster. */
export class SingleNodeKafka extends Construct implements IKafka {
  public readonly bootstrapServers: string;
  /** TLS would not help: the Rust services do not verify the certificate, and librdkafka in the Node services rejects a self-signed one. */
  public readonly encryption = KafkaEncryption.PLAINTEXT;
  public readonly clientPorts = [REDPANDA_PORTS.kafka];
  public readonly maxMessageBytes = KAFKA_MESSAGE_BYTES;
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: KafkaSingleNodeOptions) {
    super(scope, id);
    const subnet = withPath(this, () => {
      checkProps(props);
      return subnetOf(props);
    });
    const image = props.image ?? DEFAULTS.image;
    warnOfFloating(this, 'Kafka', [image], 'new instance');
    const zone = props.privateZone ?? this.defineZone(props.vpc);
    const host = props.hostName ?? `kafka.${zone.zoneName}`;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'PostHog Kafka: broker', allowAllOutbound: false });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to AWS APIs, Amazon Linux repositories and container registries');
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(REDPANDA_PORTS.kafka) });
    this.bootstrapServers = `${host}:${REDPANDA_PORTS.kafka}`;
    this.defineInstance(props, image, subnet, securityGroup, zone, host);
  }

  private defineZone(vpc: IVpc): PrivateHostedZone {
    const label = Names.uniqueResourceName(this, { maxLength: 50, separator: '-', allowedSpecialCharacters: '-' }).toLowerCase();
    return new PrivateHostedZone(this, 'Zone', { vpc, zoneName: `${label}.internal`, comment: 'PostHog Kafka: private DNS' });
  }

  private defineInstance(
    props: KafkaSingleNodeOptions,
    image: string,
    subnet: ISubnet,
    securityGroup: SecurityGroup,
    zone: IPrivateHostedZone,
    host: string,
  ): void {
    const volumeSize = props.volumeSize ?? DEFAULTS.volumeSize;
    const properties = clusterProperties({
      retentionMs: (props.retention ?? DEFAULTS.retention).toMilliseconds(),
      partitionBytes: props.partitionRetention?.toBytes() ?? Math.floor(volumeSize.toBytes() / PARTITION_SHARE),
    });
    new StatefulInstance(this, 'Instance', {
      vpc: props.vpc,
      subnet,
      securityGroup,
      instanceType: props.instanceType ?? new InstanceType(DEFAULTS.instanceType),
      volume: { size: volumeSize, snapshotId: props.snapshotId },
      mountPoint: PATHS.mountPoint,
      owner: OWNER,
      removalPolicy: props.removalPolicy ?? DEFAULTS.removalPolicy,
      hostName: host,
      zone,
      logRetention: props.logRetention ?? DEFAULTS.logRetention,
      container: {
        name: 'redpanda',
        image,
        command: REDPANDA_COMMAND,
        port: REDPANDA_PORTS.kafka,
        environment: {},
        secrets: {},
        files: {
          [`${PATHS.configuration}/redpanda.yaml`]: redpandaYaml(host),
          [`${PATHS.configuration}/.bootstrap.yaml`]: bootstrapYaml(properties),
        },
        mounts: { [`${PATHS.mountPoint}/data`]: REDPANDA_DATA, [PATHS.written]: '/etc/redpanda' },
        ulimits: { nofile: '262144:262144' },
        stopTimeout: 120,
        prepare: prepareScript(PATHS.configuration, PATHS.written),
        afterStart: applyScript(properties),
      },
    });
  }
}

function checkProps({ vpc, image, instanceType, volumeSize, retention, partitionRetention, privateZone, hostName }: KafkaSingleNodeOptions): void {
  const type = instanceType?.toString() ?? DEFAULTS.instanceType;
  if (!Token.isUnresolved(type) && TOO_SMALL.test(type)) {
    throw invalidValue('instanceType', 'must have 4 GiB of memory or more', type, 'use t4g.medium or larger');
  }
  checkImage('image', image, 'docker.io/redpandadata/redpanda');
  const size = volumeSize ?? DEFAULTS.volumeSize;
  if (!size.isUnresolved() && size.toGibibytes() < LEAST_VOLUME_GIB) {
    throw invalidValue(
      'volumeSize',
      `must be ${LEAST_VOLUME_GIB} GiB or more: Redpanda rejects writes when less than 5 GiB are free`,
      `${size.toGibibytes()} GiB`,
    );
  }
  checkKept(retention, partitionRetention);
  if (size.isUnresolved() && !partitionRetention) {
    throw invalidValue('partitionRetention', 'is required if `volumeSize` is not known at synthesis', 'none');
  }
  if (partitionRetention && !size.isUnresolved() && partitionRetention.toBytes() > size.toBytes()) {
    throw invalidValue('partitionRetention', `must be less than the volume, ${size.toGibibytes()} GiB`, `${partitionRetention.toBytes()} bytes`);
  }
  if (hostName !== undefined && privateZone === undefined) {
    throw invalidValue(
      'hostName',
      'needs the `privateZone` that it is in',
      hostName,
      `set both, or neither; the zone must belong to ${vpc.node.path}`,
    );
  }
}

/** Returns the subnet. The volume and the instance stay in its availability zone. */
function subnetOf({ vpc, vpcSubnets }: KafkaSingleNodeOptions): ISubnet {
  const [subnet] = vpcSubnets ? vpc.selectSubnets(vpcSubnets).subnets : vpc.privateSubnets;
  if (!subnet) {
    throw invalidValue(
      vpcSubnets ? 'vpcSubnets' : 'vpc',
      'must have a private subnet with egress',
      vpc.node.path,
      'add a NAT gateway, or select subnets that can reach AWS APIs and the container registry with `vpcSubnets`',
    );
  }
  return subnet;
}
