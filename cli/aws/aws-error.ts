import { Unavailable } from './loaded';
import { CommandError } from '../command';

/** A request that AWS refused, or a missing resource. Other requests can still succeed. */
export class AwsRefusal extends Error {
  public constructor(action: string, { name, message }: Error) {
    super(DENIED.includes(name) ? `the credentials do not allow ${action}` : `${action} answered ${name}: ${short(message)}`);
    this.name = name;
  }
}

/** The credentials have ended or cannot be renewed. Nothing else is wrong, so a command can go on with new ones. */
export class EndedCredentials extends CommandError {}

/** AWS cannot be reached, so far. */
export class Unreachable extends CommandError {}

const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Client.UnauthorizedOperation', 'AuthorizationError'];
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'Client.RequestExpired', 'TokenProviderError'];
const UNRECOGNISED = [
  'UnrecognizedClientException',
  'UnrecognizedClient',
  'InvalidClientTokenId',
  'SignatureDoesNotMatch',
  'InvalidSignatureException',
  'AuthFailure',
  'IncompleteSignature',
  'MissingAuthenticationToken',
  'MissingAuthenticationTokenException',
  'OptInRequired',
];
const UNREACHABLE = [
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'ECONNRESET',
  'ENETUNREACH',
  'EHOSTUNREACH',
  'ETIMEDOUT',
  'EPIPE',
  'CERT_HAS_EXPIRED',
  'SELF_SIGNED_CERT_IN_CHAIN',
];

/** Maximum length of AWS's message in an error. */
const LONGEST = 160;

/**
 * Converts an error of the SDK: to an `AwsRefusal` if other requests can still succeed, or else to a one-line error that stops all of them.
 *
 * @param error the error of the SDK
 * @param action the action, as in a policy
 * @param region the region
 */
export function meaningOf(error: unknown, action: string, region: string): Error {
  const { name, message, code } = error as Error & { code?: string };
  const ended = credentialsProblem(error as Error);
  if (ended) {
    return ended;
  }
  if (UNRECOGNISED.includes(name)) {
    return new CommandError(`AWS does not accept these credentials in ${region} (${name}): sign in again, or enable the region for the account`);
  }
  // The SDK may wrap a network error, whose code then is in the message only.
  if (name === 'TimeoutError' || UNREACHABLE.some((known) => code === known || message.includes(known))) {
    return new Unreachable(
      `cannot reach AWS in ${region} (${short(message.replace(/^.*wrapper for Error: /, ''))}): check the network and the name of the region`,
    );
  }
  if (/^Region not accepted/.test(message)) {
    return new CommandError(`'${region}' is not the name of a region`);
  }
  return new AwsRefusal(action, error as Error);
}

/** Returns what is wrong with the credentials; undefined if an error is about something else. */
export function credentialsProblem({ name, message }: Error): EndedCredentials | undefined {
  if (name === 'CredentialsProviderError') {
    return new EndedCredentials(
      /from any providers/.test(message)
        ? 'no AWS credentials: sign in (aws sso login, aws configure), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
        : `the AWS credentials are not usable (${short(message)}): sign in again`,
    );
  }
  return EXPIRED.includes(name) || /token.*expired/i.test(message)
    ? new EndedCredentials('the AWS credentials have expired: sign in again')
    : undefined;
}

/** Returns the response, or the reason why it is unavailable. Rethrows errors that stop all requests. */
export async function orUnavailable<T>(answer: Promise<T>): Promise<T | Unavailable> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof AwsRefusal) {
      return { unavailable: error.message };
    }
    throw error;
  }
}

/** Returns the first sentence of a text, cut to the maximum length. */
export function short(text: string): string {
  const [first] = text.split(/(?<=[.!?])\s|\n/);
  return first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first.replace(/\.$/, '');
}

/** Returns a response that everything else depends on. A refusal stops the doctor. */
export async function needed<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof AwsRefusal ? new CommandError(error.message) : error;
  }
}
