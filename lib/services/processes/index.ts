import { BROWSERLESS } from './browserless';
import { CAPTURE, CAPTURE_AI, REPLAY_CAPTURE } from './capture';
import { CAPTURE_LOGS } from './capture-logs';
import { CYMBAL, CYMBAL_NOTIFICATIONS, CYMBAL_RESOLUTION } from './cymbal';
import { FEATURE_FLAGS } from './feature-flags';
import { HYPERCACHE_SERVER } from './hypercache-server';
import { INGESTION_ERROR_TRACKING, INGESTION_GENERAL, INGESTION_LOGS, INGESTION_SESSION_REPLAY, INGESTION_TRACES } from './ingestion';
import { LIVESTREAM } from './livestream';
import { PERSONHOG_REPLICA, PERSONHOG_ROUTER } from './personhog';
import { CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER, CDP_JANITOR, PLUGINS } from './plugins';
import { PROPERTY_DEFS, PROPERTY_DEFS_AI } from './property-defs';
import { RECORDING_API } from './recording-api';
import { TEMPORAL } from './temporal';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from './temporal-workers';
import { WEB } from './web';
import { WORKER } from './worker';
import { ProcessDefinition } from '../process-definition';

/** Every process that can be deployed. Adding one is one entry here, and one in the table of sizes. */
export const PROCESSES: readonly ProcessDefinition[] = [
  WEB,
  WORKER,
  PERSONHOG_REPLICA,
  PERSONHOG_ROUTER,
  CAPTURE,
  INGESTION_GENERAL,
  PROPERTY_DEFS,
  FEATURE_FLAGS,
  HYPERCACHE_SERVER,
  REPLAY_CAPTURE,
  INGESTION_SESSION_REPLAY,
  RECORDING_API,
  BROWSERLESS,
  PLUGINS,
  CDP_JANITOR,
  CDP_HOGFLOW_SCHEDULER,
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  INGESTION_ERROR_TRACKING,
  CYMBAL,
  CYMBAL_RESOLUTION,
  CYMBAL_NOTIFICATIONS,
  CAPTURE_LOGS,
  INGESTION_LOGS,
  INGESTION_TRACES,
  CAPTURE_AI,
  PROPERTY_DEFS_AI,
  LIVESTREAM,
  TEMPORAL,
  TEMPORAL_DJANGO_WORKER,
  TEMPORAL_BATCH_EXPORTS_WORKER,
];
