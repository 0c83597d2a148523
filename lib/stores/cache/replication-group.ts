import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import { CACHE_PORT } from './cache-base';
import { CACHE_DEFAULTS, CacheProps } from './cache-props';
import { storeSubnets } from '../store-subnets';
import { acknowledge } from '../../private/acknowledge';
import { encryptionKeyOf } from '../../private/encryption-key';
import { resourcePolicy } from '../../private/removal-policy';

/**
 * The engine. PostHog's own installation runs it as well as Redis 7.2 (docker-compose.hobby.yml), all of whose commands it supports.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 */
const ENGINE = { engine: 'valkey', engineVersion: '8.1', family: 'valkey8' };

/** The nodes of a cache and what they need. */
export interface ReplicationGroup {
  readonly group: CfnReplicationGroup;
  readonly parameterGroup: CfnParameterGroup;
  readonly subnetGroup: CfnSubnetGroup;
}

/** Defines the replication group with its subnet group and parameter group. */
export function defineReplicationGroup(scope: Construct, props: CacheProps, securityGroup: ISecurityGroup): ReplicationGroup {
  const {
    replicas = CACHE_DEFAULTS.replicas,
    automaticFailover = replicas > 0,
    automaticBackups = CACHE_DEFAULTS.automaticBackups,
    removalPolicy = CACHE_DEFAULTS.removalPolicy,
  } = props;
  const subnetGroup = new CfnSubnetGroup(scope, 'Subnets', {
    description: 'PostHog cache: subnets',
    subnetIds: storeSubnets(props.vpc, props.vpcSubnets).map(({ subnetId }) => subnetId),
  });
  const parameterGroup = new CfnParameterGroup(scope, 'Parameters', {
    description: 'PostHog cache: parameters',
    cacheParameterGroupFamily: ENGINE.family,
    properties: { 'maxmemory-policy': props.evictionPolicy ?? CACHE_DEFAULTS.evictionPolicy },
  });
  const group = new CfnReplicationGroup(scope, 'Nodes', {
    replicationGroupDescription: 'PostHog cache: cache and task queue',
    engine: ENGINE.engine,
    engineVersion: ENGINE.engineVersion,
    autoMinorVersionUpgrade: true,
    cacheNodeType: `cache.${(props.nodeType ?? CACHE_DEFAULTS.nodeType).toString()}`,
    // PostHog's clients do not support MOVED and CROSSSLOT, the responses of a group in cluster mode (PostHog/posthog issue 4694).
    clusterMode: 'disabled',
    numCacheClusters: 1 + replicas,
    automaticFailoverEnabled: automaticFailover,
    multiAzEnabled: automaticFailover,
    cacheSubnetGroupName: subnetGroup.ref,
    cacheParameterGroupName: parameterGroup.ref,
    securityGroupIds: [securityGroup.securityGroupId],
    port: CACHE_PORT,
    atRestEncryptionEnabled: true,
    kmsKeyId: encryptionKeyOf(scope)?.keyArn,
    // TLS for clients that support it, plain connections for the others; see PLAIN_CACHE_CLIENTS.
    transitEncryptionEnabled: true,
    transitEncryptionMode: props.encryption ?? CACHE_DEFAULTS.encryption,
    // Zero disables snapshots.
    snapshotRetentionLimit: automaticBackups ? (props.backupRetention ?? CACHE_DEFAULTS.backupRetention).toDays() : 0,
    snapshotWindow: props.preferredBackupWindow,
    preferredMaintenanceWindow: props.preferredMaintenanceWindow,
  });
  group.applyRemovalPolicy(resourcePolicy(removalPolicy));
  acknowledge(group, {
    'AwsSolutions-AEC6': 'feature-flags connects without TLS, and a password needs TLS; access is controlled by the security group',
    'ElastiCacheRedisClusterAutomaticBackup': 'cached data is worthless after two weeks; `backupRetention` keeps it longer',
  });
  if (!automaticFailover) {
    acknowledge(group, { 'AwsSolutions-AEC4': 'a second node costs as much as the first; `replicas` adds it' });
  }
  return { group, parameterGroup, subnetGroup };
}
