import { createHash, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';
import { DescribeSecretCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { RsaKeyAnswer, RsaKeyRequest } from './rsa-key-request';

/** As strong as 128 bits, for a key that is not changed for years. PostHog's guide makes 2048 (docs/published/handbook/engineering/oauth-development-guide.md). */
const BITS = 3072;
/** The SDK backs off up to 20 seconds between two of these. */
const SECRETS = new SecretsManagerClient({ retryMode: 'standard', maxAttempts: 8 });
/** What is kept of the function's time to tell CloudFormation, which may take a few attempts too. */
const TIME_TO_ANSWER = 45_000;
/** A right that is granted in the same deployment may not hold yet when it is used. */
const PATIENCE = 60_000;
const PAUSE = 2_000;
/** CloudFormation takes an answer of 4,096 bytes. */
const LONGEST_MESSAGE = 1_500;

const TOO_BUSY = 'AWS did not answer, or asked for patience, for as long as this function may wait: deploy again';

/** What to do, by the name of what AWS answered. */
const FIXES: Readonly<Record<string, string>> = {
  AccessDeniedException: 'the role of this function has the permission, so look for a service control policy or a permissions boundary that takes it away',
  AbortError: TOO_BUSY,
  ThrottlingException: TOO_BUSY,
};

/**
 * Makes an RSA key and puts it into a secret that holds nothing yet, for defineRsaKey. The key leaves this function for that secret only.
 *
 * It runs behind the CDK's own entry point for custom resources, which tells CloudFormation what comes of it, and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: RsaKeyAnswer }> {
  if (event.RequestType === 'Delete') {
    // The secret goes, or stays, by its own policy.
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
    throw new Error(`the event must be a Create, Update or Delete with SecretArn, got: ${JSON.stringify({ RequestType: event.RequestType, SecretArn: arn })}; leave this resource to PostHog`);
  }
  return arn;
}

async function fill(arn: string, abortSignal: AbortSignal): Promise<void> {
  const { DeletedDate: deleted, VersionIdsToStages: versions = {} } = await SECRETS.send(new DescribeSecretCommand({ SecretId: arn }), { abortSignal });
  if (deleted) {
    throw new Error(`it is scheduled for deletion: take that back with \`aws secretsmanager restore-secret --secret-id ${arn}\` and deploy again`);
  }
  if (Object.values(versions).some((stages) => stages.includes('AWSCURRENT'))) {
    return;
  }
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  try {
    await SECRETS.send(new PutSecretValueCommand({ SecretId: arn, SecretString: privateKey, ClientRequestToken: firstVersionId(arn) }), { abortSignal });
  } catch (error) {
    // Lambda may call the function twice for one event. The other call has put its key there, and that one stays.
    if (!(error instanceof Error) || error.name !== 'ResourceExistsException') {
      throw error;
    }
  }
}

/**
 * The id of the first version of a secret. Of all that try to make it, however often and at the same time, one succeeds, and the others are
 * told that it is there.
 *
 * @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_PutSecretValue.html (ClientRequestToken: 32 to 64 characters)
 */
function firstVersionId(arn: string): string {
  return createHash('sha256').update(arn).digest('hex');
}

/** Asks again for a while where AWS knows nothing of a right yet. */
async function patiently(time: number, ask: () => Promise<void>): Promise<void> {
  const end = Date.now() + Math.min(time, PATIENCE);
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Error) || error.name !== 'AccessDeniedException' || Date.now() + PAUSE > end) {
        throw error;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

/** An error whose text is all that CloudFormation shows: the entry point takes the stack, and that of a minified bundle says nothing. */
function readable(event: CloudFormationCustomResourceEvent, error: unknown): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  // What this program says itself says what to do already.
  const fix = name === 'Error' ? '' : `; ${FIXES[name] ?? 'deploy again'}, or bring a key of your own with \`oidcRsaPrivateKey\``;
  const arn = (event.ResourceProperties as Partial<RsaKeyRequest> | undefined)?.SecretArn ?? '(not named)';
  const complaint = new Error(`the secret ${arn} could not be given an RSA key: ${message.slice(0, LONGEST_MESSAGE)}${fix}`);
  complaint.stack = complaint.message;
  return complaint;
}
