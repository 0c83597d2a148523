import { createHash, generateKeyPair, randomInt } from 'node:crypto';
import { promisify } from 'node:util';
import { CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { DescribeSecretCommand, GetSecretValueCommand, PutSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import type { FernetFormat, KeyAnswer, KeyRequest } from './function-keys';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';
import { retry } from '../../private/lambda/retry.lambda';

/**
 * 128 bits of security, for a key that stays for years. PostHog's guide has 2048 (docs/published/handbook/engineering/oauth-development-guide.md).
 */
const RSA_BITS = 3072;
/**
 * The bytes of a secret that PostHog derives a key of Fernet from. It ignores all others (`_prepare_key` in encrypted_flag_payloads.py and codec.py
 * of PostHog/posthog, `prepareKey` in nodejs/src/common/temporal/codec.ts, `flag_fernet` in rust/feature-flags).
 */
const FERNET_BYTES = 32;
/** The length and the characters of generated keys, as Secrets Manager has them without punctuation. */
const LENGTH = 64;
const CHARACTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
/** The SDK backs off up to 20 seconds between two of these. */
const RETRIES = { retryMode: 'standard', maxAttempts: 8 };
const SECRETS = new SecretsManagerClient(RETRIES);
const STACKS = new CloudFormationClient(RETRIES);
/** A permission that is granted in the same deployment may not be effective yet. */
const PERMISSION_PAUSE_MS = 2_000;
const PERMISSION_PAUSES = 30;

/**
 * Generates a key and stores it in an empty secret, for `defineRsaKey` and `defineFernetKey`. The key is sent to that secret only.
 *
 * It runs behind the CDK's entry point for custom resources, which reports the result to CloudFormation and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ Data?: KeyAnswer }> {
  if (event.RequestType === 'Delete') {
    // The secret has its own removal policy.
    return {};
  }
  try {
    const request = requestOf(event);
    const abortSignal = AbortSignal.timeout(timeLeft(context));
    await retry(() => fill(request, abortSignal), {
      isRetryable: (error) => error instanceof Error && ['AccessDeniedException', 'AccessDenied'].includes(error.name),
      pauses: new Array<number>(PERMISSION_PAUSES).fill(PERMISSION_PAUSE_MS),
      timeLeft: () => timeLeft(context),
    });
    return { Data: { SecretArn: request.SecretArn } };
  } catch (error) {
    console.error(error);
    const { Prop, Format } = (event.ResourceProperties ?? {}) as Partial<KeyRequest>;
    throw failureOf(`the secret ${arnIn(event)} could not be filled with ${Format ? 'a key' : 'an RSA key'}`, error, {
      alternative: `or bring your own key with \`${Prop ?? 'oidcRsaPrivateKey'}\``,
    });
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): KeyRequest {
  const request = (event.ResourceProperties ?? {}) as Partial<KeyRequest>;
  const { SecretArn: arn } = request;
  if (!['Create', 'Update'].includes(event.RequestType) || typeof arn !== 'string' || !arn) {
    throw new Error(
      `the event must be a Create, Update or Delete with SecretArn, got: ${JSON.stringify({ RequestType: event.RequestType, SecretArn: arn })}; this resource must be created by PostHog`,
    );
  }
  return request as KeyRequest;
}

async function fill(request: KeyRequest, abortSignal: AbortSignal): Promise<void> {
  const { SecretArn: arn } = request;
  const { DeletedDate: deleted, VersionIdsToStages: versions = {} } = await SECRETS.send(new DescribeSecretCommand({ SecretId: arn }), {
    abortSignal,
  });
  if (deleted) {
    throw new Error(`it is scheduled for deletion: cancel that with \`aws secretsmanager restore-secret --secret-id ${arn}\` and deploy again`);
  }
  if (Object.values(versions).some((stages) => stages.includes('AWSCURRENT'))) {
    return;
  }
  const key = request.Format ? await fernetKey(request, request.Format, abortSignal) : await rsaKey();
  try {
    await SECRETS.send(new PutSecretValueCommand({ SecretId: arn, SecretString: key, ClientRequestToken: firstVersionId(arn) }), { abortSignal });
  } catch (error) {
    // Lambda may invoke the function twice for one event. The other invocation has stored its key, which stays.
    if (!(error instanceof Error) || error.name !== 'ResourceExistsException') {
      throw error;
    }
  }
}

async function rsaKey(): Promise<string> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  return privateKey;
}

async function fernetKey({ PreviousArn, Stack, Prop }: KeyRequest, format: FernetFormat, abortSignal: AbortSignal): Promise<string> {
  if (Stack && (await isBeingCreated(Stack, abortSignal))) {
    return Array.from({ length: LENGTH }, () => CHARACTERS[randomInt(CHARACTERS.length)]).join('');
  }
  const { SecretString: previous = '' } = await SECRETS.send(new GetSecretValueCommand({ SecretId: PreviousArn }), { abortSignal });
  return encryptingPart(previous, format, Prop);
}

/** Returns whether nothing of a stack has run yet. In every other state, data may exist that the previous secret encrypted. */
async function isBeingCreated(stack: string, abortSignal: AbortSignal): Promise<boolean> {
  const { Stacks: stacks } = await STACKS.send(new DescribeStacksCommand({ StackName: stack }), { abortSignal });
  return stacks?.[0]?.StackStatus === 'CREATE_IN_PROGRESS';
}

/**
 * Returns the part of a secret that encrypted data so far.
 *
 * Throws if the variable cannot hold it: PostHog splits FLAGS_SECRET_KEYS at commas and removes white space around each key, and
 * reads the part of TEMPORAL_SECRET_KEY before a colon as its encoding. The message does not contain it.
 */
function encryptingPart(previous: string, format: FernetFormat, prop?: string): string {
  const bytes = Buffer.from(previous).subarray(0, FERNET_BYTES);
  const part = bytes.toString();
  const unfit = format === 'list' ? /,|^\s|\s$/ : /^(hex|base64|base64-urlsafe):/;
  if (bytes.length < FERNET_BYTES || !Buffer.from(part).equals(bytes) || unfit.test(part)) {
    throw new Error(
      `the first ${FERNET_BYTES} bytes of \`secretKey\` cannot be a key of their own: pass a new key as \`${prop}\`` +
        (format === 'list' ? ', and then save the payloads of remote configuration flags again' : ''),
    );
  }
  return part;
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
  return (event.ResourceProperties as Partial<KeyRequest> | undefined)?.SecretArn ?? '(not named)';
}
