import { Duration, Fn, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AuroraPostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { AuroraPostgres, AuroraPostgresProps } from '../../../lib';
import { only } from '../../helpers/stack';
import { idOf, ofType } from '../../helpers/template';
import { expectClosed, network, PUBLIC } from '../networks';

const CLUSTER = 'AWS::RDS::DBCluster';
const INSTANCE = 'AWS::RDS::DBInstance';
const SECRET = 'AWS::SecretsManager::Secret';

function made(props: Partial<AuroraPostgresProps> = {}): Template {
  const { stack, vpc } = network();
  new AuroraPostgres(stack, 'Postgres', { vpc, ...props });
  return Template.fromStack(stack);
}

function cluster(props?: Partial<AuroraPostgresProps>): Record<string, unknown> {
  return only(made(props), CLUSTER);
}

test('AuroraPostgres is an encrypted cluster of version 15 with one instance of 1 to 8 ACUs and backups of a week by default', () => {
  const template = made();
  expect(only(template, CLUSTER)).toMatchObject({
    Engine: 'aurora-postgresql',
    EngineVersion: '15.17',
    DatabaseName: 'posthog',
    MasterUsername: 'posthog',
    Port: 5432,
    StorageEncrypted: true,
    ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 8 },
    BackupRetentionPeriod: 7,
    CopyTagsToSnapshot: true,
    DeletionProtection: true,
    DatabaseInsightsMode: 'standard',
    PerformanceInsightsEnabled: true,
    EnableCloudwatchLogsExports: ['postgresql'],
  });
  expect(only(template, INSTANCE)).toMatchObject({
    DBInstanceClass: 'db.serverless',
    AutoMinorVersionUpgrade: true,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    MonitoringInterval: 60,
    PubliclyAccessible: false,
  });
});

test('AuroraPostgres refuses connections without TLS and accepts 400 or more', () => {
  expect(only(made(), 'AWS::RDS::DBClusterParameterGroup')).toMatchObject({
    Family: 'aurora-postgresql15',
    Parameters: { 'rds.force_ssl': '1', 'max_connections': 'GREATEST({DBInstanceClassMemory/9531392},400)' },
  });
});

test.each<[string, Partial<AuroraPostgresProps>, Record<string, unknown>]>([
  ['version', { version: AuroraPostgresEngineVersion.VER_16_9 }, { EngineVersion: '16.9' }],
  ['minCapacity', { minCapacity: 0.5 }, { ServerlessV2ScalingConfiguration: { MinCapacity: 0.5, MaxCapacity: 8 } }],
  ['maxCapacity', { maxCapacity: 256 }, { ServerlessV2ScalingConfiguration: { MinCapacity: 1, MaxCapacity: 256 } }],
  ['backupRetention', { backupRetention: Duration.days(35) }, { BackupRetentionPeriod: 35 }],
  ['preferredBackupWindow', { preferredBackupWindow: '03:00-04:00' }, { PreferredBackupWindow: '03:00-04:00' }],
  ['preferredMaintenanceWindow', { preferredMaintenanceWindow: 'Sun:04:00-Sun:05:00' }, { PreferredMaintenanceWindow: 'Sun:04:00-Sun:05:00' }],
])('AuroraPostgres passes `%s` to RDS', (_, props, expected) => {
  expect(cluster(props)).toMatchObject(expected);
});

test('AuroraPostgres passes `maxConnections` to its parameter group', () => {
  expect(only(made({ maxConnections: 900 }), 'AWS::RDS::DBClusterParameterGroup')).toMatchObject({ Parameters: { max_connections: '900' } });
});

test('AuroraPostgres with `multiAz` has a reader that scales with the writer', () => {
  const tiers = ofType<{ PromotionTier: number }>(made({ multiAz: true }), INSTANCE).map(([, { Properties }]) => Properties.PromotionTier);
  expect(tiers).toEqual([0, 1]);
});

test('AuroraPostgres allows no inbound connections by default', () => {
  const template = made();
  expect(only(template, 'AWS::EC2::SecurityGroup')).not.toHaveProperty('SecurityGroupIngress');
  template.resourceCountIs('AWS::EC2::SecurityGroupIngress', 0);
});

