import { Annotations, Names, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import { Connections, IConnectable, InstanceClass, InstanceSize, InstanceType, ISubnet, Peer, Port, SecurityGroup, SubnetType } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { IPrivateHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { DICT_READER_NAME, USER_NAME } from './layout';
import { defineKeeper, defineServer } from './members';
import { CLICKHOUSE_PORTS, oneShard } from './topology';
import { ClickHouseAttributes, ImportedClickHouse } from './clickhouse-import';
import { checkClickHouseProps, ClickHouseProps } from './clickhouse-props';
import { IKafka } from '../kafka/kafka-client';
import { withoutSnapshot } from '../removal';
import { acknowledge } from '../../private/acknowledge';
import { warnOfFloating } from '../../private/container-image';
import { at } from '../../private/errors';
import { isLookupPending, zonesOf } from '../../private/subnets';

/**
 * A ClickHouse that PostHog keeps events in.
 */
export interface IClickHouse extends IConstruct, IConnectable {
  /** The host name. */
  readonly host: string;
  /** The database. */
  readonly database: string;
  /** Whether connections use TLS. */
  readonly tls: boolean;
  /** Whether the server's certificate is verified. */
  readonly verifyCertificate: boolean;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user who may only read the database. PostHog writes both into the dictionaries that it
   * makes, and backups hold them. Undefined where dictionaries read with `credentials`.
   */
  readonly dictReaderCredentials?: ISecret;
  /** The port of the native protocol: 9440 with TLS, 9000 without. */
  readonly nativePort: number;
  /** The port of the HTTP interface: 8443 with TLS, 8123 without. */
  readonly httpPort: number;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /**
   * The IAM roles of the servers. They are granted what queries need that name objects in S3: to stage batch exports, and to read the tables of
   * the data warehouse.
   */
  readonly serverRoles: IRole[];
}

const DEFAULTS = {
  // The version that PostHog's compose file has at the commit of PostHogRelease.V2026_09_11_R2, by the digest that its tag had.
  image: 'clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d', // 26.6.2.158
  instanceType: InstanceType.of(InstanceClass.R7G, InstanceSize.LARGE),
  volumeSize: Size.gibibytes(200),
  volumeIops: 3000,
  volumeThroughput: 125,
  database: 'posthog',
  removalPolicy: RemovalPolicy.RETAIN,
  logRetention: RetentionDays.ONE_MONTH,
};

/** An ensemble of three goes on when one is gone. */
const KEEPERS = [1, 2, 3];

/** What members say to each other. */
const MEMBER_PORTS = [CLICKHOUSE_PORTS.native, CLICKHOUSE_PORTS.interserver, CLICKHOUSE_PORTS.keeper, CLICKHOUSE_PORTS.raft];

/**
 * ClickHouse on EC2, configured for PostHog: an instance with a volume of its own for each replica, and a Keeper.
 *
 * It reads events from Kafka, so it lets itself in there. See docs/clickhouse.md.
 */
export class ClickHouse extends Construct implements IClickHouse {
  /**
   * Use a ClickHouse that you run, with the clusters, macros, named collections and functions of PostHog's own configuration
   * (docker/clickhouse in PostHog/posthog).
   *
   * Throws where the host is known not to work with PostHog.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param attrs what PostHog must know about it
   */
  public static fromClickHouseAttributes(scope: Construct, id: string, attrs: ClickHouseAttributes): IClickHouse {
    return new ImportedClickHouse(scope, id, attrs);
  }

  public readonly host: string;
  public readonly database: string;
  public readonly tls: boolean = true;
  /** The server makes its own certificate, which nobody else can check. */
  public readonly verifyCertificate: boolean = false;
  public readonly credentials: ISecret;
  public readonly dictReaderCredentials?: ISecret;
  public readonly nativePort: number = CLICKHOUSE_PORTS.native;
  public readonly httpPort: number = CLICKHOUSE_PORTS.http;
  public readonly clientPorts: number[] = [CLICKHOUSE_PORTS.native, CLICKHOUSE_PORTS.http];
  public readonly connections: Connections;
  public readonly serverRoles: IRole[];

  public constructor(scope: Construct, id: string, props: ClickHouseProps) {
    super(scope, id);
    at(this, () => checkClickHouseProps(props));
    const { vpc, replicas = 1 } = props;
    const image = props.image ?? DEFAULTS.image;
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    warnOfFloating(this, 'ClickHouse', [image, props.appImage], 'new instance');
    const subnets = this.subnets(props, replicas);

    const zone = props.privateZone ?? this.ownZone(props);
    const [label, ...rest] = (props.hostName ?? `clickhouse.${zone.zoneName}`).split('.');
    const name = (suffix: string) => [label + suffix, ...rest].join('.');
    const topology = oneShard(
      Array.from({ length: replicas }, (_, index) => name(index === 0 ? '' : `-${index + 1}`)),
      replicas === 1 ? [] : KEEPERS.map((number) => name(`-keeper-${number}`)),
    );
    this.host = topology.nodes[0].host;
    this.database = props.database ?? DEFAULTS.database;
    this.credentials = new Secret(this, 'Credentials', {
      description: 'ClickHouse of PostHog: its user',
      removalPolicy: withoutSnapshot(removalPolicy),
      // ClickHouse puts it into XML as it is, and PostHog into the definitions of dictionaries.
      generateSecretString: { secretStringTemplate: JSON.stringify({ username: USER_NAME }), generateStringKey: 'password', excludePunctuation: true, passwordLength: 40 },
    });
    const dictReader = new Secret(this, 'DictReader', {
      description: 'PostHog ClickHouse: user that dictionaries read as',
      removalPolicy: withoutSnapshot(removalPolicy),
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: DICT_READER_NAME }), generateStringKey: 'password', excludePunctuation: true, passwordLength: 40,
      },
    });
    this.dictReaderCredentials = dictReader;
    const clusterSecret = new Secret(this, 'ClusterSecret', {
      description: 'ClickHouse of PostHog: servers among each other',
      removalPolicy: withoutSnapshot(removalPolicy),
      generateSecretString: { excludePunctuation: true, passwordLength: 40 },
    });
    this.acknowledgeSecrets(this.credentials, dictReader, clusterSecret);
    const securityGroup = this.securityGroup(props, replicas > 1);
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(this.nativePort) });

    const shared = { vpc, topology, zone, securityGroup, image, removalPolicy, logRetention: props.logRetention ?? DEFAULTS.logRetention };
    const server = {
      ...shared,
      props,
      database: this.database,
      instanceType: props.instanceType ?? DEFAULTS.instanceType,
      volume: {
        size: props.volumeSize ?? DEFAULTS.volumeSize,
        iops: props.volumeIops ?? DEFAULTS.volumeIops,
        throughput: props.volumeThroughput ?? DEFAULTS.volumeThroughput,
        snapshotId: props.snapshotId,
      },
      credentials: this.credentials,
      dictReaderCredentials: dictReader,
      clusterSecret,
    };
    const keepers = topology.keepers.map((keeper, index) => defineKeeper(this, `Keeper${keeper.id}`, subnets[index % subnets.length], keeper, shared, props.keeperInstanceType));
    const servers = topology.nodes.map((node, index) => defineServer(this, `Server${index + 1}`, subnets[index % subnets.length], node, server));
    this.serverRoles = servers.map(({ role }) => role);
    // A server that starts before its Keepers have names may not find them for a quarter of an hour.
    servers[0].node.addDependency(...keepers);
    // A deployment changes one after the other.
    servers.slice(1).forEach((next, index) => next.node.addDependency(servers[index]));
  }

  private subnets(props: ClickHouseProps, replicas: number): ISubnet[] {
    const { subnets } = props.vpc.selectSubnets(props.vpcSubnets ?? { subnetType: SubnetType.PRIVATE_WITH_EGRESS, onePerAz: true });
    if (replicas > zonesOf(subnets) && !isLookupPending(props.vpc)) {
      Annotations.of(this).addWarningV2('cdk-posthog:ClickHouse.sharedZones',
        `${replicas} replicas share availability zones, so losing one can take several of them; give subnets of ${replicas} zones with \`vpcSubnets\``);
    }
    return subnets;
  }

  /** A VPC cannot have two zones of one name, so the name is the construct's own. */
  private ownZone({ vpc }: ClickHouseProps): IPrivateHostedZone {
    const label = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' }).toLowerCase();
    return new PrivateHostedZone(this, 'Zone', { vpc, zoneName: `${label}.internal`, comment: 'ClickHouse of PostHog' });
  }

  private securityGroup({ vpc, kafka }: ClickHouseProps, many: boolean): SecurityGroup {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'ClickHouse of PostHog', allowAllOutbound: false });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'images and interfaces of AWS');
    if (many) {
      for (const port of MEMBER_PORTS) {
        securityGroup.addIngressRule(securityGroup, Port.tcp(port), 'from other members');
        securityGroup.addEgressRule(securityGroup, Port.tcp(port), 'to other members');
      }
    }
    letIntoKafka(securityGroup, kafka);
    return securityGroup;
  }

  private acknowledgeSecrets(...secrets: ISecret[]): void {
    const reason = 'PostHog writes the password into dictionaries, and servers know each other by the secret; docs/clickhouse.md says how to change them by hand';
    for (const secret of secrets) {
      acknowledge(secret, {
        'AwsSolutions-SMG4': reason,
        'SecretsManagerRotationEnabled': reason,
        'SecretsManagerUsingKMSKey': 'encrypted with the key that Secrets Manager keeps for the account',
      });
    }
  }
}

/**
 * Opens both ends of the way to the brokers.
 *
 * Their end is defined beside ours ("remote"): beside the brokers, a Kafka in another stack would depend on this one.
 */
function letIntoKafka(securityGroup: SecurityGroup, kafka: IKafka): void {
  const groups = kafka.connections.securityGroups;
  for (const port of kafka.clientPorts) {
    for (const group of groups) {
      group.addIngressRule(securityGroup, Port.tcp(port), 'from ClickHouse of PostHog', true);
      securityGroup.addEgressRule(group, Port.tcp(port), 'to Kafka');
    }
    if (groups.length === 0) {
      securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'to Kafka, whose security groups are not known');
    }
  }
}
