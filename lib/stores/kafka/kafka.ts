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
import { invalidValue, withPath } from '../../private/errors';
import { isLookupPending } from '../../private/subnets';

const DEFAULTS = KAFKA_DEFAULTS;

/**
 * The number of availability zones that MSK supports.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-create-cluster.html
 */
const ZONES = { min: 2, max: 3 };
const EXPRESS = /^express\./;
/** The construct id of the CDK's function for AWS calls (aws-cdk-lib/custom-resources, AwsCustomResource.PROVIDER_FUNCTION_UUID). */
const SDK_CALL_FUNCTION = `AWS${AwsCustomResource.PROVIDER_FUNCTION_UUID.replace(/-/g, '')}`;
/** The utilization at which volumes grow; MSK recommends 50 to 60. */
const TARGET_DISK_PERCENT = 60;

/**
 * A Kafka cluster: Amazon MSK with provisioned brokers.
 *
 * It defines the cluster (KRaft, TLS without client authentication, protected by its security group), the brokers' configuration, storage auto
 * scaling, and the log. CloudFormation does not return the brokers' names: a custom resource fetches them. The names do not change as long as the
 * cluster exists; ClickHouse stores them in its tables.
 */
export class Kafka extends Construct implements IKafka {
  /**
   * Imports an existing Kafka cluster: plain or TLS connections without authentication, protected by security groups.
   *
   * PostHog's topics must exist, or the brokers create them (`auto.create.topics.enable`).
   *
   * Throws if a broker is known not to work with PostHog, or if its MSK port contradicts `encryption`.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the cluster
   */
  public static fromKafkaAttributes(scope: Construct, id: string, attrs: KafkaAttributes): IKafka {
    return new ImportedKafka(scope, id, attrs);
  }

  /**
   * Defines Redpanda, which implements Kafka's protocol, on one EC2 instance with its own volume, for small installations.
   *
   * PostHog's own single-host installation runs it as well. There is one copy of each message, on one volume in one zone: while the instance is
   * replaced, for some minutes, PostHog receives no events; if the zone is lost, so are unread messages. Connections are not encrypted.
   *
   * @param scope the scope
   * @param id the construct id
   * @param props the options
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
    const subnets = withPath(this, () => {
      checkProps(props, express);
      return brokerSubnets(props, express);
    });
    const securityGroup = new SecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog Kafka: brokers',
      allowAllOutbound: false,
    });
    this.connections = new Connections({ securityGroups: [securityGroup], defaultPort: Port.tcp(this.clientPorts[0]) });
    const cluster = this.defineCluster(props, subnets, securityGroup, express);
    this.clusterArn = cluster.attrArn;
    this.clusterName = cluster.clusterName;
    if (!express) {
      this.growStorage(props.maxVolumeSize ?? DEFAULTS.maxVolumeSize);
    }
    this.bootstrapServers = this.fetchBrokers(cluster.numberOfBrokerNodes);
    retainDependencies(this, props.removalPolicy ?? DEFAULTS.removalPolicy);
  }

  private defineCluster(props: KafkaProps, subnets: ISubnet[], securityGroup: SecurityGroup, express: boolean): CfnCluster {
    const brokers = subnets.length * (props.brokersPerSubnet ?? DEFAULTS.brokersPerSubnet);
    const removalPolicy = props.removalPolicy ?? DEFAULTS.removalPolicy;
    const name = Names.uniqueResourceName(this, { maxLength: 64, separator: '-' });
    const logs = new LogGroup(this, 'Logs', { retention: RetentionDays.ONE_MONTH, removalPolicy });
    acknowledge(logs, { CloudWatchLogGroupEncrypted: 'encrypted with a key that CloudWatch Logs manages' });
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
      role: Role.fromRoleArn(
        this,
        'StorageRole',
        Stack.of(this).formatArn({
          service: 'iam',
          region: '',
          resource: 'role',
          resourceName: 'aws-service-role/kafka.application-autoscaling.amazonaws.com/AWSServiceRoleForApplicationAutoScaling_KafkaCluster',
        }),
      ),
    });
    target.scaleToTrackMetric('Disk', {
      predefinedMetric: PredefinedMetric.KAFKA_BROKER_STORAGE_UTILIZATION,
      targetValue: TARGET_DISK_PERCENT,
      // Volumes cannot shrink.
      disableScaleIn: true,
    });
  }

  private fetchBrokers(brokers: number): string {
    const call: AwsSdkCall = {
      service: 'Kafka',
      action: 'getBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      outputPaths: ['BootstrapBrokerStringTls'],
      // A change of their number fetches them again.
      physicalResourceId: PhysicalResourceId.of(`brokers-${brokers}`),
    };
    const resource = new AwsCustomResource(this, 'Brokers', {
      onUpdate: call,
      installLatestAwsSdk: false,
      policy: AwsCustomResourcePolicy.fromStatements([new PolicyStatement({ actions: ['kafka:GetBootstrapBrokers'], resources: [this.clusterArn] })]),
    });
    acknowledge(resource, { IAMNoInlinePolicy: 'one API call for one cluster' });
    acknowledgeSdkCallFunction(this);
    return resource.getResponseField('BootstrapBrokerStringTls');
  }
}

/** Acknowledges the findings about the CDK's function for AWS calls, of which there is one per stack. */
function acknowledgeSdkCallFunction(scope: Construct): void {
  const reason = "the CDK's own function, which runs during deployments and makes one API call";
  const names = [
    'AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]',
    'CloudWatchLogGroupEncrypted',
    'LambdaConcurrency',
    'LambdaDLQ',
    'LambdaInsideVPC',
  ];
  acknowledge(Stack.of(scope).node.findChild(SDK_CALL_FUNCTION), Object.fromEntries(names.map((name) => [name, reason])));
}

/** Selects one subnet per availability zone, in as many zones as MSK supports. */
function brokerSubnets({ vpc, vpcSubnets }: KafkaProps, express: boolean): ISubnet[] {
  const all = vpc.selectSubnets(storeSubnets(vpc, vpcSubnets)).subnets;
  const found = vpcSubnets ? all : all.filter((subnet, i) => all.findIndex((other) => other.availabilityZone === subnet.availabilityZone) === i);
  if (isLookupPending(vpc)) {
    return found;
  }
  const subnets = vpcSubnets ? found : found.slice(0, ZONES.max);
  const least = express ? ZONES.max : ZONES.min;
  if (subnets.length < least || subnets.length > ZONES.max) {
    throw invalidValue(
      'vpcSubnets',
      `must be ${express ? 'three for Express brokers' : 'two or three'}, each in its own availability zone`,
      `${subnets.length} subnet(s)`,
      'use a VPC with enough zones, or select the subnets with `vpcSubnets`',
    );
  }
  return subnets;
}
