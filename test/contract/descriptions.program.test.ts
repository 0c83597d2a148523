import { Template } from 'aws-cdk-lib/assertions';
import { Vpc } from 'aws-cdk-lib/aws-ec2';
import { AuroraPostgres, Cache, NatMode, ObjectStorage, Postgres, PostHogNetwork, Product, RedpandaKafka } from '../../lib';
import { AppTemplate, runApp } from '../helpers/app';
import { newStack } from '../helpers/stack';
import { newClickHouse } from '../stores/clickhouse/fixtures';

type Resources = AppTemplate['Resources'];

/** The properties that describe a resource. */
const PROPERTIES = [
  'CacheSubnetGroupDescription',
  'Comment',
  'DBSubnetGroupDescription',
  'Description',
  'GroupDescription',
  'ReplicationGroupDescription',
] as const;

const PATTERN = /^PostHog [A-Za-z][A-Za-z0-9 -]*: \S.*$/;

/** The characters that EC2 allows in the description of a security group, and their number. */
const OF_SECURITY_GROUPS = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/;

/** Rules are described by the other side of the connection, some by the CDK. */
const RULES = ['AWS::EC2::SecurityGroupEgress', 'AWS::EC2::SecurityGroupIngress'];

/** The description of a resource of the CDK that has no prop for it. */
const OF_THE_CDK = ['Lambda function for removing all inbound/outbound rules from the VPC default security group'];

/** A line may be added. Changing one replaces that security group in every deployment, with everything that refers to it. */
const SECURITY_GROUPS = `
PostHog ClickHouse: clients
PostHog ClickHouse: servers
PostHog Kafka: brokers
PostHog Kafka: clients
PostHog Postgres: clients
PostHog Postgres: database
PostHog backup: function
PostHog browserless: tasks
PostHog cache: clients
PostHog cache: nodes
PostHog capture-ai: tasks
PostHog capture-logs: tasks
PostHog capture: tasks
PostHog cymbal-notifications: tasks
PostHog cymbal-resolution: tasks
PostHog cymbal: tasks
PostHog data-pipelines: tasks
PostHog django: tasks
PostHog feature-flags: tasks
PostHog hypercache-server: tasks
PostHog ingestion-error-tracking: tasks
PostHog ingestion-general: tasks
PostHog ingestion-logs: tasks
PostHog ingestion-sessionreplay: tasks
PostHog ingestion-traces: tasks
PostHog ingress: load balancer
PostHog livestream: tasks
PostHog migration: tasks
PostHog monitor: function
PostHog personhog-replica: tasks
PostHog personhog-router: tasks
PostHog plugins: tasks
PostHog property-defs: tasks
PostHog recording-api: tasks
PostHog replay-capture: tasks
PostHog temporal: tasks
`;

/** The security groups of the data stores, and of a network without NAT gateways. */
const OTHER_SECURITY_GROUPS = `
PostHog ClickHouse: servers
PostHog Kafka: broker
PostHog Postgres: database
PostHog Postgres: database
PostHog cache: nodes
PostHog network: NAT instances
PostHog network: VPC endpoint AutoScaling
PostHog network: VPC endpoint CloudFormation
PostHog network: VPC endpoint Ec2
PostHog network: VPC endpoint EcrApi
PostHog network: VPC endpoint EcrDocker
PostHog network: VPC endpoint Logs
PostHog network: VPC endpoint SecretsManager
PostHog network: VPC endpoint SsmMessages
PostHog network: VPC endpoint Sts
`;

let app: Resources;
let others: Resources;

beforeAll(async () => {
  const run = await runApp({ context: { 'posthog:products': Object.values(Product).join(',') } });
  app = run.template.Resources;
  others = otherResources();
}, 300_000);

function otherResources(): Resources {
  const stack = newStack();
  const vpc = Vpc.fromVpcAttributes(stack, 'Vpc', {
    vpcId: 'vpc-1',
    availabilityZones: ['a', 'b', 'c'],
    isolatedSubnetIds: ['s1', 's2', 's3'],
    isolatedSubnetRouteTableIds: ['r1', 'r2', 'r3'],
    privateSubnetIds: ['s4', 's5', 's6'],
    privateSubnetRouteTableIds: ['r4', 'r5', 'r6'],
  });
  new PostHogNetwork(stack, 'WithoutNat', { nat: NatMode.NONE });
  new PostHogNetwork(stack, 'NatInstance', { nat: NatMode.INSTANCE });
  new Postgres(stack, 'Postgres', { vpc });
  new AuroraPostgres(stack, 'Aurora', { vpc });
  new Cache(stack, 'Cache', { vpc });
  new ObjectStorage(stack, 'ObjectStorage');
  newClickHouse(stack, { vpc, replicas: 2 });
  new RedpandaKafka(stack, 'SingleNode', { vpc });
  return (Template.fromStack(stack).toJSON() as AppTemplate).Resources;
}

function descriptionsOf(resources: Resources): string[] {
  return Object.values(resources)
    .filter(({ Type }) => !RULES.includes(Type))
    .flatMap(({ Properties = {} }) => {
      const holders = [
        Properties,
        ...Object.values(Properties).filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value)),
      ];
      return holders
        .flatMap((holder) => PROPERTIES.map((name) => (holder as Record<string, unknown>)[name]))
        .filter((text) => text !== undefined)
        .map(String);
    });
}

function securityGroupsOf(resources: Resources): string[] {
  return Object.values(resources)
    .filter(({ Type }) => Type === 'AWS::EC2::SecurityGroup')
    .map(({ Properties }) => Properties!.GroupDescription as string)
    .sort();
}

function lines(text: string): string[] {
  return text.split('\n').filter(Boolean);
}

test('the security groups of the sample app keep their descriptions', () => {
  expect(securityGroupsOf(app)).toEqual(lines(SECURITY_GROUPS));
});

test('the security groups of the other data stores and networks keep their descriptions', () => {
  expect(securityGroupsOf(others)).toEqual(lines(OTHER_SECURITY_GROUPS));
});

test('every description is `PostHog <component>: <purpose>`', () => {
  const found = [...descriptionsOf(app), ...descriptionsOf(others)];
  expect(found.length).toBeGreaterThan(60);
  expect(found.filter((text) => !PATTERN.test(text) && !OF_THE_CDK.includes(text))).toEqual([]);
});

test('every description of a security group holds only characters that EC2 allows', () => {
  expect([...securityGroupsOf(app), ...securityGroupsOf(others)].filter((text) => !OF_SECURITY_GROUPS.test(text))).toEqual([]);
});
