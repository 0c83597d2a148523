import { refusedChanges } from '../../../cli/updates/rules';

/** Returns the messages about an update of one resource. */
function messages(type: string, before: object, after: object, others: Record<string, [before: object, after: object, type: string]> = {}): string[] {
  const template = (index: 0 | 1) => ({
    Resources: {
      Id: { Type: type, Properties: { ...[before, after][index] } },
      ...Object.fromEntries(Object.entries(others).map(([id, states]) => [id, { Type: states[2], Properties: { ...states[index] } }])),
    },
  });
  return refusedChanges(template(0), template(1)).map(({ message }) => message);
}

const CLUSTER = { NumberOfBrokerNodes: 2, KafkaVersion: '3.9.x', ConfigurationInfo: { Arn: { Ref: 'Configuration' } } };

describe('an MSK cluster', () => {
  const configuration: [object, object, string] = [{ ServerProperties: 'a' }, { ServerProperties: 'b' }, 'AWS::MSK::Configuration'];

  test('may change one thing', () => {
    expect(messages('AWS::MSK::Cluster', CLUSTER, { ...CLUSTER, NumberOfBrokerNodes: 4 })).toEqual([]);
    expect(messages('AWS::MSK::Cluster', CLUSTER, CLUSTER, { Configuration: configuration })).toEqual([]);
  });

  test('must not change two things', () => {
    expect(messages('AWS::MSK::Cluster', CLUSTER, { ...CLUSTER, NumberOfBrokerNodes: 4, KafkaVersion: '4.0.x' })).toEqual([
      'MSK changes one thing in an update, and this changes the number of brokers and the Kafka version',
    ]);
  });

  test('must not change together with its configuration, whose revision it follows', () => {
    expect(messages('AWS::MSK::Cluster', CLUSTER, { ...CLUSTER, NumberOfBrokerNodes: 4 }, { Configuration: configuration })).toEqual([
      expect.stringContaining('the number of brokers and the configuration'),
    ]);
  });

  test('must not lose brokers or storage', () => {
    expect(messages('AWS::MSK::Cluster', CLUSTER, { ...CLUSTER, NumberOfBrokerNodes: 1 })).toEqual([
      expect.stringContaining('refuses to remove brokers'),
    ]);
    const storage = (size: number) => ({ BrokerNodeGroupInfo: { StorageInfo: { EBSStorageInfo: { VolumeSize: size } } } });
    expect(messages('AWS::MSK::Cluster', storage(100), storage(50))).toEqual([expect.stringContaining('from 100 to 50 GiB')]);
  });

  test('must not get less than 10 GiB more storage', () => {
    const storage = (size: number) => ({ BrokerNodeGroupInfo: { StorageInfo: { EBSStorageInfo: { VolumeSize: size } } } });
    expect(messages('AWS::MSK::Cluster', storage(100), storage(105))).toEqual([
      'MSK raises the volumes of brokers by 10 GiB or more, and this changes it from 100 to 105 GiB',
    ]);
    expect(messages('AWS::MSK::Cluster', storage(100), storage(110))).toEqual([]);
  });

  test('is not refused where it is replaced', () => {
    const other = { ...CLUSTER, ClusterName: 'b', NumberOfBrokerNodes: 4, KafkaVersion: '4.0.x' };
    expect(messages('AWS::MSK::Cluster', { ...CLUSTER, ClusterName: 'a' }, other)).toEqual([]);
  });
});

test('a database must not get less than 10 percent more storage', () => {
  const storage = (AllocatedStorage: string) => ({ AllocatedStorage });
  expect(messages('AWS::RDS::DBInstance', storage('100'), storage('105'))).toEqual([
    'RDS raises the storage of a database by 10 percent or more, and this changes it from 100 to 105 GiB',
  ]);
  expect(messages('AWS::RDS::DBInstance', storage('100'), storage('110'))).toEqual([]);
});

test('a replication group must not get its first replica and failover in one update', () => {
  const type = 'AWS::ElastiCache::ReplicationGroup';
  const [one, two] = [
    { NumCacheClusters: 1, AutomaticFailoverEnabled: false },
    { NumCacheClusters: 2, AutomaticFailoverEnabled: true },
  ];
  expect(messages(type, one, two)).toEqual([expect.stringContaining('in one update')]);
  expect(messages(type, two, one)).toHaveLength(1);
  expect(messages(type, one, { ...one, NumCacheClusters: 2 })).toEqual([]);
});

