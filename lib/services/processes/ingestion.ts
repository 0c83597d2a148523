import { aiBlobSettings } from './ai-blobs';
import { geoIp, NODE, nodeSettings, NODE_GEOIP_FOLDER, NODE_PROBE, NODE_STORES, personHog } from './node';
import { recordingStorage } from './recordings';
import { ConsumerMode, scalingGroupsOf } from '../../catalog/consumer-groups';
import { modeOf } from '../../catalog/generation';
import { AI_BLOBS_PREFIX } from '../../catalog/object-prefixes';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { addressOf, ProcessContext, ProcessDefinition } from '../process-definition';

/** What every process between Kafka and ClickHouse is. What one has read and not finished, another one reads again. */
const INGESTION = { ...NODE, probe: NODE_PROBE, interruptible: true, stores: NODE_STORES, needs: [] } as const;

/** What a process between Kafka and ClickHouse has of its own. */
interface IngestionProps extends Partial<Omit<ProcessDefinition, 'consumes' | 'settings'>> {
  readonly process: PostHogProcess;
  readonly id: string;
  /** Its mode in every generation that is known, which decides its consumer groups. */
  readonly mode: ConsumerMode;
  /** Its settings besides those of every Node process. */
  readonly environment?: (context: ProcessContext) => Record<string, string>;
}

/** A process that reads in a mode scales on the groups of that mode. */
function ingestion({ mode, environment = () => ({}), ...props }: IngestionProps): ProcessDefinition {
  return {
    ...INGESTION,
    ...props,
    consumes: scalingGroupsOf(mode),
    settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, props.process), environment: environment(context) }),
  };
}

/**
 * Brings events, AI events, heatmaps and warnings from Kafka to ClickHouse, in one process (nodejs/src/servers/ingestion-general-server.ts).
 *
 * With Product.AI, it moves the images and files of AI events to object storage.
 */
export const INGESTION_GENERAL: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_GENERAL,
  id: 'IngestionGeneral',
  products: [Product.EVENTS],
  mode: 'ingestion-v2-combined',
  geoIpFolder: NODE_GEOIP_FOLDER,
  needs: [PostHogProcess.PERSONHOG_ROUTER],
  objectsWith: { process: PostHogProcess.CAPTURE_AI, prefix: AI_BLOBS_PREFIX },
  environment: (context) => ({ ...personHog(context), ...geoIp(), ...aiBlobSettings(context) }),
});

/** Writes session recordings to object storage. */
export const INGESTION_SESSION_REPLAY: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_SESSION_REPLAY,
  id: 'IngestionSessionReplay',
  products: [Product.SESSION_REPLAY],
  mode: 'recordings-blob-ingestion-v2',
  stores: [...NODE_STORES, 'objectStorage'],
  objects: 'read-write',
  environment: recordingStorage,
});

/** Brings exceptions from Kafka to ClickHouse, by way of cymbal. */
export const INGESTION_ERROR_TRACKING: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_ERROR_TRACKING,
  id: 'IngestionErrorTracking',
  products: [Product.ERROR_TRACKING],
  mode: 'ingestion-errortracking',
  geoIpFolder: NODE_GEOIP_FOLDER,
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CYMBAL],
  environment: (context) => ({ ...personHog(context), ...geoIp(), ERROR_TRACKING_CYMBAL_BASE_URL: addressOf(context, PostHogProcess.CYMBAL) }),
});

/** Brings logs from Kafka to ClickHouse. */
export const INGESTION_LOGS: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_LOGS,
  id: 'IngestionLogs',
  products: [Product.LOGS],
  mode: 'ingestion-logs',
});

/** Brings traces from Kafka to ClickHouse. */
export const INGESTION_TRACES: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_TRACES,
  id: 'IngestionTraces',
  products: [Product.LOGS],
  mode: 'ingestion-traces',
});
