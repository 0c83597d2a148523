import { AI_BLOBS_PREFIX } from '../../object-prefixes';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext } from '../../process-context';

/**
 * Returns the location of the images and files of AI events for the app; none without the process that receives such events.
 *
 * Both sides must name the same bucket and prefix, or every read finds nothing. The app's default is a bucket `ai-blobs`, which on S3 belongs
 * to another account.
 */
export function aiBlobLocation({ isDeployed, objectStorage }: ProcessContext): Record<string, string> {
  return isDeployed(PostHogProcess.CAPTURE_AI)
    ? { AI_BLOB_S3_BUCKET: objectStorage.bucket.bucketName, AI_BLOB_S3_PREFIX: `${AI_BLOBS_PREFIX}/` }
    : {};
}

/**
 * Returns the settings with which ingestion moves the images and files of AI events to object storage, for every team.
 *
 * It checks the bucket at startup, and uses its task role if it has no keys (the blob store of nodejs/src/ingestion/pipelines/ai
 * in PostHog/posthog, August 2026). An empty bucket turns it off.
 */
export function aiBlobSettings(context: ProcessContext): Record<string, string> {
  const location = aiBlobLocation(context);
  return Object.keys(location).length === 0
    ? {}
    : {
        ...location,
        AI_BLOB_S3_ENDPOINT: context.objectStorage.endpoint,
        AI_BLOB_S3_REGION: context.objectStorage.region,
        AI_BLOB_OFFLOAD_TEAMS: '*',
      };
}
