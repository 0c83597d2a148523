import { PostHogProcess } from '../posthog-process';

/** The generations of PostHog whose queues are known: the source tree of 13 July 2026, and what later commits changed. */
export type QueueGeneration = '2026-07' | '2026-09';

/** Requirements of a queue in addition to Temporal and Django's own data stores. */
export interface QueueNeeds {
  /** The processes that must be deployed. */
  readonly processes?: readonly PostHogProcess[];
  /** Environment variables or secrets of Django that must all be set. */
  readonly allOf?: readonly string[];
  /** Environment variables or secrets of Django of which one must be set. */
  readonly anyOf?: readonly string[];
  /** The same as text for docs/task-queues.md. */
  readonly words: string;
}

/** A task queue of Temporal. */
export interface TaskQueue {
  readonly name: string;
  /** The work of the queue, which users miss if no process serves it. */
  readonly serves: string;
  /** The process that serves it by default; undefined if none does. */
  readonly process?: PostHogProcess;
  /** The reason why no process serves it by default. */
  readonly unservedBecause?: string;
  readonly needs?: QueueNeeds;
  readonly generations: readonly QueueGeneration[];
  /** The source in PostHog/posthog. */
  readonly source: string;
}

const { TEMPORAL_DJANGO_WORKER, TEMPORAL_BATCH_EXPORTS_WORKER, CYMBAL, INGESTION_LOGS, RECORDING_API } = PostHogProcess;

const BOTH: readonly QueueGeneration[] = ['2026-07', '2026-09'];
const JULY: readonly QueueGeneration[] = ['2026-07'];
const LATER: readonly QueueGeneration[] = ['2026-09'];

/** The names of July's queues and of the workflows in each: this file at 13 July 2026 (mergebloom/posthog-infra, commit feb3708). */
const COMMAND = 'posthog/management/commands/start_temporal_worker.py';
/** Later settings and registry, as stored without their commit: after 12 August 2026, when pull request 81868 added the volume tick. */
const LATER_SETTINGS = 'posthog/settings/temporal.py, a version after 12 August 2026';

const AI_KEYS: QueueNeeds = { anyOf: ['ANTHROPIC_API_KEY', 'OPENAI_API_KEY', 'GEMINI_API_KEY'], words: '`aiKeys`' };
const RECORDINGS: QueueNeeds = { processes: [RECORDING_API], words: '`Product.SESSION_REPLAY`' };
const ERRORS: QueueNeeds = { processes: [CYMBAL], words: '`Product.ERROR_TRACKING`' };
const LOGS: QueueNeeds = { processes: [INGESTION_LOGS], words: '`Product.LOGS`' };
const WAREHOUSE_BUCKET = ['BUCKET_URL', 'DATAWAREHOUSE_BUCKET'];
const MODELS: QueueNeeds = { allOf: WAREHOUSE_BUCKET, words: 'a bucket for the data warehouse' };
const IMPORTS: QueueNeeds = {
  allOf: [...WAREHOUSE_BUCKET, 'DATA_WAREHOUSE_REDIS_HOST'],
  words: 'a bucket for the data warehouse, and a cache without TLS',
};

const SANDBOX = "runs coding agents in Modal's sandboxes, which are not deployed";

/**
 * Every queue of Temporal in PostHog's code, the most important first: if a task has memory for some of them only, it serves those.
 *
 * A queue that no process serves has no results: the request that starts its workflow succeeds, and the workflow never runs. Its scheduled workflows
 * have one open run each (their overlap policy is SKIP), not a growing number.
 *
 * Memory, measured on July's tree: the Python imports need 0.7 GB, and each additional queue of the same process 2 MB.
 */
