import { setTimeout as sleep } from 'node:timers/promises';
import { isLoopback } from './registry-address';

/** Timeout and retries of requests. */
export interface RetryOptions {
  /** Timeout of one request with its response, in milliseconds. */
  readonly timeout: number;
  /** Maximum number of retries. */
  readonly retries: number;
  /** Waits between two attempts. */
  wait?(milliseconds: number): Promise<unknown>;
}

/** A complete response. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** Options of a request. */
export interface RequestOptions {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** An error without a usable response. Its message continues a sentence that begins with the server's name. */
export class NoResponse extends Error {}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const MOST_REDIRECTS = 5;
/** Registries accept manifests of up to 4 MiB. A configuration has the history of an image, and is smaller. */
const LARGEST_BODY = 8 * 1024 * 1024;

/** A failure that a retry may fix. */
interface Setback {
  readonly setback: string;
  /** The delay that the server requests, in milliseconds. */
  readonly pause?: number;
}

/**
 * Sends a request, with retries if the server is busy or unreachable, and follows redirects.
 *
 * Throws if there is no usable response. A refusal of the server is a response.
 */
export async function sendRequest(url: URL, options: RequestOptions, retryOptions: RetryOptions): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await sendOnce(url, options, retryOptions);
    if (!('setback' in outcome)) {
      return outcome;
    }
    const { setback, pause = FIRST_WAIT * 2 ** (attempt - 1) } = outcome;
    if (pause > LONGEST_WAIT) {
      throw new NoResponse(`${setback} and requests a delay of ${Math.ceil(pause / 1000)} seconds`);
    }
    if (attempt > retryOptions.retries) {
      throw new NoResponse(attempt > 1 ? `${setback}, ${attempt} times` : setback);
    }
    await (retryOptions.wait ?? sleep)(pause);
  }
}

/** Returns the delay that a server requests, in milliseconds: `Retry-After` is a number of seconds, or a date. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) {
    return undefined;
  }
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

async function sendOnce(url: URL, options: RequestOptions, { timeout }: RetryOptions): Promise<Answer | Setback> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const answer = await follow(url, options, signal);
    const pause = retryAfter(answer.headers.get('retry-after'));
    if (answer.status === 429) {
      return { setback: 'limits requests (429)', pause };
    }
    return answer.status >= 500 ? { setback: `answered ${answer.status}`, pause } : answer;
  } catch (error) {
    if (error instanceof NoResponse) {
      throw error;
    }
    return { setback: signal.aborted ? `did not respond within ${timeout / 1000} seconds` : trouble(error) };
  }
}

/** Sends a request and follows redirects. */
async function follow(start: URL, { method = 'GET', headers = {} }: RequestOptions, signal: AbortSignal): Promise<Answer> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url, {
      method,
      headers: url.origin === start.origin ? headers : withoutCredentials(headers),
      redirect: 'manual',
      signal,
    });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      return whole(response);
    }
    await response.body?.cancel();
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(next.host))) {
      throw new NoResponse(`redirects to ${next.protocol}//${next.host}, which is not encrypted`);
    }
    url = next;
  }
  throw new NoResponse(`redirects more than ${MOST_REDIRECTS} times`);
}

async function whole(response: Response): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > LARGEST_BODY) {
      throw new NoResponse(`sends more than ${LARGEST_BODY / 1024 / 1024} MiB`);
    }
    chunks.push(bytes);
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}

/** Drops the token on a redirect to another server, such as its storage. */
function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}

function trouble(error: unknown): string {
  const { cause } = error as Error;
  const { code, message } = (cause ?? error) as NodeJS.ErrnoException;
  const broken = code === 'UND_ERR_SOCKET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'ECONNRESET';
  return broken ? `closed the connection without a response (${code})` : `is unreachable (${code ?? message})`;
}
