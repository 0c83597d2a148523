import { vcpuOfInstance } from '../../../cli/preflight/host-needs';
import { HOSTS, hosts } from './account-fixtures';
import { dockerHubPulls, needsOf } from '../../../cli/preflight/needs';
import { QUOTAS } from '../../../cli/preflight/quotas';

const task = (cpu: string) => ({ Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: cpu } });
const service = (taskDefinition: string, properties: object = {}) => ({
  Type: 'AWS::ECS::Service',
  Properties: { TaskDefinition: { Ref: taskDefinition }, DeploymentConfiguration: { MaximumPercent: 200 }, ...properties },
});

describe('the vCPUs of Fargate', () => {
  const template = {
    Resources: {
      WebTask: task('2048'),
      Web: service('WebTask'),
      WebTarget: {
        Type: 'AWS::ApplicationAutoScaling::ScalableTarget',
        Properties: { MinCapacity: 2, MaxCapacity: 6, ResourceId: { 'Fn::Join': ['', ['service/', { 'Fn::GetAtt': ['Web', 'Name'] }]] } },
      },
      WorkerTask: task('512'),
      Worker: service('WorkerTask', { DesiredCount: 1, CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }] }),
    },
  };

  test('count the minimum, twice that during a deployment, and the maximum', () => {
    expect(needsOf([template]).fargateVcpu).toEqual({ steady: 4, rolling: 8, scaledOut: 12 });
  });

  test('count Spot on its own', () => {
    expect(needsOf([template]).fargateSpotVcpu).toEqual({ steady: 0.5, rolling: 1, scaledOut: 0.5 });
  });

  test('count a migration that is larger than all new tasks', () => {
    const withMigration = { Resources: { ...template.Resources, Migration: task('8192') } };
    expect(needsOf([withMigration]).fargateVcpu.rolling).toBe(12);
  });

  test('follow the percentage of the deployment', () => {
    const half = {
      Resources: { Task: task('1024'), Service: service('Task', { DesiredCount: 3, DeploymentConfiguration: { MaximumPercent: 150 } }) },
    };
    expect(needsOf([half]).fargateVcpu.rolling).toBe(4);
  });
});

test('sums the templates of an app', () => {
  const stores = {
    Resources: {
      Database: { Type: 'AWS::RDS::DBInstance' },
      Cache: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: { NumCacheClusters: 2 } },
      Kafka: { Type: 'AWS::MSK::Cluster', Properties: { NumberOfBrokerNodes: 3 } },
      Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { InstanceType: 'r7g.large' } } },
      Group: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '1', LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } } } },
    },
  };
  const network = {
    Resources: {
      Vpc: { Type: 'AWS::EC2::VPC' },
      Address: { Type: 'AWS::EC2::EIP' },
      Nat: { Type: 'AWS::EC2::Instance', Properties: { InstanceType: 't4g.nano' } },
      Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['a', 'b'] } },
    },
  };
  const needs = needsOf([stores, network]);
  const steady = Object.fromEntries(Object.entries(needs).flatMap(([name, need]) => (need.steady > 0 ? [[name, need.steady]] : [])));
  expect(steady).toEqual({
    databases: 1,
    cacheNodes: 2,
    kafkaBrokers: 3,
    ec2Vcpu: 4,
    vpcs: 1,
    elasticIps: 1,
    loadBalancers: 1,
    // Two of the load balancer, two instances, one database, two nodes and three brokers.
    networkInterfaces: 10,
  });
});

test.each([
  ['t4g.nano', 2],
  ['t4g.large', 2],
  ['r7g.medium', 1],
  ['r7g.large', 2],
  ['m7g.xlarge', 4],
  ['m7g.4xlarge', 16],
])('an instance of %s has %d vCPUs', (type, vcpus) => {
  expect(vcpuOfInstance(type)).toBe(vcpus);
});

test('there is one quota for each need, with a code of its own', () => {
  expect(new Set(QUOTAS.map(({ need }) => need))).toEqual(new Set(Object.keys(needsOf([]))));
  expect(new Set(QUOTAS.map(({ code }) => code)).size).toBe(QUOTAS.length);
});

describe('hosts', () => {
  const steady = (resources: object) => {
    const { ec2Vcpu, fargateVcpu, networkInterfaces } = needsOf([{ Resources: resources as typeof HOSTS }]);
    return [ec2Vcpu, fargateVcpu, networkInterfaces].map(({ steady: amount }) => amount);
  };

  test('count their vCPUs and interfaces, their tasks only interfaces', () => {
    const { ec2Vcpu, fargateVcpu, networkInterfaces } = needsOf([{ Resources: HOSTS }]);
    expect([ec2Vcpu, fargateVcpu]).toEqual([
      { steady: 8, rolling: 12, scaledOut: 16 },
      { steady: 0, rolling: 0, scaledOut: 0 },
    ]);
    // Three tasks, and two interfaces of each host.
    expect(networkInterfaces).toEqual({ steady: 7, rolling: 12, scaledOut: 11 });
  });

  test('leave a migration on Fargate', () => {
    expect(needsOf([{ Resources: { ...HOSTS, Migration: task('2048') } }]).fargateVcpu).toEqual({ steady: 0, rolling: 2, scaledOut: 0 });
  });

  test('of another capacity provider do not count', () => {
    expect(steady({ HostTask: HOSTS.HostTask, HostService: hosts({ provider: 'platform-hosts' }).HostService })).toEqual([0, 0, 3]);
  });

  test('of Managed Instances count what their tasks reserve, on memory-optimised instances', () => {
    const managed = (option?: string) => ({
      ...HOSTS,
      Provider: {
        Type: 'AWS::ECS::CapacityProvider',
        Properties: { ManagedInstancesProvider: { InstanceLaunchTemplate: { CapacityOptionType: option } } },
      },
      HostGroup: { Type: 'AWS::Other' },
    });
    // Three tasks of 3 GiB on instances with 8 GiB a vCPU.
    expect(needsOf([{ Resources: managed() }]).ec2Vcpu).toEqual({ steady: 2, rolling: 3, scaledOut: 2 });
    expect(needsOf([{ Resources: managed('SPOT') }])).toMatchObject({
      ec2Vcpu: { steady: 0, rolling: 0, scaledOut: 0 },
      ec2SpotVcpu: { steady: 2, rolling: 3, scaledOut: 2 },
    });
  });

  test('pull an image of Docker Hub once each, a task on Fargate its own', () => {
    expect(dockerHubPulls([{ Resources: HOSTS }])).toBe(2);
    const fargate = { HostTask: HOSTS.HostTask, HostService: hosts({ provider: 'FARGATE' }).HostService };
    expect(dockerHubPulls([{ Resources: fargate }])).toBe(3);
  });
});
