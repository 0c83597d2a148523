import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { AppSecretsOptions, checkFormat, FORMATS } from './app-secrets-options';
import { defineRsaKey } from './rsa-key';
import { acknowledge } from '../../private/acknowledge';
import { withPath } from '../../private/errors';
import { resourcePolicy } from '../../private/removal-policy';

/**
 * PostHog's own secrets. The value of each is the whole secret string.
 */
export interface IAppSecrets extends IConstruct {
  /** Signs sessions and tokens (SECRET_KEY). */
  readonly secretKey: ISecret;
  /** Encrypts data in PostHog's database (ENCRYPTION_SALT_KEYS). Keep a copy with the backups of the database. */
  readonly encryptionSaltKeys: ISecret;
  /** Authenticates PostHog's processes to each other (INTERNAL_API_SECRET). */
  readonly internalApiSecret: ISecret;
  /** Authenticates the app to feature-flags (INTERNAL_REQUEST_TOKEN). */
  readonly internalRequestToken: ISecret;
  /** Authenticates the app and its workers to browserless (BROWSERLESS_TOKEN). */
  readonly browserlessToken: ISecret;
  /** Signs the identity tokens of the OAuth provider (OIDC_RSA_PRIVATE_KEY). */
  readonly oidcRsaPrivateKey: ISecret;
}

/**
 * PostHog's own secrets: one per purpose, generated once or passed in.
 *
 * Each has its value before any resource that refers to it is created.
 */
export class AppSecrets extends Construct implements IAppSecrets {
  public readonly secretKey: ISecret;
  public readonly encryptionSaltKeys: ISecret;
  public readonly internalApiSecret: ISecret;
  public readonly internalRequestToken: ISecret;
  public readonly browserlessToken: ISecret;
  public readonly oidcRsaPrivateKey: ISecret;

  public constructor(scope: Construct, id: string, props: AppSecretsOptions, policy: RemovalPolicy) {
    super(scope, id);
    const removalPolicy = resourcePolicy(policy);
    const secret = (name: keyof AppSecretsOptions, secretId: string) => {
      const existing = props[name];
      if (existing) {
        withPath(this, () => checkFormat(name, existing));
        return existing;
      }
      const { description, length } = FORMATS[name];
      return length === undefined
        ? defineRsaKey(this, secretId, description, policy)
        : new Secret(this, secretId, { description, removalPolicy, generateSecretString: { excludePunctuation: true, passwordLength: length } });
    };
    acknowledge(this, {
      'AwsSolutions-SMG4':
        'a key that PostHog encrypts or signs with cannot be rotated by replacing it: data that the old key protects would be lost',
      'SecretsManagerRotationEnabled':
        'a key that PostHog encrypts or signs with cannot be rotated by replacing it: data that the old key protects would be lost',
      'SecretsManagerUsingKMSKey': 'encrypted with the AWS managed key of Secrets Manager; bring your own secrets for another key',
    });
    this.secretKey = secret('secretKey', 'SecretKey');
    this.encryptionSaltKeys = secret('encryptionSaltKeys', 'EncryptionSaltKeys');
    this.internalApiSecret = secret('internalApiSecret', 'InternalApiSecret');
    this.internalRequestToken = secret('internalRequestToken', 'InternalRequestToken');
    this.browserlessToken = secret('browserlessToken', 'BrowserlessToken');
    this.oidcRsaPrivateKey = secret('oidcRsaPrivateKey', 'OidcRsaPrivateKey');
  }
}
