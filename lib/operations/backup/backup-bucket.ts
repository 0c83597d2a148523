import { Duration, Stack, Token } from 'aws-cdk-lib/core';
import { IRole, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { BlockPublicAccess, Bucket, BucketEncryption, IBucket } from 'aws-cdk-lib/aws-s3';
import { RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { BACKUP_PREFIXES, LOCK_FILE } from './backup-manifest';
import { acknowledge, resultTexts } from '../../private/acknowledge';
import { encryptionKeyOf } from '../../private/encryption-key';
import { logCdkFunction } from '../../private/program-function';
import { resourcePolicy } from '../../private/removal-policy';

/** The time for which deleted objects stay as old versions, so that a mistake or an attack can be noticed and undone. */
const DELETED_KEPT = Duration.days(7);

/** Defines the bucket of backups. With `RemovalPolicy.DESTROY` it is emptied and deleted with its stack. */
export function defineBackupBucket(scope: Construct, id: string, removalPolicy: RemovalPolicy): Bucket {
  const encryptionKey = encryptionKeyOf(scope);
  const bucket = new Bucket(scope, id, {
    blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
    encryption: encryptionKey ? BucketEncryption.KMS : BucketEncryption.S3_MANAGED,
    encryptionKey,
    // Without it, every file of a backup would need a request to KMS.
    bucketKeyEnabled: encryptionKey ? true : undefined,
    enforceSSL: true,
    minimumTLSVersion: 1.2,
    versioned: true,
    // No rule deletes current objects: only the function knows which backups need each other.
    lifecycleRules: [
      {
        id: 'Leftovers',
        abortIncompleteMultipartUploadAfter: Duration.days(2),
        noncurrentVersionExpiration: DELETED_KEPT,
        expiredObjectDeleteMarker: true,
      },
    ],
    removalPolicy: resourcePolicy(removalPolicy),
    autoDeleteObjects: removalPolicy === RemovalPolicy.DESTROY,
  });
  logCdkFunction(scope, 'Custom::S3AutoDeleteObjects');
  acknowledge(bucket, {
    'AwsSolutions-S1': 'access logs need another bucket: pass a `bucket` that has them',
    'S3BucketLoggingEnabled': 'access logs need another bucket: pass a `bucket` that has them',
    'S3BucketReplicationEnabled': 'replication to another region is up to the user: pass a `bucket` that has it',
    ...(encryptionKey ? {} : { S3DefaultEncryptionKMS: 'encrypted with an S3 managed key; `encryptionKey` sets another' }),
  });
  return bucket;
}

/**
 * Returns the URL of a bucket for ClickHouse, without a slash at its end. The certificate of S3 does not cover names with dots before the
 * endpoint.
 */
export function bucketUrl(bucket: IBucket): string {
  const { region, urlSuffix } = Stack.of(bucket);
  const endpoint = `s3.${bucket.env.region ?? region}.${urlSuffix}`;
  const { bucketName } = bucket;
  return !Token.isUnresolved(bucketName) && bucketName.includes('.') ? `https://${endpoint}/${bucketName}` : `https://${bucketName}.${endpoint}`;
}

/**
 * Allows the servers to write and read backups. They can delete nothing except the mark of an unfinished backup: the function deletes backups.
 *
 * The policy is defined here and not with the roles: a ClickHouse in another stack would otherwise depend on the stack of the bucket.
 *
 * @see https://github.com/ClickHouse/ClickHouse/blob/master/src/Backups/BackupImpl.cpp (createLockFile, removeLockFile)
 */
export function allowServers(scope: Construct, id: string, serverRoles: readonly IRole[], bucket: IBucket): Policy {
  const objects = bucket.arnForObjects(`${BACKUP_PREFIXES.backups}*`);
  const locks = bucket.arnForObjects(`${BACKUP_PREFIXES.backups}*/${LOCK_FILE}`);
  const policy = new Policy(scope, id, {
    roles: [...serverRoles],
    statements: [
      new PolicyStatement({
        actions: ['s3:ListBucket', 's3:GetBucketLocation'],
        resources: [bucket.bucketArn],
        conditions: { StringLikeIfExists: { 's3:prefix': [`${BACKUP_PREFIXES.backups}*`] } },
      }),
      new PolicyStatement({
        actions: ['s3:GetObject', 's3:PutObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'],
        resources: [objects],
      }),
      new PolicyStatement({ actions: ['s3:DeleteObject'], resources: [locks] }),
      ...(bucket.encryptionKey
        ? [new PolicyStatement({ actions: ['kms:Decrypt', 'kms:GenerateDataKey'], resources: [bucket.encryptionKey.keyArn] })]
        : []),
    ],
  });
  acknowledge(policy, {
    IAMNoInlinePolicy: 'the policy belongs to the servers of one ClickHouse',
    ...wildcards(bucket, [objects, locks], 'ClickHouse chooses the names of the files of a backup, below one prefix'),
  });
  return policy;
}

/** Returns the acknowledgements of resources with a wildcard. */
export function wildcards(bucket: IBucket, arns: readonly string[], reason: string): Record<string, string> {
  return Object.fromEntries(
    arns.flatMap((arn) => resultTexts(Stack.of(bucket), arn)).map((text) => [`AwsSolutions-IAM5[Resource::${text}]`, reason]),
  );
}
