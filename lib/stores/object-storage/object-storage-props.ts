import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { bucket, kmsKey, removalPolicyWithoutSnapshot } from '../../private/checks/cdk';
import { Checks } from '../../private/checks/check';
import { boolean, days, text } from '../../private/checks/values';
import { invalidProp } from '../../private/errors';

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

/**
 * Checks the prefix of session recordings.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html (1,024 bytes of a key, of which recordings need a part)
 */
export const recordingsPrefix = text(
  /^[\w!.*'()-]+(\/[\w!.*'()-]+)*$(?<=^.{1,512})/,
  'must be a key prefix without a slash at either end, of up to 512 safe characters',
);

export const OBJECT_STORAGE_CHECKS: Checks<ObjectStorageProps> = {
  recordingsPrefix,
  recordingsExpiration: days(1, MAX_DAYS),
  noncurrentVersionExpiration: days(1, MAX_DAYS),
  encryptionKey: kmsKey,
  serverAccessLogsBucket: bucket,
  removalPolicy: removalPolicyWithoutSnapshot('buckets have no snapshots'),
  autoDeleteObjects: boolean,
};

/** Rejects props that contradict each other. */
export function checkObjectStorageProps({ removalPolicy, autoDeleteObjects }: ObjectStorageProps): void {
  if (autoDeleteObjects && removalPolicy !== RemovalPolicy.DESTROY) {
    throw invalidProp('autoDeleteObjects', 'needs `removalPolicy: RemovalPolicy.DESTROY`', 'leave it out, or set that policy');
  }
}
