import { Resolver } from 'node:dns/promises';
import { inFolder, cli } from '../fixtures';
import { awsEnvironment, useEnvironment } from '../aws-environment';
import { Answers, refusal, Wire } from '../doctor/wire';
import { ACCOUNT } from './account-answers';
import { NamedCheckResult } from '../../../cli/doctor/check';

export let wire: Wire;
/** The public DNS: the name servers of a domain. */
let nameServers: (domain: string) => string[];

/** Reads the account from a server, in each test of a file. */
export function useAccount(): void {
  beforeAll(async () => {
    wire = await Wire.start();
    jest.spyOn(Resolver.prototype, 'resolveNs').mockImplementation((domain) => Promise.resolve().then(() => nameServers(domain)));
  });
  afterAll(() => wire.stop());
  useEnvironment(() => awsEnvironment(wire));
  beforeEach(() => {
    wire.answers = ACCOUNT;
    wire.asked = [];
    nameServers = () => ['ns-2048.awsdns-64.com', 'ns-2049.awsdns-65.net'];
  });
}

/** Sets the public DNS of a test. */
export function answerNameServers(servers: typeof nameServers): void {
  nameServers = servers;
}

export const CERTIFICATE = 'arn:aws:acm:eu-central-1:111122223333:certificate/1';

/** A template with a resource of each kind that an account is read for. */
export const RESOURCES: Record<string, { Type: string; Properties?: object }> = {
  Vpc: { Type: 'AWS::EC2::VPC' },
  Address: { Type: 'AWS::EC2::EIP' },
  Nat: { Type: 'AWS::EC2::NatGateway', Properties: { SubnetId: { Ref: 'Subnet' } } },
  Balancer: { Type: 'AWS::ElasticLoadBalancingV2::LoadBalancer', Properties: { Subnets: ['a', 'b'], Name: 'posthog' } },
  Listener: {
    Type: 'AWS::ElasticLoadBalancingV2::Listener',
    Properties: { Port: 8443, DefaultActions: [], LoadBalancerArn: { Ref: 'Balancer' }, Certificates: [{ CertificateArn: CERTIFICATE }] },
  },
  Group: { Type: 'AWS::ElasticLoadBalancingV2::TargetGroup', Properties: { Name: 'posthog-web' } },
  Rule: { Type: 'AWS::ElasticLoadBalancingV2::ListenerRule', Properties: { ListenerArn: 'arn:listener', Actions: [], Conditions: [] } },
  Record: { Type: 'AWS::Route53::RecordSet', Properties: { HostedZoneId: 'Z1', Name: 'posthog.example.com.', Type: 'A' } },
  Namespace: { Type: 'AWS::ServiceDiscovery::PrivateDnsNamespace', Properties: { Name: 'posthog.internal', Vpc: { Ref: 'Vpc' } } },
  Task: { Type: 'AWS::ECS::TaskDefinition', Properties: { Cpu: '1024', ContainerDefinitions: [{ Name: 'web', Image: 'ghcr.io/x' }] } },
  Service: { Type: 'AWS::ECS::Service', Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 4 } },
  Spot: {
    Type: 'AWS::ECS::Service',
    Properties: { TaskDefinition: { Ref: 'Task' }, DesiredCount: 1, CapacityProviderStrategy: [{ CapacityProvider: 'FARGATE_SPOT' }] },
  },
  Target: { Type: 'AWS::ApplicationAutoScaling::ScalableTarget', Properties: { ServiceNamespace: 'ecs', ResourceId: 'service/other/other' } },
  Launch: { Type: 'AWS::EC2::LaunchTemplate', Properties: { LaunchTemplateData: { InstanceType: 'r7g.large' } } },
  Server: { Type: 'AWS::AutoScaling::AutoScalingGroup', Properties: { MinSize: '1', LaunchTemplate: { LaunchTemplateId: { Ref: 'Launch' } } } },
  Volume: { Type: 'AWS::EC2::Volume', Properties: { Tags: [{ Key: 'cdk-posthog:volume', Value: 'PostHog/ClickHouse' }] } },
  Database: { Type: 'AWS::RDS::DBInstance' },
  Cache: { Type: 'AWS::ElastiCache::ReplicationGroup', Properties: { NumCacheClusters: 1 } },
  Kafka: { Type: 'AWS::MSK::Cluster', Properties: { ClusterName: 'posthog-kafka', NumberOfBrokerNodes: 2, KafkaVersion: '3.9.x.kraft' } },
  KafkaConfiguration: { Type: 'AWS::MSK::Configuration', Properties: { Name: 'posthog-kafka' } },
  Secret: { Type: 'AWS::SecretsManager::Secret', Properties: { Name: 'posthog/key' } },
  Logs: { Type: 'AWS::Logs::LogGroup', Properties: { LogGroupName: '/posthog/web' } },
  Role: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'posthog-web' } },
};

