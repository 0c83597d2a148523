import { CheckRequest, CheckResponse, HttpCheck } from './http-checks';

/** What became of one request: a response, or why there was none. */
export type Exchange = { readonly response: CheckResponse } | { readonly unreachable: string };

/** Sends requests. The only part of a check that knows the network. */
export interface Transport {
  send(request: CheckRequest): Promise<Exchange>;
}

/** The time, as far as checks need it. In milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The result of a check. */
export interface CheckResult {
  readonly outcome: 'pass' | 'fail' | 'unreachable';
  /** A sentence about it. */
  readonly text: string;
}

/** How long a check waits before it tries again, in milliseconds. */
const PAUSE = 10_000;

/** Bodies can be whole pages; CloudFormation takes 4,096 bytes of everything. */
const LONGEST_BODY = 300;

/**
 * Repeats a check until it passes or the time is over.
 *
 * New tasks, and the name of a new load balancer, take a moment until everything knows them.
 *
 * @param check what to check
 * @param transport sends its requests
 * @param clock the time
 * @param milliseconds how long to try
 */
export async function runCheck(check: HttpCheck, transport: Transport, clock: Clock, milliseconds: number): Promise<CheckResult> {
  const start = clock.now();
  for (;;) {
    const request = check.request(new Date(clock.now()));
    const exchange = await transport.send(request);
    const seconds = Math.round((clock.now() - start) / 1000);
    if ('response' in exchange && check.isGood(exchange.response)) {
      return { outcome: 'pass', text: `${check.subject} ${check.proof} (after ${seconds} s)` };
    }
    if (clock.now() + PAUSE - start >= milliseconds) {
      return 'response' in exchange
        ? { outcome: 'fail', text: `${check.subject}: ${answered(request, exchange.response)} for ${seconds} s; ${check.advice}` }
        : { outcome: 'unreachable', text: `${check.subject}: ${request.method} ${request.path} got no response for ${seconds} s (${exchange.unreachable})` };
    }
    await clock.sleep(PAUSE);
  }
}

function answered({ method, path }: CheckRequest, { status, body }: CheckResponse): string {
  const text = body.replaceAll(/\s+/g, ' ').trim();
  return `${method} ${path} answered ${status}${text === '' ? '' : ` "${text.slice(0, LONGEST_BODY)}"`}`;
}
