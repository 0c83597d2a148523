import { CostLine, total } from '../../../cli/cost/cost-line';
import { estimate } from '../../../cli/cost/estimate';
import { HOURS_PER_MONTH, PRICES } from '../../../cli/cost/prices';
import { CloudFormationTemplate } from '../../../cli/alb/template';

function linesOf(resources: CloudFormationTemplate['Resources']): CostLine[] {
  return estimate({ Resources: resources }, PRICES);
}

function costOf(Type: string, Properties: object): [what: string, quantity: number, dollars: string][] {
  return linesOf({ One: { Type, Properties } }).map((line) => [line.what, line.quantity, line.each === undefined ? '?' : total(line).toFixed(2)]);
}

test.each<[string, string, object, [string, number, string][]]>([
  [
    'a load balancer, and its public addresses',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    { Scheme: 'internet-facing', Subnets: ['a', 'b'] },
    [
      ['Load balancer', 1, '16.43'],
      ['Public IPv4 address', 2, '7.30'],
    ],
  ],
  [
    'an internal load balancer',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    { Scheme: 'internal', Subnets: ['a', 'b'] },
    [['Load balancer', 1, '16.43']],
  ],
  [
    'a web ACL, and each of its rules',
    'AWS::WAFv2::WebACL',
    { Rules: [{ Name: 'One' }, { Name: 'Other' }] },
    [
      ['Web ACL', 1, '5.00'],
      ['Rule of a web ACL', 2, '2.00'],
    ],
  ],
  ['a NAT gateway', 'AWS::EC2::NatGateway', {}, [['NAT gateway', 1, '32.85']]],
  [
    'an interface endpoint in each zone',
    'AWS::EC2::VPCEndpoint',
    { VpcEndpointType: 'Interface', SubnetIds: ['a', 'b'] },
    [['Interface endpoint per zone', 2, '14.60']],
  ],
  ['nothing for a gateway endpoint', 'AWS::EC2::VPCEndpoint', { VpcEndpointType: 'Gateway' }, []],
  ['a volume', 'AWS::EC2::Volume', { Size: 200 }, [['EBS volume: 200 GiB gp3', 1, '16.00']]],
  [
    'a volume of an instance with data',
    'AWS::EC2::Volume',
    { Size: 200, Tags: [{ Key: 'cdk-posthog:volume', Value: 'PostHog/ClickHouse' }] },
    [
      ['EBS volume: 200 GiB gp3', 1, '16.00'],
      ['Metric of a data volume', 2, '0.60'],
    ],
  ],
  [
    'the canary',
    'AWS::Lambda::Function',
    { Environment: { Variables: { CANARY: { 'Fn::Join': ['', []] } } } },
    [['Metric of the canary', 2, '0.60']],
  ],
  ['nothing for another function', 'AWS::Lambda::Function', {}, []],
  ['a fast volume', 'AWS::EC2::Volume', { Size: 100, Iops: 7000, Throughput: 500 }, [['EBS volume: 100 GiB gp3', 1, '43.00']]],
  [
    'an instance, and the disk of its image',
    'AWS::EC2::Instance',
    { InstanceType: 't4g.nano' },
    [
      ['EC2: t4g.nano', 1, '3.07'],
      ['Root volume: 8 GiB gp3', 1, '0.64'],
    ],
  ],
  [
    'an instance with disks and detailed monitoring',
    'AWS::EC2::Instance',
    {
      InstanceType: 't4g.nano',
      Monitoring: true,
      BlockDeviceMappings: [{ Ebs: { VolumeSize: 40 } }, { VirtualName: 'ephemeral0' }, { Ebs: { SnapshotId: 'snap-1' } }],
    },
    [
      ['Root volume: 40 GiB gp3', 1, '3.20'],
      ['EC2: t4g.nano', 1, '3.07'],
      ['Detailed monitoring of an instance', 1, '2.10'],
      ['Root volume: 8 GiB gp3', 1, '0.64'],
    ],
  ],
  [
    'an instance with a public address',
    'AWS::EC2::Instance',
    { InstanceType: 't4g.nano', NetworkInterfaces: [{ AssociatePublicIpAddress: true }] },
    [
      ['Public IPv4 address', 1, '3.65'],
      ['EC2: t4g.nano', 1, '3.07'],
      ['Root volume: 8 GiB gp3', 1, '0.64'],
    ],
  ],
  [
    'a database',
    'AWS::RDS::DBInstance',
    { DBInstanceClass: 'db.t4g.medium', AllocatedStorage: '100' },
    [
      ['RDS: db.t4g.medium', 1, '47.45'],
      ['RDS storage: 100 GiB gp3', 1, '11.50'],
    ],
  ],
  [
    'a database in two zones',
    'AWS::RDS::DBInstance',
    { DBInstanceClass: 'db.t4g.medium', AllocatedStorage: '100', MultiAZ: true },
    [
      ['RDS: db.t4g.medium', 2, '94.90'],
      ['RDS storage: 100 GiB gp3', 2, '23.00'],
    ],
  ],
  [
    'a cache with replicas',
    'AWS::ElastiCache::ReplicationGroup',
    { CacheNodeType: 'cache.t4g.small', NumCacheClusters: 2 },
    [['Cache node: cache.t4g.small', 2, '37.38']],
  ],
  [
    'brokers and their disks',
    'AWS::MSK::Cluster',
    { NumberOfBrokerNodes: 3, BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', StorageInfo: { EBSStorageInfo: { VolumeSize: 100 } } } },
    [
      ['Kafka broker: kafka.m7g.large', 3, '446.76'],
      ['Kafka storage: 100 GiB', 3, '30.00'],
    ],
  ],
  ['what has no price', 'AWS::ElastiCache::ReplicationGroup', { CacheNodeType: 'cache.x', NumCacheClusters: 1 }, [['Cache node: cache.x', 1, '?']]],
  ['what is not known yet', 'AWS::RDS::DBInstance', { DBInstanceClass: { Ref: 'Type' } }, [['RDS: type known at deployment', 1, '?']]],
  ['the hosted zone of a namespace', 'AWS::ServiceDiscovery::PrivateDnsNamespace', {}, [['Hosted zone', 1, '0.50']]],
  ['a key', 'AWS::KMS::Key', {}, [['KMS key', 1, '1.00']]],
  ['a dashboard', 'AWS::CloudWatch::Dashboard', {}, [['Dashboard', 1, '3.00']]],
  ['an alarm', 'AWS::CloudWatch::Alarm', { MetricName: 'Errors' }, [['Alarm metric', 1, '0.10']]],
  [
    'an alarm on an expression',
    'AWS::CloudWatch::Alarm',
    { Metrics: [{ MetricStat: {} }, { MetricStat: {} }, { Expression: 'a/b' }] },
    [['Alarm metric', 2, '0.20']],
  ],
  ['a composite alarm', 'AWS::CloudWatch::CompositeAlarm', {}, [['Composite alarm', 1, '0.50']]],
  [
    'the two alarms of target tracking',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    { PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: {} },
    [['Alarm metric', 2, '0.20']],
  ],
  [
    'one alarm if target tracking does not scale in',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    { PolicyType: 'TargetTrackingScaling', TargetTrackingScalingPolicyConfiguration: { DisableScaleIn: true } },
    [['Alarm metric', 1, '0.10']],
  ],
  [
    'the metrics of a target',
    'AWS::ApplicationAutoScaling::ScalingPolicy',
    {
      PolicyType: 'TargetTrackingScaling',
      TargetTrackingScalingPolicyConfiguration: { CustomizedMetricSpecification: { Metrics: [{ MetricStat: {} }, { MetricStat: {} }, {}] } },
    },
    [['Alarm metric', 4, '0.40']],
  ],
  ['no alarm for step scaling', 'AWS::ApplicationAutoScaling::ScalingPolicy', { PolicyType: 'StepScaling' }, []],
  [
    'the metrics of a cluster',
    'AWS::ECS::Cluster',
    { ClusterSettings: [{ Name: 'containerInsights', Value: 'enabled' }] },
    [['Container Insights metric', 13, '3.90']],
  ],
  [
    'no metrics of a cluster without Container Insights',
    'AWS::ECS::Cluster',
    { ClusterSettings: [{ Name: 'containerInsights', Value: 'disabled' }] },
    [],
  ],
  ['nothing for what is free', 'AWS::IAM::Role', {}, []],
])('counts %s', (_, type, properties, expected) => {
  expect(costOf(type, properties)).toEqual(expected);
});

const TOKEN = { Ref: 'Given' };
const LATER = ', quantity known at deployment';

test.each<[string, string, object, [string, number, string][]]>([
  [
    'subnets in a list',
    'AWS::ElasticLoadBalancingV2::LoadBalancer',
    { Scheme: 'internet-facing', Subnets: { 'Fn::Split': [',', TOKEN] } },
    [
      ['Load balancer', 1, '16.43'],
      [`Public IPv4 address${LATER}`, 1, '?'],
    ],
  ],
  [
    'zones of an endpoint',
    'AWS::EC2::VPCEndpoint',
    { VpcEndpointType: 'Interface', SubnetIds: { 'Fn::Split': [',', TOKEN] } },
    [[`Interface endpoint per zone${LATER}`, 1, '?']],
  ],
  [
    'interfaces of an instance',
    'AWS::EC2::Instance',
    { InstanceType: 't4g.nano', NetworkInterfaces: TOKEN },
    [
      ['EC2: t4g.nano', 1, '3.07'],
      ['Root volume: 8 GiB gp3', 1, '0.64'],
      [`Public IPv4 address${LATER}`, 1, '?'],
    ],
  ],
  [
    'instances of a group',
    'AWS::AutoScaling::AutoScalingGroup',
    { MinSize: TOKEN },
    [
      [`EC2: type known at deployment${LATER}`, 1, '?'],
      [`Root volume: 8 GiB gp3${LATER}`, 1, '?'],
    ],
  ],
  ['a size of a volume', 'AWS::EC2::Volume', { Size: TOKEN }, [['EBS volume: size known at deployment', 1, '?']]],
  ['a speed of a volume', 'AWS::EC2::Volume', { Size: 100, Iops: TOKEN }, [['EBS volume: 100 GiB gp3', 1, '?']]],
  [
    'a size of a database',
    'AWS::RDS::DBInstance',
    { DBInstanceClass: 'db.t4g.medium', AllocatedStorage: TOKEN },
    [
      ['RDS: db.t4g.medium', 1, '47.45'],
      ['RDS storage: size known at deployment', 1, '?'],
    ],
  ],
  [
    'nodes of a cache',
    'AWS::ElastiCache::ReplicationGroup',
    { CacheNodeType: 'cache.t4g.small', NumCacheClusters: TOKEN },
    [[`Cache node: cache.t4g.small${LATER}`, 1, '?']],
  ],
  [
    'replicas of a cache',
    'AWS::ElastiCache::ReplicationGroup',
    { CacheNodeType: 'cache.t4g.small', ReplicasPerNodeGroup: TOKEN },
    [[`Cache node: cache.t4g.small${LATER}`, 1, '?']],
  ],
  ['brokers', 'AWS::MSK::Cluster', { NumberOfBrokerNodes: TOKEN }, [[`Kafka broker: type known at deployment${LATER}`, 1, '?']]],
  [
    "sizes of brokers' disks",
    'AWS::MSK::Cluster',
    { NumberOfBrokerNodes: 2, BrokerNodeGroupInfo: { InstanceType: 'kafka.m7g.large', StorageInfo: { EBSStorageInfo: { VolumeSize: TOKEN } } } },
    [
      ['Kafka broker: kafka.m7g.large', 2, '297.84'],
      ['Kafka storage: size known at deployment', 2, '?'],
    ],
  ],
])('has no price for %s', (_, type, properties, expected) => {
  expect(costOf(type, properties)).toEqual(expected);
});

test("counts the subnets of a load balancer's mappings", () => {
  expect(
    costOf('AWS::ElasticLoadBalancingV2::LoadBalancer', { Scheme: 'internet-facing', SubnetMappings: [{ SubnetId: 'a' }, { SubnetId: 'b' }] }),
  ).toContainEqual(['Public IPv4 address', 2, '7.30']);
});

test('counts the replicas of a primary', () => {
  expect(costOf('AWS::ElastiCache::ReplicationGroup', { CacheNodeType: 'cache.t4g.small', ReplicasPerNodeGroup: 1 })).toEqual([
    ['Cache node: cache.t4g.small', 2, '37.38'],
  ]);
});

test.each<[string, object, object, [string, number]]>([
  ['of no size', { ContainerDefinitions: [{ Name: 'web' }] }, { DesiredCount: 2 }, ['Fargate task: web', 2]],
  ['size known at deployment', { Cpu: TOKEN, Memory: '2048', ContainerDefinitions: [{ Name: 'web' }] }, {}, ['Fargate task: web', 1]],
  [
    'as many as are known at deployment',
    { Cpu: '1024', Memory: '2048', ContainerDefinitions: [{ Name: 'web' }] },
    { DesiredCount: TOKEN },
    [`Fargate task: web${LATER}`, 1],
  ],
  ['of containers known at deployment', { ContainerDefinitions: TOKEN }, {}, ['Fargate task: Service', 1]],
])('has no price for tasks %s', (_, task, service, [what, quantity]) => {
  expect(
    linesOf({
      Task: { Type: 'AWS::ECS::TaskDefinition', Properties: task },
      Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, ...service } },
    }),
  ).toEqual([{ what, quantity, each: undefined }]);
});