test.each([
  ['Url', 'require&connect_timeout=5'],
  ['NodeUrl', 'no-verify'],
])('%s of AuroraPostgres has the cluster endpoint with sslmode=%s, and depends on the writer', (id, sslmode) => {
  const template = made();
  const [, { Properties, DependsOn }] = Object.entries(
    template.toJSON().Resources as Record<string, { Properties: { SecretString?: unknown }; DependsOn?: string[] }>,
  ).find(([logicalId]) => logicalId.startsWith(`Postgres${id}`))!;
  expect(Properties.SecretString).toEqual({
    'Fn::Join': [
      '',
      [
        'postgres://posthog:{{resolve:secretsmanager:',
        { Ref: expect.stringMatching(/^PostgresCredentials/) as string },
        ':SecretString:password::}}@',
        { 'Fn::GetAtt': [expect.stringMatching(/^PostgresCluster/), 'Endpoint.Address'] },
        `:5432/posthog?sslmode=${sslmode}`,
      ],
    ],
  });
  expect(DependsOn).toContainEqual(expect.stringMatching(/^PostgresClusterWriter/));
});

test('AuroraPostgres has connections on port 5432 and one database for persons and everything else', () => {
  const { stack, vpc } = network();
  const postgres = new AuroraPostgres(stack, 'Postgres', { vpc });
  expect([String(postgres.connections.defaultPort), postgres.connections.securityGroups.length, postgres.clientPorts]).toEqual(['5432', 1, [5432]]);
  expect([postgres.personsUrlSecret, postgres.nodePersonsUrlSecret]).toEqual([postgres.urlSecret, postgres.nodeUrlSecret]);
});

test('AuroraPostgres has credentials, host and the URLs of cyclotron_node, which depend on the writer', () => {
  const { stack, vpc } = network();
  const postgres = new AuroraPostgres(stack, 'Postgres', { vpc });
  expect(postgres).toMatchObject({ port: 5432, tls: true });
  expect(stack.resolve([postgres.host, postgres.credentials?.secretArn])).toEqual([
    { 'Fn::GetAtt': [expect.stringMatching(/^PostgresCluster/), 'Endpoint.Address'] },
    { Ref: expect.stringMatching(/^PostgresCredentials/) as string },
  ]);
  const ids = [postgres.cyclotronUrlSecret, postgres.nodeCyclotronUrlSecret].map(
    (secret) => (stack.resolve(secret!.secretArn) as { Ref: string }).Ref,
  );
  const template = Template.fromStack(stack);
  expect(Object.keys(template.findResources(SECRET))).toHaveLength(5);
  const secrets = ids.map((id) => template.findResources(SECRET)[id] as { Properties: { SecretString: unknown }; DependsOn: string[] });
  expect(secrets.map(({ Properties }) => /cyclotron_node\?sslmode=[a-z-]+/.exec(JSON.stringify(Properties.SecretString))?.[0])).toEqual([
    'cyclotron_node?sslmode=require',
    'cyclotron_node?sslmode=no-verify',
  ]);
  secrets.forEach(({ DependsOn }) => expect(DependsOn).toContainEqual(expect.stringMatching(/^PostgresClusterWriter/)));
});

test('two AuroraPostgres in one stack are two clusters', () => {
  const { stack, vpc } = network();
  new AuroraPostgres(stack, 'One', { vpc });
  new AuroraPostgres(stack, 'Two', { vpc });
  Template.fromStack(stack).resourceCountIs(CLUSTER, 2);
});

test.each([
  [undefined, 'Snapshot,Snapshot', 'RetainExceptOnCreate,Retain', true],
  [RemovalPolicy.RETAIN, 'RetainExceptOnCreate,Retain', 'RetainExceptOnCreate,Retain', true],
  [RemovalPolicy.DESTROY, 'Delete,Delete', 'Delete,Delete', false],
])(
  'AuroraPostgres with removal policy %s has deletion policies %s, %s for its secrets, and deletion protection %s',
  (removalPolicy, data, secrets, protection) => {
    const template = made({ removalPolicy });
    const policies = (type: string) =>
      new Set(ofType(template, type).map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy].join()));
    expect([policies(CLUSTER), policies(SECRET), only(template, CLUSTER).DeletionProtection]).toEqual([
      new Set([data]),
      new Set([secrets]),
      protection,
    ]);
    const dependencies = removalPolicy === RemovalPolicy.RETAIN ? 'RetainExceptOnCreate,Retain' : ',';
    expect(['AWS::RDS::DBClusterParameterGroup', 'AWS::EC2::SecurityGroup'].map(policies)).toEqual([
      new Set([dependencies]),
      new Set([dependencies]),
    ]);
    // A retained cluster without an instance accepts no connections.
    const instances = removalPolicy === RemovalPolicy.RETAIN ? 'RetainExceptOnCreate,Retain' : 'Delete,Delete';
    expect(policies('AWS::RDS::DBInstance')).toEqual(new Set([instances]));
  },
);

