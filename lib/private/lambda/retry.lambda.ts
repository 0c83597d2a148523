import { setTimeout as sleep } from 'node:timers/promises';

/** Options for `retry`. */
export interface RetryOptions {
  /** Returns whether another attempt can succeed. */
  readonly isRetryable: (error: unknown) => boolean;
  /** The pauses between attempts, in milliseconds. */
  readonly pauses: readonly number[];
  /** Returns the milliseconds that are left for pauses. Default: all that they need. */
  readonly timeLeft?: () => number;
}

/** Repeats what may fail for a while. Throws the error of the last attempt. */
export async function retry<T>(attempt: () => Promise<T>, { isRetryable, pauses, timeLeft = () => Infinity }: RetryOptions): Promise<T> {
  for (const pause of pauses) {
    try {
      return await attempt();
    } catch (error) {
      if (!isRetryable(error) || timeLeft() < pause) {
        throw error;
      }
      console.error(error);
    }
    await sleep(pause);
  }
  return attempt();
}
