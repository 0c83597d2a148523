import { PostHogProcess } from './posthog-process';
import { Product } from './product';

/** The requirements of an option; each list may be empty. */
export interface Requirements {
  /** Environment variables and secrets that a process has with the option only, by process. */
  readonly settings: Readonly<Partial<Record<PostHogProcess, readonly string[]>>>;
  /** Processes that are deployed with the option only. Their memory is in memory.ts, their topics are in topics.ts. */
  readonly processes: readonly PostHogProcess[];
  /** Queues of Temporal that are served with the option only, if Temporal is deployed. */
  readonly queues: readonly string[];
}

/** A prop of `PostHog` that turns a feature on. */
export type FeatureProp =
  | 'email'
  | 'singleSignOn.google'
  | 'singleSignOn.github'
  | 'singleSignOn.gitlab'
  | 'aiKeys.anthropicApiKey'
  | 'aiKeys.openAiApiKey'
  | 'aiKeys.geminiApiKey'
  | 'slackApp';

const {
  WEB,
  WORKER,
  TEMPORAL_DJANGO_WORKER,
  TEMPORAL,
  TEMPORAL_BATCH_EXPORTS_WORKER,
  CAPTURE,
  INGESTION_GENERAL,
  PROPERTY_DEFS,
  FEATURE_FLAGS,
  HYPERCACHE_SERVER,
  REPLAY_CAPTURE,
  INGESTION_SESSION_REPLAY,
  RECORDING_API,
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
} = PostHogProcess;

/** Returns the same settings for the three kinds of Django processes: one starts a user's action and another completes it. */
function django(...names: string[]): Requirements['settings'] {
  return { [WEB]: names, [WORKER]: names, [TEMPORAL_DJANGO_WORKER]: names };
}

const AI_QUEUES = ['max-ai-task-queue', 'llm-analytics-evals-task-queue'] as const;

/**
 * The requirements of each prop that turns a feature on.
 *
 * Sources: posthog/settings/{dynamic_settings,web}.py and ee/settings.py for the settings, ee/hogai/core/executor.py and
 * posthog/temporal/ai_observability for the queues, of PostHog/posthog, 13 July 2026 (mergebloom/posthog-infra, commit feb3708).
 */
export const FEATURES: Readonly<Record<FeatureProp, Requirements>> = {
  'email': {
    settings: django(
      'EMAIL_ENABLED',
      'EMAIL_HOST',
      'EMAIL_PORT',
      'EMAIL_USE_TLS',
      'EMAIL_USE_SSL',
      'EMAIL_DEFAULT_FROM',
      'EMAIL_HOST_USER',
      'EMAIL_HOST_PASSWORD',
    ),
    processes: [],
    queues: [],
  },
  'singleSignOn.google': { settings: django('SOCIAL_AUTH_GOOGLE_OAUTH2_KEY', 'SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET'), processes: [], queues: [] },
  'singleSignOn.github': { settings: django('SOCIAL_AUTH_GITHUB_KEY', 'SOCIAL_AUTH_GITHUB_SECRET'), processes: [], queues: [] },
  'singleSignOn.gitlab': { settings: django('SOCIAL_AUTH_GITLAB_KEY', 'SOCIAL_AUTH_GITLAB_SECRET'), processes: [], queues: [] },
  'aiKeys.anthropicApiKey': { settings: django('ANTHROPIC_API_KEY'), processes: [], queues: AI_QUEUES },
  'aiKeys.openAiApiKey': { settings: django('OPENAI_API_KEY'), processes: [], queues: AI_QUEUES },
  'aiKeys.geminiApiKey': { settings: django('GEMINI_API_KEY'), processes: [], queues: AI_QUEUES },
  'slackApp': { settings: django('SLACK_APP_CLIENT_ID', 'SLACK_APP_CLIENT_SECRET', 'SLACK_APP_SIGNING_SECRET'), processes: [], queues: [] },
};

/** The requirements of each product, compared with a PostHog with all other products. A new product must be listed here to compile. */
export const PRODUCTS: Readonly<Record<Product, Requirements>> = {
  [Product.EVENTS]: { settings: {}, processes: [CAPTURE, INGESTION_GENERAL, PROPERTY_DEFS], queues: [] },
  [Product.FEATURE_FLAGS]: { settings: django('FEATURE_FLAGS_SERVICE_URL'), processes: [FEATURE_FLAGS, HYPERCACHE_SERVER], queues: [] },
  [Product.SESSION_REPLAY]: {
    settings: { ...django('RECORDING_API_URL', 'CAPTURE_REPLAY_INTERNAL_URL'), [LIVESTREAM]: ['LIVESTREAM_CONSUMERS_SESSION_RECORDING_TOPIC'] },
    processes: [REPLAY_CAPTURE, INGESTION_SESSION_REPLAY, RECORDING_API],
    queues: ['session-replay-task-queue'],
  },
  [Product.DATA_PIPELINES]: {
    settings: django('CDP_API_URL'),
    processes: [PLUGINS, CDP_JANITOR, CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER],
    queues: [],
  },
  [Product.ERROR_TRACKING]: {
    settings: {},
    processes: [INGESTION_ERROR_TRACKING, CYMBAL, CYMBAL_RESOLUTION, CYMBAL_NOTIFICATIONS],
    queues: ['error-tracking-task-queue'],
  },
  [Product.LOGS]: { settings: {}, processes: [CAPTURE_LOGS, INGESTION_LOGS, INGESTION_TRACES], queues: ['logs-alerting-task-queue'] },
  [Product.AI]: {
    settings: { ...django('AI_BLOB_S3_BUCKET', 'AI_BLOB_S3_PREFIX'), [INGESTION_GENERAL]: ['AI_BLOB_S3_BUCKET', 'AI_BLOB_S3_PREFIX'] },
    processes: [CAPTURE_AI, PROPERTY_DEFS_AI],
    queues: [],
  },
  [Product.LIVE_EVENTS]: { settings: django('LIVESTREAM_HOST'), processes: [LIVESTREAM], queues: [] },
  // All queues: no process serves them without it.
  [Product.EXPORTS]: {
    settings: {
      [WEB]: ['TEMPORAL_HOST', 'TEMPORAL_PORT'],
      [WORKER]: ['TEMPORAL_HOST', 'TEMPORAL_PORT'],
      [PLUGINS]: ['TEMPORAL_HOST', 'TEMPORAL_PORT', 'SECRET_KEY'],
    },
    processes: [TEMPORAL, TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER],
    queues: [],
  },
};
