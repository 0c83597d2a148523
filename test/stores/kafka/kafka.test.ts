import { App, CfnParameter, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Kafka, KafkaBrokerType, KafkaEncryption, KafkaProps } from '../../../lib';
import { KAFKA_MESSAGE_BYTES } from '../../../lib/catalog/kafka/limits';
import { serverProperties } from '../../../lib/stores/kafka/msk-configuration';
import { FEATURE_FLAGS, only } from '../../helpers/stack';
import { ofType } from '../../helpers/template';
import { zonedStack } from '../../helpers/zones';

function newVpc(stack: Stack, zones = 3): Vpc {
  return new Vpc(stack, 'Vpc', {
    maxAzs: zones,
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [{ name: 'Store', subnetType: SubnetType.PRIVATE_ISOLATED }],
  });
}

function newKafka(props: Partial<KafkaProps> = {}, zones = 3): { stack: Stack; kafka: Kafka; template: () => Template } {
  const stack = zonedStack(4);
  const kafka = new Kafka(stack, 'Kafka', { vpc: newVpc(stack, zones), ...props });
  return { stack, kafka, template: () => Template.fromStack(stack) };
}

function propertiesOf(template: Template): Record<string, string> {
  const [{ Properties }] = Object.values(template.findResources('AWS::MSK::Configuration')) as { Properties: { ServerProperties: string } }[];
  return Object.fromEntries(
    Properties.ServerProperties.trim()
      .split('\n')
      .map((line) => line.split('=') as [string, string]),
  );
}

describe('Kafka with default props', () => {
  const { stack, kafka, template } = newKafka();

  test('has one broker in each zone, with TLS and without client authentication', () => {
    template().hasResource('AWS::MSK::Cluster', {
      Properties: {
        KafkaVersion: '3.9.x.kraft',
        NumberOfBrokerNodes: 3,
        BrokerNodeGroupInfo: {
          InstanceType: 'kafka.m7g.large',
          ClientSubnets: Match.anyValue(),
          SecurityGroups: [Match.anyValue()],
          StorageInfo: { EBSStorageInfo: { VolumeSize: 100 } },
        },
        ClientAuthentication: { Unauthenticated: { Enabled: true } },
        EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
        LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true } } },
      },
      DeletionPolicy: 'RetainExceptOnCreate',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('replicates partitions three times, and accepts messages of 32 MiB', () => {
    expect(propertiesOf(template())).toEqual({
      'auto.create.topics.enable': 'true',
      'num.partitions': '1',
      'replica.selector.class': 'org.apache.kafka.common.replica.RackAwareReplicaSelector',
      'default.replication.factor': '3',
      'min.insync.replicas': '2',
      'message.max.bytes': String(KAFKA_MESSAGE_BYTES),
      'replica.fetch.max.bytes': String(KAFKA_MESSAGE_BYTES),
      'offsets.topic.replication.factor': '3',
      'transaction.state.log.replication.factor': '3',
      'transaction.state.log.min.isr': '2',
      'log.retention.ms': '259200000',
      'log.retention.bytes': '-1',
      'log.segment.bytes': '268435456',
      'unclean.leader.election.enable': 'false',
    });
    template().hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    expect(kafka.maxMessageBytes).toBe(KAFKA_MESSAGE_BYTES);
  });

  test('scales the volumes out, never in', () => {
    template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', {
      ServiceNamespace: 'kafka',
      ScalableDimension: 'kafka:broker-storage:VolumeSize',
      MinCapacity: 1,
      MaxCapacity: 1024,
    });
    template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalingPolicy', {
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        DisableScaleIn: true,
        PredefinedMetricSpecification: { PredefinedMetricType: 'KafkaBrokerStorageUtilization' },
      },
    });
  });

  test('fetches the names of the brokers from MSK', () => {
    expect(stack.resolve(kafka.bootstrapServers)).toEqual({ 'Fn::GetAtt': [expect.stringMatching(/^KafkaBrokers/), 'BootstrapBrokerStringTls'] });
    expect([kafka.encryption, kafka.clientPorts]).toEqual([KafkaEncryption.TLS, [9094]]);
    template().hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Action: 'kafka:GetBootstrapBrokers', Effect: 'Allow', Resource: { 'Fn::GetAtt': [Match.stringLikeRegexp('^KafkaCluster'), 'Arn'] } },
        ],
      },
    });
  });

  test('allows no inbound connections', () => {
    const [group] = Object.values(template().findResources('AWS::EC2::SecurityGroup')) as { Properties: Record<string, unknown> }[];
    expect(group.Properties.SecurityGroupIngress).toBeUndefined();
    template().resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});

