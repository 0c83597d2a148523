/**
 * The processes of PostHog that this library knows by name.
 *
 * The values are the names that PostHog's own compose files use.
 *
 * @see https://github.com/PostHog/posthog/blob/master/docker-compose.base.yml
 */
export enum PostHogProcess {
  /** The app: Django, which serves the user interface, its API and the SDK's scripts. */
  WEB = 'web',
  /** The background worker (Celery), with the one scheduler. Answers no request. */
  WORKER = 'worker',
  /** Takes events. */
  CAPTURE = 'capture',
  /** Takes session recordings. */
  REPLAY_CAPTURE = 'replay-capture',
  /** Takes AI events with large bodies. */
  CAPTURE_AI = 'capture-ai',
  /** Takes OpenTelemetry logs, traces and metrics. */
  CAPTURE_LOGS = 'capture-logs',
  /** Evaluates feature flags. */
  FEATURE_FLAGS = 'feature-flags',
  /** Serves the SDK's remote configuration and surveys from the cache. */
  HYPERCACHE_SERVER = 'hypercache-server',
  /** Runs destinations, workflows and inbound webhooks. */
  PLUGINS = 'plugins',
  /** Takes back the jobs of workflows that their workers left behind, and removes finished ones. */
  CDP_JANITOR = 'cdp-cyclotron-v2-janitor',
  /** Starts the workflows that have a time. */
  CDP_HOGFLOW_SCHEDULER = 'cdp-hogflow-scheduler',
  /** Goes on with the workflows that wait for an event. */
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER = 'cdp-hogflow-subscription-matcher',
  /** Brings events, heatmaps and warnings from Kafka to ClickHouse. */
  INGESTION_GENERAL = 'ingestion-general',
  /** Writes session recordings to object storage. */
  INGESTION_SESSION_REPLAY = 'ingestion-sessionreplay',
  /** Brings exceptions from Kafka to ClickHouse. */
  INGESTION_ERROR_TRACKING = 'ingestion-error-tracking',
  /** Brings logs from Kafka to ClickHouse. */
  INGESTION_LOGS = 'ingestion-logs',
  /** Brings traces from Kafka to ClickHouse. */
  INGESTION_TRACES = 'ingestion-traces',
  /** Reads session recordings for the app. */
  RECORDING_API = 'recording-api',
  /** Keeps the list of events and properties that have been seen. */
  PROPERTY_DEFS = 'property-defs-rs',
  /** Keeps the list of AI events and their properties that have been seen. */
  PROPERTY_DEFS_AI = 'property-defs-ai',
  /** Reads persons and groups from PostgreSQL. */
  PERSONHOG_REPLICA = 'personhog-replica',
  /** Where every other process asks for persons and groups. */
  PERSONHOG_ROUTER = 'personhog-router',
  /** Groups exceptions to issues. */
  CYMBAL = 'cymbal',
  /** Resolves the stack traces of exceptions. */
  CYMBAL_RESOLUTION = 'cymbal-resolution',
  /** Reports new, reopened and spiking issues, which alerts wait for. */
  CYMBAL_NOTIFICATIONS = 'cymbal-notifications',
  /** Streams events to browsers as they arrive. */
  LIVESTREAM = 'livestream',
  /** A browser without a screen, which takes pictures of dashboards and heatmaps. */
  BROWSERLESS = 'browserless',
  /** Keeps long-running work: exports, imports, AI. */
  TEMPORAL = 'temporal',
  /** Does the work that Temporal keeps, but for batch exports. */
  TEMPORAL_DJANGO_WORKER = 'temporal-django-worker',
  /** Runs batch exports, which Temporal keeps. PostHog's compose files have no such service: its worker serves them there, or nothing does. */
  TEMPORAL_BATCH_EXPORTS_WORKER = 'temporal-batch-exports-worker',
}

/** Whether a name is that of a process of PostHog. */
export function isProcess(name: string): name is PostHogProcess {
  return (Object.values(PostHogProcess) as string[]).includes(name);
}
