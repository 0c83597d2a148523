import { createPrivateKey } from 'node:crypto';
import { ISecret, SecretStringGenerator } from 'aws-cdk-lib/aws-secretsmanager';
import type { FernetFormat } from './function-keys';
import { secret } from '../../private/checks/cdk';
import { Checks } from '../../private/checks/check';
import { invalidProp } from '../../private/errors';
import { checkWholeText, definitionOf } from '../../private/secrets';

/**
 * PostHog's own secrets, if you bring your own. The value is the whole secret string.
 */
export interface AppSecretsOptions {
  /**
   * Signs sessions, password resets and cookies of the app, and nothing of other processes: 32 characters or more. Changing it signs all users out.
   *
   * @default - generated once, 64 characters
   */
  readonly secretKey?: ISecret;
  /**
   * Signs the tokens of exports, shared pages, unsubscribe links and live events: 32 characters or more, without a comma. Tokens that `secretKey`
   * signed stay valid. Changing it ends the tokens that it signed.
   *
   * @default - generated once, 64 characters
   */
  readonly jwtSigningKey?: ISecret;
  /**
   * Encrypts the payloads of remote configuration flags: 32 characters or more, or several such keys separated by commas, of which the first
   * encrypts. Losing it makes these payloads unreadable.
   *
   * @default - generated once, 64 characters; in a stack that exists already, and with your own `secretKey`, the part of `secretKey` that encrypted
   * them so far
   */
  readonly flagsSecretKeys?: ISecret;
  /**
   * Encrypts the data of Temporal's workflows: 32 characters or more. Data that `secretKey` encrypted stays readable. Changing it makes the data
   * that it encrypted unreadable.
   *
   * @default - generated once, 64 characters; in a stack that exists already, and with your own `secretKey`, the part of `secretKey` that encrypted
   * it so far
   */
  readonly temporalSecretKey?: ISecret;
  /**
   * Encrypts data in PostHog's database: exactly 32 characters, or several such keys separated by commas, of which the first
   * encrypts. Losing it makes that data unreadable.
   *
   * @default - generated once, 32 characters
   */
  readonly encryptionSaltKeys?: ISecret;
  /**
   * Authenticates PostHog's processes to each other: 16 characters or more.
   *
   * @default - generated once, 64 characters
   */
  readonly internalApiSecret?: ISecret;
  /**
   * Authenticates the app to feature-flags: 16 characters or more.
   *
   * @default - generated once, 64 characters
   */
  readonly internalRequestToken?: ISecret;
  /**
   * Authenticates the app and its workers to browserless, which renders exports and heatmaps: 16 letters and digits or more. It is sent in a URL.
   *
   * @default - generated once, 64 characters
   */
  readonly browserlessToken?: ISecret;
  /**
   * Signs the identity tokens of the OAuth provider, which the toolbar, the MCP server and OAuth apps sign in with: an RSA private key of 2048
   * bits or more, in PEM. docs/deploy.md describes how to change it.
   *
   * @default - generated once during the first deployment, 3072 bits
   */
  readonly oidcRsaPrivateKey?: ISecret;
}

export const APP_SECRETS_CHECKS: Checks<AppSecretsOptions> = {
  secretKey: secret,
  jwtSigningKey: secret,
  flagsSecretKeys: secret,
  temporalSecretKey: secret,
  encryptionSaltKeys: secret,
  internalApiSecret: secret,
  internalRequestToken: secret,
  browserlessToken: secret,
  oidcRsaPrivateKey: secret,
};

/** The format of a secret. */
interface SecretFormat {
  readonly description: string;
  /** The length of a generated value; undefined if Secrets Manager cannot generate one. */
  readonly length?: number;
  /** The format of a key for data that SECRET_KEY encrypted in earlier versions of the library, which a function generates. */
  readonly fernet?: FernetFormat;
  readonly valid: (value: string) => boolean;
  readonly rule: string;
}

/**
 * PostHog's formats.
 *
 * A comma would end JWT_SIGNING_KEY where it is a fallback, and every key of FLAGS_SECRET_KEYS needs 32 bytes
 * (products/feature_flags/backend/encrypted_flag_payloads.py). TEMPORAL_SECRET_KEY may name its encoding before a colon
 * (posthog/temporal/common/codec.py).
 *
 * ENCRYPTION_SALT_KEYS is 32 characters of text, not base64, and has a public default that must never be used (posthog/settings/access.py,
 * posthog/helpers/encrypted_fields.py). INTERNAL_API_SECRET is refused by Django and not checked at all by Node while it is empty.
 * BROWSERLESS_TOKEN is part of a query string (products/exports/backend/tasks/image_exporter.py). Without OIDC_RSA_PRIVATE_KEY
 * (posthog/settings/web.py) no OAuth application can be saved (posthog/models/oauth.py), and newer versions of bin/migrate stop.
 */
