import { Unavailable } from './deployment';

/** Whether something is as it should be; `unknown` where it could not be asked; `warning` where somebody should look at it, and nothing is broken. */
export type Verdict = 'right' | 'wrong' | 'unknown' | 'warning';

/** What a check has to say, in one line. */
export interface CheckResult {
  readonly verdict: Verdict;
  readonly text: string;
  /** What to do about it, where something is wrong. */
  readonly fix?: string;
}

/** A judgement, and the check that it is of. */
export interface NamedCheckResult extends CheckResult {
  readonly check: string;
}

/** Something is as it should be. */
export function pass(text: string): CheckResult {
  return { verdict: 'right', text };
}

/** Something is not as it should be. */
export function fail(text: string, fix: string): CheckResult {
  return { verdict: 'wrong', text, fix };
}

/** Something is not broken, and wants to be looked at. */
export function warning(text: string, fix?: string): CheckResult {
  return { verdict: 'warning', text, ...fix === undefined ? {} : { fix } };
}

/** Something could not be asked. */
export function unknown(what: string, { unavailable }: Unavailable): CheckResult {
  return { verdict: 'unknown', text: `${what}: ${unavailable}` };
}
