import { BATCH_BODY_BYTES } from '../../kafka/limits';
import { JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CAPTURE_IMAGE, captureSettings, sinkSettings } from '../shared/capture';

/**
 * Receives AI events, which are large, separately so that they do not delay others.
 *
 * In the mode `ai`, newer versions serve only the paths of AI events, and serve `/i/v1/ai/events` in no other mode (PostHog/posthog#83698,
 * PostHog/posthog#87034). capture itself writes attachments of AI events to object storage.
 */
export const CAPTURE_AI: ProcessDefinition<PostHogProcess.CAPTURE_AI> = {
  ...CAPTURE_IMAGE,
  process: PostHogProcess.CAPTURE_AI,
  id: 'CaptureAi',
  products: [Product.AI],
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 10 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 20 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 3, maxTasks: 40 },
  },
  memory: {
    mib: 53,
    commit: JULY_TREE,
    basis:
      'Rss after its start, without optimisations of the compiler; four AI events of 8 MB at once took it to 146 MiB, bodies of up to 34 MB ' +
      'one after the other to 239 MiB. Its Kafka producers as those of capture',
    reservationMiB: { dev: 1024, small: 1280, production: 1536, large: 2048 },
    reservationBasis: 'two Kafka producers with 400 MiB of unsent events each, and bodies of 34 MB (239 MiB and more)',
  },
  stores: ['cache', 'kafka', 'objectStorage'],
  objects: 'read-write',
  settings: (context) =>
    captureSettings(context, PostHogProcess.CAPTURE_AI, 'ai', context.kafka.maxMessageBytes, {
      ...sinkSettings(context),
      // Both producers must accept the messages of these events.
      CAPTURE_V1_SINK_MSK_KAFKA_MESSAGE_MAX_BYTES: String(context.kafka.maxMessageBytes),
      CAPTURE_V1_MAX_COMPRESSED_BODY_BYTES: String(BATCH_BODY_BYTES),
      // Without keys it uses its task role (rust/capture/src/s3_client.rs).
      AI_S3_BUCKET: context.objectStorage.bucket.bucketName,
      AI_S3_PREFIX: 'llma/',
      AI_S3_ENDPOINT: context.objectStorage.endpoint,
      AI_S3_REGION: context.objectStorage.region,
    }),
};
