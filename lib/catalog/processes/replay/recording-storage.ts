import { ProcessContext } from '../../process-context';

/** Returns the location of recordings, for the process that writes them and the one that reads them. */
export function recordingStorage({ objectStorage }: ProcessContext): Record<string, string> {
  return {
    SESSION_RECORDING_V2_S3_ENDPOINT: objectStorage.endpoint,
    SESSION_RECORDING_V2_S3_REGION: objectStorage.region,
    SESSION_RECORDING_V2_S3_BUCKET: objectStorage.bucket.bucketName,
    SESSION_RECORDING_V2_S3_PREFIX: objectStorage.recordingsPrefix,
    // Both default to `any`. It uses its task role only if both are empty (nodejs/src/ingestion/pipelines/sessionreplay/shared/s3-client.ts).
    SESSION_RECORDING_V2_S3_ACCESS_KEY_ID: '',
    SESSION_RECORDING_V2_S3_SECRET_ACCESS_KEY: '',
    SESSION_RECORDING_V2_S3_TIMEOUT_MS: '120000',
  };
}
