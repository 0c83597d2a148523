import { Stack, Token } from 'aws-cdk-lib/core';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { RECORDINGS_PREFIX } from '../../catalog/object-prefixes';
import { grantObjects, ObjectAccess } from './object-access';
import { checkObjectStorageProps, defineBucket, ObjectStorageProps } from './object-storage-bucket';
import { invalidValue, withPath } from '../../private/errors';

/**
 * A bucket for PostHog's files and session recordings.
 */
export interface IObjectStorage extends IConstruct {
  /** The bucket. */
  readonly bucket: IBucket;
  /** The region of the bucket. */
  readonly region: string;
  /** The URL of S3 in that region. */
  readonly endpoint: string;
  /** The prefix of session recordings. */
  readonly recordingsPrefix: string;
  /**
   * Grants a process read, write and delete access to objects.
   *
   * @param grantee the process
   * @param prefix the first part of their keys, without a slash at the end; all objects without it
   */
  grantReadWrite(grantee: IGrantable, prefix?: string): Grant;
  /**
   * Grants a process read access to objects.
   *
   * @param grantee the process
   * @param prefix the first part of their keys, without a slash at the end; all objects without it
   */
  grantRead(grantee: IGrantable, prefix?: string): Grant;
}

/**
 * An existing bucket.
 */
export interface ObjectStorageAttributes {
  /** The bucket, in the region of the stack. */
  readonly bucket: IBucket;
  /**
   * The prefix of session recordings, without a slash at either end.
   *
   * @default 'session_recordings'
   */
  readonly recordingsPrefix?: string;
}

/**
 * A bucket for all of PostHog's objects: uploads, exports, source maps, session recordings, attachments of AI events.
 *
 * It is private, encrypted, reachable with TLS only, and versioned, so that deleted or overwritten objects can be restored for a while. Processes
 * access it with their task roles, without keys. Each kind of object has its own prefix.
 */
export class ObjectStorage extends Construct implements IObjectStorage {
  /**
   * Imports an existing bucket. Processes access it with their task roles, without keys.
   *
   * @param scope the scope
   * @param id the construct id
   * @param attrs the attributes of the bucket
   */
  public static fromObjectStorageAttributes(scope: Construct, id: string, attrs: ObjectStorageAttributes): IObjectStorage {
    return new ImportedObjectStorage(scope, id, attrs);
  }

  public readonly bucket: IBucket;
  public readonly region: string;
  public readonly endpoint: string;
  public readonly recordingsPrefix: string;

  public constructor(scope: Construct, id: string, props: ObjectStorageProps = {}) {
    super(scope, id);
    this.region = Stack.of(this).region;
    this.endpoint = endpointOf(this);
    this.recordingsPrefix = props.recordingsPrefix ?? RECORDINGS_PREFIX;
    withPath(this, () => {
      checkPrefix(this.recordingsPrefix);
      checkObjectStorageProps(props);
    });
    this.bucket = defineBucket(this, props, this.recordingsPrefix);
  }

  public grantReadWrite(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ_WRITE, below(prefix));
  }

  public grantRead(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ, below(prefix));
  }
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
      withPath(this, () => {
        throw invalidValue('bucket', `must be in the region of the stack, ${this.region}`, region);
      });
    }
    this.endpoint = endpointOf(this);
    this.recordingsPrefix = attrs.recordingsPrefix ?? RECORDINGS_PREFIX;
    withPath(this, () => checkPrefix(this.recordingsPrefix));
  }

  public grantReadWrite(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ_WRITE, below(prefix));
  }

  public grantRead(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ, below(prefix));
  }
}

/** Returns the endpoint of S3 in the region of the stack. Presigned URLs use it, and the client for recordings requires it. */
function endpointOf(storage: Construct): string {
  return `https://s3.${Stack.of(storage).region}.${Stack.of(storage).urlSuffix}`;
}

function below(prefix: string | undefined): string | undefined {
  return prefix === undefined ? undefined : `${prefix}/*`;
}

function checkPrefix(recordingsPrefix: string): void {
  if (recordingsPrefix === '' || /^\/|\/$/.test(recordingsPrefix)) {
    throw invalidValue('recordingsPrefix', 'must be a key prefix without a slash at either end', recordingsPrefix);
  }
}