test.each([1, 2, 3])('Kafka in %d zones has one replica in each, and accepts writes with one missing', (zones) => {
  const properties = serverProperties({ zones, retentionMs: 1, retentionBytes: -1, express: false });
  expect(properties).toContain(`default.replication.factor=${zones}\n`);
  expect(properties).toContain(`min.insync.replicas=${Math.max(1, zones - 1)}\n`);
});

test('Kafka lets consumers read from the copy in their zone; Express brokers reject settings for replication', () => {
  const of = (express: boolean) => serverProperties({ zones: 2, retentionMs: 1, retentionBytes: -1, express });
  expect(of(false)).toContain('replica.selector.class=org.apache.kafka.common.replica.RackAwareReplicaSelector\n');
  expect(of(true)).not.toContain('replica.selector');
});

test('Kafka with more brokers has the same configuration', () => {
  const [few, many] = [1, 2].map((brokersPerSubnet) => propertiesOf(newKafka({ brokersPerSubnet }, 2).template()));
  expect(many).toEqual(few);
});

test('Kafka in two zones has two brokers and replicates twice', () => {
  const { template } = newKafka({}, 2);
  template().hasResourceProperties('AWS::MSK::Cluster', { NumberOfBrokerNodes: 2 });
  expect(propertiesOf(template())).toMatchObject({ 'default.replication.factor': '2', 'min.insync.replicas': '1' });
});

test('Kafka passes every prop to MSK', () => {
  const { template } = newKafka({
    kafkaVersion: '4.1.x.kraft',
    brokerInstanceType: new InstanceType('t3.small'),
    brokersPerSubnet: 2,
    volumeSize: Size.gibibytes(20),
    maxVolumeSize: Size.gibibytes(200),
    retention: Duration.minutes(90),
    partitionRetention: Size.gibibytes(1),
    removalPolicy: RemovalPolicy.DESTROY,
  });
  template().hasResource('AWS::MSK::Cluster', {
    Properties: {
      KafkaVersion: '4.1.x.kraft',
      NumberOfBrokerNodes: 6,
      BrokerNodeGroupInfo: { InstanceType: 'kafka.t3.small', StorageInfo: { EBSStorageInfo: { VolumeSize: 20 } } },
    },
    DeletionPolicy: 'Delete',
  });
  template().hasResourceProperties('AWS::ApplicationAutoScaling::ScalableTarget', { MaxCapacity: 200 });
  expect(propertiesOf(template())).toMatchObject({ 'log.retention.ms': '5400000', 'log.retention.bytes': String(2 ** 30) });
});

test('Kafka with Express brokers defines no volumes and no replication settings', () => {
  const { template } = newKafka({ brokerType: KafkaBrokerType.EXPRESS });
  template().hasResourceProperties('AWS::MSK::Cluster', { BrokerNodeGroupInfo: { InstanceType: 'express.m7g.large', StorageInfo: Match.absent() } });
  template().resourceCountIs('AWS::ApplicationAutoScaling::ScalableTarget', 0);
  expect(Object.keys(propertiesOf(template()))).toEqual([
    'auto.create.topics.enable',
    'log.retention.bytes',
    'log.retention.ms',
    'message.max.bytes',
    'num.partitions',
  ]);
});

