import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { checkDays } from '../../private/durations';
import { checkEnum } from '../../private/enums';
import { rejected } from '../../private/errors';
import { checkWhole } from '../../private/numbers';

/**
 * What a cache does when its memory is full.
 */
export enum CacheEviction {
  /** It refuses to take anything more. This is what a queue needs: nothing that is in it is lost. */
  NONE = 'noeviction',
  /** It forgets what was used least recently, of what has an expiry. */
  VOLATILE_LRU = 'volatile-lru',
  /** It forgets what was used least recently. Not for the cache that `worker` takes its jobs from. */
  ALL_KEYS_LRU = 'allkeys-lru',
}

/**
 * What a Valkey on ElastiCache is made from.
 */
export interface CacheProps {
  /** The VPC that the nodes stand in. */
  readonly vpc: IVpc;
  /**
   * The subnets that the nodes stand in, in two or more availability zones.
   *
   * @default - the isolated subnets; where there are none, the private ones
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * The kind of node.
   *
   * @default 'cache.t4g.small'
   */
  readonly nodeType?: string;
  /**
   * How many further nodes hold the same data, from 0 to 5. With one or more, another node in another zone takes over when the first fails.
   *
   * @default 0
   */
  readonly replicas?: number;
  /**
   * What happens when memory is full.
   *
   * @default CacheEviction.NONE
   */
  readonly evictionPolicy?: CacheEviction;
  /**
   * How long daily snapshots are kept, up to 35 days. `Duration.days(0)` makes none.
   *
   * @default Duration.days(1)
   */
  readonly backupRetention?: Duration;
  /**
   * When the daily snapshot is made, in UTC, such as `03:00-04:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredBackupWindow?: string;
  /**
   * When ElastiCache may restart nodes for maintenance, in UTC, such as `sun:04:00-sun:05:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredMaintenanceWindow?: string;
  /**
   * What happens to the nodes when they are removed from the stack or replaced. ElastiCache knows no deletion protection.
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

/** Refuses what ElastiCache would refuse. */
export function checkCacheProps(props: CacheProps): void {
  const { nodeType, evictionPolicy } = props;
  if (nodeType !== undefined && !Token.isUnresolved(nodeType) && !/^cache\.[a-z0-9]+\.[a-z0-9]+$/.test(nodeType)) {
    throw rejected('nodeType', `must be the name of a node type, such as '${CACHE_DEFAULTS.nodeType}'`, nodeType);
  }
  if (Token.isUnresolved(props.replicas)) {
    throw rejected('replicas', 'must be a number at synthesis: whether there is a failover depends on it', 'a token');
  }
  checkWhole('replicas', props.replicas, 0, 5);
  if (evictionPolicy !== undefined) {
    checkEnum('evictionPolicy', evictionPolicy, CacheEviction);
  }
  checkDays('backupRetention', props.backupRetention, 0, 35);
}
