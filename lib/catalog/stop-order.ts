import { PostHogProcess } from './posthog-process';

/** A step of a stop: processes that stop together. A start has the same steps in reverse. */
export interface StopStep {
  readonly name: string;
  /** The consequence, or a condition to wait for before the next step. */
  readonly note: string;
  readonly processes: readonly PostHogProcess[];
}

/**
 * The order in which processes stop so that no accepted data is lost and no process calls one that is already stopped.
 *
 * First no data enters; then consumers and jobs finish; then the app stops, and last the processes that all others call.
 */
export const STOP_STEPS: readonly StopStep[] = [
  {
    name: 'entry',
    note: 'from now on, SDKs get errors: events, recordings and logs that they do not send again are lost',
    processes: [PostHogProcess.CAPTURE, PostHogProcess.REPLAY_CAPTURE, PostHogProcess.CAPTURE_AI, PostHogProcess.CAPTURE_LOGS],
  },
  {
    name: 'consumers and jobs',
    note: 'wait before it until the consumers have read the accepted data; otherwise it stays in Kafka, for the retention of its topic',
    processes: [
      PostHogProcess.INGESTION_GENERAL,
      PostHogProcess.INGESTION_SESSION_REPLAY,
      PostHogProcess.INGESTION_ERROR_TRACKING,
      PostHogProcess.INGESTION_LOGS,
      PostHogProcess.INGESTION_TRACES,
      PostHogProcess.PROPERTY_DEFS,
      PostHogProcess.PROPERTY_DEFS_AI,
      PostHogProcess.CYMBAL_NOTIFICATIONS,
      PostHogProcess.CDP_JANITOR,
      PostHogProcess.CDP_HOGFLOW_SCHEDULER,
      PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
      PostHogProcess.PLUGINS,
      PostHogProcess.WORKER,
      PostHogProcess.TEMPORAL_DJANGO_WORKER,
      PostHogProcess.TEMPORAL_BATCH_EXPORTS_WORKER,
    ],
  },
  {
    name: 'app',
    note: 'the app, feature flags and live events answer with errors',
    processes: [
      PostHogProcess.WEB,
      PostHogProcess.FEATURE_FLAGS,
      PostHogProcess.HYPERCACHE_SERVER,
      PostHogProcess.LIVESTREAM,
      PostHogProcess.RECORDING_API,
      PostHogProcess.BROWSERLESS,
    ],
  },
  {
    name: 'services of other processes',
    note: 'only data stores are left',
    processes: [
      PostHogProcess.TEMPORAL,
      PostHogProcess.CYMBAL,
      PostHogProcess.CYMBAL_RESOLUTION,
      PostHogProcess.PERSONHOG_ROUTER,
      PostHogProcess.PERSONHOG_REPLICA,
    ],
  },
];
