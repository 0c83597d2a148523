import { WAREHOUSE_PREFIX } from '../../object-prefixes';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext, where } from '../../process-context';

/**
 * Returns Django's settings for files, recordings, batch exports and the data warehouse: one bucket, with the prefixes of `OBJECT_PREFIXES`.
 *
 * Sources: posthog/settings/{object_storage,session_replay_v2,batch_exports,data_warehouse,ses}.py of PostHog/posthog, July 2026.
 */
export function objectSettings(context: ProcessContext): Record<string, string> {
  const { objectStorage } = context;
  const {
    endpoint,
    region,
    bucket: { bucketName },
  } = objectStorage;
  return {
    OBJECT_STORAGE_ENABLED: 'true',
    OBJECT_STORAGE_ENDPOINT: endpoint,
    OBJECT_STORAGE_PUBLIC_ENDPOINT: endpoint,
    OBJECT_STORAGE_REGION: region,
    OBJECT_STORAGE_BUCKET: bucketName,
    SESSION_RECORDING_V2_S3_ENABLED: 'true',
    SESSION_RECORDING_V2_S3_ENDPOINT: endpoint,
    SESSION_RECORDING_V2_S3_REGION: region,
    SESSION_RECORDING_V2_S3_BUCKET: bucketName,
    SESSION_RECORDING_V2_S3_PREFIX: objectStorage.recordingsPrefix,
    // Several clients get no region in code: boto3 and s3fs read AWS_DEFAULT_REGION, delta-rs and newer settings AWS_REGION.
    AWS_DEFAULT_REGION: region,
    AWS_REGION: region,
    // The region of the domains that workflows send mail from. Upstream's default is us-east-1.
    SES_REGION: region,
    ...batchExports(context),
    ...dataWarehouse(context),
  };
}

/** Returns the settings of batch exports: ClickHouse writes to the bucket, the worker reads from it. Upstream's defaults are compose names. */
function batchExports(context: ProcessContext): Record<string, string> {
  const {
    objectStorage: { endpoint, region, bucket },
    fileDownloadsRole,
  } = context;
  return {
    BATCH_EXPORT_OBJECT_STORAGE_ENDPOINT: endpoint,
    BATCH_EXPORT_OBJECT_STORAGE_REGION: region,
    BATCH_EXPORT_INTERNAL_STAGING_BUCKET: bucket.bucketName,
    ...where(context, PostHogProcess.PLUGINS, (address) => ({ BATCH_EXPORT_WORKFLOWS_API_URL: address })),
    ...(fileDownloadsRole && {
      BATCH_EXPORTS_FILE_DOWNLOAD_BUCKET: bucket.bucketName,
      BATCH_EXPORTS_FILE_DOWNLOAD_REGION: region,
      BATCH_EXPORTS_FILE_DOWNLOAD_ROLE_ARN: fileDownloadsRole.roleArn,
    }),
  };
}

/**
 * Returns the settings of the data warehouse. Upstream's defaults are the bucket `data-warehouse`, which on S3 belongs to another account, and a
 * cache on loopback. Connections to the cache are plain (products/warehouse_sources/backend/temporal/data_imports/row_tracking.py), which both
 * kinds of `CacheEncryption` allow.
 */
function dataWarehouse({ objectStorage: { region, bucket }, cache, urlSuffix }: ProcessContext): Record<string, string> {
  const { bucketName } = bucket;
  return {
    // Newer versions read it; false selects the real S3.
    USE_LOCAL_SETUP: 'false',
    BUCKET_URL: `s3://${bucketName}/${WAREHOUSE_PREFIX}`,
    BUCKET_PATH: WAREHOUSE_PREFIX,
    DATAWAREHOUSE_BUCKET: bucketName,
    DATAWAREHOUSE_BUCKET_DOMAIN: `${bucketName}.s3.${region}.${urlSuffix}`,
    // For newer versions; those of July read AWS_REGION.
    DATA_WAREHOUSE_S3_REGION: region,
    DATA_WAREHOUSE_REDIS_HOST: cache.host,
    DATA_WAREHOUSE_REDIS_PORT: String(cache.port),
  };
}
