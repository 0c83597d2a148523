import { setTimeout as sleep } from 'node:timers/promises';
import { isLoopback } from './registry-address';

/** How patient questions are. */
export interface Patience {
  /** How long one question may take, answer and all, in milliseconds. */
  readonly timeout: number;
  /** How often it is asked again where the answer may be another one. */
  readonly retries: number;
  /** Waits between two of them. */
  wait?(milliseconds: number): Promise<unknown>;
}

/** What a server answered, whole. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Buffer;
}

/** What is asked, besides the address. */
export interface Question {
  readonly method?: 'GET' | 'HEAD';
  readonly headers?: Readonly<Record<string, string>>;
}

/** What keeps a question from being answered, as the rest of a sentence that begins with the server's name. */
export class NoAnswer extends Error {}

const FIRST_WAIT = 1000;
const LONGEST_WAIT = 60_000;
const MOST_REDIRECTS = 5;
/** Registries take manifests of up to 4 MiB; a configuration holds the history of an image, and is smaller. */
const LARGEST_BODY = 8 * 1024 * 1024;

/** What went wrong with one question, and may go better with the next. */
interface Setback {
  readonly setback: string;
  /** How long the server wants to be left alone, in milliseconds. */
  readonly pause?: number;
}

/**
 * Asks a server, again and again where it has too much to do or cannot be reached, and follows where it points to.
 *
 * Throws where there is no answer to speak of; what the server refuses is an answer.
 */
export async function ask(url: URL, question: Question, patience: Patience): Promise<Answer> {
  for (let asked = 1; ; asked += 1) {
    const outcome = await askOnce(url, question, patience);
    if (!('setback' in outcome)) {
      return outcome;
    }
    const { setback, pause = FIRST_WAIT * 2 ** (asked - 1) } = outcome;
    if (pause > LONGEST_WAIT) {
      throw new NoAnswer(`${setback} and wants to be left alone for ${Math.ceil(pause / 1000)} seconds`);
    }
    if (asked > patience.retries) {
      throw new NoAnswer(asked > 1 ? `${setback}, ${asked} times` : setback);
    }
    await (patience.wait ?? sleep)(pause);
  }
}

/** How long a server wants to be left alone, in milliseconds: `Retry-After` is a number of seconds, or a date. */
export function retryAfter(header: string | null, now = Date.now()): number | undefined {
  if (header === null) {
    return undefined;
  }
  const milliseconds = /^\d+$/.test(header.trim()) ? Number(header) * 1000 : Date.parse(header) - now;
  return Number.isNaN(milliseconds) ? undefined : Math.max(0, milliseconds);
}

async function askOnce(url: URL, question: Question, { timeout }: Patience): Promise<Answer | Setback> {
  const signal = AbortSignal.timeout(timeout);
  try {
    const answer = await follow(url, question, signal);
    const pause = retryAfter(answer.headers.get('retry-after'));
    if (answer.status === 429) {
      return { setback: 'takes no more requests for now (429)', pause };
    }
    return answer.status >= 500 ? { setback: `answered ${answer.status}`, pause } : answer;
  } catch (error) {
    if (error instanceof NoAnswer) {
      throw error;
    }
    return { setback: signal.aborted ? `did not answer within ${timeout / 1000} seconds` : trouble(error) };
  }
}

/** Asks, and asks where the answer points to. */
async function follow(start: URL, { method = 'GET', headers = {} }: Question, signal: AbortSignal): Promise<Answer> {
  let url = start;
  for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects += 1) {
    const response = await fetch(url, { method, headers: url.origin === start.origin ? headers : withoutCredentials(headers), redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status < 300 || response.status >= 400 || location === null) {
      return whole(response);
    }
    await response.body?.cancel();
    const next = new URL(location, url);
    if (next.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(next.host))) {
      throw new NoAnswer(`redirects to ${next.protocol}//${next.host}, which is not encrypted`);
    }
    url = next;
  }
  throw new NoAnswer(`redirects more than ${MOST_REDIRECTS} times`);
}

async function whole(response: Response): Promise<Answer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    const bytes = chunk as Uint8Array;
    size += bytes.length;
    if (size > LARGEST_BODY) {
      throw new NoAnswer(`sends more than ${LARGEST_BODY / 1024 / 1024} MiB`);
    }
    chunks.push(bytes);
  }
  return { status: response.status, headers: response.headers, body: Buffer.concat(chunks) };
}

/** A token is for the server that wanted it, not for the storage that it points to. */
function withoutCredentials(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => name.toLowerCase() !== 'authorization'));
}

function trouble(error: unknown): string {
  const { cause } = error as Error;
  const { code, message } = (cause ?? error) as NodeJS.ErrnoException;
  const broken = code === 'UND_ERR_SOCKET' || code === 'UND_ERR_RES_CONTENT_LENGTH_MISMATCH' || code === 'ECONNRESET';
  return broken ? `ended the connection before it had answered (${code})` : `could not be asked (${code ?? message})`;
}
