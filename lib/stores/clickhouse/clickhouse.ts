import { Annotations, Names, RemovalPolicy, Size } from 'aws-cdk-lib/core';
import {
  Connections,
  IConnectable,
  InstanceClass,
  InstanceSize,
  InstanceType,
  ISubnet,
  Peer,
  Port,
  SecurityGroup,
  SubnetType,
} from 'aws-cdk-lib/aws-ec2';
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
import { withPath } from '../../private/errors';
import { isLookupPending, zonesOf } from '../../private/subnets';

/**
 * A ClickHouse server that stores PostHog's events.
 */
export interface IClickHouse extends IConstruct, IConnectable {
  /** The host name. */
  readonly host: string;
  /** The database. */
  readonly database: string;
  /** Indicates whether connections use TLS. */
  readonly tls: boolean;
  /** Indicates whether the server's certificate is verified. */
  readonly verifyCertificate: boolean;
  /** The secret with the keys `username` and `password`. */
  readonly credentials: ISecret;
  /**
   * The secret with the keys `username` and `password` of a user with read-only access to the database. PostHog writes both into the dictionaries
   * that it creates, and backups contain them. Undefined if dictionaries use `credentials`.
   */
  readonly dictReaderCredentials?: ISecret;
  /** The port of the native protocol: 9440 with TLS, 9000 without. */
  readonly nativePort: number;
  /** The port of the HTTP interface: 8443 with TLS, 8123 without. */
  readonly httpPort: number;
  /** The ports that processes connect to. */
  readonly clientPorts: number[];
  /**
   * The IAM roles of the servers. They are granted the access to S3 that queries need: to stage batch exports and to read the tables of the data
   * warehouse.
   */
  readonly serverRoles: IRole[];
}

const DEFAULTS = {
  // The version in PostHog's compose file at the commit of PostHogRelease.V2026_09_11_R2, by the digest of its tag.
  image: 'clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d', // 26.6.2.158
  instanceType: InstanceType.of(InstanceClass.R7G, InstanceSize.LARGE),
  volumeSize: Size.gibibytes(200),
  volumeIops: 3000,
  volumeThroughput: 125,
  database: 'posthog',
  removalPolicy: RemovalPolicy.RETAIN,
  logRetention: RetentionDays.ONE_MONTH,
};

/** The ids of the Keepers: an ensemble of three tolerates the loss of one. */
const KEEPERS = [1, 2, 3];

/** The ports of connections between servers and Keepers. */
const MEMBER_PORTS = [CLICKHOUSE_PORTS.native, CLICKHOUSE_PORTS.interserver, CLICKHOUSE_PORTS.keeper, CLICKHOUSE_PORTS.raft];

/**
 * ClickHouse on EC2, configured for PostHog: an instance with its own volume for each replica, and a Keeper.
 *
 * It reads events from Kafka, so it adds itself to Kafka's security groups. See docs/clickhouse.md.
 */
export class ClickHouse extends Construct implements IClickHouse {
  /**
   * Imports an existing ClickHouse server with the clusters, macros, named collections and functions of PostHog's own configuration
   * (docker/clickhouse in PostHog/posthog).
   *
   * Throws if the host is known not to work with PostHog.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the server
   */
  public static fromClickHouseAttributes(scope: Construct, id: string, attrs: ClickHouseAttributes): IClickHouse {
    return new ImportedClickHouse(scope, id, attrs);
  }

