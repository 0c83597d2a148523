import { nodeMemory } from '../../memory';
import { AI_BLOBS_PREFIX } from '../../object-prefixes';
import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';
import { aiBlobSettings } from '../shared/ai-blobs';
import { ingestion } from '../shared/ingestion';
import { geoIp, NODE_GEOIP_FOLDER, personHog } from '../shared/node';

/**
 * Ingests events, AI events, heatmaps and warnings from Kafka into ClickHouse, in one process (nodejs/src/servers/ingestion-general-server.ts).
 *
 * With Product.AI, it moves the images and files of AI events to object storage.
 */
export const INGESTION_GENERAL = ingestion({
  process: PostHogProcess.INGESTION_GENERAL,
  id: 'IngestionGeneral',
  products: [Product.EVENTS],
  mode: 'ingestion-v2-combined',
  sizes: {
    dev: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 6 },
    production: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 12 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 4, maxTasks: 48 },
  },
  memory: nodeMemory(
    { idleMiB: 293, startMiB: 412, loadMiB: 819, load: 'a backlog of 30,000 events of 2 KB of 2,000 persons' },
    { dev: 1024, small: 1024, production: 1536, large: 2048 },
  ),
  geoIpFolder: NODE_GEOIP_FOLDER,
  needs: [PostHogProcess.PERSONHOG_ROUTER],
  objectsWith: { process: PostHogProcess.CAPTURE_AI, prefix: AI_BLOBS_PREFIX },
  environment: (context) => ({ ...personHog(context), ...geoIp(), ...aiBlobSettings(context) }),
});
