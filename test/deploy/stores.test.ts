import { DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import {
  DescribeInstancesCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeSubnetsCommand,
  DescribeVolumesCommand,
  DescribeVpcsCommand,
  Volume,
} from '@aws-sdk/client-ec2';
import { DescribeTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import {
  Bucket,
  bucketAccess,
  bucketName,
  bucketOf,
  cacheOf,
  Database,
  databaseOf,
  databaseParameters,
  hostedZone,
  kafkaOf,
  kafkaStorage,
  keptSnapshots,
  objectExists,
  ReplicationGroup,
  scalingGroup,
} from './managed-stores';
import { secretValues } from './kept';
import { router } from './listeners';
import { executionNames, executionOf, migrationTasks, startByHand } from './migration';
import { defaultRoute } from './networks';
import { asText, disagreements } from './not-modelled';
import { admittedBy, groupNamed, groupsOf } from './security-groups';
import { containersOf, DEFAULT_PROCESSES, environmentOf, FURTHER_PROCESSES, servicesByProcess } from './services';
import { DOMAIN_NAME, World } from './world';

/** Deploys a PostHog that makes every store itself. */
const world = new World('test/deploy/managed-stores-app.ts', ['PostHog']);

/** The path of the ClickHouse server, which its volume and its instance are tagged with. */
const SERVER = 'PostHog/PostHog/Stores/ClickHouse/Server1';

function settings(): Record<string, string> {
  return { domainName: DOMAIN_NAME, certificateArn: world.certificateArn };
}

/** The types of the template's resources with a deletion policy, each once. */
function typesWithPolicy(policy: string): string[] {
  return [
    ...new Set(
      Object.values(world.template.Resources)
        .filter(({ DeletionPolicy }) => DeletionPolicy === policy)
        .map(({ Type }) => Type),
    ),
  ].sort();
}

/** The values of the secrets whose logical ids hold a name. */
async function secretsNamed(name: string): Promise<string[]> {
  const ids = Object.keys(world.template.Resources).filter(
    (id) => id.includes(name) && world.template.Resources[id].Type === 'AWS::SecretsManager::Secret',
  );
  return Object.values(
    await secretValues(
      world,
      ids.map((id) => world.physicalId(id)),
    ),
  );
}

async function expectIsolated(subnetIds: readonly string[]): Promise<void> {
  expect(subnetIds).toHaveLength(2);
  const { Subnets: subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: [...subnetIds] }));
  expect(new Set(subnets.map(({ AvailabilityZone }) => AvailabilityZone)).size).toBe(2);
  for (const subnet of subnetIds) {
    expect(await defaultRoute(world, subnet)).toBeUndefined();
  }
}

async function volume(): Promise<Volume> {
  const { Volumes: volumes = [] } = await world.ec2.send(new DescribeVolumesCommand({ VolumeIds: world.physicalIdsOf('AWS::EC2::Volume') }));
  expect(volumes).toHaveLength(1);
  return volumes[0];
}

afterAll(() => world.stop());

beforeAll(async () => {
  await world.stage('an emulated AWS, for a PostHog with its own stores', () => world.start());
  await world.stage('cdk bootstrap', async () => {
    await world.cdk.bootstrap();
    world.skippedAtBootstrap = world.aws.skippedTypes();
  });
  await world.stage('cdk deploy, with its own stores', async () => {
    await world.cdk.succeed(['deploy', '--require-approval', 'never'], settings());
    await world.readPhysicalIds();
  });
});

test('every resource of the template is there', async () => {
  const { Stacks: [stack] = [] } = await world.cloudFormation.send(new DescribeStacksCommand({ StackName: 'PostHog' }));
  expect(stack.StackStatus).toBe('CREATE_COMPLETE');
  const made = [...(await world.readPhysicalIds()).keys()];
  const wanted = Object.entries(world.template.Resources)
    .filter(([, { Type }]) => Type !== 'AWS::CDK::Metadata')
    .map(([id]) => id);
  expect(made.sort()).toEqual(wanted.sort());
});

test('every process has a service', async () => {
  expect([...(await servicesByProcess(world)).keys()]).toEqual([...DEFAULT_PROCESSES, ...FURTHER_PROCESSES].sort());
});

test.each([
  ['/i/v1/logs', 'capture-logs'],
  ['/i/v0/ai', 'capture-ai'],
  ['/e', 'capture'],
])('%s comes to %s', async (target, container) => {
  expect((await router(world))({ target })).toBe(container);
});

