import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import { CACHE_DEFAULTS, CacheProps } from './cache-props';
import { storeSubnets } from '../store-subnets';
import { acknowledge } from '../../private/acknowledge';

/**
 * What PostHog's own installation runs beside Redis 7.2 (docker-compose.hobby.yml), whose commands it has all of.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/engine-versions.html
 */
const ENGINE = { engine: 'valkey', engineVersion: '8.1', family: 'valkey8' };

/** Defines the nodes with their groups of subnets and parameters. */
export function defineReplicationGroup(scope: Construct, props: CacheProps, port: number, securityGroup: ISecurityGroup): CfnReplicationGroup {
  const { replicas = CACHE_DEFAULTS.replicas, removalPolicy = CACHE_DEFAULTS.removalPolicy } = props;
  const subnetGroup = new CfnSubnetGroup(scope, 'Subnets', {
    description: 'Where the cache of PostHog stands',
    subnetIds: props.vpc.selectSubnets(storeSubnets(props.vpc, props.vpcSubnets)).subnetIds,
  });
  const parameterGroup = new CfnParameterGroup(scope, 'Parameters', {
    description: 'The cache of PostHog',
    cacheParameterGroupFamily: ENGINE.family,
    properties: { 'maxmemory-policy': props.evictionPolicy ?? CACHE_DEFAULTS.evictionPolicy },
  });
  const group = new CfnReplicationGroup(scope, 'Nodes', {
    replicationGroupDescription: 'Cache and queue of PostHog',
    engine: ENGINE.engine,
    engineVersion: ENGINE.engineVersion,
    autoMinorVersionUpgrade: true,
    cacheNodeType: props.nodeType ?? CACHE_DEFAULTS.nodeType,
    // PostHog's clients do not follow MOVED and CROSSSLOT, which is what a group in cluster mode answers (PostHog/posthog issue 4694).
    clusterMode: 'disabled',
    numCacheClusters: 1 + replicas,
    automaticFailoverEnabled: replicas > 0,
    multiAzEnabled: replicas > 0,
    cacheSubnetGroupName: subnetGroup.ref,
    cacheParameterGroupName: parameterGroup.ref,
    securityGroupIds: [securityGroup.securityGroupId],
    port,
    atRestEncryptionEnabled: true,
    // TLS for those who can, plain for those who cannot: which client does what is said in cache-url.ts.
    transitEncryptionEnabled: true,
    transitEncryptionMode: 'preferred',
    snapshotRetentionLimit: (props.backupRetention ?? CACHE_DEFAULTS.backupRetention).toDays(),
    snapshotWindow: props.preferredBackupWindow,
    preferredMaintenanceWindow: props.preferredMaintenanceWindow,
  });
  group.applyRemovalPolicy(removalPolicy);
  acknowledge(group, {
    'AwsSolutions-AEC6': 'feature-flags connects without TLS, and a password needs TLS; who may connect is decided by the security group',
    'ElastiCacheRedisClusterAutomaticBackup': 'what a cache holds for a fortnight is worth nothing any more; `backupRetention` keeps it longer',
  });
  if (replicas === 0) {
    acknowledge(group, { 'AwsSolutions-AEC4': 'a second node costs as much as the first, and is the owner\'s choice, with `replicas`' });
  }
  return group;
}
