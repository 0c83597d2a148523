import { Duration, Fn, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { Postgres, PostgresProps } from '../../../lib';
import { only } from '../../helpers/stack';
import { idOf, ofType } from '../../helpers/template';
import { expectClosed, ISOLATED, network, PRIVATE, PUBLIC } from '../networks';

const INSTANCE = 'AWS::RDS::DBInstance';
const SECRET = 'AWS::SecretsManager::Secret';

function made(props: Partial<PostgresProps> = {}): Template {
  const { stack, vpc } = network();
  new Postgres(stack, 'Postgres', { vpc, ...props });
  return Template.fromStack(stack);
}

function instance(props?: Partial<PostgresProps>): Record<string, unknown> {
  return only(made(props), INSTANCE);
}

test('Postgres is an encrypted server of version 15 on Graviton in one zone with backups of a week by default', () => {
  expect(instance()).toMatchObject({
    Engine: 'postgres',
    EngineVersion: '15',
    AllowMajorVersionUpgrade: false,
    AutoMinorVersionUpgrade: true,
    DBInstanceClass: 'db.t4g.medium',
    MultiAZ: false,
    StorageType: 'gp3',
    AllocatedStorage: '50',
    MaxAllocatedStorage: 500,
    StorageEncrypted: true,
    DBName: 'posthog',
    MasterUsername: 'posthog',
    Port: '5432',
    PubliclyAccessible: false,
    CACertificateIdentifier: 'rds-ca-rsa2048-g1',
    BackupRetentionPeriod: 7,
    CopyTagsToSnapshot: true,
    DeleteAutomatedBackups: false,
    DeletionProtection: true,
    EnablePerformanceInsights: true,
    DatabaseInsightsMode: 'standard',
    PerformanceInsightsRetentionPeriod: 7,
    MonitoringInterval: 60,
    EnableCloudwatchLogsExports: ['postgresql', 'upgrade'],
  });
});

test('Postgres refuses connections without TLS and accepts 400 or more', () => {
  expect(only(made(), 'AWS::RDS::DBParameterGroup')).toMatchObject({
    Family: 'postgres15',
    Parameters: { 'rds.force_ssl': '1', 'max_connections': 'GREATEST({DBInstanceClassMemory/9531392},400)' },
  });
});

test.each<[string, Partial<PostgresProps>, Record<string, unknown>]>([
  ['version', { version: PostgresEngineVersion.VER_17_6 }, { EngineVersion: '17.6' }],
  ['allowMajorVersionUpgrade', { allowMajorVersionUpgrade: true }, { AllowMajorVersionUpgrade: true }],
  ['instanceType', { instanceType: InstanceType.of(InstanceClass.R8G, InstanceSize.LARGE) }, { DBInstanceClass: 'db.r8g.large' }],
  ['allocatedStorage', { allocatedStorage: 200 }, { AllocatedStorage: '200', MaxAllocatedStorage: 2000 }],
  ['maxAllocatedStorage', { maxAllocatedStorage: 60 }, { AllocatedStorage: '50', MaxAllocatedStorage: 60 }],
  ['multiAz', { multiAz: true }, { MultiAZ: true }],
  ['backupRetention', { backupRetention: Duration.days(35) }, { BackupRetentionPeriod: 35 }],
  ['preferredBackupWindow', { preferredBackupWindow: '03:00-04:00' }, { PreferredBackupWindow: '03:00-04:00' }],
  ['preferredMaintenanceWindow', { preferredMaintenanceWindow: 'Sun:04:00-Sun:05:00' }, { PreferredMaintenanceWindow: 'Sun:04:00-Sun:05:00' }],
])('Postgres passes `%s` to RDS', (_, props, expected) => {
  expect(instance(props)).toMatchObject(expected);
});

test('Postgres has a parameter group for its version and `maxConnections`', () => {
  expect(only(made({ version: PostgresEngineVersion.VER_17, maxConnections: 900 }), 'AWS::RDS::DBParameterGroup')).toMatchObject({
    Family: 'postgres17',
    Parameters: { max_connections: '900' },
  });
});

test.each([
  [6_000, 60_000],
  [50_000, 65_536],
])('Postgres with storage of %d GiB can grow to %d GiB', (allocatedStorage, most) => {
  expect(instance({ allocatedStorage })).toMatchObject({ MaxAllocatedStorage: most });
});

test('Postgres allows no connections in or out by default', () => {
  const template = made();
  expectClosed(template, only(template, INSTANCE).VPCSecurityGroups);
});

test('Postgres has connections through its security group on port 5432', () => {
  const { stack, vpc } = network();
  const { connections, clientPorts } = new Postgres(stack, 'Postgres', { vpc });
  expect([String(connections.defaultPort), connections.securityGroups.length, clientPorts]).toEqual(['5432', 1, [5432]]);
});

test('Postgres uses the isolated subnets, or those of `vpcSubnets`', () => {
  const { stack, vpc } = network([PUBLIC, PRIVATE, ISOLATED]);
  new Postgres(stack, 'Default', { vpc });
  new Postgres(stack, 'Selected', { vpc, vpcSubnets: { subnetGroupName: 'Private' } });
  const groups = ofType<{ SubnetIds: unknown[] }>(Template.fromStack(stack), 'AWS::RDS::DBSubnetGroup').map(([, { Properties }]) =>
    Properties.SubnetIds.map(idOf),
  );
  expect(groups).toEqual([
    [expect.stringMatching(/^VpcIsolatedSubnet1/), expect.stringMatching(/^VpcIsolatedSubnet2/)],
    [expect.stringMatching(/^VpcPrivateSubnet1/), expect.stringMatching(/^VpcPrivateSubnet2/)],
  ]);
});

test('two Postgres in one stack are two servers', () => {
  const { stack, vpc } = network();
  new Postgres(stack, 'One', { vpc });
  new Postgres(stack, 'Two', { vpc });
  Template.fromStack(stack).resourceCountIs(INSTANCE, 2);
});

test('Postgres accepts tokens', () => {
  const value = { 'Fn::ImportValue': 'Number' };
  const number = Token.asNumber(Fn.importValue('Number'));
  const template = made({
    allocatedStorage: number,
    maxConnections: number,
    backupRetention: Duration.days(number),
    snapshotIdentifier: Fn.importValue('Snapshot'),
  });
  expect(only(template, INSTANCE)).toMatchObject({
    AllocatedStorage: value,
    BackupRetentionPeriod: value,
    DBSnapshotIdentifier: { 'Fn::ImportValue': 'Snapshot' },
  });
  expect(only(template, INSTANCE)).not.toHaveProperty('MaxAllocatedStorage');
  expect(only(template, 'AWS::RDS::DBParameterGroup')).toMatchObject({ Parameters: { max_connections: value } });
});

describe('secrets of Postgres', () => {
  const template = made();

  test('contain a generated password that is in no template', () => {
    const generated = ofType<{ GenerateSecretString?: unknown }>(template, SECRET)
      .map(([, { Properties }]) => Properties.GenerateSecretString)
      .filter(Boolean);
    expect(generated).toEqual([
      {
        ExcludePunctuation: true,
        IncludeSpace: false,
        PasswordLength: 40,
        GenerateStringKey: 'password',
        SecretStringTemplate: '{"username":"posthog"}',
      },
    ]);
  });

  test.each([
    ['Url', 'require&connect_timeout=5'],
    ['NodeUrl', 'no-verify'],
  ])('%s has a connection URL with sslmode=%s and a reference to the password', (id, sslmode) => {
    const [, { Properties }] = ofType<{ SecretString: unknown }>(template, SECRET).find(([logicalId]) => logicalId.startsWith(`Postgres${id}`))!;
    expect(Properties.SecretString).toEqual({
      'Fn::Join': [
        '',
        [
          'postgres://posthog:{{resolve:secretsmanager:',
          { Ref: expect.stringMatching(/^PostgresCredentials/) as string },
          ':SecretString:password::}}@',
          { 'Fn::GetAtt': [expect.stringMatching(/^PostgresInstance/), 'Endpoint.Address'] },
          `:5432/posthog?sslmode=${sslmode}`,
        ],
      ],
    });
  });

  test('use one database for persons and everything else', () => {
    const { stack, vpc } = network();
    const postgres = new Postgres(stack, 'Postgres', { vpc });
    expect(postgres.personsUrlSecret).toBe(postgres.urlSecret);
    expect(postgres.nodePersonsUrlSecret).toBe(postgres.nodeUrlSecret);
    expect(postgres.nodeUrlSecret).not.toBe(postgres.urlSecret);
  });
});

describe('optional attributes of Postgres', () => {
  const server = () => {
    const { stack, vpc } = network();
    return { stack, postgres: new Postgres(stack, 'Postgres', { vpc }) };
  };

  test('has credentials, host, port and TLS', () => {
    const { stack, postgres } = server();
    expect(postgres).toMatchObject({ port: 5432, tls: true });
    expect(stack.resolve([postgres.host, postgres.credentials?.secretArn])).toEqual([
      { 'Fn::GetAtt': [expect.stringMatching(/^PostgresInstance/), 'Endpoint.Address'] },
      { Ref: expect.stringMatching(/^PostgresCredentials/) as string },
    ]);
  });

  test('does not change the template when its properties are read', () => {
    const { stack, postgres } = server();
    const before = stack.node.findAll().length;
    expect([postgres.cyclotronUrlSecret, postgres.nodeCyclotronUrlSecret].map((secret) => secret?.node.id)).toEqual([
      'CyclotronUrl',
      'NodeCyclotronUrl',
    ]);
    expect(stack.node.findAll()).toHaveLength(before);
    expect(Object.keys(Template.fromStack(stack).findResources(SECRET))).toHaveLength(5);
  });

  test.each([
    ['cyclotronUrlSecret', 'require&connect_timeout=5'],
    ['nodeCyclotronUrlSecret', 'no-verify'],
  ] as const)('%s has the URL of cyclotron_node with sslmode=%s, and is retained', (name, sslmode) => {
    const { stack, postgres } = server();
    const secret = postgres[name]!;
    expect(postgres[name]).toBe(secret);
    const { Ref: id } = stack.resolve(secret.secretArn) as { Ref: string };
    const { Properties, DeletionPolicy } = Template.fromStack(stack).findResources(SECRET)[id] as {
      Properties: { SecretString: unknown };
      DeletionPolicy: string;
    };
    expect(JSON.stringify(Properties.SecretString)).toContain(`:5432/cyclotron_node?sslmode=${sslmode}`);
    expect(DeletionPolicy).toBe('RetainExceptOnCreate');
  });
});

describe('removal of Postgres', () => {
  function policies(removalPolicy?: RemovalPolicy) {
    const template = made({ removalPolicy });
    const of = (type: string, ids = /^/) => [
      ...new Set(
        ofType(template, type)
          .filter(([id]) => ids.test(id))
          .map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy].join()),
      ),
    ];
    const { DeletionProtection, DeleteAutomatedBackups } = only(template, INSTANCE);
    return {
      instance: of(INSTANCE),
      secrets: of(SECRET),
      group: of('AWS::EC2::SecurityGroup'),
      subnets: of('AWS::RDS::DBSubnetGroup'),
      parameters: of('AWS::RDS::DBParameterGroup'),
      role: of('AWS::IAM::Role', /^Postgres/),
      DeletionProtection,
      DeleteAutomatedBackups,
    };
  }

  test.each([
    [undefined, 'Snapshot,Snapshot', 'RetainExceptOnCreate,Retain', ','],
    [RemovalPolicy.SNAPSHOT, 'Snapshot,Snapshot', 'RetainExceptOnCreate,Retain', ','],
    [RemovalPolicy.RETAIN, 'RetainExceptOnCreate,Retain', 'RetainExceptOnCreate,Retain', 'RetainExceptOnCreate,Retain'],
  ])('with %s protects the server, and retains its backups and secrets', (policy, server, secrets, dependencies) => {
    expect(policies(policy)).toEqual({
      instance: [server],
      secrets: [secrets],
      group: [dependencies],
      subnets: [dependencies],
      parameters: [dependencies],
      role: [dependencies],
      DeletionProtection: true,
      DeleteAutomatedBackups: false,
    });
  });

  test('with DESTROY retains nothing', () => {
    expect(policies(RemovalPolicy.DESTROY)).toEqual({
      instance: ['Delete,Delete'],
      secrets: ['Delete,Delete'],
      group: [','],
      subnets: [','],
      parameters: [','],
      role: [','],
      DeletionProtection: false,
      DeleteAutomatedBackups: true,
    });
  });
});

