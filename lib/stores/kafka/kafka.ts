import { Names, Size, Stack } from 'aws-cdk-lib/core';
import { PredefinedMetric, ScalableTarget, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { Connections, ISubnet, Port, SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { IKafka, KafkaEncryption } from './kafka-client';
import { ImportedKafka, KafkaAttributes, MSK_PORTS } from './kafka-import';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/limits';
import { checkProps, KAFKA_DEFAULTS, KafkaProps } from './kafka-props';
import { serverProperties } from './msk-configuration';
import { retainDependencies } from '../removal';
import { KafkaSingleNodeOptions, SingleNodeKafka } from './single-node-kafka';
import { storeSubnets } from '../store-subnets';
import { acknowledge } from '../../private/acknowledge';
import { at, rejected } from '../../private/errors';
import { isLookupPending } from '../../private/subnets';

const DEFAULTS = KAFKA_DEFAULTS;

/**
 * How many zones MSK takes.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-create-cluster.html
 */
const ZONES = { min: 2, max: 3 };
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

  /**
   * Run Redpanda, which speaks Kafka's protocol, on one EC2 instance with a volume of its own, for small set-ups.
   *
   * It is what PostHog's own single-host installation runs. There is one copy of each message, on one disk in one zone: while the instance is
   * replaced, for some minutes, PostHog takes no events; if the zone is lost, what was not read yet is. Connections are not encrypted.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param props where it runs, and on what
   */
  public static singleNode(scope: Construct, id: string, props: KafkaSingleNodeOptions): IKafka {
    return new SingleNodeKafka(scope, id, props);
  }

  /** The ARN of the cluster. */
  public readonly clusterArn: string;
  public readonly clusterName?: string;
  public readonly bootstrapServers: string;
  public readonly encryption = KafkaEncryption.TLS;
  public readonly clientPorts = [MSK_PORTS[KafkaEncryption.TLS]];
  public readonly maxMessageBytes = KAFKA_MESSAGE_BYTES;
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
    this.clusterName = cluster.clusterName;
    if (!express) {
      this.growStorage(props.maxVolumeSize ?? DEFAULTS.maxVolumeSize);
    }
    this.bootstrapServers = this.askForBrokers(cluster.numberOfBrokerNodes);
    retainDependencies(this, props.removalPolicy ?? DEFAULTS.removalPolicy);
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
        retentionMs: (props.retention ?? DEFAULTS.retention).toMilliseconds(),
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

/** One subnet a zone, in as many zones as MSK takes. */
function brokerSubnets({ vpc, vpcSubnets }: KafkaProps, express: boolean): ISubnet[] {
  const all = vpc.selectSubnets(storeSubnets(vpc, vpcSubnets)).subnets;
  const found = vpcSubnets ? all : all.filter((subnet, i) => all.findIndex((other) => other.availabilityZone === subnet.availabilityZone) === i);
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
