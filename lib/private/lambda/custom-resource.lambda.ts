import type { Context } from 'aws-lambda';

/** The part of a function's timeout that is reserved for the response to CloudFormation, which may need several attempts. */
const RESPONSE_MARGIN_MS = 60_000;

/** The longest message of an error: CloudFormation accepts a response of 4,096 bytes, and messages of AWS can be long. */
const MAX_MESSAGE_LENGTH = 1_500;

const DENIED_FIX = 'the role of this function has the permission, so look for a service control policy or a permissions boundary that denies it';
const THROTTLED_FIX = 'AWS did not respond, or throttled requests, until this function timed out: deploy again';

/** The fix, by the name of the error that AWS returned. */
const FIXES: Readonly<Record<string, string>> = {
  AccessDenied: DENIED_FIX,
  AccessDeniedException: DENIED_FIX,
  UnauthorizedOperation: DENIED_FIX,
  AbortError: THROTTLED_FIX,
  Throttling: THROTTLED_FIX,
  ThrottlingException: THROTTLED_FIX,
  RequestLimitExceeded: THROTTLED_FIX,
};

/** The advice at the end of an error message. */
export interface Advice {
  /** The fix of further errors, by name. */
  readonly fixes?: Readonly<Record<string, string>>;
  /** The alternative, as the rest of a sentence. */
  readonly alternative: string;
}

/** Returns the milliseconds that a function has before it must respond to CloudFormation. */
export function timeLeft(context: Pick<Context, 'getRemainingTimeInMillis'>): number {
  return Math.max(context.getRemainingTimeInMillis() - RESPONSE_MARGIN_MS, 0);
}

/**
 * Returns the error that a function reports to CloudFormation.
 *
 * @param summary what failed, as the beginning of a sentence
 * @param error the cause
 * @param advice what to do about an error of AWS; errors of this library already contain their fix
 */
export function failureOf(summary: string, error: unknown, advice?: Advice): Error {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  const { fixes, alternative } = advice ?? {};
  const fix = alternative === undefined || name === 'Error' ? '' : `; ${fixes?.[name] ?? FIXES[name] ?? 'deploy again'}, ${alternative}`;
  return withoutStack(`${summary}: ${message.slice(0, MAX_MESSAGE_LENGTH)}${fix}`);
}

/** Returns an error without a stack trace: the CDK's entry point reports the trace, and that of a minified bundle does not help. */
export function withoutStack(message: string): Error {
  const error = new Error(message);
  error.stack = message;
  return error;
}
