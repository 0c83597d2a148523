import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';
import { recordingStorage } from './recording-storage';
import { nodeMemory } from '../../memory';
import { ingestion } from '../shared/ingestion';
import { NODE_STORES } from '../shared/node';

/** Writes session recordings to object storage. */
export const INGESTION_SESSION_REPLAY = ingestion({
  process: PostHogProcess.INGESTION_SESSION_REPLAY,
  id: 'IngestionSessionReplay',
  products: [Product.SESSION_REPLAY],
  mode: 'recordings-blob-ingestion-v2',
  sizes: {
    dev: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 1024, memoryLimitMiB: 3072, minTasks: 1, maxTasks: 6 },
    production: { cpu: 2048, memoryLimitMiB: 6144, minTasks: 2, maxTasks: 12 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 4, maxTasks: 48 },
  },
  memory: nodeMemory(
    { idleMiB: 271, startMiB: 387, loadMiB: 806, load: 'a backlog of 12,000 messages of 20 KB of 300 sessions' },
    { dev: 1024, small: 1280, production: 2048, large: 3072 },
  ),
  stores: [...NODE_STORES, 'objectStorage'],
  objects: 'read-write',
  environment: recordingStorage,
});
