import { Token } from 'aws-cdk-lib/core';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import { ObjectStorageBase } from './object-storage-base';
import { recordingsPrefix } from './object-storage-props';
import { bucket } from '../../private/checks/cdk';
import { checkProps, Checks, required } from '../../private/checks/check';
import { invalidValue, withPath } from '../../private/errors';

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

const CHECKS: Checks<ObjectStorageAttributes> = { bucket: required(bucket, 'the bucket, in the region of the stack'), recordingsPrefix };

/** An imported bucket. */
export class ImportedObjectStorage extends ObjectStorageBase {
  public readonly bucket: IBucket;

  public constructor(scope: Construct, id: string, attrs: ObjectStorageAttributes) {
    super(scope, id, attrs?.recordingsPrefix);
    checkProps(this, attrs, CHECKS);
    this.bucket = attrs.bucket;
    const { region } = attrs.bucket.env;
    if (!Token.isUnresolved(region) && !Token.isUnresolved(this.region) && region !== this.region) {
      withPath(this, () => {
        throw invalidValue('bucket', `must be in the region of the stack, ${this.region}`, region);
      });
    }
  }
}
