import { Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { checkPostgresOptions, PostgresOptions } from './postgres-options';
import { rejected } from '../../private/errors';
import { checkWhole } from '../../private/numbers';

/**
 * What a PostgreSQL server on RDS is made from.
 */
export interface PostgresProps extends PostgresOptions {
  /**
   * The version. PostHog tests with 15. Given by its major number, it stays at the newest minor one.
   *
   * @default PostgresEngineVersion.VER_15
   */
  readonly version?: PostgresEngineVersion;
  /**
   * Whether a change of `version` may be one of its major number. The server is away while it is upgraded, and cannot go back.
   *
   * @default false
   */
  readonly allowMajorVersionUpgrade?: boolean;
  /**
   * The kind of machine. With less than 4 GiB of memory there is no room for the connections that PostHog's processes keep.
   *
   * @default InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM)
   */
  readonly instanceType?: InstanceType;
  /**
   * How much storage there is at first, in GiB: 20 or more. It can grow, and never shrink.
   *
   * @default 50
   */
  readonly allocatedStorage?: number;
  /**
   * How far storage may grow by itself, in GiB.
   *
   * @default - ten times `allocatedStorage`
   */
  readonly maxAllocatedStorage?: number;
}

export const INSTANCE_DEFAULTS = {
  version: PostgresEngineVersion.VER_15,
  allowMajorVersionUpgrade: false,
  instanceType: InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM),
  allocatedStorage: 50,
};

/**
 * What gp3 storage can be on RDS for PostgreSQL, in GiB, and what it grows by.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
 */
const STORAGE = { min: 20, max: 65_536, growth: 10, headroom: 1.1 };

/** Refuses what RDS would refuse, and what would replace a server that stands. */
export function checkPostgresProps(props: PostgresProps): void {
  checkPostgresOptions(props);
  checkWhole('allocatedStorage', props.allocatedStorage, STORAGE.min, STORAGE.max);
  checkWhole('maxAllocatedStorage', props.maxAllocatedStorage, STORAGE.min, STORAGE.max);
  const { allocatedStorage = INSTANCE_DEFAULTS.allocatedStorage, maxAllocatedStorage } = props;
  const known = maxAllocatedStorage !== undefined && !Token.isUnresolved(maxAllocatedStorage) && !Token.isUnresolved(allocatedStorage);
  if (known && maxAllocatedStorage < allocatedStorage * STORAGE.headroom) {
    throw rejected('maxAllocatedStorage', `must exceed \`allocatedStorage\`, ${allocatedStorage}, by a tenth or more`, maxAllocatedStorage);
  }
}

/** How far storage may grow by itself where nothing is said. */
export function defaultMaxAllocatedStorage(allocatedStorage: number): number | undefined {
  // Of a number that is not known yet, nothing can be computed; storage does not grow by itself then.
  return Token.isUnresolved(allocatedStorage) ? undefined : Math.min(allocatedStorage * STORAGE.growth, STORAGE.max);
}
