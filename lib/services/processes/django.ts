import { Secret } from 'aws-cdk-lib/aws-ecs';
import { objectSettings } from './django-objects';
import { aiBlobLocation } from './ai-blobs';
import { PostHogProcess } from '../../catalog/posthog-process';
import { CacheClient, cacheUrl } from '../../stores/cache/cache-url';
import { IClickHouse } from '../../stores/clickhouse/clickhouse-base';
import { KafkaEncryption } from '../../stores/kafka/kafka-base';
import { ProcessSettings } from '../../private/process-settings';
import { authorityOf, ProcessContext, Stores, where, whereTemporal } from '../process-definition';

/** The data stores that every Django process connects to. */
export const DJANGO_STORES: readonly (keyof Stores)[] = ['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'];

/** The security group that all Django processes share. */
export const DJANGO_GROUP = 'Django';

/** The processes that no Django process can work without. */
export const DJANGO_NEEDS = [PostHogProcess.PERSONHOG_ROUTER] as const;

/** The processes that every Django process calls, if they are deployed. */
export const DJANGO_CALLS = [
  PostHogProcess.FEATURE_FLAGS,
  PostHogProcess.CAPTURE,
  PostHogProcess.REPLAY_CAPTURE,
  PostHogProcess.PLUGINS,
  PostHogProcess.RECORDING_API,
  PostHogProcess.BROWSERLESS,
  PostHogProcess.TEMPORAL,
] as const;

/**
 * Returns the settings that all of PostHog's Django processes share.
 *
 * Sources: posthog/settings/{access,data_stores,kafka,ingestion}.py of PostHog/posthog, July 2026.
 */
export function djangoSettings(context: ProcessContext): ProcessSettings {
  const { postgres, cache, kafka, clickHouse, secrets } = context;
  const clickHouseUser = Secret.fromSecretsManager(clickHouse.credentials, 'username');
  const clickHousePassword = Secret.fromSecretsManager(clickHouse.credentials, 'password');
  return {
    environment: {
      ...context.proxyEnvironment,
      // Any value opts out, even "false" (posthog/apps.py); to opt in, the variable must be unset.
      ...(context.telemetry ? {} : { OPT_OUT_CAPTURE: 'true' }),
      // Makes bin/migrate apply the migrations of the persons database as well; otherwise it only labels telemetry.
      DEPLOYMENT: 'hobby',
      OTEL_SDK_DISABLED: 'true',
      // web starts and passes health checks while migrations are pending.
      POSTHOG_SKIP_MIGRATION_CHECKS: '1',
      REDIS_URL: cacheUrl(cache, CacheClient.PYTHON),
      KAFKA_HOSTS: kafka.bootstrapServers,
      KAFKA_SECURITY_PROTOCOL: kafka.encryption === KafkaEncryption.TLS ? 'SSL' : 'PLAINTEXT',
      CLICKHOUSE_HOST: clickHouse.host,
      CLICKHOUSE_DATABASE: clickHouse.database,
      CLICKHOUSE_SECURE: String(clickHouse.tls),
      CLICKHOUSE_VERIFY: String(clickHouse.verifyCertificate),
      // Logs are read through a separate connection, which defaults to localhost.
      CLICKHOUSE_LOGS_CLUSTER_HOST: clickHouse.host,
      CLICKHOUSE_LOGS_CLUSTER_PORT: String(clickHouse.nativePort),
      CLICKHOUSE_LOGS_CLUSTER_SECURE: String(clickHouse.tls),
      // The variable for the setting CLICKHOUSE_LOGS_CLUSTER_DATABASE has another name. Before July 2026 its default was `default`.
      CLICKHOUSE_LOGS_DATABASE: clickHouse.database,
      ...objectSettings(context),
      ...aiBlobLocation(context),
      ...otherProcesses(context),
      ...context.appSettings.environment,
    },
    secrets: {
      SECRET_KEY: Secret.fromSecretsManager(secrets.secretKey),
      ENCRYPTION_SALT_KEYS: Secret.fromSecretsManager(secrets.encryptionSaltKeys),
      INTERNAL_API_SECRET: Secret.fromSecretsManager(secrets.internalApiSecret),
      INTERNAL_REQUEST_TOKEN: Secret.fromSecretsManager(secrets.internalRequestToken),
      DATABASE_URL: Secret.fromSecretsManager(postgres.urlSecret),
      PERSONS_DB_WRITER_URL: Secret.fromSecretsManager(postgres.personsUrlSecret),
      PERSONS_DB_READER_URL: Secret.fromSecretsManager(postgres.personsUrlSecret),
      CLICKHOUSE_USER: clickHouseUser,
      CLICKHOUSE_PASSWORD: clickHousePassword,
      CLICKHOUSE_LOGS_CLUSTER_USER: clickHouseUser,
      CLICKHOUSE_LOGS_CLUSTER_PASSWORD: clickHousePassword,
      ...dictReader(clickHouse),
      // Without it, no OAuth application can be saved: the toolbar and MCP need one (posthog/models/oauth.py).
      OIDC_RSA_PRIVATE_KEY: Secret.fromSecretsManager(secrets.oidcRsaPrivateKey),
      ...(context.isDeployed(PostHogProcess.BROWSERLESS) ? browserlessTokens(secrets) : {}),
      ...context.appSettings.secrets,
    },
  };
}

