import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { IKey } from 'aws-cdk-lib/aws-kms';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { OBJECT_PREFIXES } from '../../catalog/object-prefixes';
import { acknowledge } from '../../private/acknowledge';
import { checkDays } from '../../private/durations';
import { rejected } from '../../private/errors';

/**
 * What a bucket for PostHog is made from.
 */
export interface ObjectStorageProps {
  /**
   * Where in the bucket session recordings go: no slash at either end.
   *
   * @default 'session_recordings'
   */
  readonly recordingsPrefix?: string;
  /**
   * After how many days session recordings are deleted for good. Make it no shorter than the longest retention that is chosen in PostHog,
   * which forgets a recording after that time and leaves its file behind.
   *
   * @default - never
   */
  readonly recordingsExpiration?: Duration;
  /**
   * How long what was deleted or overwritten can still be had back, session recordings excepted.
   *
   * @default Duration.days(30)
   */
  readonly noncurrentVersionExpiration?: Duration;
  /**
   * A key of yours to encrypt objects with. Objects that are there already keep the one that they have.
   *
   * @default - the key that S3 keeps
   */
  readonly encryptionKey?: IKey;
  /**
   * The bucket that requests are logged to.
   *
   * @default - requests are not logged
   */
  readonly serverAccessLogsBucket?: IBucket;
  /**
   * What happens to the bucket when it is removed from the stack: RETAIN or DESTROY. A bucket that holds anything is not deleted, unless
   * `autoDeleteObjects` is set.
   *
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Whether everything in the bucket is deleted before the bucket is. Only with `RemovalPolicy.DESTROY`.
   *
   * @default false
   */
  readonly autoDeleteObjects?: boolean;
}

const DEFAULTS = { noncurrentVersionExpiration: Duration.days(30), removalPolicy: RemovalPolicy.RETAIN, autoDeleteObjects: false };

/** S3 counts days; more than a century is a mistake. */
const MAX_DAYS = 36_500;

/** Refuses what cannot work. */
export function checkObjectStorageProps({ removalPolicy, autoDeleteObjects, ...props }: ObjectStorageProps): void {
  checkDays('recordingsExpiration', props.recordingsExpiration, 1, MAX_DAYS);
  checkDays('noncurrentVersionExpiration', props.noncurrentVersionExpiration, 1, MAX_DAYS);
  if (removalPolicy === RemovalPolicy.SNAPSHOT) {
    throw rejected('removalPolicy', 'must be RETAIN or DESTROY: of buckets there are no snapshots', removalPolicy);
  }
  if (autoDeleteObjects && removalPolicy !== RemovalPolicy.DESTROY) {
    throw rejected('autoDeleteObjects', 'may be set with `removalPolicy: RemovalPolicy.DESTROY` only', autoDeleteObjects, 'leave it out, or let the bucket be deleted');
  }
}

/** Defines the bucket. It has no name of its own, and nothing that can be changed here replaces it. */
export function defineBucket(scope: Construct, props: ObjectStorageProps, recordingsPrefix: string): Bucket {
  const bucket = new Bucket(scope, 'Bucket', {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: props.encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey: props.encryptionKey,
    // Without it, every recording would be a request to KMS.
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
  acknowledge(bucket, { S3BucketReplicationEnabled: 'a copy in another region is the owner\'s choice: it doubles what recordings cost' });
  if (!props.serverAccessLogsBucket) {
    const reason = 'logging takes a bucket that only the owner can name, with `serverAccessLogsBucket`';
    acknowledge(bucket, { 'AwsSolutions-S1': reason, 'S3BucketLoggingEnabled': reason });
  }
  if (!props.encryptionKey) {
    acknowledge(bucket, { S3DefaultEncryptionKMS: 'encrypted with the key that S3 keeps; `encryptionKey` names another' });
  }
  return bucket;
}

/** Of two rules for the same object, S3 follows the one that is done sooner. */
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
      // They are written once. What is gone from PostHog, because somebody asked to be forgotten, must be gone from here too.
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
