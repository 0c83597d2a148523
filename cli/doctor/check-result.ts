import { Unavailable } from './deployment/deployment';

/** The status of a check. `unknown`: the data could not be loaded. `warning`: nothing is broken, but somebody should look at it. */
export type CheckStatus = 'pass' | 'fail' | 'unknown' | 'warning';

/** The result of a check. */
export interface CheckResult {
  readonly status: CheckStatus;
  readonly text: string;
  /** The fix, if the check failed. */
  readonly fix?: string;
}

/** A result with the name of its check. */
export interface NamedCheckResult extends CheckResult {
  readonly check: string;
}

/** Returns a passed result. */
export function pass(text: string): CheckResult {
  return { status: 'pass', text };
}

/** Returns a failed result with its fix. */
export function fail(text: string, fix: string): CheckResult {
  return { status: 'fail', text, fix };
}

/** Returns a warning. */
export function warning(text: string, fix?: string): CheckResult {
  return { status: 'warning', text, ...(fix === undefined ? {} : { fix }) };
}

/** Returns a result for data that could not be loaded. */
export function unknown(what: string, { unavailable }: Unavailable): CheckResult {
  return { status: 'unknown', text: `${what}: ${unavailable}` };
}
