import { setTimeout as sleep } from 'node:timers/promises';
import { Clock, follow, FollowOptions, Observe, Outcome } from './follow';
import { StackObserver } from './observer';
import { WatchApi } from './watch-api';
import { Session } from '../aws/session';

/** A stack to watch. */
export interface WatchedStack {
  readonly name: string;
  /** The region; undefined for that of the environment or the profile. */
  readonly region?: string;
}

/** The clock of this machine. */
export const SYSTEM_CLOCK: Clock = {
  now: () => new Date(),
  sleep: (milliseconds, signal) => sleep(milliseconds, undefined, { signal }).catch(() => undefined),
};

/** Watches the deployment of stacks in an account. */
export async function watchDeployment(stacks: readonly WatchedStack[], options: FollowOptions): Promise<Outcome> {
  return follow(await observerOf(stacks), options);
}

/** Returns a function that observes every stack. */
export async function observerOf(stacks: readonly WatchedStack[]): Promise<Observe> {
  const apis = new Map<string | undefined, WatchApi>();
  for (const { region } of stacks) {
    if (!apis.has(region)) {
      apis.set(region, new WatchApi(await Session.in(region)));
    }
  }
  const observers = stacks.map(({ name, region }) => new StackObserver(apis.get(region)!, name));
  // One after the other: the requests of an account are limited.
  return async (now) => {
    const observed = [];
    for (const observer of observers) {
      observed.push(await observer.observe());
    }
    return { at: now, stacks: observed };
  };
}
