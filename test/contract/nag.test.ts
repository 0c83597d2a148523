import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, RemovalPolicy, Size, Stack, Validations } from 'aws-cdk-lib/core';
import { InstanceType, IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { Cluster, ContainerInsights, CpuArchitecture } from 'aws-cdk-lib/aws-ecs';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { AwsSolutionsChecks, NIST80053R5Checks } from 'cdk-nag';
import {
  AppAccess,
  AuroraPostgres,
  Cache,
  ClientAddress,
  Kafka,
  NatMode,
  ObjectStorage,
  Postgres,
  PostgresLogins,
  PostHogFirewall,
  PostHogNetwork,
  PostHogProps,
  PostHogRunningHours,
  PostHogStores,
  RedpandaKafka,
} from '../../lib';
import { Key } from 'aws-cdk-lib/aws-kms';
import { ObjectStorageKeys, SYMBOL_SETS_PREFIX } from '../../lib/stores/object-storage/object-storage-keys';
import { allowAppImage } from '../../lib/stores/clickhouse/app-files';
import { databaseBackup } from '../../lib/migration/database-backup';
import { InstanceHosts } from '../../lib/services/capacity/instance-hosts';
import { FEATURE_FLAGS, newPostHog } from '../helpers/stack';
import { newCdn } from '../ingress/cdn/fixtures';
import { newMigration, secret, topicsOf, vpcOf } from '../migration/fixture';
import { RUNNING_HOURS } from '../operations/running-hours/fixture';
import { newClickHouse } from '../stores/clickhouse/fixtures';

interface Report {
  pluginReports: { pluginName: string; violations: { ruleName: string; violatingConstructs: { constructPath: string }[] }[] }[];
}

/** What the rule packs find that nobody has acknowledged, as `rule construct`, the way that a user's `cdk synth` asks them. */
function findings(define: (stack: Stack) => void, env?: { account: string; region: string }): string[] {
  const outdir = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-nag-'));
  const app = new App({ outdir, context: FEATURE_FLAGS, builtinCloudFormationValidation: false });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app), new NIST80053R5Checks(app));
  define(new Stack(app, 'Stack', { env }));
  // A report with errors is also printed and thrown.
  const printed = jest.spyOn(console, 'error').mockImplementation();
  try {
    app.synth();
  } catch (error) {
    expect(String(error)).toContain('validation-report.json');
  }
  printed.mockRestore();
  const report = JSON.parse(readFileSync(path.join(outdir, 'validation-report.json'), 'utf8')) as Report;
  rmSync(outdir, { recursive: true });
  expect(report.pluginReports.map(({ pluginName }) => pluginName)).toEqual(expect.arrayContaining(['AwsSolutions', 'NIST.800.53.R5']));
  return report.pluginReports
    .flatMap(({ violations }) => violations)
    .flatMap(({ ruleName, violatingConstructs }) => violatingConstructs.map(({ constructPath }) => `${ruleName} ${constructPath}`))
    .filter((finding) => !finding.startsWith('Annotation::'))
    .sort();
}

function hardened(stack: Stack): Partial<PostHogProps> {
  return {
    accessLogsBucket: Bucket.fromBucketName(stack, 'AccessLogs', 'access-logs'),
    appAccess: AppAccess.fromCidrs(['203.0.113.0/24']),
    nat: NatMode.PER_ZONE,
  };
}

const ENV = { account: '111122223333', region: 'eu-central-1' };
const ENVIRONMENTS: [string, typeof ENV | undefined][] = [
  ['in any environment', undefined],
  ['in a known environment', ENV],
];

