import { CfnParameter, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Kafka, KafkaEncryption, KafkaProps } from '../../../lib';
import { KAFKA_MESSAGE_BYTES } from '../../../lib/catalog/limits';
import { replicationFactor, serverProperties } from '../../../lib/stores/kafka/msk-configuration';
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

describe('the default', () => {
  const { stack, kafka, template } = newKafka();

  test('is a cluster of one broker a zone, that speaks TLS and asks nobody who they are', () => {
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
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    });
  });

  test('keeps three copies, and takes what SDKs send', () => {
    expect(propertiesOf(template())).toEqual({
      'auto.create.topics.enable': 'true',
      'num.partitions': '1',
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

  test('grows its disks, and never shrinks them', () => {
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

  test('is found by the names that AWS tells', () => {
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

  test('admits nobody by itself', () => {
    const [group] = Object.values(template().findResources('AWS::EC2::SecurityGroup')) as { Properties: Record<string, unknown> }[];
    expect(group.Properties.SecurityGroupIngress).toBeUndefined();
    template().resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  });
});

test.each([1, 2, 3, 6])('%d brokers keep as many copies as they can, up to three, and go on with one missing', (brokers) => {
  const copies = replicationFactor(brokers);
  expect(copies).toBe(Math.min(3, brokers));
  expect(serverProperties({ brokers, retentionMs: 1, retentionBytes: -1, express: false })).toContain(
    `min.insync.replicas=${Math.max(1, copies - 1)}\n`,
  );
});

test('two zones make two brokers with two copies', () => {
  const { template } = newKafka({}, 2);
  template().hasResourceProperties('AWS::MSK::Cluster', { NumberOfBrokerNodes: 2 });
  expect(propertiesOf(template())).toMatchObject({ 'default.replication.factor': '2', 'min.insync.replicas': '1' });
});

test('every prop is heeded', () => {
  const { template } = newKafka({
    kafkaVersion: '4.1.x.kraft',
    brokerInstanceType: 'kafka.t3.small',
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

test('Express brokers have no disks, and fix replication themselves', () => {
  const { template } = newKafka({ brokerInstanceType: 'express.m7g.large' });
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

test('what a cluster stands on stays with it, and goes with it', () => {
  const policies = (props: Partial<KafkaProps>) =>
    ['AWS::MSK::Configuration', 'AWS::EC2::SecurityGroup']
      .flatMap((type) => Object.values(newKafka(props).template().findResources(type)))
      .map(({ DeletionPolicy }) => DeletionPolicy as unknown);
  expect(policies({})).toEqual(['Retain', 'Retain']);
  expect(policies({ removalPolicy: RemovalPolicy.DESTROY })).toEqual([undefined, undefined]);
});

test('AWS is asked for the brokers again when their number changes', () => {
  const ids = [1, 2].map((brokersPerSubnet) => JSON.stringify(newKafka({ brokersPerSubnet }).template().findResources('Custom::AWS')));
  expect(ids[0]).not.toBe(ids[1]);
});

test('two in one stack have names of their own, and ask one function', () => {
  const stack = zonedStack(4);
  const vpc = newVpc(stack);
  new Kafka(stack, 'One', { vpc });
  new Kafka(stack, 'Two', { vpc });
  const template = Template.fromStack(stack);
  const names = Object.values(template.findResources('AWS::MSK::Cluster')).map(
    ({ Properties }) => (Properties as { ClusterName: string }).ClusterName,
  );
  expect(new Set(names).size).toBe(2);
  template.resourceCountIs('AWS::Lambda::Function', 1);
});

test('subnets can be named, and one private subnet a zone serves where there are no isolated ones', () => {
  const stack = zonedStack(2);
  const vpc = new Vpc(stack, 'Vpc', { natGateways: 1, restrictDefaultSecurityGroup: false });
  new Kafka(stack, 'Default', { vpc });
  new Kafka(stack, 'Named', { vpc, vpcSubnets: { subnets: [...vpc.privateSubnets].reverse() } });
  const subnets = Object.values(Template.fromStack(stack).findResources('AWS::MSK::Cluster')).map(({ Properties }) =>
    JSON.stringify((Properties as { BrokerNodeGroupInfo: { ClientSubnets: unknown } }).BrokerNodeGroupInfo.ClientSubnets),
  );
  expect(subnets.map((text) => [...text.matchAll(/PrivateSubnet(\d)/g)].map(([, number]) => number).join())).toEqual(['1,2', '2,1']);
});

test('tokens pass', () => {
  const stack = zonedStack(4);
  const vpc = newVpc(stack);
  const type = new CfnParameter(stack, 'Type').valueAsString;
  const size = Size.gibibytes(new CfnParameter(stack, 'Size', { type: 'Number' }).valueAsNumber);
  expect(() => new Kafka(stack, 'Kafka', { vpc, brokerInstanceType: type, kafkaVersion: type, volumeSize: size })).not.toThrow();
  expect(() => new Kafka(stack, 'Growing', { vpc, maxVolumeSize: size })).not.toThrow();
});

test.each<[string, Partial<KafkaProps>, number, string]>([
  [
    'a kind of broker that is none',
    { brokerInstanceType: 'm7g.large' },
    3,
    "`brokerInstanceType` must be a broker type of MSK, such as kafka.m7g.large or express.m7g.large, got: 'm7g.large'",
  ],
  [
    'Serverless',
    { brokerInstanceType: 'serverless' },
    3,
    "got: 'serverless'; MSK Serverless requires IAM authentication, which PostHog's services do not support",
  ],
  ['no brokers', { brokersPerSubnet: 0 }, 3, '`brokersPerSubnet` must be 1 or more, got: 0'],
  [
    'brokers that are not counted yet',
    { brokersPerSubnet: Token.asNumber({ Ref: 'Brokers' }) },
    3,
    '`brokersPerSubnet` must be known at synthesis: the replication factor depends on it',
  ],
  ['a retention that is not known yet', { retention: Duration.hours(Token.asNumber({ Ref: 'Hours' })) }, 3, '`retention` must be known at synthesis'],
  [
    'a limit that is not known yet',
    { partitionRetention: Size.gibibytes(Token.asNumber({ Ref: 'Limit' })) },
    3,
    '`partitionRetention` must be known at synthesis',
  ],
  ['ZooKeeper', { kafkaVersion: '3.5.1' }, 3, '`kafkaVersion` must be one with KRaft, such as 3.9.x.kraft'],
  [
    'disks of Express brokers',
    { brokerInstanceType: 'express.m7g.large', volumeSize: Size.gibibytes(1) },
    3,
    '`volumeSize` cannot be combined with Express brokers',
  ],
  [
    'Express brokers in two zones',
    { brokerInstanceType: 'express.m7g.large' },
    2,
    "`vpcSubnets` must be three for Express brokers, each in its own availability zone, got: '2 subnet(s)'",
  ],
  ['a disk that is too large', { maxVolumeSize: Size.tebibytes(17) }, 3, '`maxVolumeSize` must be 16 TiB or less'],
  [
    'a disk that is larger than it may become',
    { volumeSize: Size.tebibytes(2) },
    3,
    "`volumeSize` must not be larger than `maxVolumeSize` (1024 GiB), got: '2048 GiB'",
  ],
  [
    'hardly any retention',
    { retention: Duration.minutes(30) },
    3,
    "`retention` must be an hour or more: older messages are deleted, read or not, got: '1800 seconds'",
  ],
  ['snapshots', { removalPolicy: RemovalPolicy.SNAPSHOT }, 3, '`removalPolicy` must be RETAIN or DESTROY: MSK has no snapshots'],
  ['one zone', {}, 1, "`vpcSubnets` must be in two or more availability zones, got: '1 zone(s)'"],
])('fails with %s', (_, props, zones, message) => {
  expect(() => newKafka(props, zones)).toThrow(message);
});

test('fails where there is no subnet for a store', () => {
  const stack = zonedStack(4);
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 0,
    restrictDefaultSecurityGroup: false,
    subnetConfiguration: [{ name: 'Public', subnetType: SubnetType.PUBLIC }],
  });
  expect(() => new Kafka(stack, 'Kafka', { vpc })).toThrow(
    "[Stack/Kafka] `vpc` must have isolated or private subnets for a data store, got: 'Stack/Vpc'",
  );
});