test.each([
  ['PostHogStoresPostgres', 'PostHogServicesClientsPostgres', 5432],
  ['PostHogStoresCache', 'PostHogServicesClientsCache', 6379],
  ['PostHogStoresKafka', 'PostHogServicesClientsKafka', 9094],
  ['PostHogStoresClickHouse', 'PostHogServicesClientsClickHouse', 8443],
])('the security group %s admits those that have %s', async (store, clients, port) => {
  const admitted = await admittedBy(world, groupNamed(world, `${store}SecurityGroup`));
  expect(admitted).toContain(`${port} from ${groupNamed(world, clients)}`);
  // And nobody else but the migration and stores, which have groups of their own: no process by itself.
  const groups = new Set([...(await servicesByProcess(world)).values()].map((service) => groupsOf(service)[0]));
  expect(admitted.filter((one) => groups.has(one.split(' from ')[1]))).toEqual([]);
});

describe('PostgreSQL', () => {
  let database: Database;

  beforeAll(() => {
    database = databaseOf(world);
  });

  test('is encrypted, backed up and protected', () => {
    expect(database).toMatchObject({
      Engine: 'postgres',
      EngineVersion: '15',
      StorageEncrypted: true,
      BackupRetentionPeriod: 7,
      CopyTagsToSnapshot: true,
      DeletionProtection: true,
      StorageType: 'gp3',
      AllocatedStorage: 50,
      MaxAllocatedStorage: 500,
      EnabledCloudwatchLogsExports: ['postgresql', 'upgrade'],
      DBName: 'posthog',
    });
  });

  test('is in subnets without a route from the internet', async () => {
    expect(database.PubliclyAccessible).toBe(false);
    await expectIsolated(database.DBSubnetGroup.Subnets.map(({ SubnetIdentifier }) => SubnetIdentifier));
    const groups = database.VpcSecurityGroups.map(({ VpcSecurityGroupId }) => VpcSecurityGroupId);
    expect(groups).toHaveLength(1);
    expect(world.physicalIdsOf('AWS::EC2::SecurityGroup')).toContain(groups[0]);
  });

  test('refuses connections without TLS', () => {
    expect(databaseParameters(world, database)).toMatchObject({
      'rds.force_ssl': '1',
      'max_connections': 'GREATEST({DBInstanceClassMemory/9531392},400)',
    });
  });

  test('has its address and its password in secrets, and nowhere else', async () => {
    const [credentials] = (await secretsNamed('PostgresCredentials')).map((value) => JSON.parse(value) as Record<string, string | number>);
    const { Address, Port } = database.Endpoint;
    expect(credentials).toMatchObject({ username: 'posthog', host: Address, port: Port, dbname: 'posthog', engine: 'postgres' });
    expect(credentials.password).toMatch(/^[A-Za-z0-9]{40}$/);
    const login = `postgres://posthog:${credentials.password}@${Address}:5432/posthog`;
    expect(await secretsNamed('PostgresUrl')).toEqual([`${login}?sslmode=require&connect_timeout=5`]);
    expect(await secretsNamed('PostgresNodeUrl')).toEqual([`${login}?sslmode=no-verify`]);
    expect(JSON.stringify([...(await containersOf(world)).values()])).not.toContain(credentials.password);
  });
});

describe('the cache', () => {
  let cache: ReplicationGroup;

  beforeAll(() => {
    cache = cacheOf(world);
  });

  test('is encrypted and backed up', () => {
    expect(cache).toMatchObject({
      Engine: 'valkey',
      AtRestEncryptionEnabled: true,
      TransitEncryptionEnabled: true,
      TransitEncryptionMode: 'preferred',
      SnapshotRetentionLimit: 1,
      ClusterMode: 'disabled',
    });
  });

  test('has a group of isolated subnets', async () => {
    const {
      CacheSubnetGroups: [group],
    } = world.aws.ask<{ CacheSubnetGroups: { CacheSubnetGroupName: string; Subnets: { SubnetIdentifier: string }[] }[] }>(
      'elasticache',
      'describe_cache_subnet_groups',
    );
    expect([group.CacheSubnetGroupName]).toEqual(world.physicalIdsOf('AWS::ElastiCache::SubnetGroup'));
    await expectIsolated(group.Subnets.map(({ SubnetIdentifier }) => SubnetIdentifier));
  });

  test('is in the environment of the processes', async () => {
    const { Address } = cache.NodeGroups[0].PrimaryEndpoint;
    const containers = await containersOf(world);
    expect(environmentOf(containers.get('web')!).REDIS_URL).toBe(`rediss://${Address}:6379/?ssl_cert_reqs=required`);
    expect(environmentOf(containers.get('capture')!).REDIS_URL).toBe(`redis://${Address}:6379/`);
  });
});

