import { Duration, Names, RemovalPolicy, Size, Token } from 'aws-cdk-lib/core';
import { Connections, InstanceType, ISubnet, IVpc, Peer, Port, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { StatefulInstance } from '../instance/stateful-instance';
import { IKafka, KafkaEncryption } from './kafka-client';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/limits';
import { checkKept } from './kafka-retention';
import { applyScript, bootstrapYaml, clusterProperties, prepareScript, REDPANDA_COMMAND, REDPANDA_DATA, REDPANDA_IMAGE, REDPANDA_PORTS, redpandaYaml } from './redpanda-config';
import { checkImage, warnOfFloating } from '../../private/container-image';
import { at, rejected } from '../../private/errors';

/**
 * What a single Redpanda is made from.
 */
export interface KafkaSingleNodeOptions {
  /** The VPC to run in. */
  readonly vpc: IVpc;
  /**
   * The subnet to run in, with a way out to AWS and to the registry of the image. Of several, the first; the volume cannot move to another zone.
   *
   * @default - the first private subnet with a way out
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The instance, with 4 GiB of memory or more, of the Nitro system. A change replaces it, which takes some minutes.
   *
   * @default new InstanceType('t4g.large')
   */
  readonly instanceType?: InstanceType;
  /**
   * The image of Redpanda, best with its digest. A newer one is taken one feature release at a time.
   *
   * @default - Redpanda 25.1.9, which PostHog's own single-host installation runs
   */
  readonly image?: string;
  /**
   * The disk. It can grow while Redpanda runs, and cannot shrink.
   *
   * @default Size.gibibytes(100)
   */
  readonly volumeSize?: Size;
  /**
   * A snapshot to begin from, of the volume of another single node. It must stay as it is for as long as the volume lives: see docs/instances.md.
   *
   * @default - begin empty
   */
  readonly snapshotId?: string;
  /**
   * How long messages are kept: how long whatever reads them may stand still without losing any.
   *
   * @default Duration.days(3)
   */
  readonly retention?: Duration;
  /**
   * How much of each partition is kept at most. What is older goes first, read or not.
   *
   * @default - a sixtieth of the disk
   */
  readonly partitionRetention?: Size;
  /**
   * The private hosted zone that the broker has its name in.
   *
   * @default - a zone of its own
   */
  readonly privateZone?: IPrivateHostedZone;
  /**
   * The full name of the broker, in the zone. It ends up in ClickHouse's tables, so it should not change.
   *
   * @default - `kafka` in the zone
   */
  readonly hostName?: string;
  /**
   * How long logs are kept.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * What happens to the disk when it is removed from the stack: RETAIN, SNAPSHOT or DESTROY.
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

/** Redpanda refuses writes when less than 5 GiB are free. */
const LEAST_VOLUME_GIB = 20;
/** Of the disk, for each partition: as many as this have much in them at once, of the busy topics. */
const PARTITION_SHARE = 60;
/** Less than 4 GiB of memory: Redpanda leaves one to the host and wants one for each of two cores. */
const TOO_SMALL = /\.(nano|micro|small)$|^c[^.]*\.medium$/;
/** The user of the image. */
const OWNER = '101:101';

const PATHS = { mountPoint: '/var/lib/redpanda', configuration: '/etc/redpanda-source', written: '/run/redpanda' } as const;

/** A single Redpanda, as a Kafka cluster. */
export class SingleNodeKafka extends Construct implements IKafka {
  public readonly bootstrapServers: string;
  /** With TLS, the Rust services would not check the certificate, and librdkafka in the Node services would accept none that nobody has signed. */
  public readonly encryption = KafkaEncryption.PLAINTEXT;
  public readonly clientPorts = [REDPANDA_PORTS.kafka];
  public readonly maxMessageBytes = KAFKA_MESSAGE_BYTES;
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: KafkaSingleNodeOptions) {
    super(scope, id);
    const subnet = at(this, () => {
      checkProps(props);
      return subnetOf(props);
    });
    const image = props.image ?? DEFAULTS.image;
    warnOfFloating(this, 'Kafka', [image], 'new instance');
    const zone = props.privateZone ?? this.defineZone(props.vpc);
    const host = props.hostName ?? `kafka.${zone.zoneName}`;
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'Redpanda of PostHog', allowAllOutbound: false });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to AWS, to the repositories of Amazon Linux, to the registry of the image');
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(REDPANDA_PORTS.kafka) });
    this.bootstrapServers = `${host}:${REDPANDA_PORTS.kafka}`;
    this.defineInstance(props, image, subnet, securityGroup, zone, host);
  }

  private defineZone(vpc: IVpc): PrivateHostedZone {
    const label = Names.uniqueResourceName(this, { maxLength: 50, separator: '-', allowedSpecialCharacters: '-' }).toLowerCase();
    return new PrivateHostedZone(this, 'Zone', { vpc, zoneName: `${label}.internal`, comment: 'Where PostHog finds Redpanda' });
  }

  private defineInstance(props: KafkaSingleNodeOptions, image: string, subnet: ISubnet, securityGroup: SecurityGroup, zone: IPrivateHostedZone, host: string): void {
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
    throw rejected('instanceType', 'must have 4 GiB of memory or more', type, 'use t4g.medium or larger');
  }
  checkImage('image', image, 'docker.io/redpandadata/redpanda');
  const size = volumeSize ?? DEFAULTS.volumeSize;
  if (!size.isUnresolved() && size.toGibibytes() < LEAST_VOLUME_GIB) {
    throw rejected('volumeSize', `must be ${LEAST_VOLUME_GIB} GiB or more: Redpanda refuses writes when less than 5 GiB are free`, `${size.toGibibytes()} GiB`);
  }
  checkKept(retention, partitionRetention);
  if (size.isUnresolved() && !partitionRetention) {
    throw rejected('partitionRetention', 'must be given where `volumeSize` is not known at synthesis', 'none');
  }
  if (partitionRetention && !size.isUnresolved() && partitionRetention.toBytes() > size.toBytes()) {
    throw rejected('partitionRetention', `must be less than the disk, ${size.toGibibytes()} GiB`, `${partitionRetention.toBytes()} bytes`);
  }
  if (hostName !== undefined && privateZone === undefined) {
    throw rejected('hostName', 'needs the `privateZone` that it is in', hostName, `give both, or neither; the zone must belong to ${vpc.node.path}`);
  }
}

/** The volume and the instance live in one zone, for good. */
function subnetOf({ vpc, vpcSubnets }: KafkaSingleNodeOptions): ISubnet {
  const [subnet] = vpcSubnets ? vpc.selectSubnets(vpcSubnets).subnets : vpc.privateSubnets;
  if (!subnet) {
    throw rejected(vpcSubnets ? 'vpcSubnets' : 'vpc', 'must have a private subnet with a way out', vpc.node.path,
      'add a NAT gateway, or name subnets that reach AWS and the registry of the image with `vpcSubnets`');
  }
  return subnet;
}