describe('Postgres from a snapshot', () => {
  test('has the database, user and encryption of the snapshot, and a new password', () => {
    const props = instance({ snapshotIdentifier: 'before-upgrade' });
    expect(props).toMatchObject({
      DBSnapshotIdentifier: 'before-upgrade',
      MasterUserPassword: expect.anything() as unknown,
      DeletionProtection: true,
    });
    for (const name of ['DBName', 'MasterUsername', 'StorageEncrypted', 'DeleteAutomatedBackups']) {
      expect(props).not.toHaveProperty(name);
    }
  });

  test('has the logical id of a server without a snapshot', () => {
    expect(Object.keys(made({ snapshotIdentifier: 'before' }).findResources(INSTANCE))).toEqual(Object.keys(made().findResources(INSTANCE)));
  });

  test('uses `username` and `databaseName` in the secrets', () => {
    const template = made({ snapshotIdentifier: 'before', username: 'root', databaseName: 'analytics' });
    const secrets = JSON.stringify(template.findResources(SECRET));
    expect(secrets).toContain('postgres://root:');
    expect(secrets).toContain(':5432/analytics?sslmode=require');
    const credentials = ofType<{ GenerateSecretString?: { SecretStringTemplate: string } }>(template, SECRET);
    expect(credentials.map(([, { Properties }]) => Properties.GenerateSecretString?.SecretStringTemplate)).toContain('{"username":"root"}');
  });

  test('warns that `snapshotIdentifier` must stay, and a new server does not', () => {
    const { stack, vpc } = network();
    new Postgres(stack, 'Restored', { vpc, snapshotIdentifier: 'before' });
    new Postgres(stack, 'New', { vpc });
    const warnings = Annotations.fromStack(stack).findWarning('*', Match.stringLikeRegexp('do not change `snapshotIdentifier`'));
    expect(warnings.map(({ id }) => id)).toEqual(['/Stack/Restored']);
  });
});