describe('Kafka', () => {
  test('is a cluster of two brokers that speak TLS only, in isolated subnets', async () => {
    const cluster = kafkaOf(world);
    expect(cluster).toMatchObject({
      NumberOfBrokerNodes: 2,
      EncryptionInfo: { EncryptionInTransit: { ClientBroker: 'TLS', InCluster: true } },
      BrokerNodeGroupInfo: { StorageInfo: { EbsStorageInfo: { VolumeSize: 100 } } },
      CurrentBrokerSoftwareInfo: {
        ConfigurationArn: world.physicalIdsOf('AWS::MSK::Configuration')[0],
        ConfigurationRevision: 1,
        KafkaVersion: '3.9.x.kraft',
      },
      LoggingInfo: { BrokerLogs: { CloudWatchLogs: { Enabled: true } } },
    });
    await expectIsolated(cluster.BrokerNodeGroupInfo.ClientSubnets);
    expect(world.physicalIdsOf('AWS::EC2::SecurityGroup')).toEqual(expect.arrayContaining(cluster.BrokerNodeGroupInfo.SecurityGroups));
  });

  test('has disks that grow', () => {
    const { target, policy } = kafkaStorage(world);
    expect(target).toMatchObject({ ResourceId: kafkaOf(world).ClusterArn, MinCapacity: 1, MaxCapacity: 1024 });
    expect(policy).toMatchObject({
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: {
        TargetValue: 60,
        DisableScaleIn: true,
        PredefinedMetricSpecification: { PredefinedMetricType: 'KafkaBrokerStorageUtilization' },
      },
    });
  });

  test('is in the environment of every process', async () => {
    const containers = await containersOf(world);
    const told = environmentOf(containers.get('web')!).KAFKA_HOSTS;
    expect(told).toMatch(/^b-1\.[^,]+:9094,b-2\.[^,]+:9094$/);
    expect(['worker', 'capture', 'replay-capture'].map((name) => environmentOf(containers.get(name)!).KAFKA_HOSTS)).toEqual([told, told, told]);
    expect(environmentOf(containers.get('topics')!).BROKERS).toBe(told);
  });
});