test.each(ENVIRONMENTS)('cdk-nag finds nothing unacknowledged in a PostHog with its data stores, %s', (_, env) => {
  const none = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
  expect(findings((stack) => newPostHog(stack, none), env)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with a firewall', () => {
  expect(findings((stack) => newPostHog(stack, { firewall: PostHogFirewall.managed({ allowedCidrs: ['203.0.113.0/24'] }) }))).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with running hours, also in a stack of its own', () => {
  expect(findings((stack) => newPostHog(stack, { runningHours: RUNNING_HOURS }))).toEqual([]);
  const apart = (stack: Stack) =>
    new PostHogRunningHours(new Stack(stack.node.root, 'HoursStack'), 'Hours', { ...RUNNING_HOURS, services: newPostHog(stack).services });
  expect(findings(apart)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with a canary', () => {
  const canary = (stack: Stack) => ({ projectToken: Secret.fromSecretNameV2(stack, 'Token', 'token') });
  expect(findings((stack) => newPostHog(stack, { clickHouse: undefined, canary: canary(stack) }))).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with existing data stores', () => {
  expect(findings((stack) => newPostHog(stack))).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog whose data stores are in another stack', () => {
  const none = { postgres: undefined, cache: undefined, kafka: undefined, clickHouse: undefined, objectStorage: undefined };
  const define = (stack: Stack) => {
    const stores = new PostHogStores(new Stack(stack.node.root, 'StoresStack'), 'Stores');
    newPostHog(stack, { ...none, stores, products: undefined });
  };
  expect(findings(define)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a hardened PostHog', () => {
  expect(findings((stack) => newPostHog(stack, hardened(stack)), ENV)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog without NAT', () => {
  expect(findings((stack) => newPostHog(stack, { ...hardened(stack), nat: NatMode.NONE }), ENV)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with a NAT instance and `enableExecuteCommand`', () => {
  expect(findings((stack) => newPostHog(stack, { nat: NatMode.INSTANCE, enableExecuteCommand: true }), ENV)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with addresses unknown at synthesis', () => {
  const define = (stack: Stack) =>
    newPostHog(stack, {
      vpc: Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-1',
        availabilityZones: ['eu-central-1a', 'eu-central-1b'],
        publicSubnetIds: ['subnet-1', 'subnet-2'],
        publicSubnetRouteTableIds: ['rtb-1', 'rtb-1'],
        privateSubnetIds: ['subnet-3', 'subnet-4'],
        privateSubnetRouteTableIds: ['rtb-2', 'rtb-3'],
      }),
    });
  expect(findings(define, ENV)).toEqual([]);
});

test.each(ENVIRONMENTS)('cdk-nag finds nothing unacknowledged in EC2 hosts of tasks, %s', (_, env) => {
  const define = (stack: Stack) => {
    const vpc = vpcOf(stack);
    new InstanceHosts(stack, 'Hosts', {
      cluster: new Cluster(stack, 'Cluster', { vpc, containerInsightsV2: ContainerInsights.ENABLED, enableFargateCapacityProviders: true }),
      vpc,
      subnets: vpc.privateSubnets,
      instanceTypes: [new InstanceType('r6a.large')],
      cpuArchitecture: CpuArchitecture.X86_64,
      minInstances: 2,
      maxInstances: 4,
      spot: true,
      volumeSize: Size.gibibytes(60),
    });
  };
  expect(findings(define, env)).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a PostHog with verified client addresses', () => {
  expect(findings((stack) => newPostHog(stack, { clientAddress: ClientAddress.verified() }))).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a distribution with its prefix list looked up', () => {
  // Without those of the VPC that the fixture defines.
  expect(findings((stack) => newCdn(stack)).filter((finding) => !finding.includes('/IngressGiven/Vpc/'))).toEqual([]);
});

/** Every managed store, as it comes and with what can be asked of it besides. */
const STORES: Readonly<Record<string, (stack: Stack, vpc: IVpc) => void>> = {
  'Postgres': (stack, vpc) => new Postgres(stack, 'Postgres', { vpc }),
  'Postgres from a snapshot with DESTROY': (stack, vpc) =>
    new Postgres(stack, 'Postgres', { vpc, multiAz: true, snapshotIdentifier: 'before', removalPolicy: RemovalPolicy.DESTROY }),
  'AuroraPostgres': (stack, vpc) => new AuroraPostgres(stack, 'Postgres', { vpc }),
  'AuroraPostgres from a snapshot with DESTROY': (stack, vpc) =>
    new AuroraPostgres(stack, 'Postgres', { vpc, multiAz: true, snapshotIdentifier: 'before', removalPolicy: RemovalPolicy.DESTROY }),
  'Postgres with logins by purpose': (stack, vpc) => new Postgres(stack, 'Postgres', { vpc, logins: PostgresLogins.BY_PURPOSE }),
  'Postgres with the secrets of data pipelines': (stack, vpc) => {
    const postgres = new Postgres(stack, 'Postgres', { vpc });
    expect([postgres.cyclotronUrlSecret, postgres.nodeCyclotronUrlSecret].filter(Boolean)).toHaveLength(2);
  },
  'Cache': (stack, vpc) => new Cache(stack, 'Cache', { vpc }),
  'Cache with replicas': (stack, vpc) => new Cache(stack, 'Cache', { vpc, replicas: 1, automaticBackups: false }),
  'ObjectStorage': (stack) => new ObjectStorage(stack, 'ObjectStorage'),
  'ObjectStorage with a key': (stack) =>
    new ObjectStorage(stack, 'ObjectStorage', {
      encryptionKey: Key.fromKeyArn(stack, 'Key', 'arn:aws:kms:eu-central-1:111122223333:key/11111111-2222-3333-4444-555555555555'),
    }),
  'ObjectStorage with `autoDeleteObjects`': (stack) =>
    new ObjectStorage(stack, 'ObjectStorage', { removalPolicy: RemovalPolicy.DESTROY, autoDeleteObjects: true }),
  'ObjectStorageKeys': (stack) =>
    new ObjectStorageKeys(stack, 'Keys', { storage: new ObjectStorage(stack, 'ObjectStorage'), prefix: SYMBOL_SETS_PREFIX }),
};

test.each(Object.keys(STORES))('cdk-nag finds nothing unacknowledged in %s', (name) => {
  expect(findings((stack) => STORES[name](stack, new PostHogNetwork(stack, 'Network').vpc))).toEqual([]);
});

test.each(ENVIRONMENTS)('cdk-nag finds nothing unacknowledged in a ClickHouse with and without replicas, %s', (_, env) => {
  expect(
    findings((stack) => {
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-0123456789abcdef0',
        availabilityZones: ['a', 'b'],
        privateSubnetIds: ['s1', 's2'],
      });
      const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/clickhouse@sha256:' + '0'.repeat(64);
      const one = newClickHouse(stack, { vpc }, 'One');
      allowAppImage(stack, 'AppImage', one, image.replace('/clickhouse@', '/posthog@'));
      newClickHouse(stack, { vpc, replicas: 2 }, 'Two');
      newClickHouse(stack, { vpc, replicas: 2, image }, 'Three');
    }, env),
  ).toEqual([]);
});

test.each(ENVIRONMENTS)('cdk-nag finds nothing unacknowledged in RedpandaKafka, %s', (_, env) => {
  expect(
    findings((stack) => {
      const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
        vpcId: 'vpc-1',
        availabilityZones: ['a', 'b'],
        privateSubnetIds: ['s1', 's2'],
        privateSubnetRouteTableIds: ['r1', 'r2'],
      });
      new RedpandaKafka(stack, 'Kafka', { vpc });
      new RedpandaKafka(stack, 'Copied', { vpc, image: '444455556666.dkr.ecr.us-east-1.amazonaws.com/redpanda@sha256:' + '0'.repeat(64) });
    }, env),
  ).toEqual([]);
});

