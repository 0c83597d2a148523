import type { Secret } from 'aws-cdk-lib/aws-ecs';
import { CacheClient, cacheUrl } from './cache';
import { securityProtocol } from './kafka';
import { PostHogProcess } from '../../posthog-process';
import { authorityOf, KafkaContext, ProcessContext, StoreName } from '../../process-context';
import { Probe } from '../../process-definition';
import { ProcessSettings } from '../../../private/process-settings';

/** The port of every mode (nodejs/src/common/config.ts). It is opened when all services have started. */
export const NODE_PORT = 6738;

/** The data stores that all Node processes connect to. */
export const NODE_STORES: readonly StoreName[] = ['postgres', 'cache', 'kafka'];

/** The common properties of Node processes in all modes. */
export const NODE = { image: 'node', command: ['node', 'nodejs/dist/index.js'], stopTimeout: 120, calls: [] } as const;

/** The health check, which fails if any check of the process does; the image has curl (Dockerfile.node). */
export const NODE_PROBE: Probe = { command: `curl --fail --silent --max-time 8 http://127.0.0.1:${NODE_PORT}/_ready`, startPeriod: 300 };

/** The folder that Node processes read the GeoIP database from. The image lacks it; the newest versions do not start without it. */
export const NODE_GEOIP_FOLDER = '/share';

/** The consumer of every mode. */
const CONSUMER = 'CONSUMER';

/**
 * The names of the Kafka clients of all modes. By default, each connects to `kafka:9092` without TLS and writes messages of at most a
 * megabyte; a mode ignores names that it does not know.
 *
 * Sources: nodejs/src/{ingestion/common,cdp,logs}/outputs/producers.ts, nodejs/src/ingestion/pipelines/{sessionreplay,metrics}, and
 * nodejs/src/cdp/services/job-queue/job-queue-kafka.ts.
 */
const KAFKA_CLIENTS: readonly string[] = [
  CONSUMER,
  'CDP_PRODUCER',
  'INGESTION_UPSTREAM_PRODUCER',
  'INGESTION_DOWNSTREAM_PRODUCER',
  'INGESTION_SESSIONREPLAY_PRODUCER',
  'WARPSTREAM_INGESTION_PRODUCER',
  'WARPSTREAM_CALCULATED_EVENTS_PRODUCER',
  'WARPSTREAM_CYCLOTRON_PRODUCER',
  'WARPSTREAM_LOGS_PRODUCER',
  'WARPSTREAM_METRICS_PRODUCER',
  'WAREHOUSE_PRODUCER',
];

/** The additional settings of a Node process. */
export interface NodeExtras {
  /** The value of PLUGIN_SERVER_MODE; undefined for the process that runs all remaining services. */
  readonly mode?: string;
  readonly environment?: Record<string, string>;
  readonly secrets?: Record<string, Secret>;
}

/**
 * Returns the settings of a Node process.
 *
 * Sources: nodejs/src/common/config.ts, nodejs/src/common/config/redis-pools.ts, nodejs/src/cdp/config.ts, nodejs/src/logs/config.ts of
 * PostHog/posthog, July 2026.
 */
export function nodeSettings(context: ProcessContext, { mode, environment, secrets }: NodeExtras): ProcessSettings {
  const { postgres, cache, kafka, secretValue } = context;
  const personsUrl = secretValue(postgres.nodePersonsUrlSecret);
  return {
    environment: {
      ...(mode === undefined ? {} : { PLUGIN_SERVER_MODE: mode }),
      SITE_URL: context.url,
      REDIS_URL: cacheUrl(cache, CacheClient.NODE),
      // If empty, they default to REDIS_URL; if unset, to 127.0.0.1.
      CDP_REDIS_HOST: '',
      COOKIELESS_REDIS_HOST: '',
      LOGS_REDIS_HOST: '',
      TRACES_REDIS_HOST: '',
      METRICS_REDIS_HOST: '',
      ...kafkaClients(kafka),
      ...environment,
    },
    secrets: {
      DATABASE_URL: secretValue(postgres.nodeUrlSecret),
      PERSONS_DATABASE_URL: personsUrl,
      PERSONS_READONLY_DATABASE_URL: personsUrl,
      BEHAVIORAL_COHORTS_DATABASE_URL: secretValue(postgres.nodeUrlSecret),
      // Without keys, the process exits at the first decryption, with exit code 0.
      ENCRYPTION_SALT_KEYS: secretValue(context.secrets.encryptionSaltKeys),
      // If it is empty, the internal API accepts every request (nodejs/src/common/api/middleware/internal-api-auth.ts).
      INTERNAL_API_SECRET: secretValue(context.secrets.internalApiSecret),
      ...secrets,
    },
  };
}

/**
 * Returns the endpoint for persons and groups: gRPC, so a host and a port without a scheme. Its session is opened by the first call
 * (nodejs/src/common/personhog/client.ts).
 */
export function personHog(context: ProcessContext): Record<string, string> {
  return { PERSONHOG_ENABLED: 'true', PERSONHOG_ADDR: authorityOf(context, PostHogProcess.PERSONHOG_ROUTER) };
}

/** Returns the location of the GeoIP database. */
export function geoIp(): Record<string, string> {
  return { MMDB_FILE_LOCATION: `${NODE_GEOIP_FOLDER}/GeoLite2-City.mmdb` };
}

function kafkaClients(kafka: KafkaContext): Record<string, string> {
  return Object.fromEntries(
    KAFKA_CLIENTS.flatMap((client) => [
      [`KAFKA_${client}_METADATA_BROKER_LIST`, kafka.bootstrapServers],
      [`KAFKA_${client}_SECURITY_PROTOCOL`, securityProtocol(kafka)],
      // For large AI events and recordings. A consumer accepts every message of the broker.
      ...(client === CONSUMER ? [] : [[`KAFKA_${client}_MESSAGE_MAX_BYTES`, String(kafka.maxMessageBytes)]]),
    ]),
  ) as Record<string, string>;
}

/**
 * Returns the settings of the Node processes that read ClickHouse.
 *
 * Node connects over HTTP, always on port 8123 or 8443, and does not verify certificates
 * (nodejs/src/common/clickhouse-config.ts, nodejs/src/session-replay/recording-api/recording-api.ts).
 */
export function nodeClickHouse({ clickHouse, secretValue }: ProcessContext): ProcessSettings {
  return {
    environment: {
      CLICKHOUSE_HOST: clickHouse.host,
      CLICKHOUSE_DATABASE: clickHouse.database,
      CLICKHOUSE_SECURE: String(clickHouse.tls),
    },
    secrets: {
      CLICKHOUSE_USER: secretValue(clickHouse.credentials, 'username'),
      CLICKHOUSE_PASSWORD: secretValue(clickHouse.credentials, 'password'),
    },
  };
}
