import { App, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { IKafka, Kafka, KafkaEncryption, KafkaSingleNodeOptions } from '../../../lib';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { ofType, statementsOf, waysInto } from '../../helpers/template';
import { assetFiles, givenVpc } from '../instance/fixtures';

const ENV = { account: '111122223333', region: 'eu-central-1' };

function singleNode(stack: Stack, props: Partial<KafkaSingleNodeOptions> = {}, id = 'Kafka'): IKafka {
  return Kafka.singleNode(stack, id, { vpc: (stack.node.tryFindChild('Vpc') as Vpc | undefined) ?? givenVpc(stack), ...props });
}

function templateOf(props: Partial<KafkaSingleNodeOptions> = {}): Template {
  const stack = newStack({ env: ENV });
  singleNode(stack, props);
  return Template.fromStack(stack);
}

/** The properties that Redpanda is told, of a single node with these props. */
function properties(props: Partial<KafkaSingleNodeOptions> = {}): string {
  const stack = newStack({ env: ENV });
  singleNode(stack, props);
  return assetFiles(stack)['host/etc/redpanda-source/.bootstrap.yaml'];
}

test('PostHog connects to its name, in plain text, on one port', () => {
  const stack = newStack({ env: ENV });
  const { bootstrapServers, encryption, clientPorts, connections } = singleNode(stack);
  expect({ bootstrapServers, encryption, clientPorts, defaultPort: String(connections.defaultPort) }).toEqual({
    bootstrapServers: 'kafka.stack-kafka-a5ef4b92.internal:9092',
    encryption: KafkaEncryption.PLAINTEXT,
    clientPorts: [9092],
    defaultPort: '9092',
  });
});

test('the name stands in a private zone of its own, and is what Redpanda tells its clients to connect to', () => {
  const stack = newStack({ env: ENV });
  singleNode(stack);
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::Route53::HostedZone')).toMatchObject({
    Name: 'stack-kafka-a5ef4b92.internal.',
    VPCs: [{ VPCId: 'vpc-0123456789abcdef0', VPCRegion: 'eu-central-1' }],
  });
  const files = assetFiles(stack);
  expect(files.settings).toContain('HOST_NAME=kafka.stack-kafka-a5ef4b92.internal\n');
  expect(JSON.parse(files['host/etc/redpanda-source/redpanda.yaml'])).toMatchObject({
    redpanda: { advertised_kafka_api: [{ address: 'kafka.stack-kafka-a5ef4b92.internal', port: 9092 }] },
  });
});

test('the name can be another, in a zone that is there', () => {
  const stack = newStack({ env: ENV });
  const privateZone = PrivateHostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.internal' });
  expect(singleNode(stack, { privateZone }).bootstrapServers).toBe('kafka.example.internal:9092');
  expect(singleNode(stack, { privateZone, hostName: 'broker.example.internal' }, 'Other').bootstrapServers).toBe('broker.example.internal:9092');
  Template.fromStack(stack).resourceCountIs('AWS::Route53::HostedZone', 0);
});

test('two in one stack have names, volumes and rooms of their own', () => {
  const stack = newStack({ env: ENV });
  const servers = [singleNode(stack), singleNode(stack, {}, 'Other')].map(({ bootstrapServers }) => bootstrapServers);
  expect(new Set(servers).size).toBe(2);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::Volume', 2);
  template.resourceCountIs('AWS::Route53::HostedZone', 2);
});

test('it is a t4g.large with 100 GiB that stay, in the first private subnet, by default', () => {
  const template = templateOf();
  expect(only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData).toMatchObject({
    InstanceType: 't4g.large',
    ImageId: expect.stringContaining('arm64') as string,
  });
  expect(only(template, 'AWS::EC2::Volume')).toMatchObject({ Size: 100, AvailabilityZone: 'eu-central-1a' });
  expect(only(template, 'AWS::AutoScaling::AutoScalingGroup').VPCZoneIdentifier).toEqual(['subnet-1']);
  expect(ofType(template, 'AWS::EC2::Volume')).toMatchObject([['KafkaInstanceVolumeA6BAD519', { DeletionPolicy: 'RetainExceptOnCreate' }]]);
});

