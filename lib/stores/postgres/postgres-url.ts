/** The kinds of clients that PostHog's processes open PostgreSQL with. */
export enum PostgresClient {
  /** psycopg, of Django and Celery, and sqlx, of the Rust services. */
  LIBPQ = 'libpq',
  /** node-postgres, of the Node services. */
  NODE = 'node',
}

/**
 * What each client must be told to encrypt a connection without verifying the server's certificate. No image of PostHog holds the roots
 * that RDS certificates chain to, and they are in no public trust store, so `verify-full` would fail everywhere.
 *
 * To libpq and sqlx (built with tls-native-tls, rust/Cargo.toml) `require` says just that. node-postgres verifies under `require` as well
 * and stops at "self-signed certificate in certificate chain" (brianc/node-postgres issue 2375); its own word is `no-verify`
 * (packages/pg-connection-string/index.js), and PostHog hands it the URL with nothing beside it (nodejs/src/common/utils/utils.ts).
 */
const SSL_MODE: Readonly<Record<PostgresClient, string>> = {
  [PostgresClient.LIBPQ]: 'require',
  [PostgresClient.NODE]: 'no-verify',
};

/**
 * How long each client waits for a connection, in seconds. A server that accepts connections and says nothing, as one that has lost its zone
 * does, would hold a thread of the app until the kernel gives up.
 *
 * libpq counts the handshake of TLS too. sqlx 0.8 ignores the parameter with a warning (sqlx-postgres, options/parse.rs); its pools have limits
 * of their own. node-postgres takes no such limit from a URL, only from options beside it, which PostHog leaves out
 * (nodejs/src/common/utils/utils.ts).
 */
const CONNECT_TIMEOUT: Readonly<Record<PostgresClient, string>> = { [PostgresClient.LIBPQ]: '&connect_timeout=5', [PostgresClient.NODE]: '' };

/**
 * The database that data pipelines keep their jobs in. The migration makes it and its tables, and takes the name from the URL alone
 * (`run_cyclotron_node_migrations` in rust/bin/migrate-entry); this is the name that it has where there is none.
 */
export const CYCLOTRON_DATABASE = 'cyclotron_node';

/** The parts of a connection URL. None may hold a character that means something in a URL: nothing is encoded here, for parts can be tokens. */
export interface PostgresUrlParts {
  readonly username: string;
  readonly password: string;
  readonly host: string;
  readonly port: number;
  readonly databaseName: string;
}

/** The URL that a client opens a database with. */
export function postgresUrl(client: PostgresClient, { username, password, host, port, databaseName }: PostgresUrlParts): string {
  return `postgres://${username}:${password}@${host}:${port}/${databaseName}?sslmode=${SSL_MODE[client]}${CONNECT_TIMEOUT[client]}`;
}

/**
 * How Secrets Manager generates passwords that are the same in a URL as outside of one: letters and digits alone, 62^40 of them.
 *
 * Never to be changed: CloudFormation would generate a new password, which a server that stands would not know.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetRandomPassword.html
 */
export const PASSWORD = { excludePunctuation: true, includeSpace: false, passwordLength: 40 };
