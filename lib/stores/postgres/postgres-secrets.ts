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

/**
 * The connection URLs of a server, each a whole secret string. Those that not every deployment needs are created on first access, because every
 * secret has a cost.
 */
export class UrlSecrets {
  public readonly posthog: Secret;
  public readonly nodePosthog: Secret;

  public constructor(
    private readonly scope: Construct,
    private readonly credentials: ISecret,
    private readonly server: Omit<PostgresUrlParts, 'password' | 'databaseName'>,
    databaseName: string,
    private readonly removalPolicy: RemovalPolicy,
    private readonly answering?: IDependable,
  ) {
    this.posthog = this.secret('Url', PostgresClient.LIBPQ, databaseName);
    this.nodePosthog = this.secret('NodeUrl', PostgresClient.NODE, databaseName);
  }

  public get cyclotron(): Secret {
    return this.secret('CyclotronUrl', PostgresClient.LIBPQ, CYCLOTRON_DATABASE);
  }

  public get nodeCyclotron(): Secret {
    return this.secret('NodeCyclotronUrl', PostgresClient.NODE, CYCLOTRON_DATABASE);
  }

  /** Defines a secret. CloudFormation inserts the password when it creates it: the template has a dynamic reference to it, never the password. */
  private secret(id: string, client: PostgresClient, databaseName: string): Secret {
    const found = this.scope.node.tryFindChild(id);
    if (found) {
      return found as Secret;
    }
    const password = this.credentials.secretValueFromJson('password').unsafeUnwrap();
    const secret = new Secret(this.scope, id, {
      description: `PostHog Postgres: connection URL ${databaseName === CYCLOTRON_DATABASE ? `of ${databaseName} ` : ''}for ${client}`,
      secretStringValue: SecretValue.unsafePlainText(postgresUrl(client, { ...this.server, databaseName, password })),
      removalPolicy: withoutSnapshot(this.removalPolicy),
    });
    acknowledge(secret, FINDINGS);
    if (this.answering) {
      secret.node.addDependency(this.answering);
    }
    return secret;
  }
}