/**
 * Returns the endpoints of other processes. The defaults are names that exist in PostHog's own network only, or loopback.
 *
 * Sources: posthog/settings/{data_stores,exports,integrations,ingestion,personhog,session_replay_v2,temporal,web}.py, July 2026.
 */
function otherProcesses(context: ProcessContext): Record<string, string> {
  return {
    // gRPC: a host and a port, and no scheme (posthog/personhog_client/client.py).
    PERSONHOG_ADDR: authorityOf(context, PostHogProcess.PERSONHOG_ROUTER),
    ...where(context, PostHogProcess.FEATURE_FLAGS, (address) => ({ FEATURE_FLAGS_SERVICE_URL: address })),
    ...where(context, PostHogProcess.CAPTURE, (address) => ({ CAPTURE_INTERNAL_URL: address })),
    ...where(context, PostHogProcess.REPLAY_CAPTURE, (address) => ({ CAPTURE_REPLAY_INTERNAL_URL: address })),
    ...where(context, PostHogProcess.PLUGINS, (address) => ({ CDP_API_URL: address })),
    ...where(context, PostHogProcess.RECORDING_API, (address) => ({ RECORDING_API_URL: address })),
    ...where(context, PostHogProcess.BROWSERLESS, (address) => ({
      BROWSERLESS_CDP_URL: address.replace('http:', 'ws:'),
      HEATMAP_BROWSERLESS_URL: address,
    })),
    ...whereTemporal(context),
    // Browsers connect to it through the load balancer.
    ...where(context, PostHogProcess.LIVESTREAM, () => ({ LIVESTREAM_HOST: `${context.url}/livestream` })),
  };
}

/** Returns the credentials of dictionaries (posthog/clickhouse/client/connection.py, ClickHouseUser.DICT_READER). */
function dictReader({ dictReaderCredentials: credentials }: IClickHouse): Record<string, Secret> {
  return credentials
    ? {
        CLICKHOUSE_DICT_READER_USER: Secret.fromSecretsManager(credentials, 'username'),
        CLICKHOUSE_DICT_READER_PASSWORD: Secret.fromSecretsManager(credentials, 'password'),
      }
    : {};
}

function browserlessTokens({ browserlessToken }: ProcessContext['secrets']): Record<string, Secret> {
  const token = Secret.fromSecretsManager(browserlessToken);
  return { BROWSERLESS_TOKEN: token, HEATMAP_BROWSERLESS_TOKEN: token };
}
