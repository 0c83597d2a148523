import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { DescribeSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { RsaKeyAnswer, RsaKeyRequest } from './rsa-key';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';
import { retry } from '../../private/lambda/retry.lambda';

/**
 * 128 bits of security, for a key that stays for years. PostHog's guide has 2048 (docs/published/handbook/engineering/oauth-development-guide.md).
 */
const BITS = 3072;
/** The SDK backs off up to 20 seconds between two of these. */
const SECRETS = new SecretsManagerClient({ retryMode: 'standard', maxAttempts: 8 });
/** A permission that is granted in the same deployment may not be effective yet. */
const PERMISSION_PAUSE_MS = 2_000;
const PERMISSION_PAUSES = 30;

/**
 * Generates an RSA key and stores it in an empty secret, for `defineRsaKey`. The key is sent to that secret only.
 *
 * It runs behind the CDK's entry point for custom resources, which reports the result to CloudFormation and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: RsaKeyAnswer }> {
  if (event.RequestType === 'Delete') {
    // The secret has its own removal policy.
    return {};
  }
  try {
    const arn = secretOf(event);
    const abortSignal = AbortSignal.timeout(timeLeft(context));
    await retry(() => fill(arn, abortSignal), {
      isRetryable: (error) => error instanceof Error && error.name === 'AccessDeniedException',
      pauses: new Array<number>(PERMISSION_PAUSES).fill(PERMISSION_PAUSE_MS),
      timeLeft: () => timeLeft(context),
    });
    return { Data: { SecretArn: arn } };
  } catch (error) {
    console.error(error);
    throw failureOf(`the secret ${arnIn(event)} could not be filled with an RSA key`, error, {
      alternative: 'or bring your own key with `oidcRsaPrivateKey`',
    });
  }
}

function secretOf(event: CloudFormationCustomResourceEvent): string {
  const { SecretArn: arn } = (event.ResourceProperties ?? {}) as Partial<RsaKeyRequest>;
  if (!['Create', 'Update'].includes(event.RequestType) || typeof arn !== 'string' || !arn) {
    throw new Error(
      `the event must be a Create, Update or Delete with SecretArn, got: ${JSON.stringify({ RequestType: event.RequestType, SecretArn: arn })}; this resource must be created by PostHog`,
    );
  }
  return arn;
}

async function fill(arn: string, abortSignal: AbortSignal): Promise<void> {
  const { DeletedDate: deleted, VersionIdsToStages: versions = {} } = await SECRETS.send(new DescribeSecretCommand({ SecretId: arn }), {
    abortSignal,
  });
  if (deleted) {
    throw new Error(`it is scheduled for deletion: cancel that with \`aws secretsmanager restore-secret --secret-id ${arn}\` and deploy again`);
  }
  if (Object.values(versions).some((stages) => stages.includes('AWSCURRENT'))) {
    return;
  }
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  try {
    await SECRETS.send(new PutSecretValueCommand({ SecretId: arn, SecretString: privateKey, ClientRequestToken: firstVersionId(arn) }), {
      abortSignal,
    });
  } catch (error) {
    // Lambda may invoke the function twice for one event. The other invocation has stored its key, which stays.
    if (!(error instanceof Error) || error.name !== 'ResourceExistsException') {
      throw error;
    }
  }
}

/**
 * Returns the id of the first version of a secret. Of any number of concurrent attempts to create it, one succeeds; the others get an error
 * that it exists.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html (ClientRequestToken: 32 to 64 characters)
 */
function firstVersionId(arn: string): string {
  return createHash('sha256').update(arn).digest('hex');
}

function arnIn(event: CloudFormationCustomResourceEvent): string {
  return (event.ResourceProperties as Partial<RsaKeyRequest> | undefined)?.SecretArn ?? '(not named)';
}
