import { aiBlobSettings } from './ai-blobs';
import { geoIp, NODE, nodeSettings, NODE_GEOIP_FOLDER, NODE_PROBE, NODE_STORES, personHog } from './node';
import { recordingStorage } from './recordings';
import { ConsumerMode, scalingGroupsOf } from '../../catalog/consumer-groups';
import { modeOf } from '../../catalog/generation';
import { AI_BLOBS_PREFIX } from '../../catalog/object-prefixes';
import { PostHogProcess } from '../../catalog/posthog-process';
import { Product } from '../../catalog/product';
import { addressOf, ProcessContext, ProcessDefinition } from '../process-definition';

/** The common properties of processes between Kafka and ClickHouse. They are interruptible: another task reads unfinished messages again. */
const INGESTION = { ...NODE, probe: NODE_PROBE, interruptible: true, stores: NODE_STORES, needs: [] } as const;

/** Properties of a process between Kafka and ClickHouse. */
interface IngestionProps extends Partial<Omit<ProcessDefinition, 'consumes' | 'settings'>> {
  readonly process: PostHogProcess;
  readonly id: string;
  /** The mode in every known generation, which determines the consumer groups. */
  readonly mode: ConsumerMode;
  /** Additional settings to those of every Node process. */
  readonly environment?: (context: ProcessContext) => Record<string, string>;
}

/** Returns the definition of a process that scales on the consumer groups of its mode. */
function ingestion({ mode, environment = () => ({}), ...props }: IngestionProps): ProcessDefinition {
  return {
    ...INGESTION,
    ...props,
    consumes: scalingGroupsOf(mode),
    settings: (context) => nodeSettings(context, { mode: modeOf(context.generation, props.process), environment: environment(context) }),
  };
}

/**
 * Ingests events, AI events, heatmaps and warnings from Kafka into ClickHouse, in one process (nodejs/src/servers/ingestion-general-server.ts).
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

/** Ingests exceptions from Kafka into ClickHouse, through cymbal. */
export const INGESTION_ERROR_TRACKING: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_ERROR_TRACKING,
  id: 'IngestionErrorTracking',
  products: [Product.ERROR_TRACKING],
  mode: 'ingestion-errortracking',
  geoIpFolder: NODE_GEOIP_FOLDER,
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CYMBAL],
  environment: (context) => ({ ...personHog(context), ...geoIp(), ERROR_TRACKING_CYMBAL_BASE_URL: addressOf(context, PostHogProcess.CYMBAL) }),
});

/** Ingests logs from Kafka into ClickHouse. */
export const INGESTION_LOGS: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_LOGS,
  id: 'IngestionLogs',
  products: [Product.LOGS],
  mode: 'ingestion-logs',
});

/** Ingests traces from Kafka into ClickHouse. */
export const INGESTION_TRACES: ProcessDefinition = ingestion({
  process: PostHogProcess.INGESTION_TRACES,
  id: 'IngestionTraces',
  products: [Product.LOGS],
  mode: 'ingestion-traces',
});
