import { Stack } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { IVpc, Vpc } from 'aws-cdk-lib/aws-ec2';
import { AuroraPostgres, Cache, ObjectStorage, Postgres, PostHog, RedpandaKafka } from '../../lib';
import { SAMPLE_APP_STORES, ONE_STACK, SAMPLE_APP, HOSTED_ZONE, STORES } from './recorded-logical-ids';
import { AppTemplate, runApp } from '../helpers/app';
import { certificate, newStack } from '../helpers/stack';
import { newClickHouse } from '../stores/clickhouse/fixtures';

/** What holds data, or has a name or address that something outside knows: replacing it hurts. */
const FROZEN_TYPES = [
  'AWS::Backup::BackupVault',
  'AWS::CertificateManager::Certificate',
  'AWS::EC2::EIP',
  'AWS::EC2::NatGateway',
  'AWS::EC2::Subnet',
  'AWS::EC2::VPC',
  'AWS::EC2::Volume',
  'AWS::ECS::Cluster',
  // The deletion of an old one would take the capacity providers of the cluster away.
  'AWS::ECS::ClusterCapacityProviderAssociations',
  'AWS::ECS::Service',
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::ElastiCache::SubnetGroup',
  'AWS::ElasticLoadBalancingV2::Listener',
  'AWS::ElasticLoadBalancingV2::LoadBalancer',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
  'AWS::KMS::Key',
  'AWS::Logs::LogGroup',
  'AWS::MSK::Cluster',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::RDS::DBSubnetGroup',
  'AWS::Route53::HostedZone',
  'AWS::Route53::RecordSet',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
  'AWS::ServiceDiscovery::PrivateDnsNamespace',
  'AWS::ServiceDiscovery::Service',
];

function stores(): AppTemplate {
  const stack = newStack();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a', 'b'],
    isolatedSubnetIds: ['subnet-1', 'subnet-2'],
    isolatedSubnetRouteTableIds: ['rtb-1', 'rtb-2'],
  });
  const servers = [new Postgres(stack, 'Postgres', { vpc }), new AuroraPostgres(stack, 'Aurora', { vpc, multiAz: true })];
  // Made when they are asked for.
  expect(
    servers.flatMap(({ cyclotronUrlSecret, nodeCyclotronUrlSecret }) => [cyclotronUrlSecret, nodeCyclotronUrlSecret]).filter(Boolean),
  ).toHaveLength(4);
  new Cache(stack, 'Cache', { vpc });
  new ObjectStorage(stack, 'ObjectStorage');
  return Template.fromStack(stack).toJSON() as AppTemplate;
}

function frozen({ Resources }: AppTemplate): string[] {
  return Object.entries(Resources)
    .filter(([, { Type }]) => FROZEN_TYPES.includes(Type))
    .map(([id, { Type }]) => `${Type} ${id}`)
    .sort();
}

function lines(...texts: string[]): string[] {
  return texts.join('').split('\n').filter(Boolean).sort();
}

const HOLDING = [
  'AWS::ElastiCache::ReplicationGroup',
  'AWS::RDS::DBCluster',
  'AWS::RDS::DBInstance',
  'AWS::S3::Bucket',
  'AWS::SecretsManager::Secret',
];

