import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { OBJECT_PREFIXES } from '../../catalog/object-prefixes';
import { acknowledge } from '../../private/acknowledge';
import { checkDays } from '../../private/quantities';
import { invalidValue } from '../../private/errors';

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
   * The removal policy of the bucket: RETAIN or DESTROY. A bucket that is not empty cannot be deleted without `autoDeleteObjects`.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Indicates whether all objects are deleted before the bucket. Only with `RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;
}

const DEFAULTS = { noncurrentVersionExpiration: Duration.days(30), removalPolicy: RemovalPolicy.RETAIN, autoDeleteObjects: false };

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
    throw invalidValue('autoDeleteObjects', 'needs `removalPolicy: RemovalPolicy.DESTROY`', autoDeleteObjects, 'leave it out, or set that policy');
  }
}

/** Defines the bucket. It has a generated name, and no change of the props replaces it. */
export function defineBucket(scope: Construct, props: ObjectStorageProps, recordingsPrefix: string): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: props.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey: props.encryptionKey,
    // Without it, every recording would need a request to KMS.
    bucketKeyEnabled: props.encryptionKey ? true : undefined,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    lifecycleRules: lifecycleRules(props, recordingsPrefix),
    serverAccessLogsBucket: props.serverAccessLogsBucket,
    serverAccessLogsPrefix: props.serverAccessLogsBucket ? 'posthog/' : undefined,
    removalPolicy: props.removalPolicy ?? DEFAULTS.removalPolicy,
    autoDeleteObjects: props.autoDeleteObjects ?? DEFAULTS.autoDeleteObjects,
  });
  acknowledge(bucket, { S3BucketReplicationEnabled: 'replication to another region is up to the user: it doubles the cost of recordings' });
  if (!props.serverAccessLogsBucket) {
    const reason = 'access logs need another bucket: set `serverAccessLogsBucket`';
    acknowledge(bucket, { 'AwsSolutions-S1': reason, 'S3BucketLoggingEnabled': reason });
  }
  if (!props.encryptionKey) {
    acknowledge(bucket, { S3DefaultEncryptionKMS: 'encrypted with an S3 managed key; `encryptionKey` sets another' });
  }
  return bucket;
}

/** Returns the lifecycle rules. Of two rules for the same object, S3 applies the one that expires earlier. */
function lifecycleRules(props: ObjectStorageProps, recordingsPrefix: string): LifecycleRule[] {
  return [
    {
      id: 'Leftovers',
      abortIncompleteMultipartUploadAfter: Duration.days(7),
      noncurrentVersionExpiration: props.noncurrentVersionExpiration ?? DEFAULTS.noncurrentVersionExpiration,
      expiredObjectDeleteMarker: true,
    },
    {
      id: 'Recordings',
      prefix: `${recordingsPrefix}/`,
      expiration: props.recordingsExpiration,
      // They are written once. Recordings that are deleted in PostHog, for example to erase personal data, must be deleted here as well.
      noncurrentVersionExpiration: Duration.days(1),
    },
    ...OBJECT_PREFIXES.filter(({ expiresAfterDays }) => expiresAfterDays !== undefined).map(({ prefix, expiresAfterDays }) => ({
      id: prefix,
      prefix: `${prefix}/`,
      expiration: Duration.days(expiresAfterDays!),
      noncurrentVersionExpiration: Duration.days(1),
    })),
  ];
}