test('Kafka retains its configuration and security group with the cluster', () => {
  const policies = (props: Partial<KafkaProps>) =>
    ['AWS::MSK::Configuration', 'AWS::EC2::SecurityGroup']
      .flatMap((type) => Object.values(newKafka(props).template().findResources(type)))
      .map(({ DeletionPolicy }) => DeletionPolicy as unknown);
  expect(policies({})).toEqual(['RetainExceptOnCreate', 'RetainExceptOnCreate']);
  expect(policies({ removalPolicy: RemovalPolicy.DESTROY })).toEqual([undefined, undefined]);
});

test('Kafka fetches the brokers once: another stack may import them, and CloudFormation does not change an imported value', () => {
  const ids = [1, 2].map((brokersPerSubnet) => JSON.stringify(newKafka({ brokersPerSubnet }).template().findResources('Custom::AWS')));
  expect(ids[0]).toBe(ids[1]);
});

test('the log of the function that fetches brokers is deleted with the stack, with any feature flags', () => {
  for (const context of [{}, FEATURE_FLAGS]) {
    const stack = new Stack(new App({ context, treeMetadata: false }), 'Stack');
    new Kafka(stack, 'Kafka', { vpc: newVpc(stack) });
    const template = Template.fromStack(stack);
    const [[logs, { DeletionPolicy }]] = ofType(template, 'AWS::Logs::LogGroup').filter(([id]) => id.startsWith('KafkaBrokersLogs'));
    expect(DeletionPolicy).toBe('Delete');
    template.hasResourceProperties('AWS::Lambda::Function', { LoggingConfig: { LogGroup: { Ref: logs } } });
  }
});

test('the names of the cluster and its configuration end with a part of the id of the stack, and have at most 64 characters', () => {
  const stack = new Stack(new App({ treeMetadata: false }), 'Stack-with-a-name-of-many-characters-'.repeat(3));
  new Kafka(stack, 'Kafka', { vpc: newVpc(stack) });
  const template = Template.fromStack(stack);
  const names = [only(template, 'AWS::MSK::Cluster').ClusterName, only(template, 'AWS::MSK::Configuration').Name];
  expect(names[0]).toEqual(names[1]);
  const [, [prefix, suffix]] = (names[0] as { 'Fn::Join': [string, [string, unknown]] })['Fn::Join'];
  // arn:aws:cloudformation:eu-central-1:111122223333:stack/PostHog/6b8e2a10-... has the part 6b8e2a10.
  expect(suffix).toEqual({
    'Fn::Select': [0, { 'Fn::Split': ['-', { 'Fn::Select': [2, { 'Fn::Split': ['/', { Ref: 'AWS::StackId' }] }] }] }],
  });
  expect(prefix.length + 8).toBeLessThanOrEqual(64);
  expect(prefix).toMatch(/^[A-Za-z0-9-]+-$/);
});

test('two clusters in one stack have different names and share one function', () => {
  const stack = zonedStack(4);
  const vpc = newVpc(stack);
  new Kafka(stack, 'One', { vpc });
  new Kafka(stack, 'Two', { vpc });
  const template = Template.fromStack(stack);
  const names = Object.values(template.findResources('AWS::MSK::Cluster')).map(({ Properties }) =>
    JSON.stringify((Properties as { ClusterName: unknown }).ClusterName),
  );
  expect(new Set(names).size).toBe(2);
  template.resourceCountIs('AWS::Lambda::Function', 1);
});

test('Kafka uses `vpcSubnets`, or one private subnet in each zone of a VPC without isolated ones', () => {
  const stack = zonedStack(2);
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 1, restrictDefaultSecurityGroup: false });
  new Kafka(stack, 'Default', { vpc });
  new Kafka(stack, 'Named', { vpc, vpcSubnets: { subnets: [...vpc.privateSubnets].reverse() } });
  const subnets = Object.values(Template.fromStack(stack).findResources('AWS::MSK::Cluster')).map(({ Properties }) =>
    JSON.stringify((Properties as { BrokerNodeGroupInfo: { ClientSubnets: unknown } }).BrokerNodeGroupInfo.ClientSubnets),
  );
  expect(subnets.map((text) => [...text.matchAll(/PrivateSubnet(\d)/g)].map(([, number]) => number).join())).toEqual(['1,2', '2,1']);
});