/** Types whose resources can be made anew with nothing lost. A type that is in neither list needs a decision. */
const REPLACEABLE_TYPES = [
  'AWS::ApplicationAutoScaling::ScalableTarget',
  'AWS::ApplicationAutoScaling::ScalingPolicy',
  'AWS::AutoScaling::AutoScalingGroup',
  'AWS::CloudFormation::WaitCondition',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::CloudWatch::Alarm',
  'AWS::CloudWatch::CompositeAlarm',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::LaunchTemplate',
  'AWS::EC2::Route',
  'AWS::EC2::RouteTable',
  'AWS::EC2::SecurityGroup',
  'AWS::EC2::SecurityGroupEgress',
  'AWS::EC2::SecurityGroupIngress',
  'AWS::EC2::SubnetRouteTableAssociation',
  'AWS::EC2::VPCEndpoint',
  'AWS::EC2::VPCGatewayAttachment',
  'AWS::ECS::TaskDefinition',
  'AWS::ElastiCache::ParameterGroup',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::CloudFormation::WaitCondition',
  'AWS::CloudFormation::WaitConditionHandle',
  'AWS::IAM::AccessKey',
  'AWS::IAM::InstanceProfile',
  'AWS::IAM::Policy',
  'AWS::IAM::Role',
  'AWS::IAM::User',
  'AWS::Lambda::Function',
  'AWS::MSK::Configuration',
  'AWS::RDS::DBClusterParameterGroup',
  'AWS::RDS::DBParameterGroup',
  'AWS::S3::BucketPolicy',
  'AWS::SSM::Parameter',
  'AWS::Scheduler::Schedule',
  'AWS::SecretsManager::SecretTargetAttachment',
  'AWS::StepFunctions::StateMachine',
  'Custom::AWS',
  'Custom::PostHogDeploymentCheck',
  'Custom::PostHogFernetKey',
  'Custom::PostHogMigration',
  'Custom::PostHogRsaKey',
  'Custom::VpcRestrictDefaultSG',
  'AWS::Backup::BackupPlan',
  'AWS::Backup::BackupSelection',
  'AWS::Scheduler::Schedule',
];

let sample: AppTemplate;
let withHostedZone: AppTemplate;

beforeAll(async () => {
  const runs = await Promise.all([runApp(), runApp({ context: { 'posthog:certificateArn': undefined, 'posthog:hostedZoneId': 'Z0123456789ABC' } })]);
  [sample, withHostedZone] = runs.map(({ template }) => template);
}, 300_000);

test('the sample app keeps its logical ids', () => {
  expect(frozen(sample)).toEqual(lines(SAMPLE_APP, SAMPLE_APP_STORES));
});

test('a PostHog in one stack keeps its logical ids, and its services have those of the sample app', () => {
  const stack = newStack();
  new PostHog(stack, 'PostHog', { domainName: 'posthog.example.com', certificate: certificate(stack) });
  expect(frozen(Template.fromStack(stack).toJSON() as AppTemplate)).toEqual(lines(SAMPLE_APP, ONE_STACK));
});

test('the sample app with a hosted zone keeps its logical ids', () => {
  expect(frozen(withHostedZone)).toEqual(lines(SAMPLE_APP, SAMPLE_APP_STORES, HOSTED_ZONE));
});

test('the managed data stores keep their logical ids', () => {
  expect(frozen(stores())).toEqual(lines(STORES));
});

/** A ClickHouse with the id ClickHouse, and what it has besides with two replicas. */
const CLICKHOUSE = `
AWS::EC2::Volume ClickHouseServer1VolumeDDD854A6
AWS::Logs::LogGroup ClickHouseServer1Logs9873090D
AWS::Route53::HostedZone ClickHouseZone8A590201
AWS::SecretsManager::Secret ClickHouseClusterSecret59B8A281
AWS::SecretsManager::Secret ClickHouseCredentialsCFD6A904
AWS::SecretsManager::Secret ClickHouseDictReader2C400D49
`;
const CLICKHOUSE_REPLICAS = `
AWS::EC2::Volume ClickHouseKeeper1Volume65D899C2
AWS::EC2::Volume ClickHouseKeeper2VolumeE4CACE6F
AWS::EC2::Volume ClickHouseKeeper3Volume94676FDA
AWS::EC2::Volume ClickHouseServer2Volume8A2EB9E4
AWS::Logs::LogGroup ClickHouseKeeper1Logs2536C84F
AWS::Logs::LogGroup ClickHouseKeeper2Logs4A103C5C
AWS::Logs::LogGroup ClickHouseKeeper3Logs964CA138
AWS::Logs::LogGroup ClickHouseServer2Logs1C74B475
`;

