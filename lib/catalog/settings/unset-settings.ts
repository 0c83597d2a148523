import { PostHogProcess } from '../posthog-process';

/** A setting that keeps upstream's default, although that is valid in PostHog's own network only. */
export interface UnsetSetting {
  readonly name: string;
  /** The processes without the setting; by default all that read it. */
  readonly processes?: readonly PostHogProcess[];
  readonly reason: string;
  /** The affected users and the feature that they lose; undefined if no one loses anything. */
  readonly loses?: string;
}

const {
  CAPTURE,
  REPLAY_CAPTURE,
  PLUGINS,
  CDP_JANITOR,
  CDP_HOGFLOW_SCHEDULER,
  CDP_HOGFLOW_SUBSCRIPTION_MATCHER,
  INGESTION_GENERAL,
  INGESTION_SESSION_REPLAY,
  INGESTION_ERROR_TRACKING,
  INGESTION_LOGS,
  INGESTION_TRACES,
  RECORDING_API,
} = PostHogProcess;

const INGESTION = [INGESTION_GENERAL, INGESTION_SESSION_REPLAY, INGESTION_ERROR_TRACKING, INGESTION_LOGS, INGESTION_TRACES] as const;
const BACKGROUND = [CDP_JANITOR, CDP_HOGFLOW_SCHEDULER, CDP_HOGFLOW_SUBSCRIPTION_MATCHER] as const;

const DAGSTER = 'for jobs of Dagster that this library does not run; those that it runs need no bucket';
const CLOUD = "for PostHog's cloud: nothing reads it where CLOUD_DEPLOYMENT is not set, or its queue is not";
const AGENTS = 'for the agent platform, whose services no process of this library runs';
const OLD_NAME = 'an older name, read only where the newer one is empty, which is set';
const IN_PARTS = 'a part of a connection URL, read only where the whole URL is empty, which is set';
const NEVER_READ = 'in the configuration of every mode; no code of this mode uses it';
const LOCAL_ONLY = "read only where USE_LOCAL_SETUP is true, which is a developer's machine";

/**
 * Every setting of July's tree whose default is a loopback address, a name in PostHog's own network or a placeholder, and that the library does
 * not set.
 *
 * The settings are in test/contract/upstream-settings.json, collected from PostHog/posthog of 13 July 2026 (mergebloom/posthog-infra, commit
 * feb3708); a test compares both, each way.
 */
export const UNSET_SETTINGS: readonly UnsetSetting[] = [
  // Django (posthog/settings, ee/settings.py).
  { name: 'AGENT_INGRESS_URL', reason: AGENTS, loses: 'users of the agent platform: it stays closed' },
  { name: 'AGENT_JANITOR_BASE_URL', reason: AGENTS, loses: 'users of the agent platform: it stays closed' },
  { name: 'CLICKHOUSE_LOGS_HOST', reason: DAGSTER },
  { name: 'DAGSTER_AI_EVALS_S3_BUCKET', reason: DAGSTER },
  { name: 'DAGSTER_DATA_EXPORT_S3_BUCKET', reason: DAGSTER },
  { name: 'DAGSTER_FAVICONS_S3_BUCKET', reason: DAGSTER },
  { name: 'DAGSTER_S3_BUCKET', reason: DAGSTER },
  { name: 'DAGSTER_UI_HOST', reason: DAGSTER },
  { name: 'DATAWAREHOUSE_LOCAL_ACCESS_KEY', reason: LOCAL_ONLY },
  { name: 'DATAWAREHOUSE_LOCAL_BUCKET_REGION', reason: LOCAL_ONLY },
  { name: 'POSTHOG_REDIS_HOST', reason: IN_PARTS },
  { name: 'DEFAULT_FROM_EMAIL', reason: OLD_NAME },
  { name: 'EMAIL_DEFAULT_FROM', reason: 'the prop `email` sets it; without that, PostHog sends no mail' },
  {
    name: 'EMBEDDING_API_URL',
    reason: 'rust/embedding-worker, which no process of this library runs',
    loses: 'users of error tracking who look for similar issues, and of `embedText` in SQL: both time out',
  },
  { name: 'KAFKA_URL', reason: OLD_NAME },
  { name: 'OBJECT_STORAGE_EXTERNAL_WEB_ANALYTICS_BUCKET', reason: CLOUD },
  { name: 'PGHOST', reason: IN_PARTS },
  { name: 'POSTHOG_POSTGRES_HOST', reason: IN_PARTS },
  { name: 'REPLAY_MESSAGE_TOO_LARGE_SAMPLE_BUCKET', reason: "no code of July's tree uses it" },
  { name: 'SQS_BILLING_REGION', reason: CLOUD },
  { name: 'SQS_REGION', reason: CLOUD },
  { name: 'SQS_USAGE_REPORT_V2_REGION', reason: CLOUD },
  {
    name: 'WEEKLY_DIGEST_REDIS_HOST',
    reason: "the digest of a week needs a Redis without a password or TLS, and is sent to customers of PostHog's cloud",
    loses: 'users who expect a weekly e-mail',
  },
  // Node (nodejs/src/common/config.ts, nodejs/src/cdp/config.ts, nodejs/src/ai-observability/config.ts, nodejs/src/common/clickhouse-config.ts).
  {
    name: 'KAFKA_HOSTS',
    processes: [...INGESTION, RECORDING_API, PLUGINS, ...BACKGROUND],
    reason: 'read by nothing at run time: each client has settings of its own',
  },
  { name: 'CYCLOTRON_DATABASE_URL', reason: 'for the modes that drain the first version of the job queue, which a new installation never had' },
  { name: 'POSTGRES_BEHAVIORAL_COHORTS_HOST', reason: IN_PARTS },
  { name: 'POSTHOG_HOST_URL', reason: 'for what PostHog reports about itself, which needs POSTHOG_API_KEY' },
  {
    name: 'CAPTURE_INTERNAL_URL',
    processes: [...INGESTION, RECORDING_API],
    reason: 'for events about failing functions, which production leaves out (CDP_WATCHER_SEND_EVENTS)',
  },
  { name: 'CDP_EMAIL_TRACKING_URL', processes: [...INGESTION, RECORDING_API], reason: 'links of e-mails, which these modes do not send' },
  { name: 'INTERNAL_API_BASE_URL', processes: [...INGESTION, RECORDING_API], reason: NEVER_READ },
  { name: 'CLICKHOUSE_HOST', processes: [...INGESTION, ...BACKGROUND], reason: 'only `plugins` and `recording-api` query ClickHouse' },
  {
    name: 'TEMPORAL_HOST',
    processes: [...INGESTION, RECORDING_API, ...BACKGROUND],
    reason: 'only the evaluation scheduler in `plugins` calls Temporal',
  },
  { name: 'SESSION_RECORDING_API_REDIS_HOST', processes: [INGESTION_SESSION_REPLAY], reason: NEVER_READ },
  // Rust.
  { name: 'AI_S3_REGION', processes: [CAPTURE, REPLAY_CAPTURE], reason: 'read only where AI_S3_BUCKET is set, which it is for `capture-ai`' },
  {
    name: 'ERROR_TRACKING_CYMBAL_RATE_LIMITER_REDIS_URL',
    reason: 'read only where ERROR_TRACKING_CYMBAL_RATE_LIMITER_ENABLED is true, which it is not',
  },
  { name: 'ETCD_ENDPOINTS', reason: "read only where the router has leaders, which belong to PostHog's cloud" },
];