test('counts the minimum number of tasks, with the size of their task definition', () => {
  const task = { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '1024', Memory: '2048', ContainerDefinitions: [{ Name: 'web' }] } };
  const service = { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' } } };
  const target = {
    Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
    Properties: { MinCapacity: 3, ResourceId: { 'Fn::Join': ['/', ['service', { Ref: 'Cluster' }, { 'Fn::GetAtt': ['Web', 'Name'] }]] } },
  };
  const each = (PRICES.perHour.fargateVcpu + 2 * PRICES.perHour.fargateGb) * HOURS_PER_MONTH;
  expect(linesOf({ Task: task, Web: service, Scaling: target })).toEqual([{ what: 'Fargate task: web', quantity: 3, each }]);
  expect(linesOf({ Task: task, Web: { ...service, Properties: { ...service.Properties, DesiredCount: 1 } } })[0].quantity).toBe(1);
  const arm = { ...task, Properties: { ...task.Properties, RuntimePlatform: { CpuArchitecture: 'ARM64' } } };
  expect(linesOf({ Task: arm, Web: service })[0].each).toBeLessThan(each);
});

test.each<[string, unknown, number | undefined]>([
  ['the free size', 20, 0],
  ['ten more GiB', 30, 10],
  ['a size that is known at deployment', TOKEN, undefined],
])("prices a task's disk of %s", (_, SizeInGiB, billed) => {
  const Task = { ...TASK, Properties: { ...TASK.Properties, EphemeralStorage: { SizeInGiB } } };
  const [[, , each]] = serviceLines({}, { Task });
  expect(each).toEqual(billed === undefined ? undefined : expect.closeTo(EACH + billed * PRICES.perHour.fargateDiskGb * HOURS_PER_MONTH, 9));
});

