import { Duration, RemovalPolicy } from 'aws-cdk-lib/core';
import { BlockPublicAccess, Bucket, BucketEncryption, LifecycleRule } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { OBJECT_STORAGE_DEFAULTS, ObjectStorageProps } from './object-storage-props';
import { OBJECT_PREFIXES } from '../../catalog/object-prefixes';
import { acknowledge } from '../../private/acknowledge';
import { logCdkFunction } from '../../private/program-function';
import { resourcePolicy } from '../../private/removal-policy';

/** Defines the bucket. It has a generated name, and no change of the props replaces it. */
export function defineBucket(scope: Construct, props: ObjectStorageProps, recordingsPrefix: string): Bucket {
  const { removalPolicy = OBJECT_STORAGE_DEFAULTS.removalPolicy } = props;
  const autoDeleteObjects = props.autoDeleteObjects ?? removalPolicy === RemovalPolicy.DESTROY;
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
    removalPolicy: resourcePolicy(removalPolicy),
    autoDeleteObjects,
  });
  logCdkFunction(scope, 'Custom::S3AutoDeleteObjects');
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
      noncurrentVersionExpiration: props.noncurrentVersionExpiration ?? OBJECT_STORAGE_DEFAULTS.noncurrentVersionExpiration,
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
