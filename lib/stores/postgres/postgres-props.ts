import { Token } from 'aws-cdk-lib/core';
import { InstanceClass, InstanceSize, InstanceType } from 'aws-cdk-lib/aws-ec2';
import { PostgresEngineVersion } from 'aws-cdk-lib/aws-rds';
import { checkPostgresOptions, PostgresOptions } from './postgres-options';
import { invalidValue } from '../../private/errors';
import { checkWhole } from '../../private/numbers';

/**
 * Properties for `Postgres`.
 */
export interface PostgresProps extends PostgresOptions {
  /**
   * The version. PostHog tests with 15. With a major version only, RDS uses the newest minor version.
   *
   * @default PostgresEngineVersion.VER_15
   */
  readonly version?: PostgresEngineVersion;
  /**
   * Indicates whether `version` may change to another major version. The server is down during the upgrade, which cannot be undone.
   *
   * @default false
   */
  readonly allowMajorVersionUpgrade?: boolean;
  /**
   * The instance type. Less than 4 GiB of memory are not enough for the connections of PostHog's processes.
   *
   * @default InstanceType.of(InstanceClass.T4G, InstanceSize.MEDIUM)
   */
  readonly instanceType?: InstanceType;
  /**
   * The initial storage, in GiB: 20 or more. It can grow, but not shrink.
   *
   * @default 50
   */
  readonly allocatedStorage?: number;
  /**
   * The maximum of storage autoscaling, in GiB.
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
 * The limits of gp3 storage on RDS for PostgreSQL, in GiB, and of its autoscaling.
 *
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Storage.html
 * @see https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
 */
const STORAGE = { min: 20, max: 65_536, growth: 10, headroom: 1.1 };

/** Rejects props that RDS would reject, or that would replace an existing server. */
export function checkPostgresProps(props: PostgresProps): void {
  checkPostgresOptions(props);
  checkWhole('allocatedStorage', props.allocatedStorage, STORAGE.min, STORAGE.max);
  checkWhole('maxAllocatedStorage', props.maxAllocatedStorage, STORAGE.min, STORAGE.max);
  const { allocatedStorage = INSTANCE_DEFAULTS.allocatedStorage, maxAllocatedStorage } = props;
  const known = maxAllocatedStorage !== undefined && !Token.isUnresolved(maxAllocatedStorage) && !Token.isUnresolved(allocatedStorage);
  if (known && maxAllocatedStorage < allocatedStorage * STORAGE.headroom) {
    throw invalidValue('maxAllocatedStorage', `must exceed \`allocatedStorage\`, ${allocatedStorage}, by a tenth or more`, maxAllocatedStorage);
  }
}

/** Returns the default maximum of storage autoscaling. */
export function defaultMaxAllocatedStorage(allocatedStorage: number): number | undefined {
  // A token cannot be multiplied; without a maximum, storage does not grow automatically.
  return Token.isUnresolved(allocatedStorage) ? undefined : Math.min(allocatedStorage * STORAGE.growth, STORAGE.max);
}