test.each([
  ['AWS::EC2::Volume', (key?: string) => ({ KmsKeyId: key })],
  ['AWS::ElastiCache::ReplicationGroup', (key?: string) => ({ KmsKeyId: key })],
  ['AWS::MSK::Cluster', (key?: string) => ({ EncryptionInfo: { EncryptionAtRest: key && { DataVolumeKMSKeyId: key } } })],
  ['AWS::RDS::DBCluster', (key?: string) => ({ KmsKeyId: key })],
  ['AWS::RDS::DBInstance', (key?: string) => ({ KmsKeyId: key })],
])('%s must keep its key', (type, withKey) => {
  for (const [before, after] of [
    [undefined, 'one'],
    ['one', undefined],
    ['one', 'other'],
  ]) {
    expect(messages(type, withKey(before), withKey(after))).toEqual(['a data store gets its key when it is created: another key needs an empty one']);
  }
  expect(messages(type, withKey('one'), withKey('one'))).toEqual([]);
});

test('a replication group requires TLS only after it has accepted it', () => {
  const type = 'AWS::ElastiCache::ReplicationGroup';
  const [plain, preferred, required] = [
    { TransitEncryptionEnabled: false },
    { TransitEncryptionEnabled: true, TransitEncryptionMode: 'preferred' },
    { TransitEncryptionEnabled: true, TransitEncryptionMode: 'required' },
  ];
  expect(messages(type, plain, required)).toEqual([expect.stringContaining('already `preferred`')]);
  expect([messages(type, plain, preferred), messages(type, preferred, required), messages(type, required, preferred)]).toEqual([[], [], []]);
});

test.each(['ServiceRegistries', 'LoadBalancers'])('a service whose %s go away must have an empty list', (property) => {
  const registered = { Cluster: 'a', [property]: [{ a: 'b' }] };
  expect(messages('AWS::ECS::Service', registered, { Cluster: 'a' })).toEqual([expect.stringMatching(/^ECS keeps/)]);
  expect(messages('AWS::ECS::Service', registered, { Cluster: 'a', [property]: [] })).toEqual([]);
  expect(messages('AWS::ECS::Service', { Cluster: 'a' }, { Cluster: 'a' })).toEqual([]);
  // Another service: the old one is deleted with all that it has.
  expect(messages('AWS::ECS::Service', registered, { Cluster: 'b' })).toEqual([]);
});

describe('target groups', () => {
  const template = (scheme: string, group: string, listener: unknown = { Ref: 'Listener' }) => ({
    Resources: {
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Scheme: scheme } },
      Listener: {
        Type: 'AWS::ElasticLoadBalancingV2::Listener',
        Properties: { LoadBalancerArn: { Ref: 'Balancer' }, DefaultActions: [{ TargetGroupArn: { Ref: group } }] },
      },
      Rule: {
        Type: 'AWS::ElasticLoadBalancingV2::ListenerRule',
        Properties: { ListenerArn: listener, Actions: [{ TargetGroupArn: { Ref: group } }] },
      },
      [group]: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Port: 80 } },
    },
  });

  test('must be new with a new load balancer', () => {
    const refused = refusedChanges(template('internal', 'Targets'), template('internet-facing', 'Targets'));
    expect(refused.map(({ id }) => id)).toEqual(['Targets']);
    expect(refusedChanges(template('internal', 'Targets'), template('internet-facing', 'OtherTargets'))).toEqual([]);
  });

  test('must be new on the listener of another load balancer', () => {
    const imported = template('internal', 'Targets', 'arn:aws:elasticloadbalancing:...:listener/app/other/1/2');
    expect(refusedChanges(template('internal', 'Targets'), imported).map(({ id }) => id)).toEqual(['Targets']);
  });

  test('may stay on their load balancer', () => {
    expect(refusedChanges(template('internal', 'Targets'), template('internal', 'Targets'))).toEqual([]);
  });
});

test('a Cloud Map service must keep its name and its namespace', () => {
  const type = 'AWS::ServiceDiscovery::Service';
  expect(messages(type, { Name: 'web', NamespaceId: 'a' }, { Name: 'web', NamespaceId: 'b' })).toEqual([
    expect.stringContaining('another private name'),
  ]);
  expect(messages(type, { Name: 'web', Description: 'a' }, { Name: 'web', Description: 'b' })).toEqual([]);
});

