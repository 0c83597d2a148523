import { nodeMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';
import { ingestion } from '../shared/ingestion';

/** Ingests logs from Kafka into ClickHouse. */
export const INGESTION_LOGS = ingestion({
  process: PostHogProcess.INGESTION_LOGS,
  id: 'IngestionLogs',
  products: [Product.LOGS],
  mode: 'ingestion-logs',
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 6 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 12 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 24 },
  },
  memory: nodeMemory({ idleMiB: 230, startMiB: 357 }, { dev: 448, small: 768, production: 1024, large: 1536 }),
});

/** Ingests traces from Kafka into ClickHouse. */
export const INGESTION_TRACES = ingestion({
  process: PostHogProcess.INGESTION_TRACES,
  id: 'IngestionTraces',
  products: [Product.LOGS],
  mode: 'ingestion-traces',
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 6 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 12 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 24 },
  },
  memory: nodeMemory({ idleMiB: 230, startMiB: 357 }, { dev: 448, small: 768, production: 1024, large: 1536 }),
});