test.each<[string, Partial<PostgresProps>, string]>([
  ['a `backupRetention` of 0 days', { backupRetention: Duration.days(0) }, '`backupRetention` must be whole days, from 1 to 35, got: '],
  ['a `backupRetention` of 36 hours', { backupRetention: Duration.hours(36) }, '`backupRetention` must be whole days, from 1 to 35, got: 36 hours'],
  ['20 `maxConnections`', { maxConnections: 20 }, '`maxConnections` must be a whole number from 100 to 262143, got: 20'],
  ['an `allocatedStorage` of 10 GiB', { allocatedStorage: 10 }, '`allocatedStorage` must be a whole number from 20 to 65536, got: 10'],
  [
    'a `maxAllocatedStorage` that is no whole number',
    { maxAllocatedStorage: 99.5 },
    '`maxAllocatedStorage` must be a whole number from 20 to 65536, got: 99.5',
  ],
  [
    'a `maxAllocatedStorage` less than a tenth above `allocatedStorage`',
    { allocatedStorage: 100, maxAllocatedStorage: 105 },
    '`maxAllocatedStorage` must exceed `allocatedStorage`, 100, by a tenth or more, got: 105',
  ],
  [
    'an empty `snapshotIdentifier`',
    { snapshotIdentifier: '' },
    "`snapshotIdentifier` must be the name or ARN of a snapshot, got: ''; leave it out to start with an empty server",
  ],
  [
    'a `username` without `snapshotIdentifier`',
    { username: 'root' },
    "`username` needs `snapshotIdentifier`, got: 'root'; leave it out: a new server has 'posthog'",
  ],
  [
    'a `databaseName` without `snapshotIdentifier`',
    { databaseName: 'analytics' },
    "`databaseName` needs `snapshotIdentifier`, got: 'analytics'; leave it out: a new server has 'posthog'",
  ],
  [
    'a `username` with characters that URLs reserve',
    { snapshotIdentifier: 'before', username: 'root@host' },
    "`username` must be up to 63 letters, digits, _ and -, got: 'root@host'",
  ],
  [
    'a `databaseName` with characters that URLs reserve',
    { snapshotIdentifier: 'before', databaseName: 'a/b' },
    "`databaseName` must be up to 63 letters, digits, _ and -, got: 'a/b'",
  ],
])('Postgres rejects %s', (_, props, message) => {
  expect(() => made(props)).toThrow(`[Stack/Postgres] ${message}`);
});