test('instance, disk, snapshot, subnet, logs and removal policy can be given', () => {
  const stack = newStack({ env: ENV });
  const vpc = givenVpc(stack);
  singleNode(stack, {
    vpc,
    vpcSubnets: { subnets: [vpc.privateSubnets[1]] },
    instanceType: new InstanceType('m7i.large'),
    volumeSize: Size.gibibytes(500),
    snapshotId: 'snap-1',
    logRetention: 7,
    removalPolicy: RemovalPolicy.DESTROY,
    image: 'registry.example.com/redpanda:v25.1.9',
  });
  Annotations.fromStack(stack).hasWarning(
    '/Stack/Kafka',
    Match.stringLikeRegexp('with every new instance: registry.example.com/redpanda:v25.1.9; name each by its digest'),
  );
  const template = Template.fromStack(stack);
  expect(only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData).toMatchObject({
    InstanceType: 'm7i.large',
    ImageId: expect.stringContaining('x86_64') as string,
  });
  expect(ofType(template, 'AWS::EC2::Volume')).toMatchObject([
    [expect.anything(), { Properties: { Size: 500, SnapshotId: 'snap-1', AvailabilityZone: 'eu-central-1b' }, DeletionPolicy: 'Delete' }],
  ]);
  expect(only(template, 'AWS::Logs::LogGroup')).toMatchObject({ RetentionInDays: 7 });
  expect(assetFiles(stack).settings).toContain('IMAGE=registry.example.com/redpanda:v25.1.9\n');
});

test('it may open a file for each of many segments, and has two minutes to write down what it has', () => {
  const stack = newStack({ env: ENV });
  singleNode(stack);
  const files = assetFiles(stack);
  expect(files.settings).toContain('\nSTOP_TIMEOUT=120\n');
  expect(files['container/arguments'].split('\n').filter((argument) => argument.startsWith('--ulimit'))).toEqual(['--ulimit=nofile=262144:262144']);
});

test('its image can be pulled from a private ECR repository, and nothing of ECR is allowed for another', () => {
  const allowed = (props: Partial<KafkaSingleNodeOptions>) => {
    const template = templateOf(props);
    const [role] = ofType(template, 'AWS::IAM::Role').find(([, { Properties }]) => JSON.stringify(Properties).includes('ec2.amazonaws.com'))!;
    return statementsOf(template, role).flatMap(({ actions, resources }) =>
      actions.filter((action) => action.startsWith('ecr:')).map((action) => [action, ...resources]),
    );
  };
  const repository = 'arn:aws:ecr:us-east-1:444455556666:repository/mirror/redpanda';
  expect(allowed({ image: '444455556666.dkr.ecr.us-east-1.amazonaws.com/mirror/redpanda:v25.1.9' })).toEqual([
    ['ecr:GetAuthorizationToken', '*'],
    ['ecr:BatchCheckLayerAvailability', repository],
    ['ecr:BatchGetImage', repository],
    ['ecr:GetDownloadUrlForLayer', repository],
  ]);
  expect(allowed({})).toEqual([]);
});

test('messages are kept for three days and a sixtieth of the disk a partition, by default', () => {
  expect(properties()).toContain('log_retention_ms: 259200000\n');
  expect(properties()).toContain(`retention_bytes: ${Math.floor((100 * 1024 ** 3) / 60)}\n`);
});

test('messages are kept as long and as many as is said', () => {
  const told = properties({ retention: Duration.hours(12), partitionRetention: Size.gibibytes(2) });
  expect(told).toContain('log_retention_ms: 43200000\n');
  expect(told).toContain(`retention_bytes: ${2 * 1024 ** 3}\n`);
});

test('the container gets its disk, and a folder for its configuration that it may write to', () => {
  const stack = newStack({ env: ENV });
  singleNode(stack);
  const files = assetFiles(stack);
  expect(files['container/arguments'].split('\n')).toEqual(
    expect.arrayContaining([
      '--volume=/var/lib/redpanda/data:/var/lib/redpanda/data',
      '--volume=/run/redpanda:/etc/redpanda',
      'docker.io/redpandadata/redpanda:v25.1.9@sha256:8f7e9e4c1422baaa1a5e2a6c6c668cfe05442cb3cb476542c7dff61725e6fe31',
      'redpanda',
      'start',
      '--overprovisioned',
    ]),
  );
  expect(files['container/folders']).toBe('/var/lib/redpanda/data\n');
  expect(files['container/after-start']).toContain(':9644/v1/cluster_config');
});

