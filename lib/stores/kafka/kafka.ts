import { Annotations, Fn, Stack } from 'aws-cdk-lib/core';
import { PredefinedMetric, ScalableTarget, ServiceNamespace } from 'aws-cdk-lib/aws-applicationautoscaling';
import { ISecurityGroup, ISubnet } from 'aws-cdk-lib/aws-ec2';
import { PolicyStatement, Role } from 'aws-cdk-lib/aws-iam';
import { ILogGroup } from 'aws-cdk-lib/aws-logs';
import { CfnCluster, CfnConfiguration } from 'aws-cdk-lib/aws-msk';
import { AwsCustomResource, AwsCustomResourcePolicy, AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { KafkaBrokers, UNCONFIRMED_BROKERS } from './broker-limits';
import { ImportedKafka, KafkaAttributes } from './imported-kafka';
import { IKafka, KafkaBase, KafkaEncryption, MSK_PORTS } from './kafka-base';
import { checkKafkaProps, KAFKA_CHECKS, KAFKA_DEFAULTS, KafkaBrokerType, KafkaProps, plannedCluster, PlannedCluster } from './kafka-props';
import { mskName, serverProperties } from './msk-configuration';
import { retainDependencies } from '../removal';
import { storeSubnets } from '../store-subnets';
import { KAFKA_MESSAGE_BYTES } from '../../catalog/kafka/limits';
import { acknowledge } from '../../private/acknowledge';
import { checkProps } from '../../private/checks/check';
import { encryptionKeyOf, encryptWith } from '../../private/encryption-key';
import { defineLogGroup } from '../../private/log-group';
import { invalidValue, withPath } from '../../private/errors';
import { resourcePolicy } from '../../private/removal-policy';
import { InlineSecurityGroup } from '../../private/security-group';
import { isLookupPending, onePerZone } from '../../private/subnets';

/**
 * The number of availability zones that MSK supports.
 *
 * @see https://docs.aws.amazon.com/msk/latest/developerguide/msk-create-cluster.html
 */
const ZONES = { min: 2, max: 3 };
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
export class Kafka extends KafkaBase {
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

  /** The MSK cluster. */
  public readonly cluster: CfnCluster;
  /** The configuration of the brokers. */
  public readonly configuration: CfnConfiguration;
  /** The ARN of the cluster. */
  public readonly clusterArn: string;
  /** The name of the cluster, as in its metrics. Always defined. */
  public readonly clusterName?: string;
  /** The number of brokers. Their ids are the numbers from 1. */
  public readonly brokerCount: number;
  /** The security group of the brokers, to which rules are added for the processes that use them. */
  public readonly securityGroup: ISecurityGroup;
  /** The log group of the brokers. */
  public readonly logGroup: ILogGroup;
  /** The scaling target of the volumes. Undefined for Express brokers, which have no volumes. */
  public readonly storageScaling?: ScalableTarget;
  public readonly bootstrapServers: string;
  public readonly encryption: KafkaEncryption = KafkaEncryption.TLS;
  public readonly maxMessageBytes: number = KAFKA_MESSAGE_BYTES;
  public readonly managesTopics: boolean = true;
  /** @internal */
  public readonly _brokers?: KafkaBrokers;

  public constructor(scope: Construct, id: string, props: KafkaProps) {
    super(scope, id, [MSK_PORTS[KafkaEncryption.TLS]]);
    checkProps(this, props, KAFKA_CHECKS);
    encryptWith(this, props.encryptionKey);
    const plan = withPath(this, () => {
      checkKafkaProps(props);
      return plannedCluster(props);
    });
    const subnets = withPath(this, () => brokerSubnets(props));
    const removalPolicy = props.removalPolicy ?? KAFKA_DEFAULTS.removalPolicy;
    this.brokerCount = subnets.length * (props.brokersPerSubnet ?? KAFKA_DEFAULTS.brokersPerSubnet);
    // Subnets that are not looked up yet say nothing about the number of brokers.
    this._brokers = isLookupPending(props.vpc)
      ? undefined
      : { instanceType: plan.instanceType, count: this.brokerCount, replicas: plan.express ? ZONES.max : subnets.length };
    warnOfUnconfirmed(this, plan.instanceType);
    this.securityGroup = new InlineSecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog Kafka: brokers',
      allowAllOutbound: false,
    });
    this.connections.addSecurityGroup(this.securityGroup);
    this.logGroup = defineLogGroup(this, 'Logs', { removalPolicy });
    const name = mskName(this);
    this.configuration = new CfnConfiguration(this, 'Configuration', {
      name,
      serverProperties: serverProperties({ ...plan, zones: subnets.length }),
    });
    this.cluster = this.defineCluster(name, props, plan, subnets);
    this.cluster.applyRemovalPolicy(resourcePolicy(removalPolicy));
    this.clusterArn = this.cluster.attrArn;
    // Not `name`, which contains the id of this stack: in another stack, a reference to the id would be another import.
    this.clusterName = Fn.select(1, Fn.split('/', this.clusterArn));
    this.storageScaling = plan.maxVolumeGibibytes === undefined ? undefined : this.growStorage(plan.maxVolumeGibibytes);
    this.bootstrapServers = this.fetchBrokers();
    retainDependencies(this, removalPolicy);
  }

  private defineCluster(name: string, props: KafkaProps, plan: PlannedCluster, subnets: ISubnet[]): CfnCluster {
    const encryptionKey = encryptionKeyOf(this);
    return new CfnCluster(this, 'Cluster', {
      clusterName: name,
      kafkaVersion: props.kafkaVersion ?? KAFKA_DEFAULTS.kafkaVersion,
      numberOfBrokerNodes: this.brokerCount,
      brokerNodeGroupInfo: {
        instanceType: plan.instanceType,
        clientSubnets: subnets.map(({ subnetId }) => subnetId),
        securityGroups: [this.securityGroup.securityGroupId],
        storageInfo: plan.volumeGibibytes === undefined ? undefined : { ebsStorageInfo: { volumeSize: plan.volumeGibibytes } },
      },
      clientAuthentication: { unauthenticated: { enabled: true } },
      encryptionInfo: {
        encryptionAtRest: encryptionKey && { dataVolumeKmsKeyId: encryptionKey.keyArn },
        encryptionInTransit: { clientBroker: 'TLS', inCluster: true },
      },
      configurationInfo: { arn: this.configuration.attrArn, revision: this.configuration.attrLatestRevisionRevision },
      loggingInfo: { brokerLogs: { cloudWatchLogs: { enabled: true, logGroup: this.logGroup.logGroupName } } },
    });
  }

  private growStorage(maxGibibytes: number): ScalableTarget {
    const target = new ScalableTarget(this, 'Storage', {
      serviceNamespace: ServiceNamespace.KAFKA,
      resourceId: this.clusterArn,
      scalableDimension: 'kafka:broker-storage:VolumeSize',
      minCapacity: 1,
      maxCapacity: maxGibibytes,
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
    return target;
  }

  private fetchBrokers(): string {
    const call: AwsSdkCall = {
      service: 'Kafka',
      action: 'getBootstrapBrokers',
      parameters: { ClusterArn: this.clusterArn },
      outputPaths: ['BootstrapBrokerStringTls'],
      // They are fetched once: clients learn of other brokers from these. CloudFormation refuses to change a value that another stack imports.
      physicalResourceId: PhysicalResourceId.of('brokers'),
    };
    const resource = new AwsCustomResource(this, 'Brokers', {
      onUpdate: call,
      installLatestAwsSdk: false,
      // By default, the log group outlives the stack. This one belongs to all resources of this kind in the stack.
      logGroup: defineLogGroup(this, 'BrokersLogs'),
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

/** Warns of brokers that nobody has created with KRaft yet. */
function warnOfUnconfirmed(kafka: Kafka, instanceType: string): void {
  if (instanceType === UNCONFIRMED_BROKERS) {
    Annotations.of(kafka).addWarningV2(
      'cdk-posthog:Kafka.unconfirmedBrokers',
      `brokers of type ${UNCONFIRMED_BROKERS} are for tests: they are not confirmed to work with KRaft and messages of 32 MiB, and have 2 GiB of memory ` +
        'and CPU credits (docs/kafka.md#small-brokers)',
    );
  }
}

/** Selects one subnet per availability zone, in as many zones as MSK supports. */
function brokerSubnets({ vpc, vpcSubnets, brokerType }: KafkaProps): ISubnet[] {
  const express = brokerType === KafkaBrokerType.EXPRESS;
  const all = storeSubnets(vpc, vpcSubnets, 'number');
  const found = vpcSubnets ? all : onePerZone(all);
  if (isLookupPending(vpc)) {
    return found;
  }
  const subnets = vpcSubnets ? found : found.slice(0, ZONES.max);
  const least = express ? ZONES.max : ZONES.min;
  if (subnets.length < least || subnets.length > ZONES.max) {
    throw invalidValue(
      'vpcSubnets',
      `must be ${express ? 'three for Express brokers' : 'two or three'}, each in its own availability zone`,
      subnets,
      'use a VPC with enough zones, or select the subnets with `vpcSubnets`',
    );
  }
  return subnets;
}
