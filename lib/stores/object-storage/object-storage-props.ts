import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { invalidProp, invalidValue } from '../../private/errors';
import { checkDays } from '../../private/quantities';

/**
 * Properties for `ObjectStorage`.
 */
export interface ObjectStorageProps {
  /**
   * The prefix of session recordings, without a slash at either end.
   *
   * @default 'session_recordings'
   */
  readonly recordingsPrefix?: string;
  /**
   * The age at which session recordings are deleted permanently. It must not be shorter than the longest retention in PostHog's settings:
   * PostHog removes a recording from its list after that time, but leaves its file.
   *
   * @default - never
   */
  readonly recordingsExpiration?: Duration;
  /**
   * The time that deleted or overwritten objects can be restored, except session recordings.
   *
   * @default Duration.days(30)
   */
  readonly noncurrentVersionExpiration?: Duration;
  /**
   * The KMS key for the encryption of objects. Existing objects keep their key.
   *
   * @default - an S3 managed key
   */
  readonly encryptionKey?: IKey;
  /**
   * The bucket for server access logs.
   *
   * @default - no access logs
   */
  readonly serverAccessLogsBucket?: IBucket;
  /**
   * The removal policy of the bucket: RETAIN or DESTROY.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Indicates whether all objects are deleted before the bucket. Only with `RemovalPolicy.DESTROY`; without it, the deletion of a bucket that is
   * not empty fails.
   *
   * @default - true with `RemovalPolicy.DESTROY`, otherwise false
   */
  readonly autoDeleteObjects?: boolean;
}

export const OBJECT_STORAGE_DEFAULTS = {
  noncurrentVersionExpiration: Duration.days(30),
  removalPolicy: RemovalPolicy.RETAIN,
};

/** The maximum of expirations in days; more than a century is a mistake. */
const MAX_DAYS = 36_500;

/** Rejects props that cannot work. */
export function checkObjectStorageProps({ removalPolicy, autoDeleteObjects, ...props }: ObjectStorageProps): void {
  checkDays('recordingsExpiration', props.recordingsExpiration, 1, MAX_DAYS);
  checkDays('noncurrentVersionExpiration', props.noncurrentVersionExpiration, 1, MAX_DAYS);
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw invalidValue('removalPolicy', 'must be RETAIN or DESTROY: buckets have no snapshots', removalPolicy);
  }
  if (autoDeleteObjects && removalPolicy !== RemovalPolicy.DESTROY) {
    throw invalidProp('autoDeleteObjects', 'needs `removalPolicy: RemovalPolicy.DESTROY`', 'leave it out, or set that policy');
  }
}
