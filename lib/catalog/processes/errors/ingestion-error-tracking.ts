import { nodeMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { addressOf } from '../../process-context';
import { Product } from '../../product';
import { ingestion } from '../shared/ingestion';
import { geoIp, NODE_GEOIP_FOLDER, personHog } from '../shared/node';

/**
 * Ingests exceptions from Kafka into ClickHouse, through cymbal. Until cymbal answers, it reads the same messages again
 * (nodejs/src/ingestion/pipelines/errortracking/cymbal-processing-step.ts).
 */
export const INGESTION_ERROR_TRACKING = ingestion({
  process: PostHogProcess.INGESTION_ERROR_TRACKING,
  id: 'IngestionErrorTracking',
  products: [Product.ERROR_TRACKING],
  mode: 'ingestion-errortracking',
  // A quarter of the 250 events a second that one Node thread is estimated at (docs/scale.md): more exceptions than `SMALL` has events.
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 16 },
  },
  memory: nodeMemory({ idleMiB: 290, startMiB: 414 }, { dev: 576, small: 768, production: 1024, large: 1536 }),
  geoIpFolder: NODE_GEOIP_FOLDER,
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CYMBAL],
  environment: (context) => ({ ...personHog(context), ...geoIp(), ERROR_TRACKING_CYMBAL_BASE_URL: addressOf(context, PostHogProcess.CYMBAL) }),
});
