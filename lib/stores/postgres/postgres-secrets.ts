import { RemovalPolicy, SecretValue } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IDependable } from 'constructs';
import { PostgresLoginCredentials } from './postgres-base';
import { CYCLOTRON_DATABASE, LOGIN_NAMES, LoginPurpose, PASSWORD, PostgresClient, postgresUrl, PostgresUrlParts } from './postgres-url';
import { withoutSnapshot } from '../removal';
import { acknowledge } from '../../private/acknowledge';
import { defineSecret } from '../../private/encrypted-secret';
import { defaultSecretKey } from '../../private/encryption-key';

const NO_ROTATION = 'the connection URLs contain the password, and a rotation would not change them; docs/stores.md describes how to change it';

const FINDINGS = {
  'AwsSolutions-SMG4': NO_ROTATION,
  'SecretsManagerRotationEnabled': NO_ROTATION,
};

/** Defines the secret with the master user's name and password, as JSON; RDS adds host and port. */
export function defineCredentials(scope: Construct, username: string, removalPolicy: RemovalPolicy): Secret {
  return defineLogin(scope, 'Credentials', 'PostHog Postgres: username, password, host and port', username, removalPolicy);
}

function defineLogin(scope: Construct, id: string, description: string, username: string, removalPolicy: RemovalPolicy): Secret {
  const credentials = defineSecret(scope, id, {
    description,
    // None of this may change for an existing server; see PASSWORD.
    generateSecretString: { ...PASSWORD, secretStringTemplate: JSON.stringify({ username }), generateStringKey: 'password' },
    removalPolicy: withoutSnapshot(removalPolicy),
  });
  acknowledge(credentials, { ...FINDINGS, ...defaultSecretKey(scope) });
  return credentials;
}

/** The secrets with the connection URLs of a server. The whole string of each is one URL. */
export interface UrlSecrets {
  readonly posthog: ISecret;
  readonly nodePosthog: ISecret;
  readonly cyclotron: ISecret;
  readonly nodeCyclotron: ISecret;
}

/** Options of the secrets with connection URLs. */
export interface UrlSecretsOptions {
  readonly credentials: ISecret;
  readonly server: Omit<PostgresUrlParts, 'password'>;
  readonly removalPolicy: RemovalPolicy;
  /** The resources that must be deployed before the server accepts connections. */
  readonly ready?: IDependable;
  /** The purpose of the login; undefined for the master user. */
  readonly purpose?: LoginPurpose;
}

/** Defines the secrets with the connection URLs of PostHog's database and of the database for the jobs of data pipelines. */
export function defineUrlSecrets(scope: Construct, options: UrlSecretsOptions): UrlSecrets {
  const { databaseName } = options.server;
  return {
    posthog: defineUrlSecret(scope, 'Url', PostgresClient.LIBPQ, databaseName, options),
    nodePosthog: defineUrlSecret(scope, 'NodeUrl', PostgresClient.NODE, databaseName, options),
    cyclotron: defineUrlSecret(scope, 'CyclotronUrl', PostgresClient.LIBPQ, CYCLOTRON_DATABASE, options),
    nodeCyclotron: defineUrlSecret(scope, 'NodeCyclotronUrl', PostgresClient.NODE, CYCLOTRON_DATABASE, options),
  };
}

/** The secrets of the logins by purpose. */
export interface LoginSecrets {
  readonly credentials: PostgresLoginCredentials;
  readonly posthog: ISecret;
  readonly nodePosthog: ISecret;
  readonly nodeCyclotron: ISecret;
  readonly reader: ISecret;
}

/** Defines the secrets of the logins by purpose: a password for each, and the connection URLs of those that use URLs. */
export function defineLoginSecrets(scope: Construct, options: Omit<UrlSecretsOptions, 'credentials'>): LoginSecrets {
  const { databaseName } = options.server;
  const login = (id: string, purpose: LoginPurpose) =>
    defineLogin(scope, `${id}Credentials`, `PostHog Postgres: ${purpose} login`, LOGIN_NAMES[purpose], options.removalPolicy);
  const credentials = {
    application: login('Application', 'application'),
    reader: login('Reader', 'reader'),
    temporal: login('Temporal', 'temporal'),
  };
  const as = (purpose: LoginPurpose): UrlSecretsOptions => ({
    ...options,
    credentials: credentials[purpose],
    server: { ...options.server, username: LOGIN_NAMES[purpose] },
    purpose,
  });
  return {
    credentials,
    posthog: defineUrlSecret(scope, 'ApplicationUrl', PostgresClient.LIBPQ, databaseName, as('application')),
    nodePosthog: defineUrlSecret(scope, 'ApplicationNodeUrl', PostgresClient.NODE, databaseName, as('application')),
    nodeCyclotron: defineUrlSecret(scope, 'ApplicationNodeCyclotronUrl', PostgresClient.NODE, CYCLOTRON_DATABASE, as('application')),
    reader: defineUrlSecret(scope, 'ReaderUrl', PostgresClient.LIBPQ, databaseName, as('reader')),
  };
}

/** Defines a secret. CloudFormation inserts the password when it creates it: the template has a dynamic reference to it, never the password. */
function defineUrlSecret(scope: Construct, id: string, client: PostgresClient, databaseName: string, options: UrlSecretsOptions): ISecret {
  const password = options.credentials.secretValueFromJson('password').unsafeUnwrap();
  const whose = options.purpose === undefined ? '' : `${options.purpose} `;
  const ofDatabase = databaseName === CYCLOTRON_DATABASE ? `of ${databaseName} ` : '';
  const secret = defineSecret(scope, id, {
    description: `PostHog Postgres: ${whose}connection URL ${ofDatabase}for ${client}`,
    secretStringValue: SecretValue.unsafePlainText(postgresUrl(client, { ...options.server, databaseName, password })),
    removalPolicy: withoutSnapshot(options.removalPolicy),
  });
  acknowledge(secret, { ...FINDINGS, ...defaultSecretKey(scope) });
  if (options.ready) {
    secret.node.addDependency(options.ready);
  }
  return secret;
}
