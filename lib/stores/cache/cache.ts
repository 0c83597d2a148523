import { ISecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { CfnParameterGroup, CfnReplicationGroup, CfnSubnetGroup } from 'aws-cdk-lib/aws-elasticache';
import { Construct } from 'constructs';
import { CACHE_PORT, CacheBase, CacheEncryption, ICache, nodeIds } from './cache-base';
import { CACHE_CHECKS, CACHE_DEFAULTS, CacheProps, checkCacheProps } from './cache-props';
import { CacheAttributes, ImportedCache } from './imported-cache';
import { defineReplicationGroup } from './replication-group';
import { retainDependencies } from '../removal';
import { checkProps } from '../../private/checks/check';
import { encryptWith } from '../../private/encryption-key';
import { withPath } from '../../private/errors';
import { InlineSecurityGroup } from '../../private/security-group';

/**
 * Valkey on ElastiCache: an encrypted replication group with cluster mode disabled.
 *
 * It defines the group, its parameters and a security group, to which rules are added for the processes that use it. There is no password:
 * several processes can send none. Access is controlled by the security group.
 */
export class Cache extends CacheBase {
  /**
   * Imports an existing Valkey or Redis server: version 7.2 or later, node-based, cluster mode disabled, no password.
   *
   * Throws if the host is known not to work with PostHog.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the server
   */
  public static fromCacheAttributes(scope: Construct, id: string, attrs: CacheAttributes): ICache {
    return new ImportedCache(scope, id, attrs);
  }

  /** The replication group. */
  public readonly replicationGroup: CfnReplicationGroup;
  /** The parameter group of the nodes. */
  public readonly parameterGroup: CfnParameterGroup;
  /** The subnet group of the nodes. */
  public readonly subnetGroup: CfnSubnetGroup;
  /** The security group of the nodes, to which rules are added for the processes that use them. */
  public readonly securityGroup: ISecurityGroup;
  /** The id of the replication group. Always defined. */
  public readonly replicationGroupId?: string;
  /** The ids of the nodes, as in their metrics (`CacheClusterId`). The first one is the primary until a failover. */
  public readonly nodeIds: string[];
  public readonly host: string;
  public readonly encryption: CacheEncryption;

  public constructor(scope: Construct, id: string, props: CacheProps) {
    super(scope, id, CACHE_PORT);
    checkProps(this, props, CACHE_CHECKS);
    encryptWith(this, props.encryptionKey);
    withPath(this, () => checkCacheProps(props));
    this.securityGroup = new InlineSecurityGroup(this, 'SecurityGroup', {
      vpc: props.vpc,
      description: 'PostHog cache: nodes',
      allowAllOutbound: false,
    });
    this.connections.addSecurityGroup(this.securityGroup);
    const { group, parameterGroup, subnetGroup } = withPath(this, () => defineReplicationGroup(this, props, this.securityGroup));
    this.replicationGroup = group;
    this.parameterGroup = parameterGroup;
    this.subnetGroup = subnetGroup;
    this.replicationGroupId = group.ref;
    this.nodeIds = nodeIds(group.ref, 1 + (props.replicas ?? CACHE_DEFAULTS.replicas));
    this.encryption = props.encryption ?? CACHE_DEFAULTS.encryption;
    this.host = group.attrPrimaryEndPointAddress;
    retainDependencies(this, props.removalPolicy ?? CACHE_DEFAULTS.removalPolicy);
  }
}
