import { ProcessContext } from '../process-definition';

/** Where the recordings are: for the process that writes them, and the one that reads them. */
export function recordingStorage({ objectStorage }: ProcessContext): Record<string, string> {
  return {
    SESSION_RECORDING_V2_S3_ENDPOINT: objectStorage.endpoint,
    SESSION_RECORDING_V2_S3_REGION: objectStorage.region,
    SESSION_RECORDING_V2_S3_BUCKET: objectStorage.bucket.bucketName,
    SESSION_RECORDING_V2_S3_PREFIX: objectStorage.recordingsPrefix,
    // Left out, both are the text `any`; only where both are empty does it take the role of its task (nodejs/src/ingestion/pipelines/sessionreplay/shared/s3-client.ts).
    SESSION_RECORDING_V2_S3_ACCESS_KEY_ID: '',
    SESSION_RECORDING_V2_S3_SECRET_ACCESS_KEY: '',
    SESSION_RECORDING_V2_S3_TIMEOUT_MS: '120000',
  };
}
