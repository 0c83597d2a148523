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
  /** The background worker (Celery), with the scheduler. Answers no request. */
  WORKER = 'worker',
  /** Receives events. */
  CAPTURE = 'capture',
  /** Receives session recordings. */
  REPLAY_CAPTURE = 'replay-capture',
  /** Receives AI events with large bodies. */
  CAPTURE_AI = 'capture-ai',
  /** Receives OpenTelemetry logs, traces and metrics. */
  CAPTURE_LOGS = 'capture-logs',
  /** Evaluates feature flags. */
  FEATURE_FLAGS = 'feature-flags',
  /** Serves the SDK's remote configuration and surveys from the cache. */
  HYPERCACHE_SERVER = 'hypercache-server',
  /** Runs destinations, workflows and inbound webhooks. */
  PLUGINS = 'plugins',
  /** Requeues the jobs of workflows that their workers abandoned, and removes finished ones. */
  CDP_JANITOR = 'cdp-cyclotron-v2-janitor',
  /** Starts scheduled workflows. */
  CDP_HOGFLOW_SCHEDULER = 'cdp-hogflow-scheduler',
  /** Resumes workflows that wait for an event. */
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER = 'cdp-hogflow-subscription-matcher',
  /** Ingests events, heatmaps and warnings from Kafka into ClickHouse. */
  INGESTION_GENERAL = 'ingestion-general',
  /** Writes session recordings to object storage. */
  INGESTION_SESSION_REPLAY = 'ingestion-sessionreplay',
  /** Ingests exceptions from Kafka into ClickHouse. */
  INGESTION_ERROR_TRACKING = 'ingestion-error-tracking',
  /** Ingests logs from Kafka into ClickHouse. */
  INGESTION_LOGS = 'ingestion-logs',
  /** Ingests traces from Kafka into ClickHouse. */
  INGESTION_TRACES = 'ingestion-traces',
  /** Reads session recordings for the app. */
  RECORDING_API = 'recording-api',
  /** Maintains the definitions of events and properties. */
  PROPERTY_DEFS = 'property-defs-rs',
  /** Maintains the definitions of AI events and their properties. */
  PROPERTY_DEFS_AI = 'property-defs-ai',
  /** Reads persons and groups from PostgreSQL. */
  PERSONHOG_REPLICA = 'personhog-replica',
  /** Serves persons and groups to every other process. */
  PERSONHOG_ROUTER = 'personhog-router',
  /** Groups exceptions into issues. */
  CYMBAL = 'cymbal',
  /** Resolves the stack traces of exceptions. */
  CYMBAL_RESOLUTION = 'cymbal-resolution',
  /** Reports new, reopened and spiking issues, which trigger alerts. */
  CYMBAL_NOTIFICATIONS = 'cymbal-notifications',
  /** Streams events to browsers as they arrive. */
  LIVESTREAM = 'livestream',
  /** Headless Chrome for screenshots of dashboards and heatmaps. */
  BROWSERLESS = 'browserless',
  /** Orchestrates long-running work: exports, imports, AI. */
  TEMPORAL = 'temporal',
  /** Runs the work that Temporal orchestrates, except batch exports. */
  TEMPORAL_DJANGO_WORKER = 'temporal-django-worker',
  /** Runs batch exports, which Temporal orchestrates. PostHog's compose files have no such service: its worker serves them there, or nothing does. */
  TEMPORAL_BATCH_EXPORTS_WORKER = 'temporal-batch-exports-worker',
}

/** Returns whether a name is that of a process of PostHog. */
export function isProcess(name: string): name is PostHogProcess {
  return (Object.values(PostHogProcess) as string[]).includes(name);
}