test('Kafka accepts tokens as instance type, version and volume sizes', () => {
  const stack = zonedStack(4);
  const vpc = newVpc(stack);
  const text = new CfnParameter(stack, 'Text').valueAsString;
  const size = Size.gibibytes(new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber);
  expect(() => new Kafka(stack, 'Kafka', { vpc, brokerInstanceType: new InstanceType(text), kafkaVersion: text, volumeSize: size })).not.toThrow();
  expect(() => new Kafka(stack, 'Growing', { vpc, maxVolumeSize: size })).not.toThrow();
  const types = Object.values(Template.fromStack(stack).findResources('AWS::MSK::Cluster')).map(
    ({ Properties }) => (Properties as { BrokerNodeGroupInfo: { InstanceType: unknown } }).BrokerNodeGroupInfo.InstanceType,
  );
  expect(types).toEqual([{ 'Fn::Join': ['', ['kafka.', { Ref: 'Text' }]] }, 'kafka.m7g.large']);
});

test.each<[string, Partial<KafkaProps>, number, string]>([
  [
    'a `brokerInstanceType` with the prefix of standard brokers',
    { brokerInstanceType: new InstanceType('kafka.m7g.large') },
    3,
    "`brokerInstanceType` must be an instance type that MSK supports, without `kafka.` or `express.`, such as m7g.large, got: 'kafka.m7g.large'",
  ],
  [
    'a `brokerInstanceType` with the prefix of Express brokers',
    { brokerInstanceType: new InstanceType('express.m7g.large') },
    3,
    "got: 'express.m7g.large'; use `brokerType: KafkaBrokerType.EXPRESS` for Express brokers",
  ],
  [
    'a `brokerType` that is a token',
    { brokerType: Token.asString({ Ref: 'Type' }) as KafkaBrokerType },
    3,
    '`brokerType` must be one of standard, express, got: a token',
  ],
  ['a `volumeSize` of 1.5 GiB', { volumeSize: Size.mebibytes(1536) }, 3, '`volumeSize` must be a whole number of GiB, got: 1536 MiB'],
  ['a `maxVolumeSize` of 200.5 GiB', { maxVolumeSize: Size.mebibytes(205_312) }, 3, '`maxVolumeSize` must be a whole number of GiB, got: 205312 MiB'],
  ['a `retention` of 3600.5 seconds', { retention: Duration.millis(3_600_500) }, 3, '`retention` must be a whole number of seconds'],
  [
    'a `partitionRetention` of a fraction of a byte',
    { partitionRetention: Size.kibibytes(0.1) },
    3,
    '`partitionRetention` must be a whole number of bytes',
  ],
  ['`brokersPerSubnet: 0`', { brokersPerSubnet: 0 }, 3, '`brokersPerSubnet` must be a whole number from 1 to 30, got: 0'],
  [
    'a `brokersPerSubnet` that is a token',
    { brokersPerSubnet: Token.asNumber({ Ref: 'Brokers' }) },
    3,
    '`brokersPerSubnet` must be known at synthesis',
  ],
  ['a `retention` that is a token', { retention: Duration.hours(Token.asNumber({ Ref: 'Hours' })) }, 3, '`retention` must be known at synthesis'],
  [
    'a `partitionRetention` that is a token',
    { partitionRetention: Size.gibibytes(Token.asNumber({ Ref: 'Limit' })) },
    3,
    '`partitionRetention` must be known at synthesis',
  ],
  ['a `kafkaVersion` with ZooKeeper', { kafkaVersion: '3.5.1' }, 3, '`kafkaVersion` must be one with KRaft, such as 3.9.x.kraft'],
  [
    'a `volumeSize` of Express brokers',
    { brokerType: KafkaBrokerType.EXPRESS, volumeSize: Size.gibibytes(1) },
    3,
    '`volumeSize` cannot be combined with Express brokers',
  ],
  [
    'Express brokers in two zones',
    { brokerType: KafkaBrokerType.EXPRESS },
    2,
    '`vpcSubnets` must be three for Express brokers, each in its own availability zone, got: [Stack/Vpc/StoreSubnet1, Stack/Vpc/StoreSubnet2]',
  ],
  ['a `maxVolumeSize` above 16 TiB', { maxVolumeSize: Size.tebibytes(17) }, 3, '`maxVolumeSize` must be 16 TiB or less'],
  [
    'a `volumeSize` above `maxVolumeSize`',
    { volumeSize: Size.tebibytes(2) },
    3,
    '`volumeSize` must not be larger than `maxVolumeSize` (1024 GiB), got: 2 TiB',
  ],
  [
    'a `retention` of half an hour',
    { retention: Duration.minutes(30) },
    3,
    '`retention` must be from an hour to 3650 days: older messages are deleted, read or not, got: 30 minutes',
  ],
  ['`RemovalPolicy.SNAPSHOT`', { removalPolicy: RemovalPolicy.SNAPSHOT }, 3, '`removalPolicy` must be RETAIN or DESTROY: MSK has no snapshots'],
  ['a VPC with one zone', {}, 1, '`vpcSubnets` must be in two or more availability zones, got: [Stack/Vpc/StoreSubnet1]'],
])('Kafka rejects %s', (_, props, zones, message) => {
  expect(() => newKafka(props, zones)).toThrow(message);
});

