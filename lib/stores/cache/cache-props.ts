import { Duration, RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { CacheEncryption } from './cache-base';
import { instanceType, kmsKey, removalPolicy, subnetSelection, vpc } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { boolean, days, oneOf, wholeNumber } from '../../private/checks/values';
import { dailyWindow, weeklyWindow } from '../../private/checks/windows';
import { invalidProp, invalidValue } from '../../private/errors';

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
   * The instance type of the nodes, without the prefix `cache.` that ElastiCache's names have.
   *
   * @default InstanceType.of(InstanceClass.T4G, InstanceSize.SMALL)
   */
  readonly nodeType?: InstanceType;
  /**
   * The number of replicas, from 0 to 5. The first one and `automaticFailover` need two deployments.
   *
   * @default 0
   */
  readonly replicas?: number;
  /**
   * Indicates whether a replica in another availability zone takes over if the primary fails.
   *
   * ElastiCache is known to refuse a change of failover and of the number of nodes in one update (aws-cloudformation/cloudformation-coverage-roadmap
   * issue 383). To add the first replica to an existing cache, deploy it with `automaticFailover: false`, and then without. To remove the last one,
   * deploy `automaticFailover: false` first.
   *
   * @default - true if there are replicas
   */
  readonly automaticFailover?: boolean;
  /**
   * The encryption of connections: PREFERRED or REQUIRED. REQUIRED drops the plain connections of processes, so use it only for products whose
   * processes can all use TLS.
   *
   * @default CacheEncryption.PREFERRED
   */
  readonly encryption?: CacheEncryption;
  /**
   * The behaviour when memory is full.
   *
   * @default CacheEviction.NONE
   */
  readonly evictionPolicy?: CacheEviction;
  /**
   * Indicates whether ElastiCache takes a snapshot every day.
   *
   * @default true
   */
  readonly automaticBackups?: boolean;
  /**
   * The retention of daily snapshots, from 1 to 35 days. Not with `automaticBackups: false`.
   *
   * @default Duration.days(1)
   */
  readonly backupRetention?: Duration;
  /**
   * The time of the daily snapshot, in UTC, an hour or more, such as `03:00-04:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredBackupWindow?: string;
  /**
   * The time of maintenance, which may restart nodes, in UTC, an hour or more, such as `sun:04:00-sun:05:00`.
   *
   * @default - ElastiCache chooses
   */
  readonly preferredMaintenanceWindow?: string;
  /**
   * The customer managed KMS key for data at rest. Only for a new cache: another key replaces an existing one, which `preflight` refuses. An
   * imported key needs the policy of docs/stores.md.
   *
   * @default - the AWS managed key of each service
   */
  readonly encryptionKey?: IKey;
  /**
   * The policy for nodes that are removed from the stack or replaced. ElastiCache has no deletion protection.
   *
   * @default RemovalPolicy.SNAPSHOT
   */
  readonly removalPolicy?: RemovalPolicy;
}

export const CACHE_DEFAULTS = {
  nodeType: InstanceType.of(InstanceClass.T4G, InstanceSize.SMALL),
  replicas: 0,
  encryption: CacheEncryption.PREFERRED,
  evictionPolicy: CacheEviction.NONE,
  automaticBackups: true,
  backupRetention: Duration.days(1),
  removalPolicy: RemovalPolicy.SNAPSHOT,
};

/**
 * Windows last an hour or more.
 *
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateReplicationGroup.html (PreferredMaintenanceWindow)
 * @see https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-automatic.html (backup window)
 */
const WINDOW_MINUTES = 60;

export const CACHE_CHECKS: Checks<CacheProps> = {
  vpc: required(vpc, 'the VPC of the nodes'),
  vpcSubnets: subnetSelection,
  nodeType: instanceType('that ElastiCache supports, without `cache.`, such as t4g.small'),
  replicas: wholeNumber(0, 5),
  automaticFailover: boolean,
  encryption: oneOf(CacheEncryption),
  evictionPolicy: oneOf(CacheEviction),
  automaticBackups: boolean,
  backupRetention: days(1, 35),
  preferredBackupWindow: dailyWindow(WINDOW_MINUTES),
  preferredMaintenanceWindow: weeklyWindow(WINDOW_MINUTES),
  encryptionKey: kmsKey,
  removalPolicy,
};

/** Rejects props that contradict each other. */
export function checkCacheProps(props: CacheProps): void {
  const { replicas, automaticFailover, encryption, automaticBackups, backupRetention, preferredBackupWindow } = props;
  if (encryption === CacheEncryption.NONE) {
    throw invalidValue('encryption', 'must be PREFERRED or REQUIRED: a created cache accepts TLS', encryption);
  }
  if (Token.isUnresolved(replicas)) {
    throw invalidValue('replicas', 'must be known at synthesis: failover depends on it', replicas);
  }
  if (automaticFailover && (replicas ?? CACHE_DEFAULTS.replicas) === 0) {
    throw invalidProp('automaticFailover', 'needs a replica that can take over', 'set `replicas` to 1 or more');
  }
  if (automaticBackups === false && (backupRetention ?? preferredBackupWindow) !== undefined) {
    const prop = backupRetention === undefined ? 'preferredBackupWindow' : 'backupRetention';
    throw invalidProp(prop, 'cannot be combined with `automaticBackups: false`', 'leave one of them out');
  }
}
