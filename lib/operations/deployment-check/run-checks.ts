import { CheckRequest, CheckResponse, HttpCheck } from './http-checks';

/** The outcome of a request: a response, or the reason why there is none. */
export type Exchange = { readonly response: CheckResponse } | { readonly unreachable: string };

/** Sends requests. The only part of a check that uses the network. */
export interface Transport {
  send(request: CheckRequest): Promise<Exchange>;
}

/** A clock, in milliseconds. */
export interface Clock {
  now(): number;
  sleep(milliseconds: number): Promise<void>;
}

/** The result of a check. */
export interface CheckResult {
  readonly outcome: 'pass' | 'fail' | 'unreachable';
  /** A description of the result. */
  readonly text: string;
}

/** The pause between two attempts, in milliseconds. */
const PAUSE = 10_000;

/** The part of a body in a message: bodies can be whole pages, and CloudFormation accepts a response of 4,096 bytes. */
const MAX_BODY_LENGTH = 300;

/**
 * Repeats a check until it passes or the time is over.
 *
 * New tasks, and the DNS name of a new load balancer, are not reachable at once.
 *
 * @param check the check
 * @param transport sends its requests
 * @param clock the clock
 * @param milliseconds the time limit
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
        ? { outcome: 'fail', text: `${check.subject}: ${describeResponse(request, exchange.response)} for ${seconds} s; ${check.advice}` }
        : {
            outcome: 'unreachable',
            text: `${check.subject}: ${request.method} ${request.path} got no response for ${seconds} s (${exchange.unreachable})`,
          };
    }
    await clock.sleep(PAUSE);
  }
}

function describeResponse({ method, path }: CheckRequest, { status, body }: CheckResponse): string {
  const text = body.replaceAll(/\s+/g, ' ').trim();
  return `${method} ${path} answered ${status}${text === '' ? '' : ` "${text.slice(0, MAX_BODY_LENGTH)}"`}`;
}
