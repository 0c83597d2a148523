import { readFileSync } from 'node:fs';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { CfnQueue } from 'aws-cdk-lib/aws-sqs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import {
  AppAccess,
  ClickHouse,
  ClientAddress,
  Kafka,
  NatMode,
  PostHog,
  Postgres,
  PostHogCapacity,
  PostHogNetwork,
  PostHogProps,
  PostHogSize,
  Product,
} from '../../lib';
import { newStack } from '../helpers/stack';
import { zonedStack, zonedStackNextTo } from '../helpers/zones';

/** CloudFormation accepts 500 resources in a template. Operations (lib/operations) have 70 of them. */
const MAX_RESOURCES = { default: 411, everyProduct: 461, largest: 500 };

/**
 * 656 KiB for a template without indentation, as the sample app has it. CloudFormation accepts 1,024 KiB, and the CDK's indentation takes a third of
 * a template: 984 KiB with it.
 */
const MAX_BYTES = 656 * 1024;

interface Size {
  readonly resources: number;
  readonly bytes: number;
  readonly template: { readonly Resources: Record<string, { readonly DependsOn?: string[] }> };
}

/** The template of a stack as it is in the cloud assembly. */
function sizeOf(stack: Stack): Size {
  const { templateFullPath } = (stack.node.root as App).synth().getStackArtifact(stack.artifactId);
  const template = JSON.parse(readFileSync(templateFullPath, 'utf8')) as Size['template'];
  return { resources: Object.keys(template.Resources).length, bytes: Buffer.byteLength(JSON.stringify(template)), template };
}

function define(stack: Stack, overrides: Partial<PostHogProps> = {}): Stack {
  new PostHog(stack, 'PostHog', {
    domainName: 'posthog.example.com',
    domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z0123456789', zoneName: 'example.com' }),
    ...overrides,
  });
  return stack;
}

/** Everything that docs/ describes and one stack can hold, with its network in another one: three zones, replicas, an allow-list, every product. */
function defineLargest(stack: Stack): Stack {
  const network = new PostHogNetwork(zonedStackNextTo(stack, 'NetworkStack'), 'Network', { maxAzs: 3, nat: NatMode.PER_ZONE, dualStack: true });
  const { vpc, loadBalancerSubnets, serviceSubnets, storeSubnets } = network;
  const kafka = new Kafka(stack, 'Kafka', { vpc, vpcSubnets: storeSubnets });
  return define(stack, {
    vpc,
    loadBalancerSubnets,
    serviceSubnets,
    storeSubnets,
    kafka,
    postgres: new Postgres(stack, 'Postgres', { vpc, vpcSubnets: storeSubnets, instanceType: new InstanceType('r7g.2xlarge') }),
    clickHouse: new ClickHouse(stack, 'ClickHouse', { vpc, vpcSubnets: serviceSubnets, kafka, replicas: 3 }),
    products: Object.values(Product),
    size: PostHogSize.LARGE,
    appAccess: AppAccess.fromCidrs(Array.from({ length: 60 }, (_, i) => `203.0.${i}.0/24`)),
    clientAddress: ClientAddress.verified(),
    accessLogsBucket: Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs'),
    capacity: PostHogCapacity.fargate({ spot: true }),
    enableExecuteCommand: true,
  });
}

const byDefault = sizeOf(define(newStack()));
const everyProduct = sizeOf(define(newStack(), { products: Object.values(Product) }));
const largest = sizeOf(defineLargest(zonedStack()));

test.each([
  ['a PostHog with the default products', byDefault, MAX_RESOURCES.default],
  ['a PostHog with every product', everyProduct, MAX_RESOURCES.everyProduct],
  ['a PostHog with three zones, replicas, an allow-list of 60 CIDR blocks and every product', largest, MAX_RESOURCES.largest],
])('%s has no more resources than its budget', (_, { resources }, budget) => {
  expect(resources).toBeLessThanOrEqual(budget);
});

test.each([
  ['with the default products', byDefault],
  ['with every product', everyProduct],
  ['with three zones, replicas, an allow-list of 60 CIDR blocks and every product', largest],
])('the template of a PostHog %s is no larger than 656 KiB', (_, { bytes }) => {
  expect(bytes).toBeLessThanOrEqual(MAX_BYTES);
});

test('no resource of a service has more than 12 dependencies', () => {
  // With a long allow-list, a service depends on one listener rule for every few CIDR blocks.
  const services = Object.entries(everyProduct.template.Resources).filter(([id]) => id.startsWith('PostHogServices'));
  expect(services.length).toBeGreaterThan(100);
  expect(services.filter(([, { DependsOn = [] }]) => DependsOn.length > 12).map(([id]) => id)).toEqual([]);
});

test.each(['lib/posthog.ts', 'docs/scale.md'])('%s says how many resources a PostHog takes', (file) => {
  const text = readFileSync(path.join(__dirname, '..', '..', file), 'utf8').replace(/\s+(\* )?/g, ' ');
  const [, ...documented] = /takes about (\d+) resources, with every product (\d+)/.exec(text) ?? [];
  // To the next ten, so that a single resource is no change of the documentation.
  expect(documented.map(Number)).toEqual([byDefault, everyProduct].map(({ resources }) => Math.ceil(resources / 10) * 10));
});

test('a stack with too many resources fails with the advice to use two stacks', () => {
  const stack = define(newStack());
  Array.from({ length: 300 }, (_, i) => new CfnQueue(stack, `Queue${i}`));
  expect(() => sizeOf(stack)).toThrow(
    `stack 'Stack' has ${byDefault.resources + 300} resources, and CloudFormation accepts 500: create the data stores in a stack of their own with ` +
      'PostHogStores, and pass them to PostHog',
  );
});

test('a stack without a limit of resources in its context has none', () => {
  const app = new App({ context: { '@aws-cdk/core:stackResourceLimit': 0 } });
  const stack = define(new Stack(app, 'Stack'));
  Array.from({ length: 300 }, (_, i) => new CfnQueue(stack, `Queue${i}`));
  expect(sizeOf(stack).resources).toBeGreaterThan(600);
});
