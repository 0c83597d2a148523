import { PostHogProcess } from '../posthog-process';
import { QueueGeneration, TASK_QUEUES } from './task-queues';

/** A commit of PostHog/posthog, as its full hash, and its day. */
export interface UpstreamCommit {
  readonly commit: string;
  readonly day: string;
}

/** The server that `web` runs Django on. */
export interface WebServer {
  readonly name: 'granian' | 'nginx-unit';
  /** The variable for the number of worker processes. */
  readonly workers: string;
  /** The prefix of its variables. */
  readonly prefix: string;
  /** Its variables, where they differ from upstream's defaults. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * The settings of PostHog in a period of weeks or months: they follow the images of a release, not the newest source.
 *
 * A release names its generation. Adding one is one object of `GENERATIONS`.
 */
export interface Generation {
  readonly name: string;
  /** The first and the last commit for which its facts are known. */
  readonly commits: { readonly first: UpstreamCommit; readonly last: UpstreamCommit };
  /** The mode of each process whose image has several: PLUGIN_SERVER_MODE of `node`, CAPTURE_MODE of `capture`, CYMBAL_MODE of `cymbal`. */
  readonly modes: Readonly<Partial<Record<PostHogProcess, string>>>;
  readonly webServer: WebServer;
  /** Its task queues of Temporal. Those with deployed dependencies are served. */
  readonly taskQueues: readonly string[];
  /** Topics that it needs beyond those that every generation has. */
  readonly topics: readonly string[];
  /** Paths that it has and an older generation does not, with the process that answers them. */
  readonly endpoints: Readonly<Record<string, PostHogProcess>>;
}

/** Returns the task queues of a generation. */
function taskQueuesOf(generation: QueueGeneration): string[] {
  return TASK_QUEUES.filter(({ generations }) => generations.includes(generation)).map(({ name }) => name);
}

/**
 * PostHog as of July 2026: the last complete source tree that was read and run.
 *
 * All facts are from PostHog/posthog as mergebloom/posthog-infra has it at commit feb3708.
 */
const JULY: Generation = {
  name: '2026-07',
  commits: {
    first: { commit: 'feb37082208480999a62d8937fab15ee21c8405b', day: '2026-07-13' },
    last: { commit: 'feb37082208480999a62d8937fab15ee21c8405b', day: '2026-07-13' },
  },
  modes: {
    // enum PluginServerMode of nodejs/src/common/config.ts. `plugins` has none: it runs the groups of NODEJS_CAPABILITY_GROUPS.
    [PostHogProcess.CDP_JANITOR]: 'cdp-cyclotron-v2-janitor',
    [PostHogProcess.CDP_HOGFLOW_SCHEDULER]: 'cdp-hogflow-scheduler',
    [PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER]: 'cdp-hogflow-subscription-matcher',
    [PostHogProcess.INGESTION_GENERAL]: 'ingestion-v2-combined',
    [PostHogProcess.INGESTION_SESSION_REPLAY]: 'recordings-blob-ingestion-v2',
    [PostHogProcess.INGESTION_ERROR_TRACKING]: 'ingestion-errortracking',
    [PostHogProcess.INGESTION_LOGS]: 'ingestion-logs',
    [PostHogProcess.INGESTION_TRACES]: 'ingestion-traces',
    [PostHogProcess.RECORDING_API]: 'recording-api',
    // enum CaptureMode of rust/capture/src/config.rs.
    [PostHogProcess.CAPTURE]: 'events',
    [PostHogProcess.CAPTURE_AI]: 'ai',
    [PostHogProcess.REPLAY_CAPTURE]: 'recordings',
    // enum CymbalMode of rust/cymbal/src/modes/mod.rs.
    [PostHogProcess.CYMBAL]: 'processing',
    [PostHogProcess.CYMBAL_RESOLUTION]: 'resolution',
    [PostHogProcess.CYMBAL_NOTIFICATIONS]: 'notifications',
  },
  // bin/docker-server-unit.
  webServer: { name: 'nginx-unit', workers: 'NGINX_UNIT_APP_PROCESSES', prefix: 'NGINX_UNIT_', environment: {} },
  taskQueues: taskQueuesOf('2026-07'),
  topics: [],
  endpoints: {},
};

/** PostHog as of September 2026. All other values are those of July, and were not found to differ. */
const SEPTEMBER: Generation = {
  ...JULY,
  name: '2026-09',
  commits: {
    // The first that an operator ran completely: uptomic/posthog-railway, docs/canary-2026-08-30.md @158b9dc.
    first: { commit: 'd29386663d1c52625552dbb8c47754851dd9e425', day: '2026-08-30' },
    last: { commit: '8471862b083b25d3a11b97eb7730f21aa0cb4c7f', day: '2026-09-15' },
  },
  // bin/docker-server of 18b824b, as enricofranke/posthog-k8s reproduces and tests it (charts/posthog/files/chart/web/start.sh @43c1721).
  webServer: { name: 'granian', workers: 'GRANIAN_WORKERS', prefix: 'GRANIAN_', environment: {} },
  taskQueues: taskQueuesOf('2026-09'),
  // docker/kafka/topics.txt of September 2026, without those of July's tree. capture diverts `$ai_*` events to
  // `events_plugin_ingestion_ai` (PostHog/posthog#64817), and the combined mode reads it (#79506, 7 August).
  topics: ['events_plugin_ingestion_ai', 'usage_ingestion', 'usage_ingestion_dlq', 'clickhouse_billing_usage_records', 'clickhouse_flag_evaluations'],
  endpoints: {
    // Mounted in the mode `ai` only, since 21 August (PostHog/posthog#87034).
    '/i/v1/ai': PostHogProcess.CAPTURE_AI,
    // posthog/urls.py of September 2026.
    '/api/push_subscriptions': PostHogProcess.WEB,
  },
};

/** The generations that the library knows, the newest first. */
export const GENERATIONS: readonly Generation[] = [SEPTEMBER, JULY];
