import { World } from './world';

/** What the tests ask of a database. */
export interface Database {
  readonly DBInstanceIdentifier: string;
  readonly DeletionProtection: boolean;
  readonly PubliclyAccessible: boolean;
  readonly Endpoint: { readonly Address: string; readonly Port: number };
  readonly DBSubnetGroup: { readonly Subnets: { readonly SubnetIdentifier: string }[] };
  readonly DBParameterGroups: { readonly DBParameterGroupName: string }[];
  readonly VpcSecurityGroups: { readonly VpcSecurityGroupId: string }[];
}

/** What the tests ask of a cache. */
export interface ReplicationGroup {
  readonly Status: string;
  readonly NodeGroups: { readonly PrimaryEndpoint: { readonly Address: string } }[];
}

/** What the tests ask of a Kafka cluster. */
export interface KafkaCluster {
  readonly ClusterArn: string;
  readonly BrokerNodeGroupInfo: { readonly ClientSubnets: string[]; readonly SecurityGroups: string[] };
}

/** What is set on the bucket. */
export interface Bucket {
  readonly access: unknown;
  readonly encryption: unknown[];
  readonly versioning: string;
  readonly rules: unknown[];
  readonly policy: { readonly Effect: string; readonly Condition?: unknown }[];
}

/** The one resource of a type, as the account knows it. */
function only(world: World, type: string): string {
  const ids = world.physicalIdsOf(type);
  expect(ids).toHaveLength(1);
  return ids[0];
}

/** The name of the bucket of objects; the other one has backups. */
export function bucketName(world: World): string {
  return world.physicalIdsOf('AWS::S3::Bucket').find((name) => name.includes('objectstorage'))!;
}

export function databaseOf(world: World): Database {
  const DBInstanceIdentifier = only(world, 'AWS::RDS::DBInstance');
  return world.aws.ask<{ DBInstances: Database[] }>('rds', 'describe_db_instances', { DBInstanceIdentifier }).DBInstances[0];
}

/** The parameters of a database that are not what AWS sets by itself. */
export function databaseParameters(world: World, database: Database): Record<string, string> {
  const { DBParameterGroupName } = database.DBParameterGroups[0];
  const { Parameters } = world.aws.ask<{ Parameters: { ParameterName: string; ParameterValue: string }[] }>('rds', 'describe_db_parameters', {
    DBParameterGroupName,
  });
  return Object.fromEntries(Parameters.map(({ ParameterName, ParameterValue }) => [ParameterName, ParameterValue]));
}

export function cacheOf(world: World): ReplicationGroup {
  const ReplicationGroupId = only(world, 'AWS::ElastiCache::ReplicationGroup');
  return world.aws.ask<{ ReplicationGroups: ReplicationGroup[] }>('elasticache', 'describe_replication_groups', { ReplicationGroupId })
    .ReplicationGroups[0];
}

export function kafkaOf(world: World): KafkaCluster {
  return world.aws.ask<{ ClusterInfo: KafkaCluster }>('kafka', 'describe_cluster', { ClusterArn: only(world, 'AWS::MSK::Cluster') }).ClusterInfo;
}

/** What makes the disks of Kafka grow. */
export function kafkaStorage(world: World): { target: { readonly ResourceId: string }; policy: { readonly PolicyType: string } } {
  const ServiceNamespace = 'kafka';
  const { ScalableTargets } = world.aws.ask<{ ScalableTargets: { ResourceId: string }[] }>('application-autoscaling', 'describe_scalable_targets', {
    ServiceNamespace,
  });
  const { ScalingPolicies } = world.aws.ask<{ ScalingPolicies: { PolicyType: string }[] }>('application-autoscaling', 'describe_scaling_policies', {
    ServiceNamespace,
  });
  expect([ScalableTargets.length, ScalingPolicies.length]).toEqual([1, 1]);
  return { target: ScalableTargets[0], policy: ScalingPolicies[0] };
}

export function scalingGroup(world: World): { readonly VPCZoneIdentifier: string } {
  const AutoScalingGroupNames = [only(world, 'AWS::AutoScaling::AutoScalingGroup')];
  return world.aws.ask<{ AutoScalingGroups: { VPCZoneIdentifier: string }[] }>('autoscaling', 'describe_auto_scaling_groups', {
    AutoScalingGroupNames,
  }).AutoScalingGroups[0];
}

export function hostedZone(world: World): { HostedZone: { Name: string; Config: { PrivateZone: boolean } }; VPCs: { VPCId: string }[] } {
  return world.aws.ask('route53', 'get_hosted_zone', { Id: only(world, 'AWS::Route53::HostedZone') });
}

/** What keeps the public out of the bucket. */
export function bucketAccess(world: World): unknown {
  const name = { Bucket: bucketName(world) };
  return world.aws.ask<{ PublicAccessBlockConfiguration: unknown }>('s3', 'get_public_access_block', name).PublicAccessBlockConfiguration;
}

/** Everything that is set on the bucket. */
export function bucketOf(world: World): Bucket {
  const name = { Bucket: bucketName(world) };
  const { Policy } = world.aws.ask<{ Policy: string }>('s3', 'get_bucket_policy', name);
  return {
    access: bucketAccess(world),
    encryption: world.aws.ask<{ ServerSideEncryptionConfiguration: { Rules: unknown[] } }>('s3', 'get_bucket_encryption', name)
      .ServerSideEncryptionConfiguration.Rules,
    versioning: world.aws.ask<{ Status: string }>('s3', 'get_bucket_versioning', name).Status,
    rules: world.aws.ask<{ Rules: unknown[] }>('s3', 'get_bucket_lifecycle_configuration', name).Rules,
    policy: (JSON.parse(Policy) as { Statement: { Effect: string; Condition?: unknown }[] }).Statement,
  };
}

export function objectExists(world: World, Bucket: string, Key: string): boolean {
  return world.aws.ask<{ ContentLength: number }>('s3', 'head_object', { Bucket, Key }).ContentLength > 0;
}

/** The databases that are left, and the names of the snapshots that somebody asked for; of the cache with its subnet group. */
export function keptSnapshots(world: World) {
  const { DBSnapshots } = world.aws.ask<{ DBSnapshots: { DBSnapshotIdentifier: string }[] }>('rds', 'describe_db_snapshots', {
    SnapshotType: 'manual',
  });
  const { Snapshots } = world.aws.ask<{ Snapshots: { SnapshotName: string; CacheSubnetGroupName: string }[] }>('elasticache', 'describe_snapshots');
  return {
    databases: world.aws.ask<{ DBInstances: unknown[] }>('rds', 'describe_db_instances').DBInstances,
    ofDatabase: DBSnapshots.map(({ DBSnapshotIdentifier }) => DBSnapshotIdentifier),
    ofCache: Snapshots.map(({ SnapshotName, CacheSubnetGroupName }) => [SnapshotName, CacheSubnetGroupName]),
  };
}
