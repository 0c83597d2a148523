import { CfnParameter, RemovalPolicy, Size, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceClass, InstanceSize, InstanceType, IpAddresses, SecurityGroup, SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { PrivateHostedZone } from 'aws-cdk-lib/aws-route53';
import { ClickHouseProps, Kafka, KafkaEncryption } from '../../../lib';
import { only } from '../../helpers/stack';
import { ofType, statementsOf, waysInto } from '../../helpers/template';
import { zonedStack } from '../../helpers/zones';
import { instanceFiles, newClickHouse } from './fixtures';

function template(overrides: Partial<ClickHouseProps> = {}): Template {
  const stack = zonedStack();
  newClickHouse(stack, overrides);
  return Template.fromStack(stack);
}

/** The files of the only server, or of the one that is named. */
function filesOf(overrides: Partial<ClickHouseProps> = {}, host?: RegExp): (file: string) => string {
  const stack = zonedStack();
  newClickHouse(stack, overrides);
  const files = [...instanceFiles(stack)].filter(([name]) => !host || host.test(name));
  expect(files).toHaveLength(1);
  return files[0][1];
}

const CONFIG = 'host/etc/posthog-clickhouse/config.xml';

test('ClickHouse has TLS with a self-signed certificate, and a name in its own private zone', () => {
  const stack = zonedStack();
  const clickHouse = newClickHouse(stack);
  expect(clickHouse).toMatchObject({
    database: 'posthog',
    tls: true,
    verifyCertificate: false,
    nativePort: 9440,
    httpPort: 8443,
    clientPorts: [9440, 8443],
  });
  expect(clickHouse.host).toMatch(/^clickhouse\.stack-clickhouse-[0-9a-f]{8}\.internal$/);
  expect(only(Template.fromStack(stack), 'AWS::Route53::HostedZone')).toMatchObject({ Name: clickHouse.host.replace('clickhouse.', '') + '.' });
});

test('ClickHouse is one Graviton instance with a retained, encrypted volume of 200 GiB by default', () => {
  const found = template();
  found.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 1);
  found.hasResourceProperties('AWS::AutoScaling::AutoScalingGroup', { MinSize: '1', MaxSize: '1' });
  found.hasResourceProperties('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { InstanceType: 'r7g.large' } });
  found.hasResource('AWS::EC2::Volume', {
    Properties: { Size: 200, Encrypted: true, VolumeType: 'gp3', Iops: 3000, Throughput: 125 },
    DeletionPolicy: 'RetainExceptOnCreate',
    UpdateReplacePolicy: 'Retain',
  });
  found.hasResourceProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
  expect(ofType(found, 'AWS::SecretsManager::Secret').map(([, { DeletionPolicy }]) => DeletionPolicy)).toEqual(Array(3).fill('RetainExceptOnCreate'));
});

test('ClickHouse passes its props to the instance, the volume, the logs and the secrets', () => {
  const found = template({
    instanceType: InstanceType.of(InstanceClass.M7I, InstanceSize.XLARGE2),
    volumeSize: Size.tebibytes(1),
    volumeIops: 7000,
    volumeThroughput: 500,
    snapshotId: 'snap-0123456789abcdef0',
    removalPolicy: RemovalPolicy.DESTROY,
    logRetention: RetentionDays.ONE_WEEK,
  });
  found.hasResourceProperties('AWS::EC2::LaunchTemplate', { LaunchTemplateData: { InstanceType: 'm7i.2xlarge' } });
  found.hasResource('AWS::EC2::Volume', {
    Properties: { Size: 1024, Iops: 7000, Throughput: 500, SnapshotId: 'snap-0123456789abcdef0' },
    DeletionPolicy: 'Delete',
  });
  found.hasResource('AWS::Logs::LogGroup', { Properties: { RetentionInDays: 7 }, DeletionPolicy: 'Delete' });
  found.hasResource('AWS::SecretsManager::Secret', { DeletionPolicy: 'Delete' });
});

test('the container of ClickHouse has the version that PostHog expects, its own configuration, the brokers and three secrets', () => {
  const read = filesOf();
  expect(read('settings')).toContain('IMAGE=clickhouse/clickhouse-server@sha256:95f7cbf466dba734947775eb74808a13a3558e4398666ea6b1d992af85b9740d\n');
  expect(read('container/environment').split('\n').sort()).toEqual([
    '',
    'CLICKHOUSE_CONFIG=/etc/posthog-clickhouse/config.xml',
    'CLICKHOUSE_SKIP_USER_SETUP=1',
    'KAFKA_HOSTS=b-1.internal:9094,b-2.internal:9094',
  ]);
  expect(
    read('container/secrets')
      .split('\n')
      .map((line) => line.replace(/\t.*\t/, ' ')),
  ).toEqual(['POSTHOG_CLICKHOUSE_PASSWORD password', 'POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD password', 'POSTHOG_CLICKHOUSE_CLUSTER_SECRET ', '']);
  expect(read('container/arguments')).toContain('--volume=/mnt/clickhouse/data:/var/lib/clickhouse\n');
  expect(read('container/arguments')).toContain('--ulimit=nofile=262144:262144\n');
  expect(read('settings')).toContain('\nSTOP_TIMEOUT=120\n');
  expect(read(CONFIG)).toContain('<security_protocol>ssl</security_protocol>');
  expect(read(CONFIG)).toContain('CREATE DATABASE IF NOT EXISTS `posthog`');
  expect(read('host/etc/posthog-clickhouse/users.xml')).toContain('<posthog>');
});

test('ClickHouse uses `image`, `database` and plain connections to plain brokers', () => {
  const stack = zonedStack();
  const kafka = Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'redpanda.internal:9092', encryption: KafkaEncryption.PLAINTEXT });
  const image = `clickhouse/clickhouse-server@sha256:${'0'.repeat(64)}`;
  expect(newClickHouse(stack, { kafka, image, database: 'analytics' }).database).toBe('analytics');
  const [[, read]] = instanceFiles(stack);
  expect(read('settings')).toContain(`IMAGE=${image}\n`);
  expect(read('container/environment')).toContain('KAFKA_HOSTS=redpanda.internal:9092\n');
  expect(read(CONFIG)).not.toContain('security_protocol');
  expect(read(CONFIG)).toContain('CREATE DATABASE IF NOT EXISTS `analytics`');
  expect(read('host/etc/posthog-clickhouse/users.xml')).toContain('GRANT SELECT ON `analytics`.*');
});

