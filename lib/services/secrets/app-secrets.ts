import { RemovalPolicy } from 'aws-cdk-lib/core';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct, IConstruct } from 'constructs';
import { AppSecretsOptions, checkFormat, FORMATS } from './app-secrets-options';
import { defineFernetKey, defineRsaKey } from './function-keys';
import { acknowledge } from '../../private/acknowledge';
import { defineSecret } from '../../private/encrypted-secret';
import { defaultSecretKey } from '../../private/encryption-key';
import { withPath } from '../../private/errors';
import { resourcePolicy } from '../../private/removal-policy';
import { definitionOf } from '../../private/secrets';

/**
 * PostHog's own secrets. The value of each is the whole secret string.
 */
export interface IAppSecrets extends IConstruct {
  /** Signs sessions, password resets and cookies of the app (SECRET_KEY). */
  readonly secretKey: ISecret;
  /** Signs the tokens of exports, shared pages, unsubscribe links and live events (JWT_SIGNING_KEY). */
  readonly jwtSigningKey: ISecret;
  /** Encrypts the payloads of remote configuration flags (FLAGS_SECRET_KEYS). Keep a copy with the backups of the database. */
  readonly flagsSecretKeys: ISecret;
  /** Encrypts the data of Temporal's workflows (TEMPORAL_SECRET_KEY). Keep a copy with the backups of the database. */
  readonly temporalSecretKey: ISecret;
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
  public readonly jwtSigningKey: ISecret;
  public readonly flagsSecretKeys: ISecret;
  public readonly temporalSecretKey: ISecret;
  /**
   * The key that signed tokens before `jwtSigningKey` did; undefined if it may contain a comma: PostHog would accept tokens that a part of it signed,
   * and the part may be short.
   *
   * @internal
   */
  public readonly _previousJwtKey?: ISecret;
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
      const { description, length, fernet: format } = FORMATS[name];
      if (format) {
        const previous = { previous: this.secretKey, isNew: props.secretKey === undefined };
        return defineFernetKey(this, secretId, description, policy, { format, prop: name, ...previous });
      }
      return length === undefined
        ? defineRsaKey(this, secretId, description, policy)
        : defineSecret(this, secretId, {
            description,
            removalPolicy,
            generateSecretString: { excludePunctuation: true, passwordLength: length },
          });
    };
    acknowledge(this, {
      'AwsSolutions-SMG4':
        'a key that PostHog encrypts or signs with cannot be rotated by replacing it: data that the old key protects would be lost',
      'SecretsManagerRotationEnabled':
        'a key that PostHog encrypts or signs with cannot be rotated by replacing it: data that the old key protects would be lost',
      ...defaultSecretKey(this),
    });
    this.secretKey = secret('secretKey', 'SecretKey');
    this._previousJwtKey = isWithoutComma(this.secretKey) ? this.secretKey : undefined;
    this.encryptionSaltKeys = secret('encryptionSaltKeys', 'EncryptionSaltKeys');
    this.internalApiSecret = secret('internalApiSecret', 'InternalApiSecret');
    this.internalRequestToken = secret('internalRequestToken', 'InternalRequestToken');
    this.browserlessToken = secret('browserlessToken', 'BrowserlessToken');
    this.oidcRsaPrivateKey = secret('oidcRsaPrivateKey', 'OidcRsaPrivateKey');
    this.jwtSigningKey = secret('jwtSigningKey', 'JwtSigningKey');
    this.flagsSecretKeys = secret('flagsSecretKeys', 'FlagsSecretKeys');
    this.temporalSecretKey = secret('temporalSecretKey', 'TemporalSecretKey');
  }
}

/** Returns whether the value of a secret is certain to contain no comma. */
function isWithoutComma(secret: ISecret): boolean {
  const { generated, literal } = definitionOf(secret);
  if (typeof literal === 'string') {
    return !literal.startsWith('{{resolve:') && !literal.includes(',');
  }
  return generated !== undefined && (generated.excludePunctuation === true || (generated.excludeCharacters?.includes(',') ?? false));
}
