import type { Secret } from 'aws-cdk-lib/aws-ecs';
import { modeOf } from '../../generations/generation';
import { IMAGES } from '../../images';
import { groupOf, scalingGroupsOf } from '../../kafka/consumer-groups';
import { HALF_OF_LIMIT, JULY_TREE } from '../../memory';
import { PostHogProcess } from '../../posthog-process';
import { addressOf, ProcessContext } from '../../process-context';
import { ProcessDefinition } from '../../process-definition';
import { Product } from '../../product';
import { CacheClient, cacheUrl } from '../shared/cache';
import { rustKafka } from '../shared/kafka';
import { rustProbe } from '../shared/rust';
import { ProcessSettings } from '../../../private/process-settings';

const PROCESSING_PORT = 3302;
const RESOLUTION = { port: 50061, metrics: 9101 };
const NOTIFICATIONS = { metrics: 9102 };

const RUN = { image: 'cymbal', products: [Product.ERROR_TRACKING], stopTimeout: 60, calls: [] } as const;

const SOURCE_MAPS = 'source maps at the addresses that exceptions name, on sites of users (rust/cymbal/src/core/symbolication)';

/** Groups exceptions into issues (rust/cymbal/src/modes/processing/config.rs). */
export const CYMBAL: ProcessDefinition<PostHogProcess.CYMBAL> = {
  ...RUN,
  process: PostHogProcess.CYMBAL,
  id: 'Cymbal',
  port: PROCESSING_PORT,
  probe: rustProbe(PROCESSING_PORT),
  // Exceptions are a small part of the events, and the processes for them scale with their CPU or lag.
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 4 },
    production: { cpu: 1024, memoryLimitMiB: 2048, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 16 },
  },
  memory: {
    mib: 75,
    commit: JULY_TREE,
    basis: 'Rss after its first exception, without optimisations of the compiler',
    reservationMiB: { dev: 512, small: 512, production: 1024, large: 2048 },
    reservationBasis: HALF_OF_LIMIT,
  },
  stores: ['postgres', 'cache', 'kafka'],
  needs: [PostHogProcess.CYMBAL_RESOLUTION],
  callsOut: SOURCE_MAPS,
  startsAfter: [
    {
      process: PostHogProcess.CYMBAL_RESOLUTION,
      reason:
        'with CYMBAL_REMOTE_RESOLUTION_ENABLED, it exits if its name does not resolve at the start ' +
        '(EndpointPool::new in rust/cymbal/src/modes/processing/stages/resolution/remote/pool.rs)',
    },
  ],
  settings: (context) => {
    const redisUrl = cacheUrl(context.cache, CacheClient.RUST);
    return symbolSettings(
      context,
      PostHogProcess.CYMBAL,
      {
        BIND_HOST: '0.0.0.0',
        BIND_PORT: String(PROCESSING_PORT),
        MAXMIND_DB_PATH: IMAGES.cymbal.geoIpFile,
        ...rustKafka(context.kafka),
        ...producerLimit(context),
        REDIS_URL: redisUrl,
        ISSUE_BUCKETS_REDIS_URL: redisUrl,
        // A host name without a port: every IP address behind it gets a connection.
        CYMBAL_REMOTE_RESOLUTION_HOST: context.endpointOf(PostHogProcess.CYMBAL_RESOLUTION).host,
        CYMBAL_REMOTE_RESOLUTION_PORT: String(RESOLUTION.port),
      },
      { PERSONS_URL: context.secretValue(context.postgres.personsUrlSecret) },
    );
  },
};

/** Resolves the stack traces of exceptions. It serves its health check on a separate port, regardless of its state. */
export const CYMBAL_RESOLUTION: ProcessDefinition<PostHogProcess.CYMBAL_RESOLUTION> = {
  ...RUN,
  process: PostHogProcess.CYMBAL_RESOLUTION,
  id: 'CymbalResolution',
  port: RESOLUTION.port,
  probe: rustProbe(RESOLUTION.metrics),
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 1024, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 2048, minTasks: 1, maxTasks: 4 },
    production: { cpu: 1024, memoryLimitMiB: 4096, minTasks: 2, maxTasks: 8 },
    large: { cpu: 2048, memoryLimitMiB: 8192, minTasks: 2, maxTasks: 16 },
  },
  memory: {
    mib: 61,
    commit: JULY_TREE,
    basis: 'Rss after its first exception, without optimisations of the compiler and without a symbol set, which may take some hundred MiB',
    reservationMiB: { dev: 512, small: 1024, production: 2048, large: 4096 },
    reservationBasis: HALF_OF_LIMIT,
  },
  stores: ['postgres'],
  needs: [],
  callsOut: SOURCE_MAPS,
  settings: (context) =>
    symbolSettings(context, PostHogProcess.CYMBAL_RESOLUTION, {
      GRPC_ADDRESS: `0.0.0.0:${RESOLUTION.port}`,
      METRICS_PORT: String(RESOLUTION.metrics),
    }),
};