describe('the migration', () => {
  const INSTALLED = ['NameImage', 'StartPolls', 'WriteImage', 'ReadReport1', 'IsInstalled1'];
  const WAY = ['StartBackupPolls', 'BackUpClickHouse', 'IsBackedUp', 'DescribeBackups', 'Run', 'Conclude', 'IsMigrated', 'Migrated'];

  test('has run before the processes started, after ClickHouse had the functions, with topics and what RDS says of backups', async () => {
    const [name, ...others] = executionNames(world);
    expect(others).toEqual([]);
    const { status, way, input } = await executionOf(world, name);
    expect([status, way]).toEqual(['SUCCEEDED', ['IsRevisionGiven', 'IsImageGiven', ...INSTALLED, ...WAY]]);
    const { TaskDefinition, Url } = JSON.parse(input) as Record<string, string>;
    const { taskDefinition } = await world.ecs.send(new DescribeTaskDefinitionCommand({ taskDefinition: TaskDefinition }));
    expect(taskDefinition).toMatchObject({
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'checks' }, { name: 'topics' }, { name: 'cyclotron-node' }, { name: 'migrate' }],
    });
    const [task] = migrationTasks(world);
    expect(task).toMatchObject({ group: name, taskDefinitionArn: TaskDefinition });
    expect(task.overrides.containerOverrides?.map((container) => [container.name, container.environment])).toEqual(
      ['checks', 'migrate'].map((container) => [
        container,
        [{ name: 'MIGRATION_BACKUPS', value: expect.stringMatching(/^\["20\d\d-[^"]+"\]$/) as string }],
      ]),
    );
    expect(new URL(Url).host).toBe(new URL(world.aws.endpoint).host);
    expect(JSON.stringify(world.template.Resources)).not.toContain(Url);
  });

  test('can be run by hand, with nothing', async () => {
    startByHand(world, 'by-hand');
    const { status, way } = await executionOf(world, 'by-hand');
    expect([status, way]).toEqual([
      'SUCCEEDED',
      ['IsRevisionGiven', 'TakeCurrentRevision', 'IsImageGiven', 'TakeCurrentImage', ...INSTALLED, ...WAY],
    ]);
  });

  test('that fails says which container did, and how its log ends', async () => {
    startByHand(world, 'fail-by-hand');
    const { status, way, error, cause } = await executionOf(world, 'fail-by-hand');
    expect([status, error, way.at(-1)]).toEqual(['FAILED', 'NotMigrated', 'NotMigrated']);
    expect(cause).toMatch(
      /^the migration to PostHog 2026-09-11-r2 failed: migrate ended with 1; .*, stream migration\/migrate\/[-\w]+\nIts last lines:\nmigrate of the emulator has not run$/,
    );
  });
});

describe('ClickHouse', () => {
  test('keeps its data on an encrypted volume, which its instance finds by a tag', async () => {
    const { Encrypted, VolumeType, Size, Tags = [], AvailabilityZone } = await volume();
    expect({ Encrypted, VolumeType, Size }).toEqual({ Encrypted: true, VolumeType: 'gp3', Size: 200 });
    expect(Tags).toContainEqual({ Key: 'cdk-posthog:volume', Value: SERVER });
    const group = scalingGroup(world);
    expect(group).toMatchObject({ MinSize: 1, MaxSize: 1 });
    const { Subnets: subnets = [] } = await world.ec2.send(new DescribeSubnetsCommand({ SubnetIds: group.VPCZoneIdentifier.split(',') }));
    expect(subnets.map((subnet) => subnet.AvailabilityZone)).toEqual([AvailabilityZone]);
    expect((await defaultRoute(world, subnets[0].SubnetId!))?.NatGatewayId).toMatch(/^nat-/);
  });

  test('starts an instance of its own that nothing from outside reaches, with what it boots from', async () => {
    const [LaunchTemplateId] = world.physicalIdsOf('AWS::EC2::LaunchTemplate');
    const { LaunchTemplateVersions: [version] = [] } = await world.ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateId }));
    const data = version.LaunchTemplateData!;
    expect(data.MetadataOptions).toMatchObject({ HttpTokens: 'required', HttpPutResponseHopLimit: 1 });
    expect(data.NetworkInterfaces).toMatchObject([{ AssociatePublicIpAddress: false }]);
    expect(data.BlockDeviceMappings).toMatchObject([{ Ebs: { Encrypted: true } }]);
    const userData = Buffer.from(data.UserData!, 'base64').toString('utf8');
    const [, bucket, key] = /^ASSET='s3:\/\/([^/']+)\/([^']+)'$/m.exec(userData)!;
    expect(objectExists(world, bucket, key)).toBe(true);
    const values = /^VALUES='([^']*)'$/m
      .exec(userData)![1]
      .split('\n')
      .map((value) => Buffer.from(value, 'base64').toString('utf8'));
    expect(values).toContain(environmentOf((await containersOf(world)).get('web')!).KAFKA_HOSTS);
    expect(values).toEqual(expect.arrayContaining(world.physicalIdsOf('AWS::Route53::HostedZone')));
    for (const secret of [...(await secretsNamed('ClickHouse')), ...(await secretsNamed('Postgres'))]) {
      expect(userData + values.join('\n')).not.toContain(secret);
    }
    const { Reservations: reservations = [] } = await world.ec2.send(
      new DescribeInstancesCommand({ Filters: [{ Name: 'tag:cdk-posthog:instance', Values: [SERVER] }] }),
    );
    expect(reservations.flatMap(({ Instances = [] }) => Instances.map(({ InstanceType }) => InstanceType))).toEqual(['r7g.large']);
  });

  test('has its name in a zone that only the VPC sees', async () => {
    const { HostedZone: zone, VPCs: networks } = hostedZone(world);
    expect(zone.Config.PrivateZone).toBe(true);
    expect(networks.map(({ VPCId }) => VPCId)).toEqual(world.physicalIdsOf('AWS::EC2::VPC'));
    expect(environmentOf((await containersOf(world)).get('web')!).CLICKHOUSE_HOST).toBe(`clickhouse.${zone.Name.replace(/\.$/, '')}`);
  });
});

