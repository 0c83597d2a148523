import { Secret } from 'aws-cdk-lib/aws-ecs';
import { securityProtocol } from './kafka';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { IKafka } from '../../stores/kafka/kafka-client';
import { ProcessSettings } from '../../private/process-settings';
import { authorityOf, Probe, ProcessContext, Stores } from '../process-definition';

/** Where every mode listens (nodejs/src/common/config.ts). Opened when all of its services have started. */
export const NODE_PORT = 6738;

/** What all Node processes connect to. */
export const NODE_STORES: readonly (keyof Stores)[] = ['postgres', 'cache', 'kafka'];

/** What a Node process is, whatever its mode. */
export const NODE = { image: 'node', command: ['node', 'nodejs/dist/index.js'], stopTimeout: 120, calls: [] } as const;

/** Fails where any of its own checks does; the image holds curl (Dockerfile.node). */
export const NODE_PROBE: Probe = { command: `curl --fail --silent --max-time 8 http://127.0.0.1:${NODE_PORT}/_ready`, startPeriod: 300 };

/** Where its processes read the database of places from. The image holds none; the newest do not start without it. */
export const NODE_GEOIP_FOLDER = '/share';

/** The client that reads, in every mode. */
const CONSUMER = 'CONSUMER';

/**
 * The names that the Kafka clients of all modes have. Each would otherwise connect to `kafka:9092` in plain text, and write messages of a
 * megabyte at most; a mode ignores names that it does not know.
 *
 * Sources: nodejs/src/{ingestion/common,cdp,logs}/outputs/producers.ts, nodejs/src/ingestion/pipelines/{sessionreplay,metrics}, and
 * nodejs/src/cdp/services/job-queue/job-queue-kafka.ts.
 */
const KAFKA_CLIENTS: readonly string[] = [
  CONSUMER, 'CDP_PRODUCER', 'INGESTION_UPSTREAM_PRODUCER', 'INGESTION_DOWNSTREAM_PRODUCER', 'INGESTION_SESSIONREPLAY_PRODUCER',
  'WARPSTREAM_INGESTION_PRODUCER', 'WARPSTREAM_CALCULATED_EVENTS_PRODUCER', 'WARPSTREAM_CYCLOTRON_PRODUCER', 'WARPSTREAM_LOGS_PRODUCER',
  'WARPSTREAM_METRICS_PRODUCER', 'WAREHOUSE_PRODUCER',
];

/** What a Node process must be told besides what all of them are. */
export interface NodeExtras {
  /** The value of PLUGIN_SERVER_MODE; left out for the process that does what no other one does. */
  readonly mode?: string;
  readonly environment?: Record<string, string>;
  readonly secrets?: Record<string, Secret>;
}

/**
 * The settings of a Node process.
 *
 * Sources: nodejs/src/common/config.ts, nodejs/src/common/config/redis-pools.ts, nodejs/src/cdp/config.ts, nodejs/src/logs/config.ts of
 * PostHog/posthog, July 2026.
 */
export function nodeSettings(context: ProcessContext, { mode, environment, secrets }: NodeExtras): ProcessSettings {
  const { postgres, cache, kafka } = context;
  const personsUrl = Secret.fromSecretsManager(postgres.nodePersonsUrlSecret);
  return {
    environment: {
      ...(mode === undefined ? {} : { PLUGIN_SERVER_MODE: mode }),
      SITE_URL: context.url,
      REDIS_URL: cacheUrl(cache, CacheClient.NODE),
      // Left empty they are REDIS_URL; left out they are 127.0.0.1.
      CDP_REDIS_HOST: '',
      COOKIELESS_REDIS_HOST: '',
      LOGS_REDIS_HOST: '',
      TRACES_REDIS_HOST: '',
      METRICS_REDIS_HOST: '',
      ...kafkaClients(kafka),
      ...environment,
    },
    secrets: {
      DATABASE_URL: Secret.fromSecretsManager(postgres.nodeUrlSecret),
      PERSONS_DATABASE_URL: personsUrl,
      PERSONS_READONLY_DATABASE_URL: personsUrl,
      BEHAVIORAL_COHORTS_DATABASE_URL: Secret.fromSecretsManager(postgres.nodeUrlSecret),
      // Without keys, the first thing to be decrypted stops the process, which leaves as if all were well.
      ENCRYPTION_SALT_KEYS: Secret.fromSecretsManager(context.secrets.encryptionSaltKeys),
      // Where it is empty, everybody may ask what only PostHog's own processes may (nodejs/src/common/api/middleware/internal-api-auth.ts).
      INTERNAL_API_SECRET: Secret.fromSecretsManager(context.secrets.internalApiSecret),
      ...secrets,
    },
  };
}

/** Where persons and groups are asked for: gRPC, so a host and a port and no scheme (nodejs/src/common/personhog/client.ts). */
export function personHog(context: ProcessContext): Record<string, string> {
  return { PERSONHOG_ENABLED: 'true', PERSONHOG_ADDR: authorityOf(context, PostHogProcess.PERSONHOG_ROUTER) };
}

/** Where the database of places is, and that it is needed. */
export function geoIp(): Record<string, string> {
  return { MMDB_FILE_LOCATION: `${NODE_GEOIP_FOLDER}/GeoLite2-City.mmdb` };
}

function kafkaClients(kafka: IKafka): Record<string, string> {
  return Object.fromEntries(KAFKA_CLIENTS.flatMap((client) => [
    [`KAFKA_${client}_METADATA_BROKER_LIST`, kafka.bootstrapServers],
    [`KAFKA_${client}_SECURITY_PROTOCOL`, securityProtocol(kafka)],
    // Large AI events and recordings pass through them; a consumer takes what the broker has.
    ...client === CONSUMER ? [] : [[`KAFKA_${client}_MESSAGE_MAX_BYTES`, String(kafka.maxMessageBytes)]],
  ])) as Record<string, string>;
}
