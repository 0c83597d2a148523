import { App, NestedStack, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { SubnetType, Vpc } from 'aws-cdk-lib/aws-ec2';
import {
  AuroraPostgres,
  ClientAddress,
  Kafka,
  NatMode,
  PostHog,
  PostHogCapacity,
  PostHogNetwork,
  PostHogProps,
  PostHogRelease,
  PostHogSize,
  PostHogStores,
  PostHogStoresProps,
  Product,
  RedpandaKafka,
} from '../lib';
import { certificate, FEATURE_FLAGS, FEW, stores as existingStores } from './helpers/stack';
import { Resource } from './helpers/template';

interface StackTemplate {
  readonly Resources: Record<string, Resource>;
  readonly Outputs?: Record<string, { Export?: { Name: string } }>;
}

/** The stacks of an app with data stores apart from everything else. */
function twoStacks(context: Record<string, unknown> = FEATURE_FLAGS) {
  const app = new App({ context, builtinCloudFormationValidation: false, treeMetadata: false });
  return { app, storesStack: new Stack(app, 'PostHogStores'), stack: new Stack(app, 'PostHog') };
}

function newPostHog(stack: Stack, stores: PostHogStores, props: Partial<PostHogProps> = {}): PostHog {
  return new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', certificate: certificate(stack), products: FEW, stores, ...props });
}

/** The templates of both stacks. */
function synthesised(
  props: Partial<PostHogProps> = {},
  storesProps: (stack: Stack) => PostHogStoresProps = () => ({}),
  context?: Record<string, unknown>,
): { stores: StackTemplate; services: StackTemplate } {
  const { storesStack, stack } = twoStacks(context);
  newPostHog(stack, new PostHogStores(storesStack, 'Stores', storesProps(storesStack)), props);
  return {
    stores: Template.fromStack(storesStack).toJSON() as StackTemplate,
    services: Template.fromStack(stack).toJSON() as StackTemplate,
  };
}

function exportsOf({ Outputs = {} }: StackTemplate): string[] {
  return Object.values(Outputs).map((output) => output.Export!.Name);
}

function importsOf(template: StackTemplate): string[] {
  return [...new Set([...JSON.stringify(template).matchAll(/"Fn::ImportValue":"([^"]+)"/g)].map(([, name]) => name))];
}

function typesOf({ Resources }: StackTemplate): string[] {
  return Object.values(Resources).map(({ Type }) => Type);
}

const DATA_STORES = ['AWS::RDS::DBInstance', 'AWS::ElastiCache::ReplicationGroup', 'AWS::MSK::Cluster', 'AWS::EC2::Volume', 'AWS::S3::Bucket'];

const byDefault = synthesised({ products: undefined });

describe('PostHogStores without props', () => {
  test('has the five data stores and a network, and PostHog has none', () => {
    const wanted = [...DATA_STORES, 'AWS::EC2::VPC', 'AWS::EC2::NatGateway'];
    const count = (template: StackTemplate) => wanted.map((wantedType) => typesOf(template).filter((type) => type === wantedType).length);
    expect(count(byDefault.stores)).toEqual(wanted.map(() => 1));
    // The bucket is that of backups.
    expect(count(byDefault.services)).toEqual(wanted.map((type) => (type === 'AWS::S3::Bucket' ? 1 : 0)));
  });

  test('gives PostHog the VPC, and the subnets of the load balancer and of services', () => {
    const { storesStack, stack } = twoStacks();
    const stores = new PostHogStores(storesStack, 'Stores');
    const posthog = newPostHog(stack, stores);
    expect([posthog.vpc, posthog.network, posthog.postgres, posthog.kafka]).toEqual([stores.vpc, stores.network, stores.postgres, stores.kafka]);
    expect(posthog.ingress.subnets).toEqual(stores.vpc.selectSubnets(stores.network!.loadBalancerSubnets).subnets);
    const services = Template.fromStack(stack).toJSON() as StackTemplate;
    const subnets = Object.values(services.Resources)
      .filter(({ Type }) => Type === 'AWS::ECS::Service')
      .map(({ Properties }) => JSON.stringify((Properties.NetworkConfiguration as Record<string, { Subnets: unknown }>).AwsvpcConfiguration.Subnets));
    expect(new Set(subnets).size).toBe(1);
    expect(subnets[0]).toMatch(/ServiceSubnet1.*ServiceSubnet2/);
    expect(stack.dependencies).toEqual([storesStack]);
  });

  test('has no rule, policy or other resource of a service', () => {
    // Only ClickHouse is a client of another data store.
    const rules = Object.entries(byDefault.stores.Resources).filter(([, { Type }]) => Type === 'AWS::EC2::SecurityGroupIngress');
    expect(rules.map(([id]) => id)).toEqual([expect.stringContaining('ClickHouse')]);
    expect(typesOf(byDefault.stores).filter((type) => /^AWS::(ECS|ElasticLoadBalancingV2|ServiceDiscovery)::/.test(type))).toEqual([]);
    expect(typesOf(byDefault.services).filter((type) => type === 'AWS::EC2::SecurityGroupIngress').length).toBeGreaterThan(4);
  });
});

/** Options of the stack of services. What they need of data stores differs. */
const VARIANTS: Readonly<Record<string, Partial<PostHogProps>>> = {
  'few products': {},
  'one product': { products: [Product.FEATURE_FLAGS] },
  'every product': {
    products: Object.values(Product),
    size: PostHogSize.SMALL,
    capacity: PostHogCapacity.fargate({ spot: true }),
    enableExecuteCommand: true,
  },
  'a small size': { products: undefined, size: PostHogSize.DEV, temporalTaskQueues: ['general-purpose-task-queue'] },
  'verified addresses': { clientAddress: ClientAddress.verified(), topicPartitions: 12, checkDeployment: false },
  'no topics and no retained logs': { manageTopics: false, removalPolicy: RemovalPolicy.DESTROY, telemetry: true },
};

/** Data stores, the feature flags of their app, and the variants of PostHog that import them. */
const LAYOUTS: [name: string, context: Record<string, unknown>, storesProps: (stack: Stack) => PostHogStoresProps, variants: string[]][] = [
  ['the defaults', FEATURE_FLAGS, () => ({}), Object.keys(VARIANTS)],
  ['the defaults without feature flags', {}, () => ({}), ['few products', 'every product']],
  [
    'Aurora and Redpanda',
    FEATURE_FLAGS,
    (stack) => {
      const network = new PostHogNetwork(stack, 'Network');
      const { vpc, serviceSubnets } = network;
      return {
        network,
        postgres: new AuroraPostgres(stack, 'Postgres', { vpc }),
        kafka: new RedpandaKafka(stack, 'Kafka', { vpc, vpcSubnets: serviceSubnets }),
      };
    },
    ['few products', 'every product'],
  ],
  [
    'a VPC of the same stack',
    FEATURE_FLAGS,
    (stack) => ({
      vpc: new Vpc(stack, 'Vpc', {
        subnetConfiguration: [
          { name: 'Public', subnetType: SubnetType.PUBLIC, cidrMask: 27 },
          { name: 'Private', subnetType: SubnetType.PRIVATE_WITH_EGRESS },
        ],
      }),
    }),
    ['few products', 'every product'],
  ],
];

test.each(LAYOUTS)('the stack of %s exports the same values to every PostHog, and all that it imports', (_, context, storesProps, variants) => {
  const wrong: string[] = [];
  const found = variants.map((name) => ({ name, ...synthesised(VARIANTS[name], storesProps, context) }));
  for (const { name, stores, services } of found) {
    const exported = exportsOf(stores);
    const missing = importsOf(services).filter((imported) => !exported.includes(imported));
    wrong.push(...missing.map((imported) => `${name}: ${imported} is not exported`));
    // A weak reference would plan the replacement of what it is used in (aws/aws-cdk issue 38829).
    wrong.push(...(JSON.stringify(services).includes('Fn::GetStackOutput') ? [`${name}: a weak reference`] : []));
    wrong.push(...(JSON.stringify(stores) === JSON.stringify(found[0].stores) ? [] : [`${name}: another template`]));
  }
  expect(wrong).toEqual([]);
  expect(importsOf(found[0].services).length).toBeGreaterThan(5);
});

test('the stack of data stores has the same template without a PostHog', () => {
  const { storesStack } = twoStacks();
  new PostHogStores(storesStack, 'Stores');
  expect(Template.fromStack(storesStack).toJSON()).toEqual(byDefault.stores);
});

test('a nested stack exports nothing: its parent updates both', () => {
  const { storesStack } = twoStacks();
  const nested = new NestedStack(storesStack, 'Nested');
  new PostHogStores(nested, 'Stores');
  expect((Template.fromStack(nested).toJSON() as StackTemplate).Outputs).toBeUndefined();
});

test('PostHogStores and PostHog can be in one stack', () => {
  const { stack } = twoStacks();
  newPostHog(stack, new PostHogStores(stack, 'Stores'));
  expect(JSON.stringify(Template.fromStack(stack).toJSON())).not.toContain('Fn::ImportValue');
});

test.each(['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'] as const)('PostHogStores uses an existing `%s`', (name) => {
  const { storesStack, stack } = twoStacks();
  const existing = existingStores(storesStack)[name];
  const stores = new PostHogStores(storesStack, 'Stores', { [name]: existing });
  const posthog = newPostHog(stack, stores);
  expect([stores[name], posthog[name]]).toEqual([existing, existing]);
  const types = typesOf(Template.fromStack(storesStack).toJSON() as StackTemplate);
  expect(DATA_STORES.filter((type) => types.includes(type))).toHaveLength(DATA_STORES.length - 1);
});

test('`removalPolicy` DESTROY of both stacks leaves nothing in the account', () => {
  const { stores, services } = synthesised({ products: undefined, removalPolicy: RemovalPolicy.DESTROY }, () => ({
    removalPolicy: RemovalPolicy.DESTROY,
  }));
  for (const { Resources } of [stores, services]) {
    const kept = Object.entries(Resources).filter(([, { DeletionPolicy }]) => DeletionPolicy !== undefined && DeletionPolicy !== 'Delete');
    expect(kept.map(([id]) => id)).toEqual([]);
    // A type whose default is a snapshot has an explicit policy.
    const snapshots = Object.values(Resources).filter(({ Type, DeletionPolicy }) => /^AWS::RDS::DB(Cluster|Instance)$/.test(Type) && !DeletionPolicy);
    expect(snapshots).toEqual([]);
    const text = JSON.stringify(Resources);
    expect(text).not.toContain('"DeletionProtection":true');
    expect(text).not.toContain('{"Key":"deletion_protection.enabled","Value":"true"}');
    // A function without a log group of the stack gets one from Lambda, which nothing deletes.
    const functions = Object.entries(Resources).filter(([, { Type, Properties }]) => Type === 'AWS::Lambda::Function' && !Properties.LoggingConfig);
    expect(functions.map(([id]) => id)).toEqual([]);
  }
  expect(typesOf(stores)).toContain('Custom::S3AutoDeleteObjects');
});

test('what is retained goes away with a first creation that is rolled back', () => {
  const policies = [byDefault.stores, byDefault.services]
    .flatMap(({ Resources }) => Object.values(Resources))
    .map(({ DeletionPolicy }) => DeletionPolicy);
  expect([...new Set(policies)].sort()).toEqual(['Delete', 'RetainExceptOnCreate', 'Snapshot', undefined]);
});

describe('the release', () => {
  const app = `posthog/posthog@sha256:${'1'.repeat(64)}`;
  const clickHouseImage = `clickhouse/clickhouse-server@sha256:${'2'.repeat(64)}`;
  const release = PostHogRelease.of('mine', { ...PostHogRelease.V2026_09_11_R2.images, app }, { clickHouseImage });

  test('of PostHog is that of its data stores', () => {
    const { stores, services } = synthesised({}, () => ({ release }));
    expect(JSON.stringify(services)).toContain(`"Image":"${app}"`);
    expect(JSON.stringify(services)).not.toContain(PostHogRelease.V2026_09_11_R2.images.app);
    expect(JSON.stringify(stores)).not.toContain(PostHogRelease.V2026_09_11_R2.images.app);
  });

  test('must have the same image of ClickHouse for PostHog and its data stores', () => {
    expect(() => synthesised({ release })).toThrow(
      "[PostHog/PostHog] `release` must have the same image of ClickHouse as the release of `stores`, 2026-09-11-r2, got: 'mine'; " +
        'set `release` of PostHogStores only, which PostHog follows',
    );
    expect(() => synthesised({ release }, () => ({ release }))).not.toThrow();
  });

  test('may differ in other images', () => {
    const { clickHouseImage: same } = PostHogRelease.V2026_09_11_R2;
    const other = PostHogRelease.of('other', { ...PostHogRelease.V2026_09_11_R2.images, app }, { clickHouseImage: same });
    expect(synthesised({ release: other }).stores).toEqual(byDefault.stores);
  });

  test('may differ from that of an existing ClickHouse', () => {
    expect(() => synthesised({ release }, (stack) => ({ clickHouse: existingStores(stack).clickHouse }))).not.toThrow();
  });
});

test('`manageTopics` follows the Kafka of `stores`', () => {
  const { services } = synthesised({}, (stack) => ({
    kafka: Kafka.fromKafkaAttributes(stack, 'Kafka', { bootstrapServers: 'b-1.internal:9094' }),
  }));
  expect(JSON.stringify(services)).not.toContain('all topics exist');
  expect(JSON.stringify(byDefault.services)).toContain('all topics exist');
});

test.each<[string, (stack: Stack) => Partial<PostHogProps>, string]>([
  ['`postgres`', (stack) => ({ postgres: existingStores(stack).postgres }), '`postgres` cannot be combined with `stores`; pass it to PostHogStores'],
  ['`vpc`', (stack) => ({ vpc: new Vpc(stack, 'Vpc') }), '`vpc` cannot be combined with `stores`; pass it to PostHogStores'],
  ['`storeSubnets`', () => ({ storeSubnets: {} }), '`storeSubnets` cannot be combined with `stores`; pass it to PostHogStores'],
  [
    '`nat`',
    () => ({ nat: NatMode.SINGLE }),
    '`nat` cannot be combined with `stores`, which have a network; set it for the PostHogNetwork that PostHogStores uses',
  ],
  [
    'a `cluster` in another VPC',
    (stack) => ({ cluster: new Cluster(stack, 'Cluster') }),
    '`cluster` must be in the VPC of `stores`, got: PostHog/Cluster; leave it out, or pass a cluster in that VPC',
  ],
])('`stores` refuses %s', (_, props, message) => {
  const { storesStack, stack } = twoStacks();
  const stores = new PostHogStores(storesStack, 'Stores');
  expect(() => newPostHog(stack, stores, props(stack))).toThrow(`[PostHog/PostHog] ${message}`);
});

test.each<[string, (stack: Stack) => PostHogStoresProps, string]>([
  [
    '`network` with `vpc`',
    (stack) => ({ network: new PostHogNetwork(stack, 'Network'), vpc: new Vpc(stack, 'Vpc') }),
    '`vpc` cannot be combined with `network`, which has a VPC; leave one of them out',
  ],
  [
    'a network without NAT for a new ClickHouse',
    (stack) => ({ network: new PostHogNetwork(stack, 'Network', { nat: NatMode.NONE }) }),
    '`clickHouse` is required without NAT, because the instance of a new one changes its DNS record with the API of Route 53',
  ],
  [
    '`RemovalPolicy.SNAPSHOT`',
    () => ({ removalPolicy: RemovalPolicy.SNAPSHOT }),
    "`removalPolicy` must be RETAIN or DESTROY: secrets and logs have no snapshots, got: 'snapshot'",
  ],
])('PostHogStores refuses %s', (_, props, message) => {
  const { storesStack } = twoStacks();
  expect(() => new PostHogStores(storesStack, 'Stores', props(storesStack))).toThrow(`[PostHogStores/Stores] ${message}`);
});

test('a network without NAT of `stores` limits PostHog to topics that exist', () => {
  const { storesStack, stack } = twoStacks();
  const network = new PostHogNetwork(storesStack, 'Network', { nat: NatMode.NONE });
  const stores = new PostHogStores(storesStack, 'Stores', { network, clickHouse: existingStores(storesStack).clickHouse });
  expect(() => newPostHog(stack, stores)).toThrow('[PostHog/PostHog] `manageTopics` must be false without NAT');
});
