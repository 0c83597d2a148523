import { Duration, Stack } from 'aws-cdk-lib/core';
import { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import { Grant, IGrantable } from 'aws-cdk-lib/aws-iam';
import { IBucket } from 'aws-cdk-lib/aws-s3';
import { Construct, IConstruct } from 'constructs';
import { grantObjects, ObjectAccess } from './object-access';
import { storeMetric } from '../metrics';
import { RECORDINGS_PREFIX } from '../../catalog/object-prefixes';

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
  /**
   * Returns a metric of the bucket, from the namespace `AWS/S3`. By default it is one of all storage classes together; S3 reports it once a day.
   *
   * @param metricName the name of the metric
   * @param props options of the metric; with `dimensionsMap`, include `BucketName`
   */
  metric(metricName: string, props?: MetricOptions): Metric;
  /**
   * Returns the metric of the size of the objects in the storage class S3 Standard, in bytes, with deleted and overwritten objects that can still be
   * restored.
   *
   * @param props options of the metric; by default the average over a day
   */
  metricBucketSize(props?: MetricOptions): Metric;
  /**
   * Returns the metric of the number of objects, with deleted and overwritten ones that can still be restored.
   *
   * @param props options of the metric; by default the average over a day
   */
  metricNumberOfObjects(props?: MetricOptions): Metric;
}

/**
 * The common implementation of created and imported buckets.
 *
 * @internal
 */
export abstract class ObjectStorageBase extends Construct implements IObjectStorage {
  public abstract readonly bucket: IBucket;
  public readonly region: string;
  public readonly endpoint: string;
  public readonly recordingsPrefix: string;

  public constructor(scope: Construct, id: string, recordingsPrefix: string = RECORDINGS_PREFIX) {
    super(scope, id);
    const { region, urlSuffix } = Stack.of(this);
    this.region = region;
    // Presigned URLs use it, and the client for recordings requires it.
    this.endpoint = `https://s3.${region}.${urlSuffix}`;
    this.recordingsPrefix = recordingsPrefix;
  }

  public grantReadWrite(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ_WRITE, below(prefix));
  }

  public grantRead(grantee: IGrantable, prefix?: string): Grant {
    return grantObjects(this.bucket, grantee, ObjectAccess.READ, below(prefix));
  }

  public metric(metricName: string, props?: MetricOptions): Metric {
    return this.storageMetric(metricName, 'AllStorageTypes', props);
  }

  public metricBucketSize(props?: MetricOptions): Metric {
    return this.storageMetric('BucketSizeBytes', 'StandardStorage', props);
  }

  public metricNumberOfObjects(props?: MetricOptions): Metric {
    return this.storageMetric('NumberOfObjects', 'AllStorageTypes', props);
  }

  /** @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html */
  private storageMetric(metricName: string, storageType: string, props?: MetricOptions): Metric {
    const dimensionsMap = { BucketName: this.bucket.bucketName, StorageType: storageType };
    return storeMetric(this, { namespace: 'AWS/S3', metricName, dimensionsMap }, { period: Duration.days(1), ...props });
  }
}

function below(prefix: string | undefined): string | undefined {
  return prefix === undefined ? undefined : `${prefix}/*`;
}