const TASK = { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '1024', Memory: '2048', ContainerDefinitions: [{ Name: 'web' }] } };

/** The lines of a service with four tasks. */
function serviceLines(service: object, more: CloudFormationTemplate['Resources'] = {}): [what: string, quantity: number, each?: number][] {
  const Web = { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 4, ...service } };
  return linesOf({ Task: TASK, Web, ...more }).map(({ what, quantity, each }) => [what, quantity, each]);
}

const EACH = (PRICES.perHour.fargateVcpu + 2 * PRICES.perHour.fargateGb) * HOURS_PER_MONTH;
const SPOT_EACH = EACH * (1 - PRICES.fargateSpotDiscount);
const strategy = (...providers: [CapacityProvider: unknown, Weight?: number, Base?: number][]) => ({
  CapacityProviderStrategy: providers.map(([CapacityProvider, Weight, Base]) => ({ CapacityProvider, Weight, Base })),
});

test.each<[string, object, [string, number, number?][]]>([
  ['on Fargate', strategy(['FARGATE', 1]), [['Fargate task: web', 4, EACH]]],
  ['on Fargate Spot', strategy(['FARGATE_SPOT', 1]), [['Fargate Spot task: web (estimate)', 4, SPOT_EACH]]],
  [
    'on both, by base and weight',
    strategy(['FARGATE', 1, 1], ['FARGATE_SPOT', 2]),
    [
      ['Fargate task: web', 2, EACH],
      ['Fargate Spot task: web (estimate)', 2, SPOT_EACH],
    ],
  ],
  [
    'that are known at deployment on Fargate Spot',
    { ...strategy(['FARGATE_SPOT', 1]), DesiredCount: TOKEN },
    [[`Fargate Spot task: web (estimate)${LATER}`, 1, undefined]],
  ],
  ['on EC2', { LaunchType: 'EC2' }, []],
  ['on instances of a capacity provider', strategy([{ Ref: 'Instances' }, 1]), []],
  ['on a capacity provider of another app', strategy(['theirs', 1]), [['Task on another capacity provider: web', 4, undefined]]],
])('prices tasks %s', (_, service, expected) => {
  const providers = { Instances: { Type: 'AWS::ECS::CapacityProvider', Properties: { AutoScalingGroupProvider: {} } } };
  expect(serviceLines(service, providers)).toEqual(expected);
});