export const FORMATS: Readonly<Record<keyof AppSecretsOptions, SecretFormat>> = {
  secretKey: { description: 'PostHog app: SECRET_KEY', length: 64, valid: matches(/^.{32,}$/), rule: 'must be 32 characters or more' },
  jwtSigningKey: {
    description: 'PostHog app: JWT_SIGNING_KEY',
    length: 64,
    valid: matches(/^[^,]{32,}$/),
    rule: 'must be 32 characters or more, without a comma',
  },
  flagsSecretKeys: {
    description: 'PostHog app: FLAGS_SECRET_KEYS',
    length: 64,
    fernet: 'list',
    valid: matches(/^[^,]{32,}(,[^,]{32,})*$/),
    rule: 'must be 32 characters or more, or several such keys separated by commas',
  },
  temporalSecretKey: {
    description: 'PostHog app: TEMPORAL_SECRET_KEY',
    length: 64,
    fernet: 'encoded',
    valid: matches(/^.{32,}$/),
    rule: 'must be 32 characters or more',
  },
  encryptionSaltKeys: {
    description: 'PostHog app: ENCRYPTION_SALT_KEYS',
    length: 32,
    valid: matches(/^[A-Za-z0-9_-]{32}(,[A-Za-z0-9_-]{32})*$/),
    rule: 'must be exactly 32 letters, digits, _ or -, or several such keys separated by commas',
  },
  internalApiSecret: {
    description: 'PostHog services: INTERNAL_API_SECRET',
    length: 64,
    valid: matches(/^.{16,}$/),
    rule: 'must be 16 characters or more',
  },
  internalRequestToken: {
    description: 'PostHog app: INTERNAL_REQUEST_TOKEN',
    length: 64,
    valid: matches(/^.{16,}$/),
    rule: 'must be 16 characters or more',
  },
  browserlessToken: {
    description: 'PostHog browserless: BROWSERLESS_TOKEN',
    length: 64,
    valid: matches(/^[A-Za-z0-9]{16,}$/),
    rule: 'must be 16 letters and digits or more',
  },
  oidcRsaPrivateKey: {
    description: 'PostHog app: OIDC_RSA_PRIVATE_KEY',
    valid: isRsaKey,
    rule: 'must be an RSA private key of 2048 bits or more, in PEM',
  },
};

function matches(pattern: RegExp): (value: string) => boolean {
  return (value) => pattern.test(value);
}

/**
 * Checks the value of a secret that the same app defines. The value of any other secret is unknown at synthesis.
 *
 * Throws if PostHog would refuse the value. The message has its length only, because the value is secret.
 */
export function checkFormat(name: keyof AppSecretsOptions, secret: ISecret): void {
  checkWholeText(name, secret);
  const { generated, literal } = definitionOf(secret);
  const value = sampleValue(generated, literal);
  const { valid, rule, length } = FORMATS[name];
  if (value !== undefined && !valid(value)) {
    throw invalidProp(
      name,
      `${rule}, and has ${value.length} characters`,
      length === undefined
        ? 'store the output of `openssl genrsa 3072` in a secret and import that, or leave it out'
        : `define it with generateSecretString: { excludePunctuation: true, passwordLength: ${length} }, or leave it out`,
    );
  }
}

/** The punctuation that Secrets Manager generates, without the characters that the formats allow. */
const PUNCTUATION = '!"#$%&\'()*+,./:;<=>?@[\\]^`{|}~';

/** Returns a value in the format that the secret will have; undefined if that is not known. */
function sampleValue(generated: SecretStringGenerator | undefined, literal: unknown): string | undefined {
  if (typeof literal === 'string') {
    return literal.startsWith('{{resolve:') ? undefined : literal;
  }
  if (!generated) {
    return undefined;
  }
  const allowed = generated.excludePunctuation ? '' : ([...PUNCTUATION].find((character) => !generated.excludeCharacters?.includes(character)) ?? '');
  return (allowed || 'a').repeat(generated.passwordLength ?? 32);
}

/** The minimum for RS256 (RFC 7518, section 3.3). */
const LEAST_BITS = 2048;

/**
 * Returns whether a text is an RSA private key that PostHog accepts: in PEM, with line breaks or literal `\n` (posthog/settings/web.py),
 * and without a passphrase.
 */
function isRsaKey(text: string): boolean {
  try {
    const { asymmetricKeyType, asymmetricKeyDetails } = createPrivateKey(text.replaceAll('\\n', '\n'));
    return asymmetricKeyType === 'rsa' && (asymmetricKeyDetails?.modulusLength ?? 0) >= LEAST_BITS;
  } catch {
    return false;
  }
}
