import { NODE, nodeSettings, NODE_PORT, NODE_PROBE, NODE_STORES } from './node';
import { nodeClickHouse } from './node-clickhouse';
import { recordingStorage } from './recordings';
import { modeOf } from '../../catalog/generation';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

/** Reads session recordings for the app, and deletes them. */
export const RECORDING_API: ProcessDefinition = {
  ...NODE,
  process: PostHogProcess.RECORDING_API,
  id: 'RecordingApi',
  products: [Product.SESSION_REPLAY],
  port: NODE_PORT,
  probe: NODE_PROBE,
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