describe('the bucket', () => {
  let bucket: Bucket;

  beforeAll(() => {
    bucket = bucketOf(world);
  });

  test('is closed, encrypted, versioned, and talks TLS only', () => {
    const { access, encryption, versioning, policy } = bucket;
    expect(access).toEqual({ BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true });
    expect(encryption).toMatchObject([{ ApplyServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }]);
    expect(versioning).toBe('Enabled');
    const denials = policy.filter(({ Effect }) => Effect === 'Deny').map(({ Condition }) => Condition);
    expect(denials).toEqual([{ Bool: { 'aws:SecureTransport': 'false' } }, { NumericLessThan: { 's3:TlsVersion': 1.2 } }]);
  });

  test('forgets what nobody needs, and no object that is in use', () => {
    expect(bucket.rules).toEqual([
      {
        ID: 'Leftovers',
        Status: 'Enabled',
        Filter: { Prefix: '' },
        Expiration: { ExpiredObjectDeleteMarker: true },
        NoncurrentVersionExpiration: { NoncurrentDays: 30 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 7 },
      },
      { ID: 'Recordings', Status: 'Enabled', Filter: { Prefix: 'session_recordings/' }, NoncurrentVersionExpiration: { NoncurrentDays: 1 } },
      {
        ID: 'batch-exports',
        Status: 'Enabled',
        Filter: { Prefix: 'batch-exports/' },
        Expiration: { Days: 7 },
        NoncurrentVersionExpiration: { NoncurrentDays: 1 },
      },
    ]);
  });

  test('is in the environment of the processes', async () => {
    const name = bucketName(world);
    const containers = await containersOf(world);
    expect(environmentOf(containers.get('web')!)).toMatchObject({ OBJECT_STORAGE_BUCKET: name, SESSION_RECORDING_V2_S3_BUCKET: name });
    expect(environmentOf(containers.get('feature-flags')!).OBJECT_STORAGE_BUCKET).toBe(name);
  });
});

describe('the end', () => {
  let secretsBefore: Record<string, string>;

  beforeAll(async () => {
    expect(typesWithPolicy('Retain')).toEqual([]);
    expect(typesWithPolicy('RetainExceptOnCreate')).toEqual([
      'AWS::Backup::BackupVault',
      'AWS::EC2::SecurityGroup',
      'AWS::EC2::Volume',
      'AWS::Logs::LogGroup',
      'AWS::MSK::Cluster',
      'AWS::MSK::Configuration',
      'AWS::S3::Bucket',
      'AWS::SecretsManager::Secret',
    ]);
    expect(typesWithPolicy('Snapshot')).toEqual(['AWS::ElastiCache::ReplicationGroup', 'AWS::RDS::DBInstance']);
    const kept = Object.entries(world.template.Resources).filter(
      ([, { Type, DeletionPolicy }]) => Type === 'AWS::SecretsManager::Secret' && DeletionPolicy === 'RetainExceptOnCreate',
    );
    secretsBefore = await secretValues(
      world,
      kept.map(([id]) => world.physicalId(id)),
    );
    world.aws.ask('rds', 'modify_db_instance', {
      DBInstanceIdentifier: databaseOf(world).DBInstanceIdentifier,
      DeletionProtection: false,
      ApplyImmediately: true,
    });
    await world.stage('cdk destroy, with its own stores', async () => {
      await world.cdk.succeed(['destroy', '--force']);
    });
  });

  test('leaves snapshots of the database and of the cache', () => {
    expect(keptSnapshots(world)).toEqual({
      databases: [],
      ofDatabase: [`${world.physicalIdsOf('AWS::RDS::DBInstance')[0]}-snapshot`],
      ofCache: [
        [`${world.physicalIdsOf('AWS::ElastiCache::ReplicationGroup')[0]}-snapshot`, world.physicalIdsOf('AWS::ElastiCache::SubnetGroup')[0]],
      ],
    });
    expect(cacheOf(world).Status).toBe('deleting');
  });

  test('leaves Kafka, the volume of ClickHouse, the bucket and the secrets', async () => {
    expect(kafkaOf(world).ClusterArn).toBe(world.physicalIdsOf('AWS::MSK::Cluster')[0]);
    expect(await volume()).toMatchObject({ State: 'available', Encrypted: true });
    // Its policy goes: CloudFormation keeps the bucket alone, and what is set on it.
    expect(bucketAccess(world)).toMatchObject({ BlockPublicPolicy: true, RestrictPublicBuckets: true });
    expect(Object.keys(secretsBefore)).toHaveLength(17);
    expect(await secretValues(world, Object.keys(secretsBefore))).toEqual(secretsBefore);
  });

  test('leaves nothing that runs, and no network', async () => {
    const { Reservations: reservations = [] } = await world.ec2.send(new DescribeInstancesCommand());
    expect(reservations.flatMap(({ Instances = [] }) => Instances).filter(({ State }) => State?.Name !== 'terminated')).toEqual([]);
    expect(world.aws.ask<{ AutoScalingGroups: unknown[] }>('autoscaling', 'describe_auto_scaling_groups').AutoScalingGroups).toEqual([]);
    expect((await world.ec2.send(new DescribeVpcsCommand())).Vpcs?.filter(({ IsDefault }) => !IsDefault)).toEqual([]);
  });
});

describe('what the emulated AWS does not model', () => {
  test('is what the table says', () => {
    expect(disagreements(world.aws.facts(), world.templateTypes, world.skippedTypes, world.aws.probe())).toEqual([]);
    process.stderr.write(`${asText()}\n`);
  });
});