test('ClickHouse names its zone to brokers on MSK, and to no others', () => {
  const filesWith = (attributes: object): ((file: string) => string) => {
    const stack = zonedStack();
    newClickHouse(stack, { kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9094', ...attributes }) });
    return [...instanceFiles(stack)][0][1];
  };
  const onMsk = filesWith({ clusterName: 'events' });
  expect(onMsk('settings')).toContain('\nZONE_ID_VARIABLE=KAFKA_CLIENT_RACK\n');
  expect(onMsk(CONFIG)).toContain('<client_rack from_env="KAFKA_CLIENT_RACK"/>');
  const elsewhere = filesWith({});
  expect(elsewhere('settings')).toContain('\nZONE_ID_VARIABLE=\n');
  expect(elsewhere(CONFIG)).not.toContain('client_rack');
});

test("the script of ClickHouse before each start has the host name, the secrets and the folders of PostHog's files", () => {
  const lines = filesOf({})('container/prepare').split('\n');
  expect(lines[0]).toMatch(/^HOST_NAME='clickhouse\.stack-clickhouse-[0-9a-f]{8}\.internal'$/);
  expect(lines.slice(1, 3)).toEqual([
    "REQUIRED_SECRETS='POSTHOG_CLICKHOUSE_PASSWORD POSTHOG_CLICKHOUSE_DICT_READER_PASSWORD POSTHOG_CLICKHOUSE_CLUSTER_SECRET'",
    "FOLDERS='user_scripts format_schemas'",
  ]);
  expect(lines).toContain('certificate');
});

test('ClickHouse accepts brokers that are a token', () => {
  const stack = zonedStack();
  const brokers = new CfnParameter(stack, 'Brokers').valueAsString;
  newClickHouse(stack, { kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: brokers }) });
  const [[, read]] = instanceFiles(stack);
  expect(read('container/environment')).toMatch(/^KAFKA_HOSTS=@\{value-\d+\}$/m);
});

test('the passwords of ClickHouse are letters and digits, which need no escaping in XML and SQL', () => {
  const generated = ofType<{ GenerateSecretString: Record<string, unknown> }>(template(), 'AWS::SecretsManager::Secret').map(
    ([, { Properties }]) => Properties.GenerateSecretString,
  );
  expect(generated).toEqual([
    { SecretStringTemplate: '{"username":"posthog"}', GenerateStringKey: 'password', ExcludePunctuation: true, PasswordLength: 40 },
    { SecretStringTemplate: '{"username":"dict_reader"}', GenerateStringKey: 'password', ExcludePunctuation: true, PasswordLength: 40 },
    { ExcludePunctuation: true, PasswordLength: 40 },
  ]);
});

test('ClickHouse allows no inbound connections, and outbound ones to AWS and Kafka', () => {
  const found = template();
  found.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
  const { SecurityGroupIngress: ingress, SecurityGroupEgress: egress } = only(found, 'AWS::EC2::SecurityGroup') as {
    SecurityGroupIngress?: unknown;
    SecurityGroupEgress: { FromPort: number; CidrIp: string }[];
  };
  expect(ingress).toBeUndefined();
  expect(egress.map(({ FromPort, CidrIp }) => [FromPort, CidrIp])).toEqual([
    [443, '0.0.0.0/0'],
    [9094, '0.0.0.0/0'],
  ]);
});

