import { App, CfnParameter, Stack } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { IpAddresses, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster } from 'aws-cdk-lib/aws-ecs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Cache, ClickHouse, Kafka, PostHog, PostHogProps, PostHogStores } from '../lib';
import { certificate, FEATURE_FLAGS, newPostHog, newStack } from './helpers/stack';

/** A VPC whose subnets are small enough for a load balancer. */
function newVpc(stack: Stack, id: string): Vpc {
  return new Vpc(stack, id, { ipAddresses: IpAddresses.cidr('10.0.0.0/22') });
}

function warnings(stack: Stack, id: string): string[] {
  return Annotations.fromStack(stack)
    .findWarning('*', Match.stringLikeRegexp(id))
    .map(({ entry }) => entry.data as string);
}

function imported(stack: Stack, id: string, bootstrapServers: string) {
  return Kafka.fromKafkaAttributes(stack, id, { bootstrapServers });
}

describe('the Kafka of ClickHouse', () => {
  test('is that of PostHog if `kafka` is left out', () => {
    const stack = newStack();
    const vpc = newVpc(stack, 'Vpc');
    const kafka = new Kafka(stack, 'Kafka', { vpc });
    const posthog = newPostHog(stack, { vpc, kafka: undefined, clickHouse: new ClickHouse(stack, 'ClickHouse', { vpc, kafka }) });
    expect(posthog.kafka).toBe(kafka);
    Template.fromStack(stack).resourceCountIs('AWS::MSK::Cluster', 1);
  });

  test('is that of PostHogStores if `kafka` is left out, and no other one', () => {
    const stack = newStack();
    const vpc = newVpc(stack, 'Vpc');
    const kafka = new Kafka(stack, 'Kafka', { vpc });
    const clickHouse = new ClickHouse(stack, 'ClickHouse', { vpc, kafka });
    const stores = new PostHogStores(stack, 'Stores', { vpc, clickHouse });
    expect(stores.kafka).toBe(kafka);
    expect(() => new PostHogStores(stack, 'Others', { vpc, clickHouse, kafka: new Kafka(stack, 'Second', { vpc }) })).toThrow(
      '[Stack/Others] `kafka` must be the one that `clickHouse` reads, Stack/Kafka, or every event would be lost, got: Stack/Second',
    );
  });

  test('in another stack is that of `stores`, without a warning', () => {
    const app = newStack().node.root;
    const data = new Stack(app, 'Data');
    const stores = new PostHogStores(data, 'Stores');
    const stack = new Stack(app, 'Services');
    expect(new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', certificate: certificate(data), stores }).kafka).toBe(stores.kafka);
    expect(warnings(stack, 'in another VPC')).toEqual([]);
  });

  test.each<[string, (stack: Stack, vpc: Vpc) => [Kafka | ReturnType<typeof imported>, ReturnType<typeof imported>]]>([
    ['two that are created', (stack, vpc) => [new Kafka(stack, 'One', { vpc }), new Kafka(stack, 'Two', { vpc })]],
    ['two that are imported', (stack) => [imported(stack, 'One', 'a:9094'), imported(stack, 'Two', 'b:9094')]],
    ['a created and an imported one', (stack, vpc) => [new Kafka(stack, 'One', { vpc }), imported(stack, 'Two', 'b:9094')]],
  ])('must be that of PostHog: refuses %s', (_, kafkas) => {
    const stack = newStack();
    const vpc = newVpc(stack, 'Vpc');
    const [kafka, read] = kafkas(stack, vpc);
    const clickHouse = new ClickHouse(stack, 'ClickHouse', { vpc, kafka: read });
    expect(() => newPostHog(stack, { vpc, kafka, clickHouse })).toThrow(
      '[Stack/PostHog] `kafka` must be the one that `clickHouse` reads, Stack/Two, or every event would be lost, got: Stack/One; leave it out',
    );
  });

  test('may be imported twice, and its brokers may be a token', () => {
    const stack = newStack();
    const vpc = newVpc(stack, 'Vpc');
    const clickHouse = new ClickHouse(stack, 'ClickHouse', { vpc, kafka: imported(stack, 'One', 'a:9094,b:9094') });
    expect(() => newPostHog(stack, { vpc, kafka: imported(stack, 'Two', 'b:9094,c:9094'), clickHouse }, 'Same')).not.toThrow();
    const token = imported(stack, 'Unknown', new CfnParameter(stack, 'Brokers').valueAsString);
    const other = new ClickHouse(stack, 'Other', { vpc, kafka: token });
    expect(() =>
      newPostHog(stack, { vpc, domainName: 'two.example.com', kafka: imported(stack, 'Three', 'b:9094'), clickHouse: other }, 'Token'),
    ).not.toThrow();
  });
});

describe('stores in another VPC', () => {
  test('add a warning if they are certain to be in another one', () => {
    const stack = newStack();
    const [vpc, other] = [newVpc(stack, 'Vpc'), newVpc(stack, 'Other')];
    newPostHog(stack, { vpc, cache: new Cache(stack, 'Cache', { vpc: other }) });
    expect(warnings(stack, 'in another VPC')).toEqual([
      expect.stringContaining('`cache` is in another VPC than the tasks; without peering or a transit gateway, no task reaches them'),
    ]);
  });

  test('add none in the same VPC, and none if it may be the same', () => {
    const stack = newStack();
    const vpc = newVpc(stack, 'Vpc');
    newPostHog(stack, { vpc, cache: new Cache(stack, 'Cache', { vpc }) });
    const known = Vpc.fromVpcAttributes(stack, 'Known', {
      vpcId: new CfnParameter(stack, 'VpcId').valueAsString,
      availabilityZones: ['a', 'b'],
      publicSubnetIds: ['subnet-1', 'subnet-2'],
      privateSubnetIds: ['subnet-3', 'subnet-4'],
    });
    newPostHog(stack, { vpc: known, domainName: 'two.example.com', cache: new Cache(stack, 'Second', { vpc }) }, 'Two');
    expect(warnings(stack, 'in another VPC')).toEqual([]);
  });
});

describe('two PostHogs of one app', () => {
  function two(
    second: (first: Partial<PostHogProps>, stack: Stack) => Partial<PostHogProps>,
    first: (stack: Stack) => Partial<PostHogProps> = () => ({}),
  ) {
    const stack = new Stack(new App({ context: FEATURE_FLAGS, builtinCloudFormationValidation: false, treeMetadata: false }), 'Stack');
    const props = { domainName: 'one.example.com', ...first(stack) };
    const { postgres, cache, kafka, clickHouse, objectStorage } = newPostHog(stack, props, 'One');
    return () =>
      newPostHog(stack, { domainName: 'two.example.com', ...second({ ...props, postgres, cache, kafka, clickHouse, objectStorage }, stack) }, 'Two');
  }

  test.each(['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'] as const)('may not share `%s`', (name) => {
    expect(two((first) => ({ [name]: first[name] }))).toThrow(
      `[Stack/Two] \`${name}\` must not be that of another PostHog, Stack/One: both would use the same names in it`,
    );
  });

  test('may not share `stores`', () => {
    const stack = newStack();
    const stores = new PostHogStores(stack, 'Stores', { vpc: newVpc(stack, 'Vpc') });
    const props = { certificate: certificate(stack), stores };
    new PostHog(stack, 'One', { ...props, domainName: 'one.example.com' });
    expect(() => new PostHog(stack, 'Two', { ...props, domainName: 'two.example.com' })).toThrow(
      '[Stack/Two] `stores` must not be those of another PostHog, Stack/One: both would use the same names in them, and each encrypts with keys that the ' +
        'other one does not have, got: Stack/Stores; use others, or pass the same `secretKey` and `encryptionSaltKeys` to both',
    );
  });

  test('may share stores with the same secrets', () => {
    const secrets = (stack: Stack) => ({
      secretKey: Secret.fromSecretNameV2(stack, 'Key', 'key'),
      encryptionSaltKeys: Secret.fromSecretNameV2(stack, 'Salt', 'salt'),
    });
    expect(two((first) => ({ ...first, domainName: 'two.example.com' }), secrets)).not.toThrow();
    expect(two(({ postgres, secretKey }) => ({ postgres, secretKey }), secrets)).toThrow('`postgres` must not be that of another PostHog');
  });

  test('may not have one domain name in one VPC or hosted zone', () => {
    const inVpc = (stack: Stack) => ({ vpc: newVpc(stack, 'Vpc') });
    expect(two(({ domainName, vpc }) => ({ domainName, vpc }), inVpc)).toThrow(
      "[Stack/Two] `domainName` must not be that of another PostHog in the same VPC, Stack/One, got: 'one.example.com'; choose another name",
    );
    const inZone = (stack: Stack) => ({
      domainZone: HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' }),
    });
    expect(two(({ domainName, domainZone }) => ({ domainName, domainZone }), inZone)).toThrow(
      'must not be that of another PostHog in the same hosted zone',
    );
  });

  test('may have one domain name in VPCs of their own, and one VPC with two names', () => {
    expect(two(({ domainName }) => ({ domainName }))).not.toThrow();
    expect(
      two(
        ({ vpc }) => ({ vpc }),
        (stack) => ({ vpc: newVpc(stack, 'Vpc') }),
      ),
    ).not.toThrow();
  });
});

describe('a certificate of the same app', () => {
  const named = (domainName: string, subjectAlternativeNames?: string[]) => (stack: Stack) => ({
    certificate: new Certificate(stack, 'Certificate', { domainName, subjectAlternativeNames }),
  });

  test.each([
    ['names the domain', named('posthog.example.com')],
    ['names it among others', named('other.example.com', ['posthog.example.com'])],
    ['has a wildcard for it', named('*.example.com')],
  ])('is accepted if it %s', (_, props) => {
    const stack = newStack();
    expect(() => newPostHog(stack, props(stack))).not.toThrow();
  });

  test.each([
    ['another name', named('other.example.com'), "['other.example.com']"],
    ['a wildcard of another domain', named('*.posthog.example.com', ['example.com']), "['*.posthog.example.com', 'example.com']"],
  ])('is refused with %s', (_, props, got) => {
    const stack = newStack();
    expect(() => newPostHog(stack, props(stack))).toThrow(`\`certificate\` must be for posthog.example.com, got: ${got}; add the name to its`);
  });
});

describe('imports that lack what PostHog needs', () => {
  test('a hosted zone without its name is refused by the prop', () => {
    const stack = newStack();
    expect(() => newPostHog(stack, { domainZone: HostedZone.fromHostedZoneId(stack, 'Zone', 'Z1') })).toThrow(
      '[Stack/PostHog] `domainZone` must have a name, which is needed for the records, got: Stack/Zone; import it with HostedZone.fromHostedZoneAttributes()',
    );
  });

  test('a cluster without its VPC is refused by the prop', () => {
    const stack = newStack();
    const cluster = Cluster.fromClusterArn(stack, 'Cluster', 'arn:aws:ecs:eu-central-1:111122223333:cluster/platform');
    expect(() => newPostHog(stack, { cluster, vpc: newVpc(stack, 'Vpc') })).toThrow(
      '[Stack/PostHog] `cluster` must have a VPC, got: Stack/Cluster; import it with Cluster.fromClusterAttributes({ clusterName, vpc })',
    );
  });

  test('a domain name that is too long for a new certificate is refused by the prop', () => {
    const stack = newStack();
    const domainName = `${'a'.repeat(60)}.example.com`;
    const domainZone = HostedZone.fromHostedZoneAttributes(stack, 'Zone', { hostedZoneId: 'Z1', zoneName: 'example.com' });
    expect(() => newPostHog(stack, { domainName, domainZone, certificate: undefined })).toThrow(
      '`domainName` must have 64 characters or less for a new certificate, and has 72',
    );
    expect(() => newPostHog(stack, { domainName, domainZone }, 'Two')).not.toThrow();
  });
});
