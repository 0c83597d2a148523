import { Secret } from 'aws-cdk-lib/aws-ecs';
import { geoIp, NODE, NodeExtras, nodeSettings, NODE_GEOIP_FOLDER, NODE_PORT, NODE_PROBE, NODE_STORES, personHog } from './node';
import { nodeClickHouse } from './node-clickhouse';
import { modeOf } from '../../catalog/generation';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheTls } from '../../stores/cache/cache-url';
import { requireAttribute } from '../../stores/postgres/postgres-facts';
import { ProcessSettings } from '../../private/process-settings';
import { addressOf, HttpEndpoint, ProcessContext, ProcessDefinition, whereTemporal } from '../process-definition';
import { Product } from '../../catalog/product';

/** The HTTP endpoint, which responds once all services have started (nodejs/src/servers/base-server.ts). */
const HTTP: HttpEndpoint = {
  port: NODE_PORT,
  healthCheck: { path: '/_ready', interval: 30, timeout: 10, unhealthyThreshold: 5 },
  deregistrationDelay: 30,
  healthCheckGracePeriod: 300,
  requestsPerTarget: 2000,
};

/** The common properties of the data pipeline processes. */
const PIPELINE = {
  ...NODE,
  products: [Product.DATA_PIPELINES],
  geoIpFolder: NODE_GEOIP_FOLDER,
  probe: NODE_PROBE,
  stores: NODE_STORES,
  needs: [PostHogProcess.PERSONHOG_ROUTER, PostHogProcess.CAPTURE, PostHogProcess.WEB],
};

/** Runs destinations, transformations, workflows and realtime cohorts, and serves inbound webhooks. */
export const PLUGINS: ProcessDefinition = {
  ...PIPELINE,
  process: PostHogProcess.PLUGINS,
  id: 'Plugins',
  http: HTTP,
  // It starts without the app, which fetches templates from it for the first team.
  needs: PIPELINE.needs.filter((process) => process !== PostHogProcess.WEB),
  // On SIGTERM it disconnects its consumers within a second or two and then hangs: five consumers disconnect the one producer that they
  // share (nodejs/src/cdp/services/job-queue/job-queue-kafka.ts). Nothing is written after that; an idle one still ran after 330 seconds.
  stopTimeout: 30,
  // Reruns read events from ClickHouse (nodejs/src/cdp/consumers/cdp-rerun-worker.consumer.ts).
  stores: [...NODE_STORES, 'clickHouse'],
  calls: [PostHogProcess.WEB, PostHogProcess.TEMPORAL],
  settings: (context) =>
    pipelineSettings(context, {
      environment: {
        ...nodeClickHouse(context).environment,
        // By default, it would also take exceptions from ingestion-error-tracking and could not forward them (nodejs/src/capabilities.ts).
        NODEJS_CAPABILITY_GROUPS: [
          'cdp_workflows',
          'realtime_cohorts',
          ...(context.isDeployed(PostHogProcess.TEMPORAL) ? ['feature_flags'] : []),
        ].join(','),
        // The scheduler of evaluations, in the group feature_flags, connects to Temporal.
        ...whereTemporal(context),
      },
      secrets: { ...nodeClickHouse(context).secrets, ...(context.isDeployed(PostHogProcess.TEMPORAL) ? temporalKey(context) : {}) },
    }),
};

/** Requeues the workflow jobs of workers that died. In production, the `plugins` process does not do this. */
export const CDP_JANITOR = background(PostHogProcess.CDP_JANITOR, 'CdpJanitor');

/** Starts scheduled workflows. In production, the `plugins` process does not do this. */
export const CDP_HOGFLOW_SCHEDULER = background(PostHogProcess.CDP_HOGFLOW_SCHEDULER, 'CdpHogflowScheduler');

/** Resumes workflows that wait for an event. In production, the `plugins` process does not do this. */
export const CDP_HOGFLOW_SUBSCRIPTION_MATCHER = background(PostHogProcess.CDP_HOGFLOW_SUBSCRIPTION_MATCHER, 'CdpHogflowSubscriptionMatcher');

/** Returns the definition of a background process with its own mode. */
function background(process: PostHogProcess, id: string): ProcessDefinition {
  return {
    ...PIPELINE,
    process,
    id,
    sharedGroup: 'DataPipelines',
    interruptible: true,
    settings: (context) => pipelineSettings(context, { mode: modeOf(context.generation, process) }),
  };
}

/** Returns the key that encrypts Temporal payloads: Django's own (nodejs/src/ai-observability/config.ts, posthog/settings/temporal.py). */
function temporalKey({ secrets }: ProcessContext): Record<string, Secret> {
  return { SECRET_KEY: Secret.fromSecretsManager(secrets.secretKey) };
}

/** Returns the settings of data pipeline processes (nodejs/src/server.ts, nodejs/src/cdp/config.ts). */
function pipelineSettings(context: ProcessContext, { mode, environment, secrets }: NodeExtras): ProcessSettings {
  const { postgres, cache } = context;
  const jobs = requireAttribute(postgres, 'nodeCyclotronUrlSecret', 'data pipelines, which keep their jobs in a database of their own');
  return nodeSettings(context, {
    mode,
    environment: {
      ...personHog(context),
      ...geoIp(),
      // The newest versions do not start without it; the shared cache is sufficient.
      CDP_VALKEY_HOST: cache.host,
      CDP_VALKEY_PORT: String(cache.port),
      CDP_VALKEY_TLS: String(cacheTls(cache, CacheClient.NODE)),
      CAPTURE_INTERNAL_URL: `${addressOf(context, PostHogProcess.CAPTURE)}/capture`,
      INTERNAL_API_BASE_URL: addressOf(context, PostHogProcess.WEB),
      // The base URL for tracking opens and clicks of emails.
      CDP_EMAIL_TRACKING_URL: context.url,
      ...environment,
    },
    secrets: { CYCLOTRON_NODE_DATABASE_URL: Secret.fromSecretsManager(jobs), ...secrets },
  });
}
