import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ImportedObjectStorage, ObjectStorageAttributes } from './imported-object-storage';
import { IObjectStorage, ObjectStorageBase } from './object-storage-base';
import { defineBucket } from './object-storage-bucket';
import { checkObjectStorageProps, OBJECT_STORAGE_CHECKS, ObjectStorageProps } from './object-storage-props';
import { checkProps } from '../../private/checks/check';
import { withPath } from '../../private/errors';

/**
 * A bucket for all of PostHog's objects: uploads, exports, source maps, session recordings, attachments of AI events.
 *
 * It is private, encrypted, reachable with TLS only, and versioned, so that deleted or overwritten objects can be restored for a while. Processes
 * access it with their task roles, without keys. Each kind of object has its own prefix.
 */
export class ObjectStorage extends ObjectStorageBase {
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

  public constructor(scope: Construct, id: string, props: ObjectStorageProps = {}) {
    super(scope, id, props?.recordingsPrefix);
    checkProps(this, props, OBJECT_STORAGE_CHECKS);
    withPath(this, () => checkObjectStorageProps(props));
    this.bucket = defineBucket(this, props, this.recordingsPrefix);
  }
}
