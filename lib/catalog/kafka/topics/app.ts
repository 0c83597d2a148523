import { DEAD_LETTERS, DJANGO, ERRORS, Topic, UNUSED } from './topic';
import { PostHogProcess } from '../../posthog-process';
import { Product } from '../../product';

const { PLUGINS, CDP_HOGFLOW_SUBSCRIPTION_MATCHER, CYMBAL, CYMBAL_NOTIFICATIONS, LIVESTREAM, TEMPORAL_DJANGO_WORKER } = PostHogProcess;

const PIPELINES = [Product.DATA_PIPELINES] as const;
const IN_POSTGRES = 'these jobs are kept in the database cyclotron_node (nodejs/src/server.ts)';

/** Topics of data pipelines, error tracking, flags and others. */
export const APP_TOPICS: readonly Topic[] = [
  { name: 'cdp_backfill_events', products: PIPELINES, noWriter: UNUSED, noReader: UNUSED },
  { name: 'cdp_cyclotron_email', products: PIPELINES, noWriter: IN_POSTGRES, noReader: IN_POSTGRES },
  { name: 'cdp_cyclotron_hog', products: PIPELINES, writers: [PLUGINS], readers: [PLUGINS] },
  { name: 'cdp_cyclotron_hogflow', products: PIPELINES, noWriter: IN_POSTGRES, noReader: IN_POSTGRES },
  {
    name: 'cdp_cyclotron_hogoverflow',
    products: PIPELINES,
    writers: [PLUGINS],
    noReader:
      'a worker of CDP_CYCLOTRON_JOB_QUEUE_CONSUMER_KIND=hogoverflow, which no process of this library is: calls of inbound webhooks whose ' +
      'function is degraded wait here until they expire (nodejs/src/cdp/consumers/cdp-source-webhooks.consumer.ts)',
  },
  {
    name: 'cdp_data_warehouse_source_table',
    products: PIPELINES,
    writers: [TEMPORAL_DJANGO_WORKER],
    noReader: "upstream's own groups leave its consumer out as not fully developed (nodejs/src/capabilities.ts)",
  },
  { name: 'cdp_function_overflow', products: PIPELINES, noWriter: UNUSED, noReader: UNUSED },
  { name: 'cdp_internal_events', busy: true, writers: [...DJANGO, CYMBAL_NOTIFICATIONS], readers: [PLUGINS, CDP_HOGFLOW_SUBSCRIPTION_MATCHER] },
  {
    name: 'data_warehouse_source_webhooks',
    products: PIPELINES,
    writers: [PLUGINS],
    noReader: 'manage.py run_webhook_s3_sink, which no process of this library runs: webhooks of warehouse sources are accepted, not stored',
  },
  { name: 'data_warehouse_source_webhooks_dlq', products: PIPELINES, noWriter: 'manage.py run_webhook_s3_sink', ...DEAD_LETTERS },
  {
    name: 'data_warehouse_sources_jobs',
    noWriter: "only where a feature flag of PostHog's own organization turns the third version of imports on",
    noReader: 'the loader of the third version of imports, which no process of this library runs',
  },
  { name: 'data_warehouse_sources_jobs_dlq', noWriter: 'the loader of the third version of imports', ...DEAD_LETTERS },
  {
    name: 'document_embedding_results',
    noWriter: 'rust/embedding-worker, which no process of this library runs',
    noReader: "a command of Django's that nothing starts",
  },
  {
    name: 'document_embeddings_input',
    writers: [...DJANGO, CYMBAL_NOTIFICATIONS],
    noReader: 'rust/embedding-worker, which no process of this library runs: similar issues and embedText find nothing',
  },
  { name: 'error_tracking_ingestion_notifications', products: ERRORS, writers: [CYMBAL], readers: [CYMBAL_NOTIFICATIONS] },
  {
    name: 'flags_cache_invalidation',
    noWriter: "only where a feature flag of PostHog's own organization, flags-cache-kafka-dual-write, is on",
    noReader: 'the program flags-cache-builder of rust/feature-flags, which no process of this library runs: Celery rebuilds the cache',
  },
  { name: 'flags_cache_invalidation_dlq', noWriter: 'the program flags-cache-builder of rust/feature-flags', ...DEAD_LETTERS },
  { name: 'notification_events', writers: DJANGO, readers: [LIVESTREAM] },
  {
    name: 'signals_report_completed',
    writers: [TEMPORAL_DJANGO_WORKER],
    noReader: "nothing in July's tree: a signal for other systems of PostHog's cloud",
  },
];
