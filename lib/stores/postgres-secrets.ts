import { RemovalPolicy, SecretValue } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { PASSWORD, PostgresClient, postgresUrl, PostgresUrlParts } from './postgres-url';
import { withoutSnapshot } from './removal';
import { acknowledge } from '../private/acknowledge';

const NO_ROTATION = 'the password stands in the connection URLs as well, which a rotation would not change; docs/stores.md says how to change it';

const FINDINGS = {
  'AwsSolutions-SMG4': NO_ROTATION,
  'SecretsManagerRotationEnabled': NO_ROTATION,
  'SecretsManagerUsingKMSKey': 'encrypted with the key that Secrets Manager keeps for the account',
};

/** The master user's name and password, as JSON; RDS adds host and port. */
export function defineCredentials(scope: Construct, username: string, removalPolicy: RemovalPolicy): Secret {
  const credentials = new Secret(scope, 'Credentials', {
    description: 'PostHog PostgreSQL: user, password, host and port',
    // None of this may change for a server that stands; see PASSWORD.
    generateSecretString: { ...PASSWORD, secretStringTemplate: JSON.stringify({ username }), generateStringKey: 'password' },
    removalPolicy: withoutSnapshot(removalPolicy),
  });
  acknowledge(credentials, FINDINGS);
  return credentials;
}

/**
 * A secret whose whole text is the URL that a client opens the database with.
 *
 * CloudFormation puts the password in when it makes the secret: the template holds a dynamic reference to it, never the password.
 */
export function defineUrlSecret(scope: Construct, id: string, client: PostgresClient, credentials: ISecret, parts: Omit<PostgresUrlParts, 'password'>, removalPolicy: RemovalPolicy): Secret {
  const password = credentials.secretValueFromJson('password').unsafeUnwrap();
  const secret = new Secret(scope, id, {
    description: `PostHog PostgreSQL: connection URL for ${client}`,
    secretStringValue: SecretValue.unsafePlainText(postgresUrl(client, { ...parts, password })),
    removalPolicy: withoutSnapshot(removalPolicy),
  });
  acknowledge(secret, FINDINGS);
  return secret;
}
