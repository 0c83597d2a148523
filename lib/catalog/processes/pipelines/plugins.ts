import type { Secret } from 'aws-cdk-lib/aws-ecs';
import { PIPELINE, pipelineSettings } from './pipeline-settings';
import { nodeMemory } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { ProcessContext, whereTemporal } from '../../process-context';
import { HttpEndpoint, ProcessDefinition } from '../../process-definition';
import { nodeClickHouse, NODE_PORT, NODE_STORES } from '../shared/node';

/** The HTTP endpoint, which responds once all services have started (nodejs/src/servers/base-server.ts). */
const HTTP: HttpEndpoint = {
  port: NODE_PORT,
  healthCheck: { path: '/_ready', interval: 30, timeout: 10, unhealthyThreshold: 5 },
  deregistrationDelay: 30,
  healthCheckGracePeriod: 300,
  requestsPerTarget: 2000,
};

/** Runs destinations, transformations, workflows and realtime cohorts, and serves inbound webhooks. */
export const PLUGINS: ProcessDefinition<PostHogProcess.PLUGINS> = {
  ...PIPELINE,
  process: PostHogProcess.PLUGINS,
  id: 'Plugins',
  http: HTTP,
  sizes: {
    dev: { cpu: 512, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 1 },
    small: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 1, maxTasks: 6 },
    production: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 12 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 3, maxTasks: 48 },
  },
  memory: nodeMemory({ idleMiB: 312, startMiB: 424 }, { dev: 640, small: 1024, production: 1536, large: 2048 }),
  // On SIGTERM it disconnects its consumers within a second or two and then hangs: five consumers disconnect the one producer that they
  // share (nodejs/src/cdp/services/job-queue/job-queue-kafka.ts). Nothing is written after that; an idle one still ran after 330 seconds.
  stopTimeout: 30,
  // Reruns read events from ClickHouse (nodejs/src/cdp/consumers/cdp-rerun-worker.consumer.ts).
  stores: [...NODE_STORES, 'clickHouse'],
  calls: [PostHogProcess.TEMPORAL],
  callsOut: 'webhooks, functions and mail servers of users (nodejs/src/cdp/services/hog-executor.service.ts)',
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

/** Returns the key that encrypts Temporal payloads, also for Django (nodejs/src/ai-observability/config.ts, posthog/settings/temporal.py). */
function temporalKey({ secrets, secretValue }: ProcessContext): Record<string, Secret> {
  return { TEMPORAL_SECRET_KEY: secretValue(secrets.temporalSecretKey) };
}
