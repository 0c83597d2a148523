import { Stack } from 'aws-cdk-lib/core';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { acknowledge, resultTexts } from '../../private/acknowledge';

/** The access of a process to objects. */
export enum ObjectAccess {
  READ = 'read',
  READ_WRITE = 'read-write',
}

/** The actions of processes on the bucket and on objects; the CDK's grants are broader. */
export const BUCKET_ACTIONS = ['s3:ListBucket', 's3:GetBucketLocation'];
export const READ_ACTIONS = ['s3:GetObject'];
const WRITE = ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/** Grants access to the objects of a bucket that match a pattern, and to its encryption key, if any. */
export function grantObjects(bucket: IBucket, grantee: IGrantable, access: ObjectAccess, pattern = '*'): Grant {
  const writes = access === ObjectAccess.READ_WRITE;
  if (writes) {
    bucket.encryptionKey?.grantEncryptDecrypt(grantee);
  } else {
    bucket.encryptionKey?.grantDecrypt(grantee);
  }
  const objects = bucket.arnForObjects(pattern);
  if (Construct.isConstruct(grantee.grantPrincipal)) {
    for (const text of resultTexts(Stack.of(bucket), objects)) {
      acknowledge(grantee.grantPrincipal, {
        [`AwsSolutions-IAM5[Resource::${text}]`]: 'PostHog chooses the names of its objects; the bucket is its own',
      });
    }
  }
  return Grant.addToPrincipal({ grantee, actions: [...BUCKET_ACTIONS], resourceArns: [bucket.bucketArn] }).combine(
    Grant.addToPrincipal({ grantee, actions: writes ? [...READ_ACTIONS, ...WRITE] : [...READ_ACTIONS], resourceArns: [objects] }),
  );
}