test.each<[string, string, [string, number, number][]]>([
  ['enabled', 'FARGATE', [['Container Insights metric', 25 + 13, 0.3]]],
  ['enabled', 'EC2', [['Container Insights metric', 21 + 13, 0.3]]],
  ['enhanced', 'FARGATE', [['Container Insights metric, enhanced observability', 25 + 13, 0.07]]],
  ['disabled', 'FARGATE', []],
])('prices Container Insights that is %s for a service on %s', (Value, LaunchType, expected) => {
  const Cluster = { Type: 'AWS::ECS::Cluster', Properties: { ClusterSettings: [{ Name: 'containerInsights', Value }] } };
  const lines = serviceLines({ LaunchType, Cluster: { Ref: 'Cluster' } }, { Cluster });
  expect(lines.filter(([what]) => !what.startsWith('Fargate'))).toEqual(expected);
});

test('prices the disks and the monitoring of the instances of a group', () => {
  const data = { InstanceType: 't4g.small', BlockDeviceMappings: [{ Ebs: { VolumeSize: 20 } }], Monitoring: { Enabled: true } };
  const group = (MinSize: string) => ({
    Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: data } },
    Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize, LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } } } },
  });
  expect(linesOf(group('2')).map((line) => [line.what, line.quantity, total(line).toFixed(2)])).toEqual([
    ['EC2: t4g.small', 2, '24.53'],
    ['Detailed monitoring of an instance', 2, '4.20'],
    ['Root volume: 20 GiB gp3', 2, '3.20'],
  ]);
  expect(linesOf(group('0'))).toEqual([]);
});

test('groups equal resources, most expensive first', () => {
  const nat = { Type: 'AWS::EC2::NatGateway' };
  const secret = { Type: 'AWS::SecretsManager::Secret' };
  expect(linesOf({ A: secret, B: nat, C: secret, D: nat }).map(({ what, quantity }) => [what, quantity])).toEqual([
    ['NAT gateway', 2],
    ['Secret', 2],
  ]);
});