describe('a service with capacity providers', () => {
  const strategy = (...providers: string[]) => ({ CapacityProviderStrategy: providers.map((CapacityProvider) => ({ CapacityProvider })) });
  const template = (service: object, providers?: string[], DependsOn?: string) => ({
    Resources: {
      Cluster: { Type: 'AWS::ECS::Cluster' },
      Service: { Type: 'AWS::ECS::Service', Properties: { Cluster: { Ref: 'Cluster' }, ...service }, DependsOn },
      ...(providers && {
        Providers: {
          Type: 'AWS::ECS::ClusterCapacityProviderAssociations',
          Properties: { Cluster: { Ref: 'Cluster' }, CapacityProviders: providers },
        },
      }),
    },
  });
  const refused = (...templates: [before: ReturnType<typeof template>, after: ReturnType<typeof template>]) =>
    refusedChanges(...templates).map(({ message }) => message);
  const fargate = { LaunchType: 'FARGATE' };
  const both = ['FARGATE', 'FARGATE_SPOT'];

  test('needs them in its cluster', () => {
    const message = 'the cluster of the service does not have the capacity provider "FARGATE_SPOT"';
    expect(refused(template(fargate), template(strategy('FARGATE_SPOT')))).toEqual([message]);
    expect(refused(template(fargate), template(strategy('FARGATE_SPOT'), ['FARGATE'], 'Providers'))).toEqual([message]);
  });

  test('must depend on those that its cluster gets in the same update', () => {
    expect(refused(template(fargate), template(strategy('FARGATE_SPOT'), both))).toEqual([expect.stringContaining('before its cluster has it')]);
    expect(refused(template(fargate), template(strategy('FARGATE_SPOT'), both, 'Providers'))).toEqual([]);
    expect(refused(template(fargate, both), template(strategy('FARGATE_SPOT'), both))).toEqual([]);
  });

  test('keeps one that it used before the update', () => {
    const spot = template(strategy('FARGATE_SPOT'), both, 'Providers');
    expect(refused(spot, template(strategy('FARGATE'), ['FARGATE'], 'Providers'))).toEqual([
      expect.stringContaining('ECS keeps the capacity provider'),
    ]);
    expect(refused(spot, template(strategy('FARGATE'), both, 'Providers'))).toEqual([]);
    // CloudFormation deletes the association after it has replaced the service.
    expect(refused(spot, template(fargate))).toEqual([]);
  });

  test('cannot return to a launch type that it never had', () => {
    const spot = template(strategy('FARGATE_SPOT'), both);
    expect(refused(spot, template(strategy(), both))).toEqual([expect.stringContaining('no launch type to return to')]);
    expect(refused(spot, template({}, both))).toEqual([expect.stringContaining('no launch type to return to')]);
  });

  test('cannot replace one of the same name', () => {
    const named = (service: object) => template({ ...service, ServiceName: 'web' }, both);
    expect(refused(named(fargate), named(strategy('FARGATE')))).toEqual([expect.stringContaining('the name of the old one')]);
    expect(refused(named(strategy('FARGATE')), named(strategy('FARGATE_SPOT')))).toEqual([]);
  });

  test('of an imported cluster, is not checked', () => {
    const imported = (service: object) => template({ ...service, Cluster: 'given' });
    expect(refused(imported(strategy('FARGATE')), imported(strategy('FARGATE_SPOT')))).toEqual([]);
  });
});

test('a private namespace must keep its name', () => {
  expect(messages('AWS::ServiceDiscovery::PrivateDnsNamespace', { Name: 'a.internal' }, { Name: 'b.internal' })).toEqual([
    expect.stringContaining('renames every process'),
  ]);
});

test.each([
  ['AWS::EC2::Volume', 'Size'],
  ['AWS::RDS::DBInstance', 'AllocatedStorage'],
])('%s must not shrink', (type, property) => {
  expect(messages(type, { [property]: 200 }, { [property]: '100' })).toEqual([expect.stringContaining('from 200 to 100 GiB')]);
  expect(messages(type, { [property]: 200 }, { [property]: 300 })).toEqual([]);
});

test('a replaced resource must not keep the name that the old one has until it is deleted', () => {
  const cluster = (subnet: string, name: string) => ({ ClusterName: name, BrokerNodeGroupInfo: { ClientSubnets: [subnet] } });
  expect(messages('AWS::MSK::Cluster', cluster('a', 'one'), cluster('b', 'one'))).toEqual([expect.stringContaining('still taken')]);
  expect(messages('AWS::MSK::Cluster', cluster('a', 'one'), cluster('b', 'two'))).toEqual([]);
});

