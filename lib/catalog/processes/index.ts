import { CAPTURE_AI } from './ai/capture-ai';
import { WEB } from './app/web';
import { WORKER } from './app/worker';
import { CYMBAL, CYMBAL_NOTIFICATIONS, CYMBAL_RESOLUTION } from './errors/cymbal';
import { INGESTION_ERROR_TRACKING } from './errors/ingestion-error-tracking';
import { BROWSERLESS } from './exports/browserless';
import { TEMPORAL } from './exports/temporal';
import { TEMPORAL_BATCH_EXPORTS_WORKER, TEMPORAL_DJANGO_WORKER } from './exports/temporal-workers';
import { FEATURE_FLAGS } from './flags/feature-flags';
import { HYPERCACHE_SERVER } from './flags/hypercache-server';
import { CAPTURE } from './ingestion/capture';
import { INGESTION_GENERAL } from './ingestion/ingestion-general';
import { PROPERTY_DEFS, PROPERTY_DEFS_AI } from './ingestion/property-defs';
import { LIVESTREAM } from './live-events/livestream';
import { CAPTURE_LOGS } from './logs/capture-logs';
import { INGESTION_LOGS, INGESTION_TRACES } from './logs/ingestion-logs';
import { PERSONHOG_REPLICA, PERSONHOG_ROUTER } from './persons/personhog';
import { PLUGINS } from './pipelines/plugins';
import { CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER, CDP_JANITOR } from './pipelines/workflows';
import { INGESTION_SESSION_REPLAY } from './replay/ingestion-session-replay';
import { RECORDING_API } from './replay/recording-api';
import { REPLAY_CAPTURE } from './replay/replay-capture';
import { PostHogProcess } from '../posthog-process';
import { ProcessDefinition } from '../process-definition';

/** A definition for every process, under its own name. */
export type ProcessTable = { readonly [P in PostHogProcess]: ProcessDefinition<P> };

/** The definition of every process, in the order in which their resources are defined. Adding a process is one row here. */
const TABLE = {
  [PostHogProcess.WEB]: WEB,
  [PostHogProcess.WORKER]: WORKER,
  [PostHogProcess.PERSONHOG_REPLICA]: PERSONHOG_REPLICA,
  [PostHogProcess.PERSONHOG_ROUTER]: PERSONHOG_ROUTER,
  [PostHogProcess.CAPTURE]: CAPTURE,
  [PostHogProcess.INGESTION_GENERAL]: INGESTION_GENERAL,
  [PostHogProcess.PROPERTY_DEFS]: PROPERTY_DEFS,
  [PostHogProcess.FEATURE_FLAGS]: FEATURE_FLAGS,
  [PostHogProcess.HYPERCACHE_SERVER]: HYPERCACHE_SERVER,
  [PostHogProcess.REPLAY_CAPTURE]: REPLAY_CAPTURE,
  [PostHogProcess.INGESTION_SESSION_REPLAY]: INGESTION_SESSION_REPLAY,
  [PostHogProcess.RECORDING_API]: RECORDING_API,
  [PostHogProcess.BROWSERLESS]: BROWSERLESS,
  [PostHogProcess.PLUGINS]: PLUGINS,
  [PostHogProcess.CDP_JANITOR]: CDP_JANITOR,
  [PostHogProcess.CDP_HOGFLOW_SCHEDULER]: CDP_HOGFLOW_SCHEDULER,
  [PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER]: CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  [PostHogProcess.INGESTION_ERROR_TRACKING]: INGESTION_ERROR_TRACKING,
  [PostHogProcess.CYMBAL]: CYMBAL,
  [PostHogProcess.CYMBAL_RESOLUTION]: CYMBAL_RESOLUTION,
  [PostHogProcess.CYMBAL_NOTIFICATIONS]: CYMBAL_NOTIFICATIONS,
  [PostHogProcess.CAPTURE_LOGS]: CAPTURE_LOGS,
  [PostHogProcess.INGESTION_LOGS]: INGESTION_LOGS,
  [PostHogProcess.INGESTION_TRACES]: INGESTION_TRACES,
  [PostHogProcess.CAPTURE_AI]: CAPTURE_AI,
  [PostHogProcess.PROPERTY_DEFS_AI]: PROPERTY_DEFS_AI,
  [PostHogProcess.LIVESTREAM]: LIVESTREAM,
  [PostHogProcess.TEMPORAL]: TEMPORAL,
  [PostHogProcess.TEMPORAL_DJANGO_WORKER]: TEMPORAL_DJANGO_WORKER,
  [PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER]: TEMPORAL_BATCH_EXPORTS_WORKER,
} satisfies ProcessTable;

/** Every process that can be deployed, in the order in which their resources are defined. */
export const PROCESSES: readonly ProcessDefinition[] = Object.values(TABLE);

/** Returns the definition of a process. */
export function definitionOf(process: PostHogProcess): ProcessDefinition {
  return TABLE[process];
}