test('ClickHouse connects to the security groups of Kafka only, which allow it', () => {
  const stack = zonedStack();
  const securityGroups = [SecurityGroup.fromSecurityGroupId(stack, 'Brokers', 'sg-00000000000000001')];
  newClickHouse(stack, { kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9094', securityGroups }) });
  const found = Template.fromStack(stack);
  expect(waysInto(found, 'sg-00000000000000001').map(({ port }) => port)).toEqual([9094]);
  found.hasResourceProperties('AWS::EC2::SecurityGroupEgress', { DestinationSecurityGroupId: 'sg-00000000000000001', FromPort: 9094 });
  found.hasResourceProperties('AWS::EC2::SecurityGroup', { SecurityGroupEgress: [Match.objectLike({ FromPort: 443 })] });
});

test('ClickHouse adds no dependency to a Kafka in another stack', () => {
  const stack = zonedStack();
  const other = new Stack(stack.node.root, 'Other', { env: { account: '111122223333', region: 'eu-central-1' } });
  const vpc = new Vpc(other, 'Vpc');
  const kafka = Kafka.fromKafkaAttributes(other, 'Kafka', {
    bootstrapServers: 'b-1.internal:9094',
    securityGroups: [new SecurityGroup(other, 'Brokers', { vpc })],
  });
  newClickHouse(stack, { vpc, kafka });
  Template.fromStack(stack).hasResourceProperties('AWS::EC2::SecurityGroupIngress', { FromPort: 9094 });
  expect(other.dependencies).toEqual([]);
});

test('ClickHouse uses `privateZone` and `hostName`', () => {
  const stack = zonedStack();
  const vpc = new Vpc(stack, 'Vpc');
  const privateZone = new PrivateHostedZone(stack, 'Zone', { vpc, zoneName: 'stores.internal' });
  expect(newClickHouse(stack, { vpc, privateZone }, 'First').host).toBe('clickhouse.stores.internal');
  expect(newClickHouse(stack, { vpc, privateZone, hostName: 'events.stores.internal' }, 'Second').host).toBe('events.stores.internal');
  Template.fromStack(stack).resourceCountIs('AWS::Route53::HostedZone', 1);
});

test('two ClickHouse in one stack have different names and volumes', () => {
  const stack = zonedStack();
  const vpc = new Vpc(stack, 'Vpc');
  const [first, second] = ['First', 'Second'].map((id) => newClickHouse(stack, { vpc }, id));
  expect(first.host).not.toBe(second.host);
  Template.fromStack(stack).resourceCountIs('AWS::EC2::Volume', 2);
});

test('ClickHouse grants servers and Keepers access to the ECR repository of `image`, and to none for another registry', () => {
  const image = `444455556666.dkr.ecr.us-east-1.amazonaws.com/clickhouse@sha256:${'0'.repeat(64)}`;
  const found = template({ image, replicas: 2 });
  const pulls = ofType(found, 'AWS::IAM::Role')
    .filter(([, { Properties }]) => JSON.stringify(Properties).includes('ec2.amazonaws.com'))
    .map(([role]) =>
      JSON.stringify(
        statementsOf(found, role)
          .filter(({ actions }) => actions.includes('ecr:BatchGetImage'))
          .flatMap(({ resources }) => resources),
      ),
    )
    .map((resources) => [...resources.matchAll(/:ecr:us-east-1:444455556666:repository\/(\w+)"/g)].map(([, name]) => name).sort());
  expect(pulls).toEqual(Array.from({ length: 5 }, () => ['clickhouse']));
  expect(JSON.stringify(template().toJSON())).not.toContain('ecr:');
});

test('ClickHouse warns about images without a digest', () => {
  const stack = zonedStack();
  newClickHouse(stack, { image: 'clickhouse/clickhouse-server:26.6' });
  Annotations.fromStack(stack).hasWarning(
    '/Stack/ClickHouse',
    Match.stringLikeRegexp('can change with every new instance: clickhouse/clickhouse-server:26.6; name each by its digest'),
  );
});

test('ClickHouse has its volume in the zone of the first selected subnet', () => {
  const stack = zonedStack();
  const vpc = new Vpc(stack, 'Vpc', {
    ipAddresses: IpAddresses.cidr('10.0.0.0/16'),
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC },
      { name: 'Stores', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
      { name: 'Other', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
    ],
  });
  newClickHouse(stack, { vpc, vpcSubnets: { subnetGroupName: 'Stores', availabilityZones: ['eu-central-1b'] } });
  const found = Template.fromStack(stack);
  found.hasResourceProperties('AWS::EC2::Volume', { AvailabilityZone: 'eu-central-1b' });
  expect(JSON.stringify(only(found, 'AWS::AutoScaling::AutoScalingGroup').VPCZoneIdentifier)).toContain('VpcStoresSubnet2');
});

test.each<[Partial<ClickHouseProps>, string]>([
  [
    { image: 'clickhouse@sha256:123' },
    "`image` must be an image such as clickhouse/clickhouse-server@sha256:<64 hexadecimal digits>, got: 'clickhouse@sha256:123'",
  ],
  [{ database: 'post-hog' }, "`database` must be a name of letters, digits and underscores, got: 'post-hog'"],
  [{ hostName: 'events.stores.internal' }, "`hostName` needs the `privateZone` that it is in, got: 'events.stores.internal'; set both, or neither"],
  [{ replicas: 0 }, '`replicas` must be a whole number from 1 to 9, known at synthesis, got: 0'],
  [{ replicas: 1.5 }, '`replicas` must be a whole number from 1 to 9, known at synthesis, got: 1.5'],
  [
    { replicas: 2, snapshotId: 'snap-1' },
    '`snapshotId` must be left out with `replicas`; a snapshot of one volume does not match the state of the Keeper instances',
  ],
  [
    { keeperInstanceType: new InstanceType('t4g.small') },
    '`keeperInstanceType` must be left out without `replicas`; a single server has an embedded Keeper',
  ],
])('ClickHouse rejects %j', (props, message) => {
  expect(() => newClickHouse(zonedStack(), props)).toThrow(`[Stack/ClickHouse] ${message}`);
});

test.each([
  [
    'Events.stores.internal',
    "`hostName` must be a fully qualified host name such as posthog.example.com, got: 'Events.stores.internal'; write it in lower case",
  ],
  [Token.asString({ Ref: 'Name' }), '`hostName` must be known at synthesis'],
])('ClickHouse rejects `hostName` %p', (hostName, message) => {
  const stack = zonedStack();
  const vpc = new Vpc(stack, 'Vpc');
  const privateZone = new PrivateHostedZone(stack, 'Zone', { vpc, zoneName: 'stores.internal' });
  expect(() => newClickHouse(stack, { vpc, privateZone, hostName })).toThrow(`[Stack/ClickHouse] ${message}`);
});

test('ClickHouse with `RemovalPolicy.SNAPSHOT` retains logs and secrets, and snapshots volumes', () => {
  const policies = Object.values(
    template({ removalPolicy: RemovalPolicy.SNAPSHOT }).toJSON().Resources as Record<string, { Type: string; DeletionPolicy?: string }>,
  )
    .filter(({ Type }) => ['AWS::EC2::Volume', 'AWS::Logs::LogGroup', 'AWS::SecretsManager::Secret'].includes(Type))
    .map(({ Type, DeletionPolicy }) => `${Type} ${DeletionPolicy}`);
  expect([...new Set(policies)].sort()).toEqual([
    'AWS::EC2::Volume Snapshot',
    'AWS::Logs::LogGroup RetainExceptOnCreate',
    'AWS::SecretsManager::Secret RetainExceptOnCreate',
  ]);
});

test('ClickHouse gives access to its servers, Keepers, secrets, zone and security group', () => {
  const stack = zonedStack();
  const clickHouse = newClickHouse(stack, { replicas: 2 });
  expect(clickHouse.servers.map(({ node }) => node.id)).toEqual(['Server1', 'Server2']);
  expect(clickHouse.keepers.map(({ node }) => node.id)).toEqual(['Keeper1', 'Keeper2', 'Keeper3']);
  expect(clickHouse.serverRoles).toEqual(clickHouse.servers.map(({ role }) => role));
  expect(clickHouse.servers[1].host).toBe(`clickhouse-2.${clickHouse.privateZone.zoneName}`);
  expect(clickHouse.connections.securityGroups).toEqual([clickHouse.securityGroup]);
  expect(stack.resolve(clickHouse.clusterSecret.secretArn)).toEqual({ Ref: expect.stringMatching(/^ClickHouseClusterSecret/) as string });
});

test("ClickHouse has the metrics of its first server's EC2 instance", () => {
  const clickHouse = newClickHouse(zonedStack());
  const dimensions = { AutoScalingGroupName: clickHouse.servers[0].autoScalingGroup.autoScalingGroupName };
  expect([clickHouse.metric('EBSReadOps'), clickHouse.metricCpuUtilization(), clickHouse.metricStatusCheckFailed()]).toMatchObject([
    { namespace: 'AWS/EC2', metricName: 'EBSReadOps', dimensions },
    { metricName: 'CPUUtilization', dimensions, statistic: 'Average' },
    { metricName: 'StatusCheckFailed', dimensions, statistic: 'Maximum' },
  ]);
});
