import { changes, waitingLine } from './lines';
import { hasEnded, isComplete, isInProgress, Observation } from './observation';
import { Terminal } from './terminal';
import { StackView, viewOf } from './view';
import { AwsRefusal, EndedCredentials, Unreachable } from '../aws/aws-error';

/** The time, so that tests need none. */
export interface Clock {
  now(): Date;
  /** Waits, or until the signal. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
}

/** Observes the stacks. */
export type Observe = (now: Date) => Promise<Observation>;

/** The result of following a deployment. */
export type Outcome = 'complete' | 'failed' | 'not-found' | 'credentials-ended' | 'interrupted';

/** Options for `follow`. */
export interface FollowOptions {
  readonly clock: Clock;
  readonly terminal: Terminal;
  readonly signal: AbortSignal;
  /** The time that a deployment may take to begin, in milliseconds; undefined: by the state of the stack. */
  readonly wait?: number;
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** The interval of requests: DescribeStacks allows few a second in an account, and several people may watch. */
const INTERVAL = 10 * SECOND;
const LONGEST_INTERVAL = 2 * MINUTE;

/** The interval of lines that say what is waited for, if nothing changes. */
const HEARTBEAT = 5 * MINUTE;

/** The time that a stack which does not exist may take to appear. */
const WAIT_FOR_STACK = 10 * MINUTE;

/** The time that another stack of the same deployment may take to begin: the CDK creates its change set first. */
const WAIT_FOR_NEXT = 3 * MINUTE;

/** The time that the network may be away. */
const LONGEST_OUTAGE = 15 * MINUTE;

const THROTTLED = ['Throttling', 'ThrottlingException', 'ThrottledException', 'RequestLimitExceeded', 'TooManyRequestsException', 'RequestThrottled'];

/** Follows the deployment of stacks to its end, and prints what happens. It only reads. */
export async function follow(observe: Observe, { clock, terminal, signal, wait }: FollowOptions): Promise<Outcome> {
  const state = new FollowState(wait);
  let interval = INTERVAL;
  let lastLine = clock.now();
  let outageSince: Date | undefined;
  while (!signal.aborted) {
    const asked = clock.now();
    let observation: Observation;
    try {
      observation = await observe(asked);
    } catch (error) {
      if (error instanceof EndedCredentials && state.observed) {
        terminal.clear();
        terminal.print(clock.now(), {
          kind: 'problem',
          text: `${error.message}; the deployment goes on without them, and so does watch with new ones`,
        });
        return 'credentials-ended';
      }
      outageSince = error instanceof Unreachable ? (outageSince ?? asked) : outageSince;
      const throttled = error instanceof AwsRefusal && THROTTLED.includes(error.name);
      const away = error instanceof Unreachable && state.observed && asked.getTime() - outageSince!.getTime() < LONGEST_OUTAGE;
      if (!throttled && !away) {
        terminal.clear();
        throw error;
      }
      if (interval === INTERVAL) {
        terminal.print(clock.now(), {
          kind: 'info',
          text: throttled ? 'AWS allows no more requests now; asking less often' : (error as Error).message,
        });
      }
      interval = Math.min(LONGEST_INTERVAL, interval * 2);
      await clock.sleep(interval, signal);
      continue;
    }
    [interval, outageSince] = [INTERVAL, undefined];
    const lines = state.add(observation);
    lines.forEach((line) => terminal.print(observation.at, line));
    const outcome = state.outcome();
    if (outcome) {
      terminal.clear();
      if (outcome === 'not-found') {
        terminal.print(observation.at, {
          kind: 'problem',
          text: `there is no deployment of ${state.missing().join(', ')}: check --stack and --region`,
        });
      }
      return outcome;
    }
    const text = state.waitingText(observation.at);
    terminal.progress(state.fraction(), text);
    lastLine = lines.length > 0 ? observation.at : lastLine;
    if (observation.at.getTime() - lastLine.getTime() >= HEARTBEAT) {
      terminal.print(observation.at, { kind: 'info', text });
      terminal.progress(state.fraction(), text);
      lastLine = observation.at;
    }
    await clock.sleep(interval, signal);
  }
  terminal.clear();
  return 'interrupted';
}

/** The state from all observations: a state machine without a clock. */
export class FollowState {
  /** Indicates whether AWS has answered. */
  public observed = false;

  private views = new Map<string, StackView>();
  private at = new Date(0);
  private idleSince?: Date;
  private readonly active = new Set<string>();

  public constructor(private readonly wait?: number) {}

  /** Takes an observation, and returns the lines for what has changed. */
  public add({ at, stacks }: Observation): ReturnType<typeof changes> {
    const views = stacks.map((stack) => viewOf(stack, at));
    const first = !this.observed;
    const lines = views.flatMap((view) => {
      const missing =
        first && view.status === undefined ? [{ kind: 'info' as const, text: `${view.name} does not exist yet: waiting for its deployment` }] : [];
      return [...missing, ...changes(this.views.get(view.name), view)];
    });
    views.filter(({ status }) => isInProgress(status)).forEach(({ name }) => this.active.add(name));
    this.idleSince = views.some(({ status }) => isInProgress(status)) ? undefined : (this.idleSince ?? at);
    this.views = new Map(views.map((view) => [view.name, view]));
    this.at = at;
    this.observed = true;
    return lines;
  }

  /** Returns how it ended; undefined if it has not. */
  public outcome(): Outcome | undefined {
    const views = [...this.views.values()];
    if (this.idleSince === undefined) {
      return undefined;
    }
    const failed = ({ status }: StackView) => hasEnded(status) && !isComplete(status);
    // A stack that does not exist any more was deleted.
    if (views.some((view) => this.active.has(view.name) && (failed(view) || view.status === undefined))) {
      return 'failed';
    }
    const idle = this.at.getTime() - this.idleSince.getTime();
    if (views.some((view) => idle < this.patience(view))) {
      return undefined;
    }
    if (views.some(({ status }) => !hasEnded(status))) {
      return 'not-found';
    }
    return views.some(failed) ? 'failed' : 'complete';
  }

  /** Returns the names of the stacks that do not exist. */
  public missing(): string[] {
    return [...this.views.values()].filter(({ status }) => !hasEnded(status)).map(({ name }) => name);
  }

  /** Returns the estimated part of the time that is over, of all stacks. */
  public fraction(): number {
    const fractions = [...this.views.values()].map(({ name, inProgress, fraction }) => (inProgress || this.active.has(name) ? fraction : 0));
    return fractions.reduce((sum, part) => sum + part, 0) / Math.max(1, fractions.length);
  }

  /** Returns what is waited for, in one line. */
  public waitingText(now: Date): string {
    const running = [...this.views.values()].filter(({ inProgress }) => inProgress);
    const others = [...this.views.values()].filter(({ inProgress }) => !inProgress);
    return running.length > 0
      ? running.map((view) => waitingLine(view, now)).join(' | ')
      : `waiting for ${others.map(({ name }) => name).join(', ')}`;
  }

  /** Returns how long a stack may stay as it is, without any stack in progress. */
  private patience({ name, status }: StackView): number {
    if (this.active.has(name)) {
      return 0;
    }
    if (!hasEnded(status)) {
      return this.wait ?? WAIT_FOR_STACK;
    }
    return this.wait ?? (this.active.size > 0 ? WAIT_FOR_NEXT : 0);
  }
}
