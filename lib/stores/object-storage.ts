import { Stack, Token } from 'aws-cdk-lib/core';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { acknowledge, findingText } from '../private/acknowledge';
import { at, rejected } from '../private/errors';

const DEFAULT_RECORDINGS_PREFIX = 'session_recordings';

/** What the processes do with the bucket and with objects; the CDK's own grants are wider. */
const BUCKET = ['s3:ListBucket', 's3:GetBucketLocation'];
const READ = ['s3:GetObject'];
const WRITE = ['s3:PutObject', 's3:PutObjectTagging', 's3:DeleteObject', 's3:AbortMultipartUpload', 's3:ListMultipartUploadParts'];

/**
 * A bucket that PostHog keeps files and session recordings in.
 */
export interface IObjectStorage extends IConstruct {
  /** The bucket. */
  readonly bucket: IBucket;
  /** The region that the bucket lies in. */
  readonly region: string;
  /** The URL of S3 in that region. */
  readonly endpoint: string;
  /** Where in the bucket session recordings go. */
  readonly recordingsPrefix: string;
  /**
   * Let a process read, write and delete objects.
   *
   * @param grantee the process
   */
  grantReadWrite(grantee: IGrantable): Grant;
  /**
   * Let a process read objects.
   *
   * @param grantee the process
   */
  grantRead(grantee: IGrantable): Grant;
}

/**
 * A bucket that you keep.
 */
export interface ObjectStorageAttributes {
  /** The bucket, in the region of the stack. */
  readonly bucket: IBucket;
  /**
   * Where in the bucket session recordings go: no slash at either end.
   *
   * @default 'session_recordings'
   */
  readonly recordingsPrefix?: string;
}

/**
 * Object storage.
 */
export class ObjectStorage {
  /**
   * Use a bucket that you keep. Processes reach it through their task roles, without keys.
   *
   * @param scope where to define it
   * @param id its construct id
   * @param attrs what PostHog must know about it
   */
  public static fromObjectStorageAttributes(scope: Construct, id: string, attrs: ObjectStorageAttributes): IObjectStorage {
    return new ImportedObjectStorage(scope, id, attrs);
  }

  private constructor() {}
}

class ImportedObjectStorage extends Construct implements IObjectStorage {
  public readonly bucket: IBucket;
  public readonly region: string;
  public readonly endpoint: string;
  public readonly recordingsPrefix: string;

  public constructor(scope: Construct, id: string, attrs: ObjectStorageAttributes) {
    super(scope, id);
    this.bucket = attrs.bucket;
    this.region = Stack.of(this).region;
    const { region } = attrs.bucket.env;
    if (!Token.isUnresolved(region) && !Token.isUnresolved(this.region) && region !== this.region) {
      at(this, () => {
        throw rejected('bucket', `must be in the region of the stack, ${this.region}`, region);
      });
    }
    this.endpoint = `https://s3.${this.region}.${Stack.of(this).urlSuffix}`;
    this.recordingsPrefix = attrs.recordingsPrefix ?? DEFAULT_RECORDINGS_PREFIX;
    if (this.recordingsPrefix === '' || /^\/|\/$/.test(this.recordingsPrefix)) {
      at(this, () => {
        throw rejected('recordingsPrefix', 'must be a key prefix without a slash at either end', this.recordingsPrefix);
      });
    }
  }

  public grantReadWrite(grantee: IGrantable): Grant {
    this.bucket.encryptionKey?.grantEncryptDecrypt(grantee);
    return this.grant(grantee, [...READ, ...WRITE]);
  }

  public grantRead(grantee: IGrantable): Grant {
    this.bucket.encryptionKey?.grantDecrypt(grantee);
    return this.grant(grantee, READ);
  }

  private grant(grantee: IGrantable, actions: string[]): Grant {
    const objects = this.bucket.arnForObjects('*');
    if (Construct.isConstruct(grantee.grantPrincipal)) {
      acknowledge(grantee.grantPrincipal, {
        [`AwsSolutions-IAM5[Resource::${findingText(Stack.of(this).resolve(objects))}]`]: 'PostHog names its objects itself; the bucket is its own',
      });
    }
    return Grant.addToPrincipal({ grantee, actions: [...BUCKET], resourceArns: [this.bucket.bucketArn] })
      .combine(Grant.addToPrincipal({ grantee, actions, resourceArns: [objects] }));
  }
}