test('Postgres rejects a VPC with public subnets only', () => {
  const { stack, vpc } = network([PUBLIC]);
  expect(() => new Postgres(stack, 'Postgres', { vpc })).toThrow('[Stack/Postgres] `vpc` must have isolated or private subnets for a data store');
});

test('Postgres gives access to its instance and its security group', () => {
  const { stack, vpc } = network();
  const postgres = new Postgres(stack, 'Postgres', { vpc });
  expect(postgres.connections.securityGroups).toEqual([postgres.securityGroup]);
  expect([postgres.instanceIdentifier, postgres.clusterIdentifier]).toEqual([postgres.instance.instanceIdentifier, undefined]);
});

test('Postgres has the metrics of its RDS instance', () => {
  const { stack, vpc } = network();
  const postgres = new Postgres(stack, 'Postgres', { vpc });
  const dimensions = { DBInstanceIdentifier: postgres.instance.instanceIdentifier };
  expect(postgres.metric('ReadLatency', { statistic: 'p99' })).toMatchObject({
    namespace: 'AWS/RDS',
    metricName: 'ReadLatency',
    dimensions,
    statistic: 'p99',
  });
  expect(
    [postgres.metricCpuUtilization(), postgres.metricFreeableMemory(), postgres.metricFreeStorageSpace(), postgres.metricDatabaseConnections()].map(
      ({ metricName, dimensions: own, statistic }) => [metricName, own, statistic],
    ),
  ).toEqual(['CPUUtilization', 'FreeableMemory', 'FreeStorageSpace', 'DatabaseConnections'].map((name) => [name, dimensions, 'Average']));
});
