import { RemovalPolicy, Size, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  RedpandaKafka,
  Kafka,
  NatMode,
  PostHog,
  PostHogNetwork,
  PostHogProcess,
  PostHogProps,
  PostHogRelease,
  PostHogReleaseOptions,
  Postgres,
} from '../../lib';
import { certificate, FEW, newStack, stores } from '../helpers/stack';
import { instanceFiles } from './clickhouse/fixtures';
import { containerOf, idOf, ofType, taskOf } from '../helpers/template';

/** A PostHog without backups, whose bucket is no data store. */
function newPostHog(props: Partial<PostHogProps> = {}, stack = newStack()): { stack: Stack; posthog: PostHog; template: Template } {
  const posthog = new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    certificate: certificate(stack),
    products: FEW,
    backup: { clickHouseBackups: false },
    ...props,
  });
  return { stack, posthog, template: Template.fromStack(stack) };
}

/** What each store is made of. */
const MADE = {
  postgres: 'AWS::RDS::DBInstance',
  cache: 'AWS::ElastiCache::ReplicationGroup',
  kafka: 'AWS::MSK::Cluster',
  clickHouse: 'AWS::AutoScaling::AutoScalingGroup',
  objectStorage: 'AWS::S3::Bucket',
} as const;

describe('a PostHog with a domain name and a certificate only', () => {
  const { template, posthog, stack } = newPostHog({ products: undefined });

  test('creates each data store once', () => {
    Object.values(MADE).forEach((type) => template.resourceCountIs(type, 1));
    expect(
      Object.keys(MADE).filter(
        (name) => posthog[name as keyof typeof MADE].node.path !== `Stack/PostHog/Stores/${posthog[name as keyof typeof MADE].node.id}`,
      ),
    ).toEqual([]);
  });

  test('retains its data stores when the stack is deleted', () => {
    const holding = ['AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup', 'AWS::MSK::Cluster', 'AWS::EC2::Volume', 'AWS::S3::Bucket'];
    const policies = holding
      .flatMap((type) => ofType(template, type))
      .map(([, { Type, DeletionPolicy, UpdateReplacePolicy }]) => [Type, DeletionPolicy, UpdateReplacePolicy]);
    expect(policies).toEqual([
      ['AWS::RDS::DBInstance', 'Snapshot', 'Snapshot'],
      ['AWS::ElastiCache::ReplicationGroup', 'Snapshot', 'Snapshot'],
      ['AWS::MSK::Cluster', 'RetainExceptOnCreate', 'Retain'],
      ['AWS::EC2::Volume', 'RetainExceptOnCreate', 'Retain'],
      ['AWS::S3::Bucket', 'RetainExceptOnCreate', 'Retain'],
    ]);
  });

  test('starts services after the migration, and the migration after the data stores', () => {
    const services = Object.values(template.findResources('AWS::ECS::Service')) as { DependsOn: string[] }[];
    const [condition] = Object.keys(template.findResources('AWS::CloudFormation::WaitCondition'));
    const [[, start]] = ofType(template, 'Custom::PostHogMigration');
    expect(services.filter(({ DependsOn }) => !DependsOn.includes(condition))).toEqual([]);
    for (const type of Object.values(MADE)) {
      expect(start.DependsOn).toContain(Object.keys(template.findResources(type))[0]);
    }
  });

  test('accepts recordings up to the message limit of Kafka', () => {
    const { Environment = [] } = containerOf(template, PostHogProcess.REPLAY_CAPTURE);
    expect(Environment.find(({ Name }) => Name === 'KAFKA_PRODUCER_MESSAGE_MAX_BYTES')?.Value).toBe(String(32 * 1024 * 1024));
    expect(posthog.kafka.maxMessageBytes).toBe(32 * 1024 * 1024);
  });

  test('puts data stores into isolated subnets, except the one that needs outbound access', () => {
    const subnetsOf = (type: string) => JSON.stringify(ofType(template, type));
    expect(subnetsOf('AWS::RDS::DBSubnetGroup')).toContain('NetworkVpcStoreSubnet');
    expect(subnetsOf('AWS::MSK::Cluster')).toContain('NetworkVpcStoreSubnet');
    expect(subnetsOf('AWS::AutoScaling::AutoScalingGroup')).toContain('NetworkVpcServiceSubnet');
    expect(stack.resolve(posthog.vpc.vpcId)).toBeDefined();
  });

  test('has no password and no connection URL in clear text', () => {
    const text = JSON.stringify(template.toJSON());
    expect(text).not.toMatch(/postgres:\/\/[^"{]*:[^"{@]+@/);
    expect(text).toContain('{{resolve:secretsmanager:');
  });
});

test.each(Object.keys(MADE) as (keyof typeof MADE)[])('an existing `%s` is used, and none is created', (name) => {
  const stack = newStack();
  const given = stores(stack);
  const { template, posthog } = newPostHog({ [name]: given[name] }, stack);
  template.resourceCountIs(MADE[name], 0);
  expect(posthog[name]).toBe(given[name]);
});

test('`removalPolicy` DESTROY deletes the data stores with the stack', () => {
  const { template } = newPostHog({ removalPolicy: RemovalPolicy.DESTROY });
  const kept = Object.values((template.toJSON() as { Resources: Record<string, { Type: string; DeletionPolicy?: string }> }).Resources)
    .filter(({ DeletionPolicy }) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete')
    .map(({ Type }) => Type);
  expect(kept).toEqual([]);
  template.hasResourceProperties('AWS::RDS::DBInstance', { DeletionProtection: false });
});

test('`Kafka.singleNode` replaces MSK, and the migration waits for its instance', () => {
  const stack = newStack();
  const { vpc, loadBalancerSubnets, serviceSubnets } = new PostHogNetwork(stack, 'Network');
  const kafka = new RedpandaKafka(stack, 'Kafka', { vpc, vpcSubnets: serviceSubnets, volumeSize: Size.gibibytes(50) });
  const { template } = newPostHog({ vpc, loadBalancerSubnets, serviceSubnets, kafka }, stack);
  template.resourceCountIs('AWS::MSK::Cluster', 0);
  template.resourceCountIs('AWS::AutoScaling::AutoScalingGroup', 2);
  const [[, migration]] = ofType(template, 'Custom::PostHogMigration');
  const [instance] = ofType(template, 'AWS::AutoScaling::AutoScalingGroup')
    .map(([id]) => id)
    .filter((id) => id.startsWith('Kafka'));
  expect(migration.DependsOn).toContain(instance);
});

function makesTopics(template: Template): boolean {
  const [, { ContainerDefinitions }] = taskOf(template, 'migrate');
  return ContainerDefinitions.some(({ Name }) => Name === 'topics');
}

test('topics are created on a managed Kafka, and not on an imported one', () => {
  const stack = newStack();
  const { vpc } = new PostHogNetwork(stack, 'Network');
  expect(makesTopics(newPostHog({ vpc, kafka: new Kafka(stack, 'Kafka', { vpc }) }, stack).template)).toBe(true);
  const other = newStack();
  expect(makesTopics(newPostHog({ kafka: stores(other).kafka }, other).template)).toBe(false);
});

test('additional topics of a release are created with the others', () => {
  const made = (release: PostHogRelease) =>
    containerOf(newPostHog({ release }).template, 'topics').Environment!.find(({ Name }) => Name === 'TOPICS')!.Value as string;
  const { images } = PostHogRelease.V2026_09_11_R2;
  const further = made(PostHogRelease.of('mine', images, { topics: ['one_of_mine'] })).split('\n');
  expect(further).toContain('one_of_mine 1 -');
  expect(further.filter((line) => !line.startsWith('one_of_mine ')).join('\n')).toBe(made(PostHogRelease.of('mine', images)));
});

test('`manageTopics` creates topics on an imported Kafka, with `topicPartitions` partitions', () => {
  const stack = newStack();
  const { kafka } = stores(stack);
  const off = newPostHog({ kafka }, stack).template;
  expect(makesTopics(off)).toBe(false);
  const other = newStack();
  const on = newPostHog({ kafka: stores(other).kafka, manageTopics: true, topicPartitions: 12 }, other).template;
  const topics = containerOf(on, 'topics').Environment!.find(({ Name }) => Name === 'TOPICS')!.Value;
  expect(topics).toContain('events_plugin_ingestion 12 -\n');
});

test('`storeSubnets` selects the subnets of data stores', () => {
  const stack = newStack();
  const vpc = new Vpc(stack, 'Vpc', {
    natGateways: 1,
    subnetConfiguration: [
      { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
      { name: 'Apps', subnetType: SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 24 },
      { name: 'Isolated', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      { name: 'Data', subnetType: SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
    ],
  });
  const { template } = newPostHog({ vpc, storeSubnets: { subnetGroupName: 'Data' } }, stack);
  const [[, { Properties }]] = ofType<{ SubnetIds: unknown[] }>(template, 'AWS::RDS::DBSubnetGroup');
  expect(Properties.SubnetIds.map(idOf).filter((id) => !id.includes('DataSubnet'))).toEqual([]);
});

test('two PostHogs in one stack have data stores of their own', () => {
  const stack = newStack();
  const given = certificate(stack);
  ['one', 'two'].forEach(
    (name) => new PostHog(stack, name, { domainName: `${name}.example.com`, certificate: given, products: [], backup: { clickHouseBackups: false } }),
  );
  const template = Template.fromStack(stack);
  Object.values(MADE).forEach((type) => template.resourceCountIs(type, 2));
});

test.each<[string, Partial<PostHogProps>, string]>([
  ['too many partitions', { topicPartitions: 101 }, '`topicPartitions` must be a whole number from 1 to 100, got: 101'],
  ['no partitions', { topicPartitions: 0 }, '`topicPartitions` must be a whole number from 1 to 100, got: 0'],
  ['`manageTopics` without NAT', { nat: NatMode.NONE, ...stores(newStack()), kafka: undefined }, '`manageTopics` must be false without NAT'],
  [
    'topics without NAT whose image is not in ECR',
    { nat: NatMode.NONE, ...stores(newStack()), kafka: undefined, migration: { topicsImage: 'redpandadata/redpanda:v25.1.9' } },
    '`manageTopics` must be false without NAT',
  ],
  ['a managed ClickHouse without NAT', { nat: NatMode.NONE }, '`clickHouse` is required without NAT'],
])('refuses %s', (_, props, message) => {
  expect(() => newPostHog(props)).toThrow(message);
});

test('accepts topics without NAT whose image is in ECR', () => {
  const topicsImage = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/redpanda:v25.1.9';
  const stack = newStack();
  const { template } = newPostHog({ nat: NatMode.NONE, ...stores(stack), kafka: undefined, migration: { topicsImage } }, stack);
  expect(JSON.stringify(template.findResources('AWS::ECS::TaskDefinition'))).toContain('/redpanda:v25.1.9');
});

test('accepts a Postgres that is imported by its URL secret', () => {
  const stack = newStack();
  const urlSecret = stores(stack).postgres.urlSecret;
  const { posthog } = newPostHog({ postgres: Postgres.fromPostgresAttributes(stack, 'Mine', { urlSecret }), products: FEW }, stack);
  expect(posthog.postgres.urlSecret).toBe(urlSecret);
});

test.each<[string, PostHogReleaseOptions, string]>([
  ['of the release', { clickHouseImage: 'clickhouse/clickhouse-server:another' }, 'clickhouse/clickhouse-server:another'],
  ["of the release's version", { clickHouseVersion: '26.9.1.1' }, 'clickhouse/clickhouse-server:26.9.1.1'],
  ['of the library if the release has none', {}, PostHogRelease.V2026_09_11_R2.clickHouseImage!],
])('the created ClickHouse has the image %s', (_, options, image) => {
  const { stack } = newPostHog({ release: PostHogRelease.of('mine', PostHogRelease.V2026_09_11_R2.images, options) });
  expect([...instanceFiles(stack).values()].map((read) => read('settings'))).toEqual([expect.stringContaining(`\nIMAGE=${image}\n`)]);
});
