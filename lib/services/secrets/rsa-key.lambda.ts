import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { DescribeSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { RsaKeyAnswer, RsaKeyRequest } from './rsa-key';

/**
 * 128 bits of security, for a key that stays for years. PostHog's guide has 2048 (docs/published/handbook/engineering/oauth-development-guide.md).
 */
const BITS = 3072;
/** The SDK backs off up to 20 seconds between two of these. */
const SECRETS = new SecretsManagerClient({ retryMode: 'standard', maxAttempts: 8 });
/** The time that is reserved for the response to CloudFormation, which may take a few attempts. */
const TIME_TO_ANSWER = 45_000;
/** A permission that is granted in the same deployment may not be effective yet. */
const PATIENCE = 60_000;
const PAUSE = 2_000;
/** CloudFormation accepts a response of 4,096 bytes. */
const LONGEST_MESSAGE = 1_500;

const TOO_BUSY = 'AWS did not respond, or throttled requests, until this function timed out: deploy again';

/** The fixes, by the name of the error. */
const FIXES: Readonly<Record<string, string>> = {
  AccessDeniedException:
    'the role of this function has the permission, so look for a service control policy or a permissions boundary that denies it',
  AbortError: TOO_BUSY,
  ThrottlingException: TOO_BUSY,
};

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
    const time = Math.max(context.getRemainingTimeInMillis() - TIME_TO_ANSWER, 0);
    const abortSignal = AbortSignal.timeout(time);
    await patiently(time, () => fill(arn, abortSignal));
    return { Data: { SecretArn: arn } };
  } catch (error) {
    console.error(error);
    throw readable(event, error);
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

/** Retries for a while as long as a new permission is not effective yet. */
async function patiently(time: number, attempt: () => Promise<void>): Promise<void> {
  const end = Date.now() + Math.min(time, PATIENCE);
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AccessDeniedException' || Date.now() + PAUSE > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** Returns an error that shows only its message in CloudFormation: the entry point reports the stack trace, which is useless for minified code. */
function readable(event: CloudFormationCustomResourceEvent, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // Errors of this program already name the fix.
  const fix = name === 'Error' ? '' : `; ${FIXES[name] ?? 'deploy again'}, or bring your own key with \`oidcRsaPrivateKey\``;
  const arn = (event.ResourceProperties as Partial<RsaKeyRequest> | undefined)?.SecretArn ?? '(not named)';
  const shown = new Error(`the secret ${arn} could not be filled with an RSA key: ${message.slice(0, LONGEST_MESSAGE)}${fix}`);
  shown.stack = shown.message;
  return shown;
}
