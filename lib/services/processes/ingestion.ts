import { geoIp, NODE, nodeSettings, NODE_GEOIP_FOLDER, NODE_PROBE, NODE_STORES, personHog } from './node';
import { recordingStorage } from './recordings';
import { modeOf } from '../../catalog/generation';
import { PostHogProcess } from '../../catalog/posthog-process';
import { addressOf, ProcessDefinition } from '../process-definition';
import { Product } from '../../catalog/product';

/** What every process between Kafka and ClickHouse is. What one has read and not finished, another one reads again. */
const INGESTION = { ...NODE, probe: NODE_PROBE, interruptible: true, stores: NODE_STORES, needs: [] } as const;

/** Brings events, heatmaps and warnings from Kafka to ClickHouse, in one process (nodejs/src/servers/ingestion-general-server.ts). */
export const INGESTION_GENERAL: ProcessDefinition = {
  ...INGESTION,
  process: PostHogProcess.INGESTION_GENERAL,
  id: 'IngestionGeneral',
  products: [Product.EVENTS],
  geoIpFolder: NODE_GEOIP_FOLDER,
  consumes: { group: 'events-ingestion-consumer', topic: 'events_plugin_ingestion' },
  needs: [PostHogProcess.PERSONHOG_ROUTER],
  settings: (context) => nodeSettings(context, {
    mode: modeOf(context.generation, PostHogProcess.INGESTION_GENERAL),
    environment: { ...personHog(context), ...geoIp() },
  }),
};

/** Writes session recordings to object storage. */
export const INGESTION_SESSION_REPLAY: ProcessDefinition = {
  ...INGESTION,
  process: PostHogProcess.INGESTION_SESSION_REPLAY,
  id: 'IngestionSessionReplay',
  products: [Product.SESSION_REPLAY],
  stores: [...NODE_STORES, 'objectStorage'],
  objects: 'read-write',
  consumes: { group: 'session-recordings-blob-v2', topic: 'session_recording_snapshot_item_events' },
  settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, PostHogProcess.INGESTION_SESSION_REPLAY), environment: recordingStorage(context) }),
};

/** Brings exceptions from Kafka to ClickHouse, by way of cymbal. */
export const INGESTION_ERROR_TRACKING: ProcessDefinition = {
  ...INGESTION,
  process: PostHogProcess.INGESTION_ERROR_TRACKING,
  id: 'IngestionErrorTracking',
  products: [Product.ERROR_TRACKING],
  geoIpFolder: NODE_GEOIP_FOLDER,
  consumes: { group: 'ingestion-errortracking', topic: 'ingestion-errortracking-main' },
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CYMBAL],
  settings: (context) => nodeSettings(context, {
    mode: modeOf(context.generation, PostHogProcess.INGESTION_ERROR_TRACKING),
    environment: { ...personHog(context), ...geoIp(), ERROR_TRACKING_CYMBAL_BASE_URL: addressOf(context, PostHogProcess.CYMBAL) },
  }),
};

/** Brings logs from Kafka to ClickHouse. */
export const INGESTION_LOGS: ProcessDefinition = {
  ...INGESTION,
  process: PostHogProcess.INGESTION_LOGS,
  id: 'IngestionLogs',
  products: [Product.LOGS],
  consumes: { group: 'ingestion-logs', topic: 'logs_ingestion' },
  settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, PostHogProcess.INGESTION_LOGS) }),
};

/** Brings traces from Kafka to ClickHouse. */
export const INGESTION_TRACES: ProcessDefinition = {
  ...INGESTION,
  process: PostHogProcess.INGESTION_TRACES,
  id: 'IngestionTraces',
  products: [Product.LOGS],
  consumes: { group: 'ingestion-traces', topic: 'ingestion-traces' },
  settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, PostHogProcess.INGESTION_TRACES) }),
};