export const TASK_QUEUES: readonly TaskQueue[] = [
  {
    name: 'general-purpose-task-queue',
    serves: 'deletion of projects, recalculation of experiments on a schedule, notebooks, upkeep of property definitions and partitions',
    process: TEMPORAL_DJANGO_WORKER,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'analytics-platform-task-queue',
    serves: 'exports of dashboards and insights, subscriptions, alerts on insights',
    process: TEMPORAL_DJANGO_WORKER,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'batch-exports-task-queue',
    serves: 'batch exports to S3, Snowflake, BigQuery, PostgreSQL, Redshift and others, and their backfills',
    process: TEMPORAL_BATCH_EXPORTS_WORKER,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'no-sandbox-python-django',
    serves: 'batch exports to HTTP endpoints, such as another PostHog',
    process: TEMPORAL_BATCH_EXPORTS_WORKER,
    generations: BOTH,
    source: 'products/batch_exports/backend/service.py',
  },
  {
    name: 'max-ai-task-queue',
    serves: 'chats with PostHog AI, summaries of traces, investigation of anomalies',
    process: TEMPORAL_DJANGO_WORKER,
    needs: AI_KEYS,
    generations: BOTH,
    source: 'ee/hogai/core/executor.py',
  },
  {
    name: 'session-replay-task-queue',
    serves: 'deletion and retention of recordings, counts of playlists, summaries of sessions',
    process: TEMPORAL_DJANGO_WORKER,
    needs: RECORDINGS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'experiments-recalculation-task-queue',
    serves: "recalculation of an experiment's metrics on request",
    process: TEMPORAL_DJANGO_WORKER,
    generations: BOTH,
    source: 'products/experiments/backend/presentation/views.py',
  },
  {
    name: 'messaging-task-queue',
    serves: 'behavioural cohorts in real time, digests of web analytics by e-mail',
    process: TEMPORAL_DJANGO_WORKER,
    generations: JULY,
    source: `${COMMAND}; the cohorts' schedules ended with pull request 76684 of 3 August 2026`,
  },
  {
    name: 'error-tracking-task-queue',
    serves: 'removal of old symbol sets and spikes, recommendations, digests',
    process: TEMPORAL_DJANGO_WORKER,
    needs: ERRORS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'error-tracking-lifecycle-task-queue',
    serves: 'notifications of new, reopened and spiking issues',
    process: TEMPORAL_DJANGO_WORKER,
    needs: ERRORS,
    generations: LATER,
    source: 'pull request 72593 of 21 July 2026',
  },
  {
    name: 'logs-alerting-task-queue',
    serves: 'alerts on logs',
    process: TEMPORAL_DJANGO_WORKER,
    needs: LOGS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'logs-volume-tick-task-queue',
    serves: 'the volume of logs over time',
    process: TEMPORAL_DJANGO_WORKER,
    needs: LOGS,
    generations: LATER,
    source: LATER_SETTINGS,
  },
  {
    name: 'health-check-task-queue',
    serves: 'health checks of projects: ingestion warnings, outdated SDKs, missing source maps, web vitals',
    process: TEMPORAL_DJANGO_WORKER,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'video-export-task-queue',
    serves: 'imports of support tickets from Zendesk, sources of knowledge, signals',
    process: TEMPORAL_DJANGO_WORKER,
    generations: BOTH,
    source: `${COMMAND}; it exports no video any more`,
  },
  {
    name: 'data-warehouse-task-queue',
    serves: 'imports into the data warehouse',
    process: TEMPORAL_DJANGO_WORKER,
    needs: IMPORTS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'data-warehouse-cdp-producer-task-queue',
    serves: 'imported rows as events of data pipelines',
    process: TEMPORAL_DJANGO_WORKER,
    needs: IMPORTS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'data-warehouse-metadata-task-queue',
    serves: 'descriptions and statistics of imported columns',
    process: TEMPORAL_DJANGO_WORKER,
    needs: IMPORTS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'data-modeling-task-queue',
    serves: 'materialised views',
    process: TEMPORAL_DJANGO_WORKER,
    needs: MODELS,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'llm-analytics-evals-task-queue',
    serves:
      'evaluations and taggers of AI events; PostHog Inc. gets a record of each evaluation (ids, model, ' +
      'tokens, result), with `telemetry: false` too',
    process: TEMPORAL_DJANGO_WORKER,
    needs: AI_KEYS,
    generations: BOTH,
    source: 'posthog/temporal/ai_observability/evaluation_workflow_activities.py, emit_internal_telemetry_activity',
  },
  {
    name: 'weekly-digest-task-queue',
    serves: 'weekly digests of dashboards, experiments and recordings; later, digests of web analytics as well',
    unservedBecause: 'sends names of projects, dashboards and recordings to PostHog Inc., which mails the digest',
    generations: BOTH,
    source: 'posthog/temporal/weekly_digest/activities.py',
  },
  {
    name: 'replay-vision-task-queue',
    serves: 'scans of recordings by AI',
    unservedBecause: "needs videos from PostHog's recording-rasterizer, which is not deployed",
    generations: BOTH,
    source: 'products/replay_vision/backend/temporal/evaluation_workflow.py',
  },
  {
    name: 'rasterization-task-queue',
    serves: 'videos of recordings',
    unservedBecause: "belongs to PostHog's recording-rasterizer, a Node process that is not deployed",
    generations: BOTH,
    source: 'nodejs/src/session-replay/recording-rasterizer/config.ts',
  },
  {
    name: 'llm-analytics-task-queue',
    serves: 'summaries, clusters and reports of AI traces',
    unservedBecause: 'refuses to work outside of PostHog Cloud',
    generations: BOTH,
    source: 'posthog/temporal/ai_observability/llm_endpoint.py',
  },
  {
    name: 'mcp-analytics-task-queue',
    serves: 'clusters of requests of MCP clients',
    unservedBecause: "needs PostHog's embedding service, which is not deployed; later releases put it on general-purpose-task-queue",
    generations: JULY,
    source: 'posthog/temporal/mcp_analytics/intent_clustering/coordinator.py',
  },
  {
    name: 'tasks-task-queue',
    serves: 'tasks of PostHog Code and its Slack app',
    unservedBecause: SANDBOX,
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'stamphog-task-queue',
    serves: 'reviews of pull requests',
    unservedBecause: SANDBOX,
    generations: LATER,
    source: LATER_SETTINGS,
  },
  {
    name: 'billing-task-queue',
    serves: "PostHog Cloud's billing: usage reports, quotas, Salesforce",
    unservedBecause: "is PostHog Cloud's own",
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'ducklake-task-queue',
    serves: 'copies of imports into a managed DuckLake',
    unservedBecause: "needs PostHog's managed warehouse, which is not deployed",
    generations: BOTH,
    source: COMMAND,
  },
  {
    name: 'event-screenshots-task-queue',
    serves: 'pictures of pages for event definitions',
    unservedBecause: 'no code starts its workflow',
    generations: BOTH,
    source: 'posthog/temporal/event_screenshots/workflows.py',
  },
  {
    name: 'test-task-queue',
    serves: "PostHog's own tests",
    unservedBecause: 'is for tests',
    generations: BOTH,
    source: COMMAND,
  },
];

/** Returns a queue by its name; undefined for an unknown name. */
export function taskQueue(name: string): TaskQueue | undefined {
  return TASK_QUEUES.find((queue) => queue.name === name);
}
