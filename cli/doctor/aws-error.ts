import { Unavailable } from './deployment';
import { CommandError } from '../command';

/** Something that AWS refused, or that is not there: the others can still be asked. */
export class AwsRefusal extends Error {
  public constructor(action: string, { name, message }: Error) {
    super(DENIED.includes(name) ? `the credentials may not ${action}` : `${action} answered ${name}: ${short(message)}`);
    this.name = name;
  }
}

const DENIED = ['AccessDenied', 'AccessDeniedException', 'UnauthorizedOperation', 'Client.UnauthorizedOperation', 'AuthorizationError'];
const EXPIRED = ['ExpiredToken', 'ExpiredTokenException', 'RequestExpired', 'Client.RequestExpired', 'TokenProviderError'];
const UNRECOGNISED = [
  'UnrecognizedClientException', 'UnrecognizedClient', 'InvalidClientTokenId', 'SignatureDoesNotMatch', 'InvalidSignatureException', 'AuthFailure', 'IncompleteSignature',
  'MissingAuthenticationToken', 'MissingAuthenticationTokenException', 'OptInRequired',
];
const UNREACHABLE = ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ECONNRESET', 'ENETUNREACH', 'EHOSTUNREACH', 'ETIMEDOUT', 'EPIPE', 'CERT_HAS_EXPIRED', 'SELF_SIGNED_CERT_IN_CHAIN'];

/** Room for what AWS says beyond the name of its error. */
const LONGEST = 160;

/**
 * What an error of the SDK means: an `AwsRefusal` where the other questions can still be asked, or else in one line what keeps all of them from
 * being asked.
 *
 * @param error what the SDK threw
 * @param action what was asked, as a policy names it
 * @param region where it was asked
 */
export function meaningOf(error: unknown, action: string, region: string): Error {
  const { name, message, code } = error as Error & { code?: string };
  if (name === 'CredentialsProviderError') {
    return new CommandError(/from any providers/.test(message)
      ? 'no AWS credentials: sign in (aws sso login, aws configure), or set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'
      : `the AWS credentials cannot be used (${short(message)}): sign in again`);
  }
  if (EXPIRED.includes(name) || /token.*expired/i.test(message)) {
    return new CommandError('the AWS credentials have expired: sign in again');
  }
  if (UNRECOGNISED.includes(name)) {
    return new CommandError(`AWS does not accept these credentials in ${region} (${name}): sign in again, or enable the region for the account`);
  }
  // The SDK may wrap an error of the network, which leaves its code in the message only.
  if (name === 'TimeoutError' || UNREACHABLE.some((known) => code === known || message.includes(known))) {
    return new CommandError(`cannot reach AWS in ${region} (${short(message.replace(/^.*wrapper for Error: /, ''))}): check the network, and that the region is spelled right`);
  }
  if (/^Region not accepted/.test(message)) {
    return new CommandError(`'${region}' is not the name of a region`);
  }
  return new AwsRefusal(action, error as Error);
}

/** The answer, or why it could not be had. Throws what keeps every question from being asked. */
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

/** The first sentence of a text, or as much of it as there is room for. */
export function short(text: string): string {
  const [first] = text.split(/(?<=[.!?])\s|\n/);
  return first.length > LONGEST ? `${first.slice(0, LONGEST)}…` : first.replace(/\.$/, '');
}

/** The answer to a question that everything else rests on: where it is refused, nothing can be said at all. */
export async function needed<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    throw error instanceof AwsRefusal ? new CommandError(error.message) : error;
  }
}
