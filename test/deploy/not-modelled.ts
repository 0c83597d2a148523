import { MotoFacts } from './emulated-aws';

/** Something that the emulated AWS does not do as AWS does. */
export interface Shortcoming {
  readonly what: string;
  /** What moto does with it. */
  readonly moto: string;
  /** What this test does about it. */
  readonly here: string;
}

/** The version of moto that all this was seen with. */
export const SEEN_WITH = '5.2.5';

const MADE_HERE = "made by test/deploy/emulator with the service's own API of the same moto";
const NAMED_HERE = 'nothing but a name: whether AWS takes its parameters is not tested';
const DELETED_HERE = "deleted by test/deploy/emulator with the service's own API";

/** Resource types that moto's CloudFormation skips. */
export const TYPES: readonly Shortcoming[] = [
  { what: 'AWS::ApplicationAutoScaling::ScalableTarget', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::ApplicationAutoScaling::ScalingPolicy', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::Backup::BackupPlan', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::Backup::BackupSelection', moto: 'skips it', here: NAMED_HERE },
  { what: 'AWS::Backup::BackupVault', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::CDK::Metadata', moto: 'skips it', here: 'nothing: it is nothing in AWS either' },
  {
    what: 'AWS::CloudFormation::WaitCondition',
    moto: 'skips it, and says nothing',
    here: 'waits a minute for an answer, and fails where that is a failure',
  },
  { what: 'AWS::CloudFormation::WaitConditionHandle', moto: 'skips it, and says nothing', here: 'a presigned address of S3 of the same moto' },
  { what: 'AWS::CloudWatch::Alarm', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::CloudWatch::CompositeAlarm', moto: 'skips it', here: NAMED_HERE },
  { what: 'AWS::EC2::SecurityGroupEgress', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::ECS::ClusterCapacityProviderAssociations', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::ElastiCache::ParameterGroup', moto: 'skips it', here: NAMED_HERE },
  { what: 'AWS::ElastiCache::ReplicationGroup', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::ElastiCache::SubnetGroup', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::MSK::Cluster', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::MSK::Configuration', moto: 'skips it', here: NAMED_HERE },
  { what: 'AWS::S3::BucketPolicy', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::Scheduler::Schedule', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::SecretsManager::Secret', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::SecretsManager::SecretTargetAttachment', moto: 'skips it', here: 'written into the secret by test/deploy/emulator, as AWS does' },
  { what: 'AWS::ServiceDiscovery::PrivateDnsNamespace', moto: 'skips it', here: MADE_HERE },
  { what: 'AWS::ServiceDiscovery::Service', moto: 'skips it, and fails where another resource asks for its ARN', here: MADE_HERE },
];

/** Resource types that moto's CloudFormation makes and leaves behind when they or the stack go, and that do not always go with another one. */
export const NEVER_DELETED: readonly Shortcoming[] = [
  'AWS::EC2::EIP',
  'AWS::EC2::FlowLog',
  'AWS::EC2::InternetGateway',
  'AWS::EC2::NatGateway',
  'AWS::EC2::RouteTable',
  'AWS::EC2::VPCEndpoint',
  'AWS::ECS::Cluster',
  'AWS::ElasticLoadBalancingV2::ListenerRule',
  'AWS::ElasticLoadBalancingV2::TargetGroup',
].map((what) => ({ what, moto: 'leaves it behind when the stack is deleted, or goes on without it', here: DELETED_HERE }));

/** What else moto drops or refuses. `emulator/probe.py` measures each of these, by the same name, without any stub. */
export const MEASURED: readonly Shortcoming[] = [
  {
    what: 'AWS::EC2::SecurityGroup SecurityGroupEgress',
    moto: 'adds the rules, and keeps the one that allows everything',
    here: 'nothing: egress rules are not asked for',
  },
  { what: 'AWS::EC2::SubnetRouteTableAssociation', moto: 'notes it where no question reaches it', here: MADE_HERE },
  { what: 'AWS::ECS::Cluster ClusterSettings', moto: 'drops them', here: 'nothing: Container Insights are not asked for' },
  { what: 'AWS::ECS::Service NetworkConfiguration, LoadBalancers, ...', moto: 'drops all but cluster, task definition and count', here: MADE_HERE },
  { what: 'AWS::ECS::TaskDefinition Cpu, NetworkMode, roles, ...', moto: 'drops all but containers, volumes and memory', here: MADE_HERE },
  { what: 'AWS::ElasticLoadBalancingV2::LoadBalancer LoadBalancerAttributes', moto: 'drops them', here: 'set with a further call' },
  { what: 'AWS::ElasticLoadBalancingV2::TargetGroup TargetGroupAttributes', moto: 'drops them', here: 'set with a further call' },
  { what: 'AWS::ElasticLoadBalancingV2::TargetGroup TargetGroupFullName', moto: 'fails', here: 'taken from the ARN' },
  { what: 'AWS::ElasticLoadBalancingV2::Listener ListenerAttributes', moto: 'drops them', here: 'set with a further call' },
  { what: 'AWS::ElasticLoadBalancingV2::ListenerRule RegexValues', moto: 'fails', here: 'accepted; the test evaluates them itself' },
  {
    what: 'AWS::ElasticLoadBalancingV2::ListenerRule Transforms',
    moto: 'drops them',
    here: 'kept with the rule, and told with it; the test applies them itself',
  },
  {
    what: 'AWS::StepFunctions::StateMachine',
    moto: 'makes it where nothing is executed',
    here: "made with the service's own API, where moto interprets it",
  },
  { what: 'a family of task definitions, its newest deregistered', moto: 'answers with that one', here: 'the newest active one is taken' },
  {
    what: 'deletion protection of a load balancer',
    moto: 'keeps the attribute and deletes the load balancer all the same',
    here: 'the attribute is asked for and, as a user must, turned off',
  },
  { what: 'deleting a change set that is not there', moto: 'answers with a server error', here: 'answered as AWS does' },
  { what: 'outputs of a stack that a change set makes', moto: 'knows and exports none', here: "made from the change set's template" },
  { what: 'UsePreviousValue of an SSM parameter', moto: 'takes the value for a name, and fails', here: 'the value is kept' },
  { what: 'AWS::EC2::Volume Encrypted, Tags, ...', moto: 'drops all but size and zone', here: MADE_HERE },
  { what: 'AWS::RDS::DBInstance DeletionProtection, VPCSecurityGroups, ...', moto: 'drops them', here: MADE_HERE },
  { what: 'AWS::Route53::HostedZone VPCs', moto: 'drops them, and makes a public zone', here: MADE_HERE },
  { what: 'AWS::S3::Bucket VersioningConfiguration, PublicAccessBlockConfiguration, ...', moto: 'drops them', here: 'set with further calls' },
  {
    what: 'conditions of a bucket policy',
    moto: 'leaves them out, and so refuses everybody',
    here: 'a policy is kept, read back, and applied to nobody',
  },
  { what: 'dynamic references to secrets', moto: 'leaves them as they are', here: 'resolved for what the emulator makes' },
  { what: 'DeletionPolicy RetainExceptOnCreate', moto: 'takes it for Delete', here: 'kept, as after a first creation that succeeded' },
  { what: 'parameter groups of ElastiCache', moto: 'has no call for them', here: NAMED_HERE },
  { what: 'deleting a subnet group of ElastiCache', moto: 'cannot', here: 'nothing: it is left behind' },
  { what: 'deleting a replication group of ElastiCache', moto: 'never ends', here: 'nothing: it is asked whether it is being deleted' },
  { what: 'the final snapshot of a replication group', moto: 'makes none', here: 'made with a further call' },
  { what: 'configurations of MSK', moto: 'has no call for them', here: NAMED_HERE },
  {
    what: 'brokers of an MSK cluster',
    moto: 'has no call for them',
    here: 'names are made up in place of the answer of Custom::AWS, one for each broker',
  },
  {
    what: 'deleting what a database needs',
    moto: 'does, and can then answer nothing about the database',
    here: 'refused until the database is gone',
  },
  {
    what: 'instances of a launch template, MetadataOptions, NetworkInterfaces, ...',
    moto: 'gives instances others',
    here: 'the template is asked, not the instance',
  },
];

/** What the other tests see, each in its place. */
export const SEEN: readonly Shortcoming[] = [
  {
    what: 'ClickHouse, which is backed up before a migration',
    moto: 'has no instances',
    here: 'the function is not called, and the backup said to be done',
  },
  {
    what: 'Custom::VpcRestrictDefaultSG',
    moto: 'calls functions in Docker only, and does not wait for them',
    here: "the test runs the function's own code",
  },
  {
    what: 'Custom::PostHogRsaKey',
    moto: 'calls functions in Docker only, and does not wait for them',
    here: "the emulator runs the function's own code, and waits",
  },
  {
    what: 'Custom::PostHogFernetKey',
    moto: 'calls functions in Docker only, does not wait for them, and has no stack before all of its resources',
    here: "the emulator runs the function's own code as in a stack that exists already, and waits",
  },
  {
    what: 'Custom::PostHogMigration',
    moto: 'calls functions in Docker only, and does not wait for them',
    here: "the function's own code is run in Node",
  },
  {
    what: 'a resource that cannot be created',
    moto: 'answers with an error, and takes it for created',
    here: 'the stack has failed as with --no-rollback, and the next deployment creates it',
  },
  {
    what: 'a resource that an update removes and a later one adds',
    moto: 'takes the removed one for the new one',
    here: 'forgotten when it is removed',
  },
  { what: 'outputs of a deleted stack', moto: 'creates again what they refer to', here: 'none' },
  { what: 'rules of a security group in an update', moto: 'creates another group', here: 'changed in place' },
  { what: 'functions that a state machine calls', moto: 'calls them in Docker only', here: 'their own code is run in Node' },
  {
    what: 'containers of a task that a state machine runs',
    moto: 'starts none, and knows the first only',
    here: 'said to have ended with 0, the last with 1 where a test wants it (FAIL_MIGRATIONS, a name that begins with fail): no migration runs',
  },
  {
    what: 'a task of which a container failed, run by a state machine',
    moto: 'takes it for a success',
    here: 'the function at the end looks at every container',
  },
  { what: 'state of an MSK cluster', moto: 'leaves it at CREATING', here: 'nothing: it is not asked for' },
  { what: 'DatabaseInsightsMode and Performance Insights of a database', moto: 'drops them', here: 'nothing: they are not asked for' },
  { what: 'security groups and subnets of a replication group', moto: 'answers with none', here: 'the snapshot it leaves names its subnet group' },
  { what: 'tasks of ECS services', moto: 'starts none', here: 'nothing: no container runs; to test the doctor, each service says that one does' },
  {
    what: 'deployments of an ECS service that gets another task definition',
    moto: 'keeps the first as it was',
    here: "the doctor goes by the service's own; rollouts are tested with answers of the API",
  },
  {
    what: 'updates of what test/deploy/emulator makes',
    moto: 'makes none of it',
    here: 'services are updated and task definitions get another revision; a change of anything else fails the test',
  },
  {
    what: 'services of which nothing but the task definition is replaced',
    moto: 'leaves them with the old one',
    here: 'nothing: no update here is such a one',
  },
  {
    what: 'Transforms given to CreateRule and ModifyRule',
    moto: 'drops them',
    here: 'to test the doctor, a rule that has none gets in front of the one that has',
  },
  { what: 'health of targets', moto: 'takes every registered one for healthy', here: 'unhealthy ones are tested with answers of the API' },
  { what: 'network interfaces of a load balancer', moto: 'makes none', here: 'its addresses are computed from the subnets' },
];

/** What nothing here can see. */
export const UNSEEN: readonly Shortcoming[] = [
  { what: 'requests to the load balancer', moto: 'answers none', here: 'its rules are read back and evaluated' },
  { what: 'permissions', moto: 'allows everything', here: 'nothing' },
  { what: 'the order of an update', moto: 'removes first what AWS removes last', here: 'nothing' },
  { what: 'DependsOn of added resources', moto: 'passes over it', here: 'added in the order of the dependencies' },
  {
    what: 'rollback, replacement and waiting',
    moto: 'does none of them',
    here: 'a server error fails the test; logical and physical ids are compared',
  },
  {
    what: 'the time limits of wait conditions, their addresses and states',
    moto: 'knows none',
    here: 'nothing: the functions have tests of their own',
  },
  { what: 'signals of instances (CreationPolicy, UpdatePolicy)', moto: 'waits for none', here: 'nothing: the boot scripts have tests of their own' },
  { what: 'networks that kept stores stand in', moto: 'deletes them; AWS refuses', here: 'nothing' },
  { what: 'limits and quotas', moto: 'knows few', here: 'nothing' },
];

/** What a deployment went on without, and the table does not say so. */
export function unlisted(skipped: readonly string[]): string[] {
  return skipped
    .filter((type) => !TYPES.some(({ what }) => what === type))
    .map((type) => `a deployment went on without ${type}, and the table does not say so`);
}

/** Where the table and moto disagree, in words; measured with a deployment that has every type of resource. */
export function disagreements(
  facts: MotoFacts,
  templateTypes: readonly string[],
  skipped: readonly string[],
  probe: Record<string, boolean>,
): string[] {
  const names = (rows: readonly Shortcoming[]) => rows.map(({ what }) => what);
  const unknownTypes = templateTypes.filter((type) => !type.startsWith('Custom::') && !facts.ownTypes.includes(type));
  const neverDeleted = templateTypes.filter((type) => facts.deletions.includes(type) && !facts.ownDeletions.includes(type));
  return [
    ...(facts.version === SEEN_WITH
      ? []
      : [`the table was seen with moto ${SEEN_WITH}, and this is ${facts.version}: check it, and change SEEN_WITH`]),
    ...difference('moto skips', unknownTypes, names(TYPES)),
    ...difference('moto never deletes', neverDeleted, names(NEVER_DELETED)),
    ...difference('the probe measures', Object.keys(probe), names(MEASURED)),
    ...Object.entries(probe)
      .filter(([, still]) => !still)
      .map(([what]) => `moto can do it now, remove it from the table and from the emulator: ${what}`),
    ...facts.stubs.filter((type) => !templateTypes.includes(type)).map((type) => `nothing needs this stub any more: ${type}`),
    ...unlisted(skipped),
  ];
}

/** The table as people read it. */
export function asText(): string {
  const rows = [...TYPES, ...NEVER_DELETED, ...MEASURED, ...SEEN, ...UNSEEN];
  return [`What moto ${SEEN_WITH} does not model:`, ...rows.map(({ what, moto, here }) => `  ${what}: moto ${moto}; ${here}`)].join('\n');
}

function difference(verb: string, actual: readonly string[], table: readonly string[]): string[] {
  return [
    ...actual.filter((name) => !table.includes(name)).map((name) => `${verb} ${name}, and the table does not say so`),
    ...table
      .filter((name) => !actual.includes(name))
      .map((name) => `the table says that ${verb} ${name}, and that is not so, or nothing needs it: remove the row`),
  ];
}
