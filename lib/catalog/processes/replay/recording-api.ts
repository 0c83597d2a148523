import { modeOf } from '../../generations/generation';
import { PostHogProcess } from '../../posthog-process';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { recordingStorage } from './recording-storage';
import { nodeMemory } from '../../memory';
import { CacheClient, cacheUrl } from '../shared/cache';
import { NODE, nodeClickHouse, nodeSettings, NODE_PORT, NODE_PROBE, NODE_STORES } from '../shared/node';

/** Reads session recordings for the app, and deletes them. */
export const RECORDING_API: ProcessDefinition<PostHogProcess.RECORDING_API> = {
  ...NODE,
  process: PostHogProcess.RECORDING_API,
  id: 'RecordingApi',
  products: [Product.SESSION_REPLAY],
  port: NODE_PORT,
  probe: NODE_PROBE,
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 4 },
    production: { cpu: 512, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 8 },
    large: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 16 },
  },
  memory: nodeMemory({ idleMiB: 228, startMiB: 355 }, { dev: 448, small: 448, production: 640, large: 1024 }),
  stores: [...NODE_STORES, 'clickHouse', 'objectStorage'],
  objects: 'read-write',
  needs: [],
  settings: (context) => {
    const { environment, secrets } = nodeClickHouse(context);
    return nodeSettings(context, {
      mode: modeOf(context.generation, PostHogProcess.RECORDING_API),
      environment: {
        ...recordingStorage(context),
        // It also accepts a URL, and has no default.
        SESSION_RECORDING_API_REDIS_HOST: cacheUrl(context.cache, CacheClient.NODE),
        SESSION_RECORDING_API_REDIS_PORT: String(context.cache.port),
        ...environment,
      },
      secrets,
    });
  },
};
