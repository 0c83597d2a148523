import { Duration, Fn, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { InstanceType } from 'aws-cdk-lib/aws-ec2';
import { Cache, CacheEncryption, CacheEviction, CacheProps } from '../../../lib';
import { CacheClient, cacheUrl } from '../../../lib/catalog/processes/shared/cache';
import { only } from '../../helpers/stack';
import { idOf, ofType } from '../../helpers/template';
import { expectClosed, ISOLATED, network, PRIVATE, PUBLIC } from '../networks';

const NODES = 'AWS::ElastiCache::ReplicationGroup';
const PARAMETERS = 'AWS::ElastiCache::ParameterGroup';
const SUBNETS = 'AWS::ElastiCache::SubnetGroup';

function made(props: Partial<CacheProps> = {}): Template {
  const { stack, vpc } = network();
  new Cache(stack, 'Cache', { vpc, ...props });
  return Template.fromStack(stack);
}

function nodes(props?: Partial<CacheProps>): Record<string, unknown> {
  return only(made(props), NODES);
}

test('Cache has one encrypted node of Valkey 8.1, cluster mode off, TLS preferred and daily snapshots by default', () => {
  const properties = nodes();
  expect(properties).toMatchObject({
    Engine: 'valkey',
    EngineVersion: '8.1',
    AutoMinorVersionUpgrade: true,
    CacheNodeType: 'cache.t4g.small',
    ClusterMode: 'disabled',
    NumCacheClusters: 1,
    AutomaticFailoverEnabled: false,
    MultiAZEnabled: false,
    Port: 6379,
    AtRestEncryptionEnabled: true,
    TransitEncryptionEnabled: true,
    TransitEncryptionMode: 'preferred',
    SnapshotRetentionLimit: 1,
  });
  expect(['AuthToken', 'UserGroupIds', 'NumNodeGroups'].filter((name) => name in properties)).toEqual([]);
});

test('Cache evicts nothing by default', () => {
  expect(only(made(), PARAMETERS)).toMatchObject({ CacheParameterGroupFamily: 'valkey8', Properties: { 'maxmemory-policy': 'noeviction' } });
});

test.each(Object.values(CacheEviction))('Cache passes `evictionPolicy` %s to ElastiCache', (evictionPolicy) => {
  expect(only(made({ evictionPolicy }), PARAMETERS)).toMatchObject({ Properties: { 'maxmemory-policy': evictionPolicy } });
});

test.each<[string, Partial<CacheProps>, Record<string, unknown>]>([
  ['nodeType', { nodeType: new InstanceType('r7g.large') }, { CacheNodeType: 'cache.r7g.large' }],
  ['replicas', { replicas: 1 }, { NumCacheClusters: 2, AutomaticFailoverEnabled: true, MultiAZEnabled: true }],
  [
    'automaticFailover: false',
    { replicas: 1, automaticFailover: false },
    { NumCacheClusters: 2, AutomaticFailoverEnabled: false, MultiAZEnabled: false },
  ],
  ['replicas: 5', { replicas: 5 }, { NumCacheClusters: 6, AutomaticFailoverEnabled: true, MultiAZEnabled: true }],
  ['backupRetention', { backupRetention: Duration.days(35) }, { SnapshotRetentionLimit: 35 }],
  ['automaticBackups', { automaticBackups: false }, { SnapshotRetentionLimit: 0 }],
  ['preferredBackupWindow', { preferredBackupWindow: '03:00-04:00' }, { SnapshotWindow: '03:00-04:00' }],
  ['preferredMaintenanceWindow', { preferredMaintenanceWindow: 'sun:04:00-sun:05:00' }, { PreferredMaintenanceWindow: 'sun:04:00-sun:05:00' }],
])('Cache passes `%s` to ElastiCache', (_, props, expected) => {
  expect(nodes(props)).toMatchObject(expected);
});

test('Cache requires TLS only with `encryption` REQUIRED, and never accepts plain connections alone', () => {
  expect(nodes()).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' });
  expect(nodes({ encryption: CacheEncryption.REQUIRED })).toMatchObject({ TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' });
  expect(() => nodes({ encryption: CacheEncryption.NONE })).toThrow(
    "`encryption` must be PREFERRED or REQUIRED: a created cache accepts TLS, got: 'none'",
  );
});

test('Cache allows no connections in or out by default', () => {
  const template = made();
  expectClosed(template, only(template, NODES).SecurityGroupIds);
});

test('Cache gives clients its primary endpoint, with TLS for those that support it', () => {
  const { stack, vpc } = network();
  const cache = new Cache(stack, 'Cache', { vpc });
  expect(cache).toMatchObject({ port: 6379, encryption: CacheEncryption.PREFERRED, clientPorts: [6379] });
  expect([String(cache.connections.defaultPort), cache.connections.securityGroups.length]).toEqual(['6379', 1]);
  const endpoint = { 'Fn::GetAtt': [expect.stringMatching(/^CacheNodes/) as string, 'PrimaryEndPoint.Address'] };
  expect(stack.resolve([cache.host, cache.replicationGroupId])).toEqual([endpoint, { Ref: expect.stringMatching(/^CacheNodes/) as string }]);
  const known = { host: cache.host, port: cache.port, tls: true };
  expect(stack.resolve(cacheUrl(known, CacheClient.PYTHON))).toEqual({ 'Fn::Join': ['', ['rediss://', endpoint, ':6379/?ssl_cert_reqs=required']] });
  expect(stack.resolve(cacheUrl(known, CacheClient.RUST))).toEqual({ 'Fn::Join': ['', ['redis://', endpoint, ':6379/']] });
});

test('Cache uses the isolated subnets, or those of `vpcSubnets`', () => {
  const { stack, vpc } = network([PUBLIC, PRIVATE, ISOLATED]);
  new Cache(stack, 'Default', { vpc });
  new Cache(stack, 'Selected', { vpc, vpcSubnets: { subnetGroupName: 'Private' } });
  const groups = ofType<{ SubnetIds: unknown[] }>(Template.fromStack(stack), SUBNETS).map(([, { Properties }]) => Properties.SubnetIds.map(idOf));
  expect(groups).toEqual([
    [expect.stringMatching(/^VpcIsolatedSubnet1/), expect.stringMatching(/^VpcIsolatedSubnet2/)],
    [expect.stringMatching(/^VpcPrivateSubnet1/), expect.stringMatching(/^VpcPrivateSubnet2/)],
  ]);
});

test('two caches in one stack have their own eviction policies', () => {
  const { stack, vpc } = network();
  new Cache(stack, 'Queue', { vpc });
  new Cache(stack, 'Pipelines', { vpc, evictionPolicy: CacheEviction.ALL_KEYS_LRU });
  const policies = ofType<{ Properties: Record<string, string> }>(Template.fromStack(stack), PARAMETERS).map(
    ([, { Properties }]) => Properties.Properties['maxmemory-policy'],
  );
  expect(policies).toEqual(['noeviction', 'allkeys-lru']);
});

test.each([
  [undefined, ['Snapshot', 'Snapshot'], [undefined, undefined]],
  [RemovalPolicy.SNAPSHOT, ['Snapshot', 'Snapshot'], [undefined, undefined]],
  [RemovalPolicy.RETAIN, ['RetainExceptOnCreate', 'Retain'], ['RetainExceptOnCreate', 'Retain']],
  [RemovalPolicy.DESTROY, ['Delete', 'Delete'], [undefined, undefined]],
])('Cache with removal policy %s has deletion policies %s for nodes and %s for their dependencies', (removalPolicy, data, dependencies) => {
  const template = made({ removalPolicy });
  const policies = (type: string) =>
    ofType(template, type).map(([, { DeletionPolicy, UpdateReplacePolicy }]) => [DeletionPolicy, UpdateReplacePolicy]);
  expect(policies(NODES)).toEqual([data]);
  for (const type of [SUBNETS, PARAMETERS, 'AWS::EC2::SecurityGroup']) {
    expect(policies(type)).toEqual([dependencies]);
  }
});

test('Cache accepts a token as `nodeType`', () => {
  expect(nodes({ nodeType: new InstanceType(Fn.importValue('Type')) })).toMatchObject({
    CacheNodeType: { 'Fn::Join': ['', ['cache.', { 'Fn::ImportValue': 'Type' }]] },
  });
});

test.each<[string, Partial<CacheProps>, string]>([
  [
    'a `nodeType` with the prefix of ElastiCache',
    { nodeType: new InstanceType('cache.t4g.small') },
    "`nodeType` must be an instance type that ElastiCache supports, without `cache.`, such as t4g.small, got: 'cache.t4g.small'",
  ],
  ['an empty `nodeType`', { nodeType: new InstanceType('') }, '`nodeType` must be an instance type that ElastiCache supports'],
  ['a `backupRetention` of 0 days', { backupRetention: Duration.days(0) }, '`backupRetention` must be whole days, from 1 to 35, got: '],
  [
    '`backupRetention` without backups',
    { automaticBackups: false, backupRetention: Duration.days(2) },
    '`backupRetention` cannot be combined with `automaticBackups: false`; leave one of them out',
  ],
  [
    '`preferredBackupWindow` without backups',
    { automaticBackups: false, preferredBackupWindow: '03:00-04:00' },
    '`preferredBackupWindow` cannot be combined with `automaticBackups: false`; leave one of them out',
  ],
  [
    '`automaticFailover` without replicas',
    { automaticFailover: true },
    '`automaticFailover` needs a replica that can take over; set `replicas` to 1 or more',
  ],
  ['6 `replicas`', { replicas: 6 }, '`replicas` must be a whole number from 0 to 5, got: 6'],
  ['-1 `replicas`', { replicas: -1 }, '`replicas` must be a whole number from 0 to 5, got: -1'],
  [
    '`replicas` that are a token',
    { replicas: Token.asNumber(Fn.importValue('Replicas')) },
    '`replicas` must be known at synthesis: failover depends on it, got: a token',
  ],
  [
    'an unknown `evictionPolicy`',
    { evictionPolicy: 'volatile-ttl' as never },
    "`evictionPolicy` must be one of noeviction, volatile-lru, allkeys-lru, got: 'volatile-ttl'",
  ],
  ['a `backupRetention` of 36 days', { backupRetention: Duration.days(36) }, '`backupRetention` must be whole days, from 1 to 35, got: 36 days'],
])('Cache rejects %s', (_, props, message) => {
  expect(() => made(props)).toThrow(`[Stack/Cache] ${message}`);
});

test('Cache rejects a VPC with public subnets only', () => {
  const { stack, vpc } = network([PUBLIC]);
  expect(() => new Cache(stack, 'Cache', { vpc })).toThrow('[Stack/Cache] `vpc` must have isolated or private subnets for a data store');
});

test('Cache gives access to its replication group, parameter group, subnet group and security group', () => {
  const { stack, vpc } = network();
  const cache = new Cache(stack, 'Cache', { vpc, replicas: 1 });
  expect(stack.resolve([cache.replicationGroup.ref, cache.parameterGroup.ref, cache.subnetGroup.ref])).toEqual([
    { Ref: expect.stringMatching(/^CacheNodes/) as string },
    { Ref: expect.stringMatching(/^CacheParameters/) as string },
    { Ref: expect.stringMatching(/^CacheSubnets/) as string },
  ]);
  expect(cache.connections.securityGroups).toEqual([cache.securityGroup]);
  expect(cache.nodeIds).toEqual([`${cache.replicationGroup.ref}-001`, `${cache.replicationGroup.ref}-002`]);
});

test('Cache has the metrics of its first node', () => {
  const { stack, vpc } = network();
  const cache = new Cache(stack, 'Cache', { vpc, replicas: 1 });
  const dimensions = { CacheClusterId: cache.nodeIds[0] };
  expect(cache.metric('ReplicationLag', { dimensionsMap: { CacheClusterId: cache.nodeIds[1] } })).toMatchObject({
    namespace: 'AWS/ElastiCache',
    metricName: 'ReplicationLag',
    dimensions: { CacheClusterId: cache.nodeIds[1] },
  });
  expect(
    [cache.metricMemoryUsage(), cache.metricEngineCpuUtilization(), cache.metricEvictions(), cache.metricCurrentConnections()].map(
      ({ metricName, dimensions: own, statistic }) => [metricName, own, statistic],
    ),
  ).toEqual([
    ['DatabaseMemoryUsagePercentage', dimensions, 'Average'],
    ['EngineCPUUtilization', dimensions, 'Average'],
    ['Evictions', dimensions, 'Sum'],
    ['CurrConnections', dimensions, 'Average'],
  ]);
});