  public readonly host: string;
  public readonly database: string;
  public readonly tls: boolean = true;
  /** The server creates a self-signed certificate, which clients cannot verify. */
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
    withPath(this, () => checkClickHouseProps(props));
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
      description: 'PostHog ClickHouse: username and password',
      removalPolicy: withoutSnapshot(removalPolicy),
      // ClickHouse inserts it into XML without escaping, and PostHog into the definitions of dictionaries.
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: USER_NAME }),
        generateStringKey: 'password',
        excludePunctuation: true,
        passwordLength: 40,
      },
    });
    const dictReader = new Secret(this, 'DictReader', {
      description: 'PostHog ClickHouse: username and password for dictionaries',
      removalPolicy: withoutSnapshot(removalPolicy),
      generateSecretString: {
        secretStringTemplate: JSON.stringify({ username: DICT_READER_NAME }),
        generateStringKey: 'password',
        excludePunctuation: true,
        passwordLength: 40,
      },
    });
    this.dictReaderCredentials = dictReader;
    const clusterSecret = new Secret(this, 'ClusterSecret', {
      description: 'PostHog ClickHouse: shared secret of the servers',
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
    const keepers = topology.keepers.map((keeper, index) =>
      defineKeeper(this, `Keeper${keeper.id}`, subnets[index % subnets.length], keeper, shared, props.keeperInstanceType),
    );
    const servers = topology.nodes.map((node, index) => defineServer(this, `Server${index + 1}`, subnets[index % subnets.length], node, server));
    this.serverRoles = servers.map(({ role }) => role);
    // A server that starts before the DNS records of its Keepers exist may not find them for 15 minutes.
    servers[0].node.addDependency(...keepers);
    // A deployment updates one server after the other.
    servers.slice(1).forEach((next, index) => next.node.addDependency(servers[index]));
  }

  private subnets(props: ClickHouseProps, replicas: number): ISubnet[] {
    const { subnets } = props.vpc.selectSubnets(props.vpcSubnets ?? { subnetType: SubnetType.PRIVATE_WITH_EGRESS, onePerAz: true });
    if (replicas > zonesOf(subnets) && !isLookupPending(props.vpc)) {
      Annotations.of(this).addWarningV2(
        'cdk-posthog:ClickHouse.sharedZones',
        `${replicas} replicas share availability zones, so losing one zone can take down several of them; select subnets in ${replicas} zones with \`vpcSubnets\``,
      );
    }
    return subnets;
  }

  /** Defines a hosted zone. A VPC cannot have two zones with the same name, so the name is unique to the construct. */
  private ownZone({ vpc }: ClickHouseProps): IPrivateHostedZone {
    const label = Names.uniqueResourceName(this, { maxLength: 60, separator: '-' }).toLowerCase();
    return new PrivateHostedZone(this, 'Zone', { vpc, zoneName: `${label}.internal`, comment: 'PostHog ClickHouse: private DNS' });
  }

  private securityGroup({ vpc, kafka }: ClickHouseProps, many: boolean): SecurityGroup {
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc, description: 'PostHog ClickHouse: servers', allowAllOutbound: false });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to container registries and AWS APIs');
    if (many) {
      for (const port of MEMBER_PORTS) {
        securityGroup.addIngressRule(securityGroup, Port.tcp(port), 'from other servers and Keepers');
        securityGroup.addEgressRule(securityGroup, Port.tcp(port), 'to other servers and Keepers');
      }
    }
    allowToKafka(securityGroup, kafka);
    return securityGroup;
  }

  private acknowledgeSecrets(...secrets: ISecret[]): void {
    const reason =
      'PostHog writes the password into dictionaries, and servers authenticate each other with the secret; docs/clickhouse.md describes manual rotation';
    for (const secret of secrets) {
      acknowledge(secret, {
        'AwsSolutions-SMG4': reason,
        'SecretsManagerRotationEnabled': reason,
        'SecretsManagerUsingKMSKey': 'encrypted with the AWS managed key of Secrets Manager',
      });
    }
  }
}

/**
 * Allows connections from ClickHouse to the brokers.
 *
 * The brokers' rules are defined in this stack ("remote"). Otherwise, a Kafka cluster in another stack would depend on this one.
 */
function allowToKafka(securityGroup: SecurityGroup, kafka: IKafka): void {
  const groups = kafka.connections.securityGroups;
  for (const port of kafka.clientPorts) {
    for (const group of groups) {
      group.addIngressRule(securityGroup, Port.tcp(port), 'from PostHog ClickHouse', true);
      securityGroup.addEgressRule(group, Port.tcp(port), 'to Kafka');
    }
    if (groups.length === 0) {
      securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(port), 'to Kafka, whose security groups are unknown');
    }
  }
}
