import { PostHogProcess } from '../posthog-process';
import { Product } from '../product';

/** The requirements of an option; each list may be empty. */
export interface Requirements {
  /** Environment variables and secrets that a process has with the option only, by process. */
  readonly settings: Readonly<Partial<Record<PostHogProcess, readonly string[]>>>;
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

const { WEB, WORKER, TEMPORAL_DJANGO_WORKER, INGESTION_GENERAL, PLUGINS, LIVESTREAM } = PostHogProcess;

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
    queues: [],
  },
  'singleSignOn.google': { settings: django('SOCIAL_AUTH_GOOGLE_OAUTH2_KEY', 'SOCIAL_AUTH_GOOGLE_OAUTH2_SECRET'), queues: [] },
  'singleSignOn.github': { settings: django('SOCIAL_AUTH_GITHUB_KEY', 'SOCIAL_AUTH_GITHUB_SECRET'), queues: [] },
  'singleSignOn.gitlab': { settings: django('SOCIAL_AUTH_GITLAB_KEY', 'SOCIAL_AUTH_GITLAB_SECRET'), queues: [] },
  'aiKeys.anthropicApiKey': { settings: django('ANTHROPIC_API_KEY'), queues: AI_QUEUES },
  'aiKeys.openAiApiKey': { settings: django('OPENAI_API_KEY'), queues: AI_QUEUES },
  'aiKeys.geminiApiKey': { settings: django('GEMINI_API_KEY'), queues: AI_QUEUES },
  'slackApp': { settings: django('SLACK_APP_CLIENT_ID', 'SLACK_APP_CLIENT_SECRET', 'SLACK_APP_SIGNING_SECRET'), queues: [] },
};

/** The requirements of each product, compared with a PostHog with all other products. A new product must be listed here to compile. */
export const PRODUCTS: Readonly<Record<Product, Requirements>> = {
  [Product.EVENTS]: { settings: {}, queues: [] },
  [Product.FEATURE_FLAGS]: { settings: django('FEATURE_FLAGS_SERVICE_URL'), queues: [] },
  [Product.SESSION_REPLAY]: {
    settings: { ...django('RECORDING_API_URL', 'CAPTURE_REPLAY_INTERNAL_URL'), [LIVESTREAM]: ['LIVESTREAM_CONSUMERS_SESSION_RECORDING_TOPIC'] },
    queues: ['session-replay-task-queue'],
  },
  [Product.DATA_PIPELINES]: {
    settings: django('CDP_API_URL'),
    queues: [],
  },
  [Product.ERROR_TRACKING]: {
    settings: {},
    queues: ['error-tracking-task-queue'],
  },
  [Product.LOGS]: { settings: {}, queues: ['logs-alerting-task-queue'] },
  [Product.AI]: {
    settings: { ...django('AI_BLOB_S3_BUCKET', 'AI_BLOB_S3_PREFIX'), [INGESTION_GENERAL]: ['AI_BLOB_S3_BUCKET', 'AI_BLOB_S3_PREFIX'] },
    queues: [],
  },
  [Product.LIVE_EVENTS]: { settings: django('LIVESTREAM_HOST'), queues: [] },
  // All queues: no process serves them without it.
  [Product.EXPORTS]: {
    settings: {
      [WEB]: ['TEMPORAL_HOST', 'TEMPORAL_PORT'],
      [WORKER]: ['TEMPORAL_HOST', 'TEMPORAL_PORT'],
      [PLUGINS]: ['TEMPORAL_HOST', 'TEMPORAL_PORT', 'TEMPORAL_SECRET_KEY'],
    },
    queues: [],
  },
};