/** A group of two to four hosts with a service, as `PostHogCapacity.instances()` defines them. */
export const HOSTS = hosts();

/** The same with another launch, or another provider of the service. */
export function hosts({ spot = false, provider = { Ref: 'Provider' } }: { spot?: boolean; provider?: unknown } = {}): typeof RESOURCES {
  return {
    HostRole: { Type: 'AWS::IAM::Role' },
    HostProfile: { Type: 'AWS::IAM::InstanceProfile', Properties: { Roles: [{ Ref: 'HostRole' }] } },
    HostLaunch: {
      Type: 'AWS::EC2::LaunchTemplate',
      Properties: { LaunchTemplateData: { InstanceType: 'r6a.large', IamInstanceProfile: { Arn: { 'Fn::GetAtt': ['HostProfile', 'Arn'] } } } },
    },
    HostGroup: {
      Type: 'AWS::AutoScaling::AutoScalingGroup',
      Properties: {
        MinSize: '2',
        MaxSize: '4',
        VPCZoneIdentifier: ['subnet-1', { Ref: 'Subnet' }],
        MixedInstancesPolicy: {
          InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: spot ? 0 : 100 },
          LaunchTemplate: {
            LaunchTemplateSpecification: { LaunchTemplateId: { Ref: 'HostLaunch' } },
            Overrides: [{ InstanceType: 'r6a.large' }, { InstanceType: 'r6i.xlarge' }],
          },
        },
      },
    },
    Provider: { Type: 'AWS::ECS::CapacityProvider', Properties: { AutoScalingGroupProvider: { AutoScalingGroupArn: { Ref: 'HostGroup' } } } },
    HostTask: {
      Type: 'AWS::ECS::TaskDefinition',
      Properties: { ContainerDefinitions: [{ Name: 'hosted', Image: 'posthog/posthog', Cpu: 256, Memory: 4096, MemoryReservation: 3072 }] },
    },
    HostService: {
      Type: 'AWS::ECS::Service',
      Properties: { TaskDefinition: { Ref: 'HostTask' }, DesiredCount: 3, CapacityProviderStrategy: [{ CapacityProvider: provider }] },
    },
  };
}

export const answering = (answers: Answers) => {
  wire.answers = { ...ACCOUNT, ...free, ...answers };
};
/** The names of the template are free in this account. */
export const free: Answers = {
  'iam:GetRole': ({ RoleName }) => (String(RoleName).startsWith('AWSServiceRole') ? ACCOUNT['iam:GetRole']({ RoleName }) : refusal('NoSuchEntity')),
  'elasticloadbalancing:DescribeLoadBalancers': (question) =>
    question['Names.member.1'] ? refusal('LoadBalancerNotFound') : ACCOUNT['elasticloadbalancing:DescribeLoadBalancers'](question),
  'elasticloadbalancing:DescribeTargetGroups': (question) =>
    question['Names.member.1'] ? refusal('TargetGroupNotFound') : ACCOUNT['elasticloadbalancing:DescribeTargetGroups'](question),
};

export async function preflight(resources: object = RESOURCES, ...args: string[]) {
  const run = await inFolder({ 'PostHog.template.json': JSON.stringify({ Resources: resources }) }, () =>
    cli('preflight', '--template', 'PostHog.template.json', '--json', ...args),
  );
  const { results, accountRead } = JSON.parse(run.out || '{"results":[]}') as { results: NamedCheckResult[]; accountRead: boolean };
  return { ...run, accountRead, results };
}

/** The results of a check in short, with the commands of those that do not pass. */
export const of = (results: readonly NamedCheckResult[], check: string) =>
  results.filter((result) => result.check === check).map(({ status, text, fix }) => [status, text, ...(fix ? [fix] : [])]);
export const wrong = (results: readonly NamedCheckResult[], check: string) => of(results, check).filter(([status]) => status !== 'pass');
