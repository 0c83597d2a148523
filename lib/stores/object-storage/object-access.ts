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

/**
 * Returns the condition on listing objects: a prefix, if one is named, must be one of these.
 *
 * S3 checks the same permission, without a prefix, if an object is missing, and responds with 403 instead of 404 without it; and for HeadBucket,
 * with which several processes start. So a list without a prefix, which names all objects, cannot be refused.
 *
 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (permissions: 404 with s3:ListBucket, 403 without)
 */
export function listsBelow(...patterns: readonly string[]): Record<string, Record<string, string[]>> {
  return { StringLikeIfExists: { 's3:prefix': [...patterns] } };
}

/**
 * Grants access to the objects of a bucket that match a pattern, and to its encryption key, if any.
 *
 * @param bucket the bucket
 * @param grantee the process
 * @param access the actions
 * @param pattern the keys of the objects
 * @param listed further prefixes that it may list
 */
export function grantObjects(bucket: IBucket, grantee: IGrantable, access: ObjectAccess, pattern = '*', listed: readonly string[] = []): Grant {
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
  const conditions = pattern === '*' ? undefined : listsBelow(...listed, pattern);
  return Grant.addToPrincipal({ grantee, actions: [...BUCKET_ACTIONS], resourceArns: [bucket.bucketArn], conditions }).combine(
    Grant.addToPrincipal({ grantee, actions: writes ? [...READ_ACTIONS, ...WRITE] : [...READ_ACTIONS], resourceArns: [objects] }),
  );
}