/** A Redpanda with the id Kafka. */
const SINGLE_NODE = `
AWS::EC2::Volume KafkaInstanceVolumeA6BAD519
AWS::Logs::LogGroup KafkaInstanceLogs01367624
AWS::Route53::HostedZone KafkaZone79B83BA1
`;

/** The stores on instances: what each is made with, and what of it is frozen. */
const ON_INSTANCES: readonly [name: string, frozen: string[], define: (stack: Stack, vpc: IVpc) => void][] = [
  ['a ClickHouse', [CLICKHOUSE], (stack, vpc) => newClickHouse(stack, { vpc })],
  ['a ClickHouse of two replicas', [CLICKHOUSE, CLICKHOUSE_REPLICAS], (stack, vpc) => newClickHouse(stack, { vpc, replicas: 2 })],
  ['RedpandaKafka', [SINGLE_NODE], (stack, vpc) => new RedpandaKafka(stack, 'Kafka', { vpc })],
];

function onInstances(define: (stack: Stack, vpc: IVpc) => void): AppTemplate {
  const stack = newStack();
  define(
    stack,
    Vpc.fromVpcAttributes(stack, 'Vpc', {
      vpcId: 'vpc-0123456789abcdef0',
      availabilityZones: ['a', 'b', 'c'],
      privateSubnetIds: ['s1', 's2', 's3'],
      privateSubnetRouteTableIds: ['r1', 'r2', 'r3'],
    }),
  );
  return Template.fromStack(stack).toJSON() as AppTemplate;
}

test.each(ON_INSTANCES)('%s keeps its logical ids', (_, expected, define) => {
  expect(frozen(onInstances(define))).toEqual(lines(...expected));
});

test('every type of the app and of the stores is either frozen or replaceable', () => {
  const templates = [withHostedZone, stores(), ...ON_INSTANCES.map(([, , define]) => onInstances(define))];
  const types = new Set(templates.flatMap(({ Resources }) => Object.values(Resources)).map(({ Type }) => Type));
  expect([...types].filter((type) => !FROZEN_TYPES.includes(type) && !REPLACEABLE_TYPES.includes(type))).toEqual([]);
});

test('the sample app retains resources with data when its stacks are deleted', () => {
  const leaving = Object.entries(sample.Resources)
    .filter(([, { Type }]) => ['AWS::SecretsManager::Secret', 'AWS::Logs::LogGroup'].includes(Type))
    .filter(([, { DeletionPolicy }]) => DeletionPolicy !== 'RetainExceptOnCreate')
    .map(([id]) => id);
  // A month of refused connections; keys that go with their user; and what functions logged.
  expect(leaving).toEqual([
    'NetworkFlowLogs2BEC3212',
    'CustomVpcRestrictDefaultSGCustomResourceProviderLogs41F6175A',
    'StoresKafkaBrokersLogs082CCCEE',
    'PostHogSymbolSetKeysSecret3A27DE38',
    'PostHogBackupFunctionLogs51E3E82C',
    'PostHogMigrationStateMachineConcludeLogs7A792510',
    'PostHogMigrationStateMachineLogs066708B7',
    'PostHogMonitorFunctionLogsAC926054',
    'PostHogUpkeepStateMachineLogs798B0D0B',
    'CustomPostHogRsaKeyCustomResourceProviderLogs0D427983',
    'CustomPostHogMigrationCustomResourceProviderLogs8205F3BC',
    'CustomPostHogDeploymentCheckCustomResourceProviderLogsCD27BC4E',
  ]);
});

test('every managed data store retains its data when its stack is deleted', () => {
  const kept = Object.entries(stores().Resources)
    .filter(([, { Type }]) => HOLDING.includes(Type))
    .map(([id, { DeletionPolicy }]) => `${id} ${DeletionPolicy}`);
  expect(kept.filter((text) => !/ (RetainExceptOnCreate|Snapshot)$/.test(text))).toEqual([
    // The servers of a cluster hold nothing; the cluster does.
    expect.stringMatching(/^AuroraClusterWriter\w+ Delete$/),
    expect.stringMatching(/^AuroraClusterReader\w+ Delete$/),
  ]);
});