test('nobody is let in, and only port 443 leads out', () => {
  const { SecurityGroupEgress: out, SecurityGroupIngress: way } = only(templateOf(), 'AWS::EC2::SecurityGroup');
  expect(out).toMatchObject([{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
  expect(way).toBeUndefined();
});

test("PostHog's processes are let in on the one port", () => {
  const stack = newStack({ env: ENV });
  const vpc = givenVpc(stack);
  newPostHog(stack, { kafka: singleNode(stack, { vpc }) });
  const template = Template.fromStack(stack);
  const [group] = ofType(template, 'AWS::EC2::SecurityGroup').find(([, { Properties }]) => Properties.GroupDescription === 'PostHog Kafka: broker')!;
  const ways = waysInto(template, group);
  // Whatever is in the group of its clients, and the migration.
  expect(ways).toHaveLength(2);
  expect(new Set(ways.map(({ port }) => port))).toEqual(new Set([9092]));
});

test('a VPC that has still to be looked up does not stop the synthesis', () => {
  const stack = newStack({ env: ENV });
  expect(() => singleNode(stack, { vpc: Vpc.fromLookup(stack, 'Looked', { vpcId: 'vpc-1' }) })).not.toThrow();
});

test.each(['t4g.small', 't3.micro', 'c7g.medium'])('fails when the instance is %s', (type) => {
  expect(() => singleNode(newStack(), { instanceType: new InstanceType(type) })).toThrow(
    `[Stack/Kafka] \`instanceType\` must have 4 GiB of memory or more, got: '${type}'; use t4g.medium or larger`,
  );
});

test.each(['t4g.medium', 'm7g.medium', 'c7g.large', 'r7i.xlarge'])('%s is large enough', (type) => {
  expect(() => singleNode(newStack(), { instanceType: new InstanceType(type) })).not.toThrow();
});

test.each<[string, Partial<KafkaSingleNodeOptions>, string]>([
  [
    'the disk is small',
    { volumeSize: Size.gibibytes(10) },
    "`volumeSize` must be 20 GiB or more: Redpanda rejects writes when less than 5 GiB are free, got: '10 GiB'",
  ],
  [
    'retention is short',
    { retention: Duration.minutes(10) },
    "`retention` must be an hour or more: older messages are deleted, read or not, got: '600 seconds'",
  ],
  ['retention is not known yet', { retention: Duration.hours(Token.asNumber({ Ref: 'Hours' })) }, '`retention` must be known at synthesis'],
  [
    'only the disk is not known yet',
    { volumeSize: Size.gibibytes(Token.asNumber({ Ref: 'Disk' })) },
    '`partitionRetention` is required if `volumeSize` is not known at synthesis',
  ],
  [
    'a partition may be larger than the disk',
    { partitionRetention: Size.gibibytes(101) },
    "`partitionRetention` must be less than the volume, 100 GiB, got: '108447924224 bytes'",
  ],
  [
    'the image is none',
    { image: 'Redpanda latest' },
    "`image` must be an image such as docker.io/redpandadata/redpanda@sha256:<64 hexadecimal digits>, got: 'Redpanda latest'",
  ],
  [
    'there is a name without a zone',
    { hostName: 'kafka.example.internal' },
    "`hostName` needs the `privateZone` that it is in, got: 'kafka.example.internal'; set both, or neither",
  ],
])('fails when %s', (_, props, message) => {
  expect(() => singleNode(newStack(), props)).toThrow(`[Stack/Kafka] ${message}`);
});

test('fails when there is no way out', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Isolated', { natGateways: 0, subnetConfiguration: [{ name: 'Store', subnetType: SubnetType.PRIVATE_ISOLATED }] });
  expect(() => singleNode(stack, { vpc })).toThrow(
    "[Stack/Kafka] `vpc` must have a private subnet with egress, got: 'Stack/Isolated'; add a NAT gateway, or select subnets",
  );
});
