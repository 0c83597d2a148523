import { Names } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { ISecurityGroup, ISubnet, IVpc, Peer, Port } from 'aws-cdk-lib/aws-ec2';
import { IPrivateHostedZone, PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { Construct } from 'constructs';
import { KafkaBase, KafkaEncryption } from './kafka-base';
import {
  applyScript,
  bootstrapYaml,
  clusterProperties,
  prepareScript,
  REDPANDA_COMMAND,
  REDPANDA_DATA,
  REDPANDA_PORTS,
  redpandaYaml,
} from './redpanda-config';
import { checkRedpandaProps, REDPANDA_CHECKS, REDPANDA_DEFAULTS, RedpandaKafkaProps } from './redpanda-kafka-props';
import { instanceSubnets } from '../instance/instance-subnets';
import { defaultMaxVolumeSize } from '../instance/instance-volume';
import { IStatefulInstance, StatefulInstance } from '../instance/stateful-instance';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/kafka/limits';
import { checkProps } from '../../private/checks/check';
import { warnOfFloating } from '../../private/container-image';
import { InlineSecurityGroup } from '../../private/security-group';
import { encryptWith } from '../../private/encryption-key';
import { withPath } from '../../private/errors';

/** The divisor of the volume for the maximum size of a partition: the number of partitions that are large at the same time. */
const PARTITION_SHARE = 60;
/** The user of the image. */
const OWNER = '101:101';

const PATHS = { mountPoint: '/var/lib/redpanda', configuration: '/etc/redpanda-source', written: '/run/redpanda' } as const;

/**
 * Redpanda, which implements Kafka's protocol, on one EC2 instance with its own volume, for small installations.
 *
 * PostHog's own single-host installation runs it as well. There is one copy of each message, on one volume in one zone: while the instance is
 * replaced, for some minutes, PostHog receives no events; if the zone is lost, so are unread messages. Connections are not encrypted.
 */
export class RedpandaKafka extends KafkaBase {
  /** The instance with its volume, its role and its log group. */
  public readonly instance: IStatefulInstance;
  /** The security group of the broker, to which rules are added for the processes that use it. */
  public readonly securityGroup: ISecurityGroup;
  /** The private hosted zone with the name of the broker. */
  public readonly privateZone: IPrivateHostedZone;
  /** The full name of the broker. */
  public readonly host: string;
  public readonly bootstrapServers: string;
  /** Always plain connections. The Rust services do not verify certificates, and librdkafka in the Node services rejects a self-signed one. */
  public readonly encryption: KafkaEncryption = KafkaEncryption.PLAINTEXT;
  public readonly maxMessageBytes: number = KAFKA_MESSAGE_BYTES;
  public readonly managesTopics: boolean = true;
  /**
   * The values of the tag `cdk-posthog:volume` of the volumes that can be restored one by one; undefined if there are none.
   *
   * @internal
   */
  public readonly _volumeTags?: readonly string[];
  /** Always undefined: this is no MSK cluster. */
  public readonly clusterName?: string = undefined;

  public constructor(scope: Construct, id: string, props: RedpandaKafkaProps) {
    super(scope, id, [REDPANDA_PORTS.kafka]);
    checkProps(this, props, REDPANDA_CHECKS);
    encryptWith(this, props.encryptionKey);
    const image = props.image ?? REDPANDA_DEFAULTS.image;
    // The volume and the instance stay in its availability zone.
    const subnet = withPath(this, () => {
      checkRedpandaProps(props);
      return instanceSubnets(this, props.vpc, props.vpcSubnets, [image])[0];
    });
    warnOfFloating(this, 'Kafka', [image], 'new instance');
    this.privateZone = props.privateZone ?? this.defineZone(props.vpc);
    this.host = props.hostName ?? `kafka.${this.privateZone.zoneName}`;
    const securityGroup = new InlineSecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog Kafka: broker',
      allowAllOutbound: false,
    });
    securityGroup.addEgressRule(Peer.anyIpv4(), Port.tcp(443), 'to AWS APIs, Amazon Linux repositories and container registries');
    this.connections.addSecurityGroup(securityGroup);
    this.securityGroup = securityGroup;
    this.bootstrapServers = `${this.host}:${REDPANDA_PORTS.kafka}`;
    const instance = this.defineInstance(props, image, subnet);
    this.instance = instance;
    this._volumeTags = [instance._volumeTag];
  }

  /**
   * Returns a metric of the EC2 instance, from the namespace `AWS/EC2`.
   *
   * @param metricName the name of the metric
   * @param props options of the metric
   */
  public override metric(metricName: string, props?: MetricOptions): Metric {
    return this.instance.metric(metricName, props);
  }

  /**
   * Returns the metric of the instance's CPU utilization, in percent.
   *
   * @param props options of the metric; by default the average over 5 minutes
   */
  public metricCpuUtilization(props?: MetricOptions): Metric {
    return this.instance.metricCpuUtilization(props);
  }

  /**
   * Returns the metric of failed status checks of the instance: 1 if one failed, 0 otherwise.
   *
   * @param props options of the metric; by default the maximum over a minute
   */
  public metricStatusCheckFailed(props?: MetricOptions): Metric {
    return this.instance.metricStatusCheckFailed(props);
  }

  private defineZone(vpc: IVpc): PrivateHostedZone {
    const label = Names.uniqueResourceName(this, { maxLength: 50, separator: '-', allowedSpecialCharacters: '-' }).toLowerCase();
    return new PrivateHostedZone(this, 'Zone', { vpc, zoneName: `${label}.internal`, comment: 'PostHog Kafka: private DNS' });
  }

  private defineInstance(props: RedpandaKafkaProps, image: string, subnet: ISubnet): StatefulInstance {
    const volumeSize = props.volumeSize ?? REDPANDA_DEFAULTS.volumeSize;
    const properties = clusterProperties({
      retentionMs: (props.retention ?? REDPANDA_DEFAULTS.retention).toMilliseconds(),
      partitionBytes: props.partitionRetention?.toBytes() ?? Math.floor(volumeSize.toBytes() / PARTITION_SHARE),
    });
    return new StatefulInstance(this, 'Instance', {
      vpc: props.vpc,
      subnet,
      securityGroup: this.securityGroup,
      instanceType: props.instanceType ?? REDPANDA_DEFAULTS.instanceType,
      volume: { size: volumeSize, maxSize: props.maxVolumeSize ?? defaultMaxVolumeSize(volumeSize), snapshotId: props.snapshotId },
      mountPoint: PATHS.mountPoint,
      owner: OWNER,
      removalPolicy: props.removalPolicy ?? REDPANDA_DEFAULTS.removalPolicy,
      hostName: this.host,
      zone: this.privateZone,
      logRetention: props.logRetention ?? REDPANDA_DEFAULTS.logRetention,
      container: {
        name: 'redpanda',
        image,
        command: REDPANDA_COMMAND,
        port: REDPANDA_PORTS.kafka,
        environment: {},
        secrets: {},
        files: {
          [`${PATHS.configuration}/redpanda.yaml`]: redpandaYaml(this.host),
          [`${PATHS.configuration}/.bootstrap.yaml`]: bootstrapYaml(properties),
        },
        mounts: { [`${PATHS.mountPoint}/data`]: REDPANDA_DATA, [PATHS.written]: '/etc/redpanda' },
        ulimits: { nofile: '262144:262144' },
        stopTimeout: 120,
        prepare: prepareScript(PATHS.configuration, PATHS.written),
        afterStart: applyScript(properties),
        registryCredentials: props.registryCredentials,
      },
    });
  }
}