test('Kafka rejects a VPC with public subnets only', () => {
  const stack = zonedStack(4);
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }],
  });
  expect(() => new Kafka(stack, 'Kafka', { vpc })).toThrow(
    '[Stack/Kafka] `vpc` must have isolated or private subnets for a data store, got: Stack/Vpc',
  );
});

test('Kafka gives access to its cluster, configuration, security group, log group and storage scaling', () => {
  const { stack, kafka } = newKafka({ brokersPerSubnet: 2 });
  expect(stack.resolve([kafka.cluster.ref, kafka.configuration.ref, kafka.logGroup.logGroupName])).toEqual([
    { Ref: expect.stringMatching(/^KafkaCluster/) as string },
    { Ref: expect.stringMatching(/^KafkaConfiguration/) as string },
    { Ref: expect.stringMatching(/^KafkaLogs/) as string },
  ]);
  expect(kafka.connections.securityGroups).toEqual([kafka.securityGroup]);
  expect(kafka.brokerCount).toBe(6);
  expect(kafka.storageScaling?.scalableTargetId).toBeDefined();
  expect(newKafka({ brokerType: KafkaBrokerType.EXPRESS }).kafka.storageScaling).toBeUndefined();
});

test('Kafka lets the migration create topics', () => {
  expect(newKafka().kafka.managesTopics).toBe(true);
});

test('Kafka has the metrics of MSK, by cluster name', () => {
  const { kafka } = newKafka();
  const cluster = { 'Cluster Name': kafka.clusterName };
  expect(kafka.metric('GlobalTopicCount')).toMatchObject({ namespace: 'AWS/Kafka', metricName: 'GlobalTopicCount', dimensions: cluster });
  expect(kafka.metricConsumerLag('ingestion', 'events')).toMatchObject({
    metricName: 'SumOffsetLag',
    dimensions: { ...cluster, 'Consumer Group': 'ingestion', 'Topic': 'events' },
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
  expect(kafka.metricDataLogsDiskUsed(2)).toMatchObject({ metricName: 'KafkaDataLogsDiskUsed', dimensions: { ...cluster, 'Broker ID': '2' } });
  expect(kafka.metricCpuUser(1, { statistic: 'Maximum' })).toMatchObject({
    metricName: 'CpuUser',
    dimensions: { ...cluster, 'Broker ID': '1' },
    statistic: 'Maximum',
  });
});