test('cdk-nag finds nothing unacknowledged in a Kafka', () => {
  expect(
    findings((stack) => void new Kafka(stack, 'Kafka', { vpc: new Vpc(stack, 'Vpc', { maxAzs: 2 }) }), ENV).filter(
      (finding) => !finding.includes(' Stack/Vpc/'),
    ),
  ).toEqual([]);
});

test.each(ENVIRONMENTS)('cdk-nag finds nothing unacknowledged in a migration with every part and images in ECR, %s', (_, env) => {
  expect(
    findings((stack) => {
      const image = '111122223333.dkr.ecr.eu-central-1.amazonaws.com/posthog@sha256:' + '0'.repeat(64);
      const backup = databaseBackup(new AuroraPostgres(stack, 'Postgres', { vpc: vpcOf(stack) }));
      newMigration(stack, {
        release: { name: 'ours', image },
        topics: topicsOf(stack),
        backup,
        workflows: { image, databaseUrl: secret(stack, 'Url', 'workflows') },
      });
    }, env),
  ).toEqual([]);
});

test('cdk-nag reports a bucket without access logs, except the acknowledged rule', () => {
  const found = findings((stack) => {
    const bucket = new Bucket(stack, 'Bucket');
    Validations.of(bucket).acknowledge({ id: 'AwsSolutions::AwsSolutions-S1', reason: 'for this test' });
  });
  expect(found).toContain('NIST.800.53.R5-S3BucketLoggingEnabled Stack/Bucket/Resource');
  expect(found).not.toContain('AwsSolutions-S1 Stack/Bucket/Resource');
});
