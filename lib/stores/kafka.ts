import { Duration, Names, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { PredefinedMetric, ScalableTarget, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Connections, ISubnet, IVpc, Port, SecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { IKafka, KafkaEncryption } from './kafka-client';
import { ImportedKafka, KafkaAttributes, MSK_PORTS } from './kafka-import';
import { MAX_MESSAGE_BYTES, serverProperties } from './msk-configuration';
import { acknowledge } from '../private/acknowledge';
import { at, rejected } from '../private/errors';
import { knownSeconds } from '../private/durations';
import { isLookupPending, storeSubnets } from '../private/subnets';

/**
 * What a Kafka cluster is made from.
 */
export interface KafkaProps {
  /** The VPC to run in. */
  readonly vpc: IVpc;
  /**
   * The subnets to run in: two or three, each in a zone of its own; three for Express brokers.
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

const DEFAULTS = {
  kafkaVersion: '3.9.x.kraft',
  brokerInstanceType: 'kafka.m7g.large',
  brokersPerSubnet: 1,
  volumeSize: Size.gibibytes(100),
  maxVolumeSize: Size.tebibytes(1),
  retention: Duration.days(3),
  removalPolicy: RemovalPolicy.RETAIN,
};

/**
 * How many zones MSK takes.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-create-cluster.html
 */
const ZONES = { min: 2, max: 3 };
const MAX_VOLUME = Size.tebibytes(16);
const EXPRESS = /^express\./;
/** The id of that function (aws-cdk-lib/custom-resources, AwsCustomResource.PROVIDER_FUNCTION_UUID). */
const ASKER = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`;
/** Disks grow when they are this full; MSK recommends 50 to 60. */
const TARGET_DISK_PERCENT = 60;

/**
 * A Kafka cluster: Amazon MSK with provisioned brokers.
 *
 * It defines the cluster (KRaft, TLS without client authentication, guarded by its security group), the brokers' configuration, storage that
 * grows, and the log. MSK does not tell CloudFormation the brokers' names: a custom resource asks for them. The names stay for as long as the
 * cluster does; ClickHouse keeps them in its tables.
 */
export class Kafka extends Construct implements IKafka {
  /**
   * Use a Kafka cluster that you run: plain or TLS connections without authentication, guarded by security groups.
   *
   * PostHog's topics must exist, or the brokers create them (`auto.create.topics.enable`).
   *
   * Throws where a broker is known not to work with PostHog, or its MSK port contradicts `encryption`.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param attrs what PostHog must know about it
   */
  public static fromKafkaAttributes(scope: Construct, id: string, attrs: KafkaAttributes): IKafka {
    return new ImportedKafka(scope, id, attrs);
  }

  /** The ARN of the cluster. */
  public readonly clusterArn: string;
  public readonly bootstrapServers: string;
  public readonly encryption = KafkaEncryption.TLS;
  public readonly clientPorts = [MSK_PORTS[KafkaEncryption.TLS]];
  public readonly maxMessageBytes = MAX_MESSAGE_BYTES;
  public readonly connections: Connections;

  public constructor(scope: Construct, id: string, props: KafkaProps) {
    super(scope, id);
    const express = EXPRESS.test(props.brokerInstanceType ?? DEFAULTS.brokerInstanceType);
    const subnets = at(this, () => {
      checkProps(props, express);
      return brokerSubnets(props, express);
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', { vpc: props.vpc, description: 'Kafka of PostHog', allowAllOutbound: false });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(this.clientPorts[0]) });
    const cluster = this.defineCluster(props, subnets, securityGroup, express);
    this.clusterArn = cluster.attrArn;
    if (!express) {
      this.growStorage(props.maxVolumeSize ?? DEFAULTS.maxVolumeSize);
    }
    this.bootstrapServers = this.askForBrokers(cluster.numberOfBrokerNodes);
  }

  private defineCluster(props: KafkaProps, subnets: ISubnet[], securityGroup: SecurityGroup, express: boolean): CfnCluster {
    const brokers = subnets.length * (props.brokersPerSubnet ?? DEFAULTS.brokersPerSubnet);
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    const name = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    const logs = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy });
    acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with the key that CloudWatch Logs keeps' });
    const configuration = new CfnConfiguration(this, 'Configuration', {
      name,
      serverProperties: serverProperties({
        brokers,
        retentionHours: (props.retention ?? DEFAULTS.retention).toHours(),
        retentionBytes: props.partitionRetention?.toBytes() ?? -1,
        express,
      }),
    });
    const cluster = new CfnCluster(this, 'Cluster', {
      clusterName: name,
      kafkaVersion: props.kafkaVersion ?? DEFAULTS.kafkaVersion,
      numberOfBrokerNodes: brokers,
      brokerNodeGroupInfo: {
        instanceType: props.brokerInstanceType ?? DEFAULTS.brokerInstanceType,
        clientSubnets: subnets.map(({ subnetId }) => subnetId),
        securityGroups: [securityGroup.securityGroupId],
        storageInfo: express ? undefined : { ebsStorageInfo: { volumeSize: (props.volumeSize ?? DEFAULTS.volumeSize).toGibibytes() } },
      },
      clientAuthentication: { unauthenticated: { enabled: true } },
      encryptionInfo: { encryptionInTransit: { clientBroker: 'TLS', inCluster: true } },
      configurationInfo: { arn: configuration.attrArn, revision: configuration.attrLatestRevisionRevision },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: logs.logGroupName } } },
    });
    cluster.applyRemovalPolicy(removalPolicy);
    return cluster;
  }

  private growStorage(maxVolumeSize: Size): void {
    const target = new ScalableTarget(this, 'Storage', {
      serviceNamespace: ServiceNamespace.KAFKA,
      resourceId: this.clusterArn,
      scalableDimension: 'kafka:broker-storage:VolumeSize',
      minCapacity: 1,
      maxCapacity: maxVolumeSize.toGibibytes(),
      role: Role.fromRoleArn(this, 'StorageRole', Stack.of(this).formatArn({
        service: 'iam', region: '', resource: 'role', resourceName: 'aws-service-role/kafka.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_KafkaCluster',
      })),
    });
    target.scaleToTrackMetric('Disk', {
      predefinedMetric: PredefinedMetric.KAFKA_BROKER_STORAGE_UTILIZATION,
      targetValue: TARGET_DISK_PERCENT,
      // Disks cannot shrink.
      disableScaleIn: true,
    });
  }

  private askForBrokers(brokers: number): string {
    const call: AwsSdkCall = {
      service: 'Kafka',
      action: 'getBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      outputPaths: ['BootstrapBrokerStringTls'],
      // A change of their number asks again.
      physicalResourceId: PhysicalResourceId.of(`brokers-${brokers}`),
    };
    const resource = new AwsCustomResource(this, 'Brokers', {
      onUpdate: call,
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] })]),
    });
    acknowledge(resource, { IAMNoInlinePolicy: 'one question about one cluster' });
    acknowledgeAsker(this);
    return resource.getResponseField('BootstrapBrokerStringTls');
  }
}

/** The CDK's function that asks AWS for custom resources: one a stack, whoever needs it. */
function acknowledgeAsker(scope: Construct): void {
  const reason = 'the CDK\'s own function, which runs while the stack is deployed and asks AWS one question';
  const names = ['AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]', 'CloudWatchLogGroupEncrypted', 'LambdaConcurrency', 'LambdaDLQ', 'LambdaInsideVPC'];
  acknowledge(Stack.of(scope).node.findChild(ASKER), Object.fromEntries(names.map((name) => [name, reason])));
}

function checkProps(props: KafkaProps, express: boolean): void {
  const { brokerInstanceType: type = DEFAULTS.brokerInstanceType, brokersPerSubnet: brokers = DEFAULTS.brokersPerSubnet } = props;
  if (!Token.isUnresolved(type) && !/^(kafka|express)\.[a-z0-9]+\.[a-z0-9]+$/.test(type)) {
    throw rejected('brokerInstanceType', 'must be a kind of broker that MSK offers, such as kafka.m7g.large or express.m7g.large', type,
      /serverless/i.test(type) ? 'MSK Serverless admits clients by IAM only, which PostHog\'s services do not speak' : undefined);
  }
  if (!Token.isUnresolved(brokers) && (!Number.isInteger(brokers) || brokers < 1)) {
    throw rejected('brokersPerSubnet', 'must be 1 or more', brokers);
  }
  const version = props.kafkaVersion ?? DEFAULTS.kafkaVersion;
  if (!Token.isUnresolved(version) && !version.endsWith('.kraft')) {
    throw rejected('kafkaVersion', 'must be one with KRaft, such as 3.9.x.kraft: ZooKeeper is on its way out of Kafka, and a cluster cannot change over', version);
  }
  const given = (['volumeSize', 'maxVolumeSize'] as const).find((name) => props[name] !== undefined);
  if (express && given) {
    throw rejected(given, 'cannot be given with Express brokers, which have no disks to size', `${props[given]!.toGibibytes()} GiB`, 'leave it out');
  }
  const [size, max] = [props.volumeSize ?? DEFAULTS.volumeSize, props.maxVolumeSize ?? DEFAULTS.maxVolumeSize];
  if (max.toGibibytes() > MAX_VOLUME.toGibibytes()) {
    throw rejected('maxVolumeSize', 'must be 16 TiB or less', `${max.toGibibytes()} GiB`);
  }
  if (size.toGibibytes() > max.toGibibytes()) {
    throw rejected('volumeSize', `must not be larger than \`maxVolumeSize\` (${max.toGibibytes()} GiB)`, `${size.toGibibytes()} GiB`);
  }
  const hours = knownSeconds(props.retention);
  if (hours !== undefined && hours < 3600) {
    throw rejected('retention', 'must be an hour or more: what is older is gone, read or not', `${hours} seconds`);
  }
  if (props.removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw rejected('removalPolicy', 'must be RETAIN or DESTROY: MSK has no snapshots', props.removalPolicy);
  }
}

/** One subnet a zone, in as many zones as MSK takes. */
function brokerSubnets({ vpc, vpcSubnets }: KafkaProps, express: boolean): ISubnet[] {
  const found = storeSubnets(vpc, vpcSubnets);
  if (isLookupPending(vpc)) {
    return found;
  }
  const subnets = vpcSubnets ? found : found.slice(0, ZONES.max);
  const least = express ? ZONES.max : ZONES.min;
  if (subnets.length < least || subnets.length > ZONES.max) {
    throw rejected('vpcSubnets', `must be ${express ? 'three for Express brokers' : 'two or three'}, each in a zone of its own`, `${subnets.length} subnet(s)`,
      'use a VPC with enough zones, or name the subnets with `vpcSubnets`');
  }
  return subnets;
}
