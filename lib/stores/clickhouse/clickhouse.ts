import { Annotations, Names } from 'aws-cdk-lib/core';
import { ISecurityGroup, ISubnet, Peer, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { IRole } from 'aws-cdk-lib/aws-iam';
import { IPrivateHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { defineAppFiles } from './app-files';
import { ClickHouseAppFiles, ClickHouseBase, IClickHouse } from './clickhouse-base';
import { checkClickHouseProps, CLICKHOUSE_CHECKS, CLICKHOUSE_DEFAULTS, ClickHouseProps } from './clickhouse-props';
import { ClickHouseSecrets, defineSecrets } from './clickhouse-secrets';
import { CLICKHOUSE_PORTS, oneShard } from './config/topology';
import { ClickHouseAttributes, ImportedClickHouse } from './imported-clickhouse';
import { defineKeeper, defineServer } from './members';
import { instanceSubnets } from '../instance/instance-subnets';
import { defaultMaxVolumeSize } from '../instance/instance-volume';
import { IStatefulInstance } from '../instance/stateful-instance';
import { IKafka } from '../kafka/kafka-base';
import { checkProps } from '../../private/checks/check';
import { warnOfFloating } from '../../private/container-image';
import { encryptWith } from '../../private/encryption-key';
import { withPath } from '../../private/errors';
import { InlineSecurityGroup } from '../../private/security-group';
import { isLookupPending, onePerZone, zonesOf } from '../../private/subnets';

/** The ids of the Keepers: an ensemble of three tolerates the loss of one. */
const KEEPERS = [1, 2, 3];

/** The ports of connections between servers and Keepers. */
const MEMBER_PORTS = [CLICKHOUSE_PORTS.native, CLICKHOUSE_PORTS.interserver, CLICKHOUSE_PORTS.keeper, CLICKHOUSE_PORTS.raft];

/**
 * ClickHouse on EC2, configured for PostHog: an instance with its own volume for each replica, and a Keeper.
 *
 * It reads events from Kafka, so it adds itself to Kafka's security groups. See docs/clickhouse.md.
 */
export class ClickHouse extends ClickHouseBase {
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

  /** The servers, one for each replica, with their volumes, roles and log groups. */
  public readonly servers: IStatefulInstance[];
  /** The Keepers. Empty if a single server has an embedded one. */
  public readonly keepers: IStatefulInstance[];
  /** The security group of servers and Keepers, to which rules are added for the processes that use them. */
  public readonly securityGroup: ISecurityGroup;
  /** The private hosted zone with the names of servers and Keepers. */
  public readonly privateZone: IPrivateHostedZone;
  /** The secret that servers authenticate each other with. Its whole string is the value. */
  public readonly clusterSecret: ISecret;
  public readonly host: string;
  public readonly database: string;
  /** Always false: the server creates a self-signed certificate, which clients cannot verify. */
  public readonly verifyCertificate: boolean = false;
  public readonly credentials: ISecret;
  /** The secret with the keys `username` and `password` of the user that dictionaries read as. Always defined. */
  public readonly dictReaderCredentials?: ISecret;
  /** The secret with the keys `username` and `password` of the user that can read events only. Undefined without `reader`. */
  public readonly readerCredentials?: ISecret;
  public readonly serverRoles: IRole[];
  /** The parameters through which migrations install PostHog's functions and format schemas on the servers. Always defined. */
  public readonly appFiles?: ClickHouseAppFiles;
  /** The Kafka cluster that the servers read events from. Always defined. */
  public readonly kafka?: IKafka;
  /**
   * The values of the tag `cdk-posthog:volume` of the volumes that can be restored one by one; undefined if there are none.
   *
   * @internal
   */
  public readonly _volumeTags?: readonly string[];

  public constructor(scope: Construct, id: string, props: ClickHouseProps) {
    super(scope, id, true);
    checkProps(this, props, CLICKHOUSE_CHECKS);
    encryptWith(this, props.encryptionKey);
    withPath(this, () => checkClickHouseProps(props));
    const { replicas = CLICKHOUSE_DEFAULTS.replicas, image = CLICKHOUSE_DEFAULTS.image, removalPolicy = CLICKHOUSE_DEFAULTS.removalPolicy } = props;
    warnOfFloating(this, 'ClickHouse', [image], 'new instance');
    this.kafka = props.kafka;
    const subnets = this.subnets(props, replicas, image);

    this.privateZone = props.privateZone ?? this.ownZone(props);
    const [label, ...rest] = (props.hostName ?? `clickhouse.${this.privateZone.zoneName}`).split('.');
    const name = (suffix: string) => [label + suffix, ...rest].join('.');
    const topology = oneShard(
      Array.from({ length: replicas }, (_, index) => name(index === 0 ? '' : `-${index + 1}`)),
      replicas === 1 ? [] : KEEPERS.map((number) => name(`-keeper-${number}`)),
    );
    this.host = topology.nodes[0].host;
    this.database = props.database ?? CLICKHOUSE_DEFAULTS.database;
    const secrets: ClickHouseSecrets = defineSecrets(this, removalPolicy, props.reader ?? CLICKHOUSE_DEFAULTS.reader);
    this.credentials = secrets.credentials;
    this.dictReaderCredentials = secrets.dictReaderCredentials;
    this.readerCredentials = secrets.readerCredentials;
    this.clusterSecret = secrets.clusterSecret;
    this.securityGroup = this.defineSecurityGroup(props, replicas > 1);
    this.connections.addSecurityGroup(this.securityGroup);

    const appFiles = defineAppFiles(this, replicas);
    this.appFiles = appFiles;
    const shared = {
      vpc: props.vpc,
      topology,
      zone: this.privateZone,
      securityGroup: this.securityGroup,
      image,
      removalPolicy,
      logRetention: props.logRetention ?? CLICKHOUSE_DEFAULTS.logRetention,
      registryCredentials: props.registryCredentials,
    };
    const size = props.volumeSize ?? CLICKHOUSE_DEFAULTS.volumeSize;
    const server = {
      ...shared,
      ...secrets,
      props,
      appFiles,
      database: this.database,
      instanceType: props.instanceType ?? CLICKHOUSE_DEFAULTS.instanceType,
      volume: {
        size,
        maxSize: props.maxVolumeSize ?? defaultMaxVolumeSize(size),
        iops: props.volumeIops ?? CLICKHOUSE_DEFAULTS.volumeIops,
        throughput: props.volumeThroughput ?? CLICKHOUSE_DEFAULTS.volumeThroughput,
        snapshotId: props.snapshotId,
      },
    };
    const keepers = topology.keepers.map((keeper, index) =>
      defineKeeper(this, `Keeper${keeper.id}`, subnets[index % subnets.length], keeper, shared, props.keeperInstanceType),
    );
    const servers = topology.nodes.map((node, index) => defineServer(this, index, subnets[index % subnets.length], node, server));
    this.servers = servers;
    this.keepers = keepers;
    this.serverRoles = servers.map(({ role }) => role);
    // A snapshot of one of several volumes does not match the state of the Keepers.
    this._volumeTags = replicas === 1 ? servers.map(({ _volumeTag }) => _volumeTag) : undefined;
    // A server that starts before the DNS records of its Keepers exist may not find them for 15 minutes.
    servers[0].node.addDependency(...keepers);
    // A deployment updates one server after the other.
    servers.slice(1).forEach((next, index) => next.node.addDependency(servers[index]));
  }

  /** @internal */
  protected _instanceDimensions(): Record<string, string> {
    return { AutoScalingGroupName: this.servers[0].autoScalingGroup.autoScalingGroupName };
  }

  private subnets(props: ClickHouseProps, replicas: number, image: string): ISubnet[] {
    const found = withPath(this, () => instanceSubnets(this, props.vpc, props.vpcSubnets, [image]));
    const subnets = props.vpcSubnets ? found : onePerZone(found);
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

  private defineSecurityGroup({ vpc, kafka }: ClickHouseProps, many: boolean): SecurityGroup {
    const securityGroup = new InlineSecurityGroup(this, 'SecurityGroup', {
      vpc,
      description: 'PostHog ClickHouse: servers',
      allowAllOutbound: false,
    });
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
