import type { Secret } from 'aws-cdk-lib/aws-ecs';
import { aiBlobLocation } from './ai-blobs';
import { CacheClient, cacheUrl } from './cache';
import { objectSettings } from './django-objects';
import { PostHogProcess } from '../../posthog-process';
import { authorityOf, ProcessContext, StoreName, where, whereTemporal } from '../../process-context';
import { ProcessSettings } from '../../../private/process-settings';

/** The data stores that every Django process connects to. */
export const DJANGO_STORES: readonly StoreName[] = ['postgres', 'cache', 'kafka', 'clickHouse', 'objectStorage'];

/** The processes that no Django process can work without. gRPC connects at the first call, and again (posthog/personhog_client/client.py). */
const DJANGO_NEEDS = [PostHogProcess.PERSONHOG_ROUTER] as const;

/** The processes that every Django process calls, if they are deployed. */
const DJANGO_CALLS = [
  PostHogProcess.FEATURE_FLAGS,
  PostHogProcess.CAPTURE,
  PostHogProcess.REPLAY_CAPTURE,
  PostHogProcess.PLUGINS,
  PostHogProcess.RECORDING_API,
  PostHogProcess.BROWSERLESS,
  PostHogProcess.TEMPORAL,
] as const;

/** The common properties of all Django processes. */
export const DJANGO = {
  image: 'app',
  stores: DJANGO_STORES,
  objects: 'read-write',
  appEnvironment: true,
  sharedGroup: 'Django',
  callsOut:
    'webhooks, mail servers, single sign-on, databases and warehouses of batch exports and imports, at addresses and ports that users enter ' +
    '(products/batch_exports/backend/temporal/destinations, products/warehouse_sources/backend/temporal/data_imports/sources)',
  needs: DJANGO_NEEDS,
  calls: DJANGO_CALLS,
} as const;

/**
 * Returns the settings that all of PostHog's Django processes share.
 *
 * Sources: posthog/settings/{access,data_stores,kafka,ingestion}.py of PostHog/posthog, July 2026.
 */
export function djangoSettings(context: ProcessContext): ProcessSettings {
  const { postgres, cache, kafka, clickHouse, secrets, secretValue } = context;
  const clickHouseUser = secretValue(clickHouse.credentials, 'username');
  const clickHousePassword = secretValue(clickHouse.credentials, 'password');
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
      KAFKA_SECURITY_PROTOCOL: kafka.tls ? 'SSL' : 'PLAINTEXT',
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
      ...signingKeys(context),
      ENCRYPTION_SALT_KEYS: secretValue(secrets.encryptionSaltKeys),
      INTERNAL_API_SECRET: secretValue(secrets.internalApiSecret),
      INTERNAL_REQUEST_TOKEN: secretValue(secrets.internalRequestToken),
      DATABASE_URL: secretValue(postgres.urlSecret),
      PERSONS_DB_WRITER_URL: secretValue(postgres.personsUrlSecret),
      PERSONS_DB_READER_URL: secretValue(postgres.personsUrlSecret),
      CLICKHOUSE_USER: clickHouseUser,
      CLICKHOUSE_PASSWORD: clickHousePassword,
      CLICKHOUSE_LOGS_CLUSTER_USER: clickHouseUser,
      CLICKHOUSE_LOGS_CLUSTER_PASSWORD: clickHousePassword,
      ...dictReader(context),
      // Without it, no OAuth application can be saved: the toolbar and MCP need one (posthog/models/oauth.py).
      OIDC_RSA_PRIVATE_KEY: secretValue(secrets.oidcRsaPrivateKey),
      ...(context.isDeployed(PostHogProcess.BROWSERLESS) ? browserlessTokens(context) : {}),
      ...context.appSettings.secrets,
    },
  };
}

/**
 * Returns the keys that Django signs and encrypts with, one for each purpose: other processes have those of their purpose, and never SECRET_KEY.
 *
 * Tokens that SECRET_KEY signed stay valid. TEMPORAL_FALLBACK_SECRET_KEYS defaults to SECRET_KEY, which encrypted workflows before.
 *
 * Sources: posthog/settings/{access,feature_flags,temporal}.py of July 2026; temporal.py is the same at 0096ea5 of PostHog/posthog, September 2026.
 */
function signingKeys({ secrets, secretValue }: ProcessContext): Record<string, Secret> {
  const { _previousJwtKey: previousJwtKey } = secrets;
  return {
    SECRET_KEY: secretValue(secrets.secretKey),
    JWT_SIGNING_KEY: secretValue(secrets.jwtSigningKey),
    ...(previousJwtKey ? { JWT_SIGNING_KEY_FALLBACKS: secretValue(previousJwtKey) } : {}),
    FLAGS_SECRET_KEYS: secretValue(secrets.flagsSecretKeys),
    TEMPORAL_SECRET_KEY: secretValue(secrets.temporalSecretKey),
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
function dictReader({ clickHouse: { dictReaderCredentials: credentials }, secretValue }: ProcessContext): Record<string, Secret> {
  return credentials
    ? {
        CLICKHOUSE_DICT_READER_USER: secretValue(credentials, 'username'),
        CLICKHOUSE_DICT_READER_PASSWORD: secretValue(credentials, 'password'),
      }
    : {};
}

function browserlessTokens({ secrets: { browserlessToken }, secretValue }: ProcessContext): Record<string, Secret> {
  const token = secretValue(browserlessToken);
  return { BROWSERLESS_TOKEN: token, HEATMAP_BROWSERLESS_TOKEN: token };
}