describe('a subnet', () => {
  const subnet = (CidrBlock: unknown) => ({ CidrBlock, VpcId: { Ref: 'Vpc' } });
  const vpc = (before: string, after: string): [object, object, string] => [{ CidrBlock: before }, { CidrBlock: after }, 'AWS::EC2::VPC'];

  test.each([
    ['contains the old one', '10.0.0.0/24', '10.0.0.0/23'],
    ['is a part of the old one', '10.0.0.0/23', '10.0.1.0/24'],
    ['has the same expression', { 'Fn::Select': [1, 'blocks'] }, { 'Fn::Select': [1, 'blocks'] }],
  ])('must not be replaced by one that %s', (_, before, after) => {
    const moved = { ...subnet(after), AvailabilityZone: 'b' };
    expect(messages('AWS::EC2::Subnet', subnet(before), moved, { Vpc: vpc('10.0.0.0/16', '10.0.0.0/16') })).toEqual([
      expect.stringMatching(/^its addresses overlap/),
    ]);
  });

  test('may be replaced by one with other addresses, or in a new VPC', () => {
    const same = { Vpc: vpc('10.0.0.0/16', '10.0.0.0/16') };
    expect(messages('AWS::EC2::Subnet', subnet('10.0.0.0/24'), subnet('10.0.1.0/24'), same)).toEqual([]);
    const other = { Vpc: vpc('10.0.0.0/16', '10.0.0.0/20') };
    expect(messages('AWS::EC2::Subnet', subnet('10.0.0.0/24'), subnet('10.0.0.0/23'), other)).toEqual([]);
  });
});

test('an instance must not take its image from a parameter that every update resolves', () => {
  const template = {
    Parameters: { Image: { Type: 'AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>' } },
    Resources: { Nat: { Type: 'AWS::EC2::Instance', Properties: { ImageId: { Ref: 'Image' } } } },
  };
  expect(refusedChanges(template, template)).toEqual([expect.objectContaining({ id: 'Nat' })]);
});

test('a template is not refused as an update of itself', () => {
  expect(messages('AWS::MSK::Cluster', CLUSTER, CLUSTER)).toEqual([]);
});

describe('a record of Route 53', () => {
  const record = (Name: string, HostedZoneId = 'Z1', Type = 'A') => ({ Name, HostedZoneId, Type });
  const update = (before: Record<string, object>, after: Record<string, object>) => {
    const template = (records: Record<string, object>) => ({
      Resources: Object.fromEntries(Object.entries(records).map(([id, Properties]) => [id, { Type: 'AWS::Route53::RecordSet', Properties }])),
    });
    return refusedChanges(template(before), template(after)).map(({ id, message }) => `${id}: ${message}`);
  };

  test('must not be created while another resource is the same record', () => {
    expect(update({ Old: record('a.example.com.') }, { New: record('a.example.com.') })).toEqual([
      'New: the record of a.example.com exists until the end of the update, as another resource',
    ]);
  });

  test('must not swap its name with another one', () => {
    expect(
      update({ One: record('a.example.com.'), Two: record('b.example.com.') }, { One: record('b.example.com.'), Two: record('a.example.com.') }),
    ).toHaveLength(2);
  });

  test('may be added, removed, and exist in another zone or with another type', () => {
    const before = { Old: record('a.example.com.') };
    expect(update({}, before)).toEqual([]);
    expect(update(before, {})).toEqual([]);
    expect(update(before, { ...before, Other: record('a.example.com.', 'Z2') })).toEqual([]);
    expect(update(before, { ...before, Ipv6: record('a.example.com.', 'Z1', 'AAAA') })).toEqual([]);
    expect(update(before, { Old: record('b.example.com.') })).toEqual([]);
  });
});

describe('a listener rule', () => {
  const RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
  const rule = (Priority: number, ListenerArn: unknown = { Ref: 'Listener' }) => ({ Priority, ListenerArn });
  /** Returns the messages about two rules, of which the second may be missing before or after the update. */
  const update = (before: Record<string, object>, after: Record<string, object>) => {
    const template = (rules: Record<string, object>) => ({
      Resources: Object.fromEntries(Object.entries(rules).map(([id, Properties]) => [id, { Type: RULE, Properties }])),
    });
    return refusedChanges(template(before), template(after)).map(({ id, message }) => `${id} ${message}`);
  };

  test('may move to a priority that no rule had', () => {
    expect(update({ A: rule(10), B: rule(20) }, { A: rule(30), B: rule(20) })).toEqual([]);
  });

  test('may keep its priority, and may have that of a rule of another listener', () => {
    expect(update({ A: rule(10), B: rule(20) }, { A: rule(10), B: rule(20), C: rule(10, 'arn:other') })).toEqual([]);
  });

  test('must not take the priority of a rule that moves', () => {
    expect(update({ A: rule(10), B: rule(20) }, { A: rule(20), B: rule(30) })).toEqual([
      'A takes priority 20, which B has until the end of the update',
    ]);
  });

  test('must not swap its priority with another one', () => {
    expect(update({ A: rule(10), B: rule(20) }, { A: rule(20), B: rule(10) })).toHaveLength(2);
  });

  test('must not take the priority of a rule that is removed, also as a new rule', () => {
    expect(update({ A: rule(10) }, { B: rule(10) })).toEqual(['B takes priority 10, which A has until the end of the update']);
  });
});