/**
 * Reports issues that are new, reopened or spiking, as events that trigger alerts (rust/cymbal/src/modes/notifications). cymbal itself only
 * writes to its topic.
 *
 * It commits messages after it has reported them; on failure, it exits and reads them again.
 */
export const CYMBAL_NOTIFICATIONS: ProcessDefinition<PostHogProcess.CYMBAL_NOTIFICATIONS> = {
  ...RUN,
  process: PostHogProcess.CYMBAL_NOTIFICATIONS,
  id: 'CymbalNotifications',
  probe: rustProbe(NOTIFICATIONS.metrics),
  sizes: {
    dev: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    small: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 1 },
    production: { cpu: 256, memoryLimitMiB: 512, minTasks: 1, maxTasks: 2 },
    large: { cpu: 256, memoryLimitMiB: 1024, minTasks: 2, maxTasks: 4 },
  },
  memory: {
    mib: 85,
    commit: JULY_TREE,
    basis: 'Rss after its first notification, without optimisations of the compiler',
    reservationMiB: { dev: 256, small: 256, production: 256, large: 512 },
    reservationBasis: HALF_OF_LIMIT,
  },
  interruptible: true,
  stores: ['postgres', 'kafka'],
  consumes: scalingGroupsOf('cymbal-notifications'),
  needs: [],
  // It posts signals to the app's internal API.
  calls: [PostHogProcess.WEB],
  settings: (context) => {
    const { group, topic } = groupOf('cymbal-notifications');
    return {
      environment: {
        RUST_LOG: 'info',
        CYMBAL_MODE: modeOf(context.generation, PostHogProcess.CYMBAL_NOTIFICATIONS),
        METRICS_PORT: String(NOTIFICATIONS.metrics),
        ...rustKafka(context.kafka),
        ...producerLimit(context),
        KAFKA_CONSUMER_GROUP: group,
        KAFKA_CONSUMER_TOPIC: topic,
        SIGNALS_API_BASE_URL: addressOf(context, PostHogProcess.WEB),
      },
      secrets: {
        DATABASE_URL: context.secretValue(context.postgres.urlSecret),
        INTERNAL_API_SECRET: context.secretValue(context.secrets.internalApiSecret),
      },
    };
  },
};

/**
 * Raises the message limit of producers: messages about an issue repeat all properties of its event, and more. The default is a million bytes,
 * capture's limit of an event. With it, an exception of 995 kB that created an issue got a 500. The issue existed when ingestion retried, so it
 * was never reported. Measured with PostHog/posthog of 13 July 2026; with this setting, its messages had 1,005,835 bytes.
 */
function producerLimit({ kafka }: ProcessContext): Record<string, string> {
  return { KAFKA_PRODUCER_MESSAGE_MAX_BYTES: String(kafka.maxMessageBytes) };
}

/** Returns the settings for symbol resolution (rust/cymbal/src/core/config.rs). It supports access keys only, not the role of an ECS task. */
function symbolSettings(
  context: ProcessContext,
  process: PostHogProcess,
  environment: Record<string, string>,
  secrets: Record<string, Secret> = {},
): ProcessSettings {
  const { objectStorage, postgres, secretValue, symbolSetKeys } = context;
  return {
    environment: {
      CYMBAL_MODE: modeOf(context.generation, process),
      RUST_LOG: 'info',
      OBJECT_STORAGE_BUCKET: objectStorage.bucket.bucketName,
      OBJECT_STORAGE_ENDPOINT: objectStorage.endpoint,
      OBJECT_STORAGE_REGION: objectStorage.region,
      OBJECT_STORAGE_FORCE_PATH_STYLE: 'true',
      ...environment,
    },
    secrets: {
      DATABASE_URL: secretValue(postgres.urlSecret),
      OBJECT_STORAGE_ACCESS_KEY_ID: secretValue(symbolSetKeys!, 'accessKeyId'),
      OBJECT_STORAGE_SECRET_ACCESS_KEY: secretValue(symbolSetKeys!, 'secretAccessKey'),
      // Both must have the same value; if it is empty, they refuse every call.
      INTERNAL_API_SECRET: secretValue(context.secrets.internalApiSecret),
      ...secrets,
    },
  };
}
