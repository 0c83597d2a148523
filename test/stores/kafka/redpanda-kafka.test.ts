import { App, Duration, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceType, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { KafkaEncryption, RedpandaKafka, RedpandaKafkaProps } from '../../../lib';
import { newPostHog, newStack, only } from '../../helpers/stack';
import { ofType, statementsOf, waysInto } from '../../helpers/template';
import { assetFiles, givenVpc } from '../instance/fixtures';

const ENV = { account: '111122223333', region: 'eu-central-1' };

function redpanda(stack: Stack, props: Partial<RedpandaKafkaProps> = {}, id = 'Kafka'): RedpandaKafka {
  return new RedpandaKafka(stack, id, { vpc: (stack.node.tryFindChild('Vpc') as Vpc | undefined) ?? givenVpc(stack), ...props });
}

function templateOf(props: Partial<RedpandaKafkaProps> = {}): Template {
  const stack = newStack({ env: ENV });
  redpanda(stack, props);
  return Template.fromStack(stack);
}

/** The cluster properties of Redpanda, with these props. */
function properties(props: Partial<RedpandaKafkaProps> = {}): string {
  const stack = newStack({ env: ENV });
  redpanda(stack, props);
  return assetFiles(stack)['host/etc/redpanda-source/.bootstrap.yaml'];
}

test('RedpandaKafka has plain connections to its name on port 9092', () => {
  const stack = newStack({ env: ENV });
  const { bootstrapServers, encryption, clientPorts, connections } = redpanda(stack);
  expect({ bootstrapServers, encryption, clientPorts, defaultPort: String(connections.defaultPort) }).toEqual({
    bootstrapServers: 'kafka.stack-kafka-a5ef4b92.internal:9092',
    encryption: KafkaEncryption.PLAINTEXT,
    clientPorts: [9092],
    defaultPort: '9092',
  });
});

test('RedpandaKafka advertises a name in its own private zone', () => {
  const stack = newStack({ env: ENV });
  redpanda(stack);
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

test('RedpandaKafka uses `privateZone` and `hostName`', () => {
  const stack = newStack({ env: ENV });
  const privateZone = PrivateHostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.internal' });
  expect(redpanda(stack, { privateZone }).bootstrapServers).toBe('kafka.example.internal:9092');
  expect(redpanda(stack, { privateZone, hostName: 'broker.example.internal' }, 'Other').bootstrapServers).toBe('broker.example.internal:9092');
  Template.fromStack(stack).resourceCountIs('AWS::Route53::HostedZone', 0);
});

test('two RedpandaKafka in one stack have different names, volumes and zones', () => {
  const stack = newStack({ env: ENV });
  const servers = [redpanda(stack), redpanda(stack, {}, 'Other')].map(({ bootstrapServers }) => bootstrapServers);
  expect(new Set(servers).size).toBe(2);
  const template = Template.fromStack(stack);
  template.resourceCountIs('AWS::EC2::Volume', 2);
  template.resourceCountIs('AWS::Route53::HostedZone', 2);
});

test('RedpandaKafka is a t4g.large with a retained volume of 100 GiB in the first private subnet by default', () => {
  const template = templateOf();
  expect(only(template, 'AWS::EC2::LaunchTemplate').LaunchTemplateData).toMatchObject({
    InstanceType: 't4g.large',
    ImageId: expect.stringContaining('arm64') as string,
  });
  expect(only(template, 'AWS::EC2::Volume')).toMatchObject({ Size: 100, AvailabilityZone: 'eu-central-1a' });
  expect(only(template, 'AWS::AutoScaling::AutoScalingGroup').VPCZoneIdentifier).toEqual(['subnet-1']);
  expect(ofType(template, 'AWS::EC2::Volume')).toMatchObject([['KafkaInstanceVolumeA6BAD519', { DeletionPolicy: 'RetainExceptOnCreate' }]]);
});

test('RedpandaKafka passes its props to the instance and the volume', () => {
  const stack = newStack({ env: ENV });
  const vpc = givenVpc(stack);
  redpanda(stack, {
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

test('the container of RedpandaKafka has a raised limit of open files and two minutes to stop', () => {
  const stack = newStack({ env: ENV });
  redpanda(stack);
  const files = assetFiles(stack);
  expect(files.settings).toContain('\nSTOP_TIMEOUT=120\n');
  expect(files['container/arguments'].split('\n').filter((argument) => argument.startsWith('--ulimit'))).toEqual(['--ulimit=nofile=262144:262144']);
});

test('RedpandaKafka grants access to the ECR repository of its image, and to none for another registry', () => {
  const allowed = (props: Partial<RedpandaKafkaProps>) => {
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

test('RedpandaKafka retains messages for three days, up to a sixtieth of the volume in each partition, by default', () => {
  expect(properties()).toContain('log_retention_ms: 259200000\n');
  expect(properties()).toContain(`retention_bytes: ${Math.floor((100 * 1024 ** 3) / 60)}\n`);
});

test('RedpandaKafka passes `retention` and `partitionRetention` to Redpanda', () => {
  const configured = properties({ retention: Duration.hours(12), partitionRetention: Size.gibibytes(2) });
  expect(configured).toContain('log_retention_ms: 43200000\n');
  expect(configured).toContain(`retention_bytes: ${2 * 1024 ** 3}\n`);
});

test('the container of RedpandaKafka mounts the volume and a writable configuration folder', () => {
  const stack = newStack({ env: ENV });
  redpanda(stack);
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

test('RedpandaKafka allows no inbound connections, and only HTTPS outbound', () => {
  const { SecurityGroupEgress: out, SecurityGroupIngress: way } = only(templateOf(), 'AWS::EC2::SecurityGroup');
  expect(out).toMatchObject([{ CidrIp: '0.0.0.0/0', IpProtocol: 'tcp', FromPort: 443, ToPort: 443 }]);
  expect(way).toBeUndefined();
});

test('RedpandaKafka allows connections from PostHog on port 9092 only', () => {
  const stack = newStack({ env: ENV });
  const vpc = givenVpc(stack);
  newPostHog(stack, { kafka: redpanda(stack, { vpc }) });
  const template = Template.fromStack(stack);
  const [group] = ofType(template, 'AWS::EC2::SecurityGroup').find(([, { Properties }]) => Properties.GroupDescription === 'PostHog Kafka: broker')!;
  const ways = waysInto(template, group);
  // The members of the group of its clients, the migration, and the monitor.
  expect(ways).toHaveLength(3);
  expect(new Set(ways.map(({ port }) => port))).toEqual(new Set([9092]));
});

test('RedpandaKafka accepts a VPC whose lookup is pending', () => {
  const stack = newStack({ env: ENV });
  expect(() => redpanda(stack, { vpc: Vpc.fromLookup(stack, 'Looked', { vpcId: 'vpc-1' }) })).not.toThrow();
});

test.each(['t4g.small', 't3.micro', 'c7g.medium'])('RedpandaKafka rejects instance type %s, which is too small', (type) => {
  expect(() => redpanda(newStack(), { instanceType: new InstanceType(type) })).toThrow(
    `[Stack/Kafka] \`instanceType\` must have 4 GiB of memory or more, got: '${type}'; use t4g.medium or larger`,
  );
});

test.each(['t4g.medium', 'm7g.medium', 'c7g.large', 'r7i.xlarge'])('RedpandaKafka accepts instance type %s', (type) => {
  expect(() => redpanda(newStack(), { instanceType: new InstanceType(type) })).not.toThrow();
});

test.each<[string, Partial<RedpandaKafkaProps>, string]>([
  [
    'a `volumeSize` of 10 GiB',
    { volumeSize: Size.gibibytes(10) },
    '`volumeSize` must be 20 GiB or more, up to 64 TiB: Redpanda rejects writes when less than 5 GiB are free, got: 10 GiB',
  ],
  [
    'a `retention` of 10 minutes',
    { retention: Duration.minutes(10) },
    '`retention` must be from an hour to 3650 days: older messages are deleted, read or not, got: 10 minutes',
  ],
  ['a `volumeSize` of 100.5 GiB', { volumeSize: Size.mebibytes(102_912) }, '`volumeSize` must be a whole number of GiB, got: 102912 MiB'],
  ['a `retention` that is a token', { retention: Duration.hours(Token.asNumber({ Ref: 'Hours' })) }, '`retention` must be known at synthesis'],
  [
    'a `volumeSize` that is a token without `partitionRetention`',
    { volumeSize: Size.gibibytes(Token.asNumber({ Ref: 'Disk' })) },
    '`partitionRetention` is required if `volumeSize` is not known at synthesis',
  ],
  [
    'a `partitionRetention` above `volumeSize`',
    { partitionRetention: Size.gibibytes(101) },
    '`partitionRetention` must be less than the volume, 100 GiB, got: 101 GiB',
  ],
  [
    'an `image` that is no image reference',
    { image: 'Redpanda latest' },
    "`image` must be an image such as docker.io/redpandadata/redpanda@sha256:<64 hexadecimal digits>, got: 'Redpanda latest'",
  ],
  [
    'a `hostName` without `privateZone`',
    { hostName: 'kafka.example.internal' },
    "`hostName` needs the `privateZone` that it is in, got: 'kafka.example.internal'; set both, or neither",
  ],
])('RedpandaKafka rejects %s', (_, props, message) => {
  expect(() => redpanda(newStack(), props)).toThrow(`[Stack/Kafka] ${message}`);
});

test('RedpandaKafka rejects a VPC without subnets with egress', () => {
  const stack = new Stack(new App(), 'Stack');
  const vpc = new Vpc(stack, 'Isolated', { natGateways: 0, subnetConfiguration: [{ name: 'Store', subnetType: SubnetType.PRIVATE_ISOLATED }] });
  expect(() => redpanda(stack, { vpc })).toThrow(
    '[Stack/Kafka] `vpc` must have a private subnet with egress, got: Stack/Isolated; add a NAT gateway, or select subnets',
  );
});

test('RedpandaKafka gives access to its instance, volume, log group, role, zone and security group', () => {
  const stack = newStack({ env: ENV });
  const kafka = redpanda(stack);
  const { autoScalingGroup, launchTemplate, volume, logGroup, role, host } = kafka.instance;
  expect(stack.resolve([autoScalingGroup.autoScalingGroupName, volume.ref, logGroup.logGroupName, role.roleName])).toEqual([
    { Ref: expect.stringMatching(/^KafkaInstanceGroup/) as string },
    { Ref: expect.stringMatching(/^KafkaInstanceVolume/) as string },
    { Ref: expect.stringMatching(/^KafkaInstanceLogs/) as string },
    { Ref: expect.stringMatching(/^KafkaInstanceRole/) as string },
  ]);
  expect(launchTemplate.launchTemplateId).toBeDefined();
  expect([host, `${kafka.host}:9092`]).toEqual([`kafka.${kafka.privateZone.zoneName}`, kafka.bootstrapServers]);
  expect(kafka.connections.securityGroups).toEqual([kafka.securityGroup]);
  expect(kafka.managesTopics).toBe(true);
});

test('RedpandaKafka has the metrics of its EC2 instance, and no consumer lag', () => {
  const stack = newStack({ env: ENV });
  const kafka = redpanda(stack);
  const dimensions = { AutoScalingGroupName: kafka.instance.autoScalingGroup.autoScalingGroupName };
  expect(kafka.metric('NetworkIn')).toMatchObject({ namespace: 'AWS/EC2', metricName: 'NetworkIn', dimensions });
  expect(kafka.metricCpuUtilization()).toMatchObject({ metricName: 'CPUUtilization', dimensions, statistic: 'Average' });
  expect(kafka.metricStatusCheckFailed()).toMatchObject({
    metricName: 'StatusCheckFailed',
    dimensions,
    statistic: 'Maximum',
    period: Duration.minutes(1),
  });
  expect(() => kafka.metricConsumerLag('group', 'topic')).toThrow('[Stack/Kafka] `clusterName` is required for metrics');
});
