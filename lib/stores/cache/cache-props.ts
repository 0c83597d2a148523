import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkDays } from '../../private/quantities';
import { checkEnum } from '../../private/enums';
import { invalidValue } from '../../private/errors';
import { checkWhole } from '../../private/numbers';

/**
 * The behaviour of a cache when its memory is full.
 */
export enum CacheEviction {
  /** Writes fail. A task queue needs this: no entry is lost. */
  NONE = 'noeviction',
  /** The least recently used key with an expiry is evicted. */
  VOLATILE_LRU = 'volatile-lru',
  /** The least recently used key is evicted. Not for the cache that holds the task queue of `worker`. */
  ALL_KEYS_LRU = 'allkeys-lru',
}

/**
 * Properties for `Cache`.
 */
export interface CacheProps {
  /** The VPC of the nodes. */
  readonly vpc: IVpc;
  /**
   * The subnets of the nodes, in two or more availability zones.
   *
   * @default - the isolated subnets, or the private ones if there are none
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The node type.
   *
   * @default 'cache.t4g.small'
   */
  readonly nodeType?: string;
  /**
   * The number of replicas, from 0 to 5. With one or more, a node in another availability zone takes over if the primary fails.
   *
   * @default 0
   */
  readonly replicas?: number;
  /**
   * The behaviour when memory is full.
   *
   * @default CacheEviction.NONE
   */
  readonly evictionPolicy?: CacheEviction;
  /**
   * The retention of daily snapshots, up to 35 days. `Duration.days(0)` disables them.
   *
   * @default Duration.days(1)
   */
  readonly backupRetention?: Duration;
  /**
   * The time of the daily snapshot, in UTC, such as `03:00-04:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredBackupWindow?: string;
  /**
   * The time of maintenance, which may restart nodes, in UTC, such as `sun:04:00-sun:05:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredMaintenanceWindow?: string;
  /**
   * The policy for nodes that are removed from the stack or replaced. ElastiCache has no deletion protection.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const CACHE_DEFAULTS = {
  nodeType: 'cache.t4g.small',
  replicas: 0,
  evictionPolicy: CacheEviction.NONE,
  backupRetention: Duration.days(1),
  removalPolicy: RemovalPolicy.SNAPSHOT,
};

/** Rejects props that ElastiCache would reject. */
export function checkCacheProps(props: CacheProps): void {
  const { nodeType, evictionPolicy } = props;
  if (nodeType !== undefined && !Token.isUnresolved(nodeType) && !/^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) {
    throw invalidValue('nodeType', `must be the name of a node type, such as '${CACHE_DEFAULTS.nodeType}'`, nodeType);
  }
  if (Token.isUnresolved(props.replicas)) {
    throw invalidValue('replicas', 'must be known at synthesis: failover depends on it', 'a token');
  }
  checkWhole('replicas', props.replicas, 0, 5);
  if (evictionPolicy !== undefined) {
    checkEnum('evictionPolicy', evictionPolicy, CacheEviction);
  }
  checkDays('backupRetention', props.backupRetention, 0, 35);
}
