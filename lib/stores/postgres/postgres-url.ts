import { PostgresLoginCredentials } from './postgres-base';

/** The kinds of PostgreSQL clients in PostHog's processes. */
export enum PostgresClient {
  /** psycopg, of Django and Celery, and sqlx, of the Rust services. */
  LIBPQ = 'libpq',
  /** node-postgres, of the Node services. */
  NODE = 'node',
}

/**
 * The `sslmode` of each client for TLS without verification of the server's certificate. No image of PostHog has the root certificates
 * of RDS, and they are in no public trust store, so `verify-full` would fail everywhere.
 *
 * For libpq and sqlx (built with tls-native-tls, rust/Cargo.toml) this is `require`. node-postgres verifies with `require` as well,
 * and fails with "self-signed certificate in certificate chain" (brianc/node-postgres issue 2375); its mode is `no-verify`
 * (packages/pg-connection-string/index.js), and PostHog passes it the URL without other options (nodejs/src/common/utils/utils.ts).
 */
const SSL_MODE: Readonly<Record<PostgresClient, string>> = {
  [PostgresClient.LIBPQ]: 'require',
  [PostgresClient.NODE]: 'no-verify',
};

/**
 * The connection timeout of each client, in seconds. A server that accepts connections without responding, such as one that has lost its zone,
 * would otherwise block a thread of the app until the kernel times out.
 *
 * libpq includes the TLS handshake. sqlx 0.8 ignores the parameter with a warning (sqlx-postgres, options/parse.rs); its pools have their own
 * timeouts. node-postgres does not support it in a URL, only as an option, which PostHog does not set (nodejs/src/common/utils/utils.ts).
 */
const CONNECT_TIMEOUT: Readonly<Record<PostgresClient, string>> = { [PostgresClient.LIBPQ]: '&connect_timeout=5', [PostgresClient.NODE]: '' };

/**
 * The database for the jobs of data pipelines. The migration creates it and its tables, and takes the name from the URL
 * (`run_cyclotron_node_migrations` in rust/bin/migrate-entry); this is upstream's default.
 */
export const CYCLOTRON_DATABASE = 'cyclotron_node';

/** The purposes of logins. */
export type LoginPurpose = keyof PostgresLoginCredentials;

/**
 * The names of the logins, which are parts of connection URLs. Temporal does not create a database that has the name of its login
 * (docker/auto-setup.sh of temporalio/docker-builds).
 */
export const LOGIN_NAMES: Readonly<Record<LoginPurpose, string>> = {
  application: 'posthog_application',
  reader: 'posthog_reader',
  temporal: 'posthog_temporal',
};

/** The parts of a connection URL. None may contain reserved characters: nothing is encoded here, because parts can be tokens. */
export interface PostgresUrlParts {
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
}

/** Returns the connection URL of a database for a client. */
export function postgresUrl(client: PostgresClient, { username, password, host, port, databaseName }: PostgresUrlParts): string {
  return `postgres://${username}:${password}@${host}:${port}/${databaseName}?sslmode=${SSL_MODE[client]}${CONNECT_TIMEOUT[client]}`;
}

/**
 * The options for generated passwords, which need no encoding in a URL: letters and digits only, 62^40 possibilities.
 *
 * They must never change: CloudFormation would generate a new password, which an existing server would not have.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 */
export const PASSWORD = { excludePunctuation: true, includeSpace: false, passwordLength: 40 };
