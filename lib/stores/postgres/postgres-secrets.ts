import { RemovalPolicy, SecretValue } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IDependable } from 'constructs';
import { CYCLOTRON_DATABASE, PASSWORD, PostgresClient, postgresUrl, PostgresUrlParts } from './postgres-url';
import { withoutSnapshot } from '../removal';
import { acknowledge } from '../../private/acknowledge';

const NO_ROTATION = 'the connection URLs contain the password, and a rotation would not change them; docs/stores.md describes how to change it';

const FINDINGS = {
  'AwsSolutions-SMG4': NO_ROTATION,
  'SecretsManagerRotationEnabled': NO_ROTATION,
  'SecretsManagerUsingKMSKey': 'encrypted with the AWS managed key of Secrets Manager',
};

/** Defines the secret with the master user's name and password, as JSON; RDS adds host and port. */
export function defineCredentials(scope: Construct, username: string, removalPolicy: RemovalPolicy): Secret {
  const credentials = new Secret(scope, 'Credentials', {
    description: 'PostHog Postgres: username, password, host and port',
    // None of this may change for an existing server; see PASSWORD.
    generateSecretString: { ...PASSWORD, secretStringTemplate: JSON.stringify({ username }), generateStringKey: 'password' },
    removalPolicy: withoutSnapshot(removalPolicy),
  });
  acknowledge(credentials, FINDINGS);
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

/** Defines a secret. CloudFormation inserts the password when it creates it: the template has a dynamic reference to it, never the password. */
function defineUrlSecret(scope: Construct, id: string, client: PostgresClient, databaseName: string, options: UrlSecretsOptions): ISecret {
  const password = options.credentials.secretValueFromJson('password').unsafeUnwrap();
  const secret = new Secret(scope, id, {
    description: `PostHog Postgres: connection URL ${databaseName === CYCLOTRON_DATABASE ? `of ${databaseName} ` : ''}for ${client}`,
    secretStringValue: SecretValue.unsafePlainText(postgresUrl(client, { ...options.server, databaseName, password })),
    removalPolicy: withoutSnapshot(options.removalPolicy),
  });
  acknowledge(secret, FINDINGS);
  if (options.ready) {
    secret.node.addDependency(options.ready);
  }
  return secret;
}