test('AuroraPostgres from a snapshot keeps its logical id, uses `username` and `databaseName`, and warns', () => {
  const { stack, vpc } = network();
  new AuroraPostgres(stack, 'Postgres', { vpc, snapshotIdentifier: 'before', username: 'root', databaseName: 'analytics' });
  const template = Template.fromStack(stack);
  expect(Object.keys(template.findResources(CLUSTER))).toEqual(Object.keys(made().findResources(CLUSTER)));
  const properties = only(template, CLUSTER);
  expect(properties).toMatchObject({ SnapshotIdentifier: 'before', MasterUserPassword: expect.anything() as unknown });
  expect(['DatabaseName', 'MasterUsername', 'StorageEncrypted'].filter((name) => name in properties)).toEqual([]);
  expect(JSON.stringify(template.findResources(SECRET))).toMatch(/postgres:\/\/root:.*:5432\/analytics\?sslmode=/);
  expect(Annotations.fromStack(stack).findWarning('/Stack/Postgres', Match.stringLikeRegexp('do not change `snapshotIdentifier`'))).toHaveLength(1);
});

test('AuroraPostgres accepts tokens as capacities', () => {
  const value = { 'Fn::ImportValue': 'Number' };
  const number = Token.asNumber(Fn.importValue('Number'));
  expect(cluster({ minCapacity: number, maxCapacity: number })).toMatchObject({
    ServerlessV2ScalingConfiguration: { MinCapacity: value, MaxCapacity: value },
  });
});

test.each<[string, Partial<AuroraPostgresProps>, string]>([
  ['a `minCapacity` of 0', { minCapacity: 0 }, '`minCapacity` must be from 0.5 to 256, in steps of 0.5, got: 0'],
  ['a `minCapacity` of 0.7', { minCapacity: 0.7 }, '`minCapacity` must be from 0.5 to 256, in steps of 0.5, got: 0.7'],
  ['a `maxCapacity` of 257', { maxCapacity: 257 }, '`maxCapacity` must be from 1 to 256, in steps of 0.5, got: 257'],
  ['a `minCapacity` above `maxCapacity`', { minCapacity: 16 }, '`minCapacity` must not exceed `maxCapacity`, 8, got: 16'],
  ['a `backupRetention` of 0 days', { backupRetention: Duration.days(0) }, '`backupRetention` must be whole days, from 1 to 35, got: '],
  ['a `username` without `snapshotIdentifier`', { username: 'root' }, "`username` needs `snapshotIdentifier`, got: 'root'"],
])('AuroraPostgres rejects %s', (_, props, message) => {
  expect(() => made(props)).toThrow(`[Stack/Postgres] ${message}`);
});

test('AuroraPostgres rejects a VPC with public subnets only', () => {
  const { stack, vpc } = network([PUBLIC]);
  expect(() => new AuroraPostgres(stack, 'Postgres', { vpc })).toThrow(
    '[Stack/Postgres] `vpc` must have isolated or private subnets for a data store',
  );
});

test('AuroraPostgres is in the isolated subnets, with its own security group', () => {
  const template = made();
  expectClosed(template, only(template, CLUSTER).VpcSecurityGroupIds);
  expect((only(template, 'AWS::RDS::DBSubnetGroup').SubnetIds as unknown[]).map(idOf)).toEqual([
    expect.stringMatching(/^VpcIsolatedSubnet1/),
    expect.stringMatching(/^VpcIsolatedSubnet2/),
  ]);
});

test('AuroraPostgres has the metrics of its cluster, and none of free storage', () => {
  const { stack, vpc } = network();
  const postgres = new AuroraPostgres(stack, 'Postgres', { vpc });
  const dimensions = { DBClusterIdentifier: postgres.cluster.clusterIdentifier };
  expect([postgres.instanceIdentifier, postgres.clusterIdentifier]).toEqual([undefined, postgres.cluster.clusterIdentifier]);
  expect(postgres.connections.securityGroups).toEqual([postgres.securityGroup]);
  expect(postgres.metric('VolumeBytesUsed')).toMatchObject({ namespace: 'AWS/RDS', metricName: 'VolumeBytesUsed', dimensions });
  expect(postgres.metricCpuUtilization()).toMatchObject({ metricName: 'CPUUtilization', dimensions });
  expect(() => postgres.metricFreeStorageSpace()).toThrow(
    "[Stack/Postgres] `metricFreeStorageSpace` needs an RDS instance: the storage of Aurora grows; use `metric('VolumeBytesUsed')`",
  );
});
