import { ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { setTimeout } from 'node:timers/promises';
import autocannon from 'autocannon';
import { ServerState } from './preview-server';

/** How hard a server is asked. */
export interface Load {
  readonly connections: number;
  readonly seconds: number;
}

/** What came of it. */
export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds, of the slowest hundredth. */
  readonly p99: number;
  readonly sent: number;
  /** Answered as an event that was taken. */
  readonly answered: number;
  /** Of which nothing came back, or something else. */
  readonly failed: number;
  /** Answered, and yet not kept. */
  readonly lost: number;
  /** Memory after a warm-up, and after everything. */
  readonly mebibytesBefore: number;
  readonly mebibytesAfter: number;
}

const SERVER = path.join(__dirname, 'preview-server.ts');
const EVENT = JSON.stringify({
  api_key: 'phc_0123456789abcdef',
  event: 'load',
  distinct_id: 'user-1',
  properties: { $current_url: 'https://shop.example/', price: 10 },
});
const WARM_UP_SECONDS = 2;
const SETTLING = 500;

/** Sends events to a server in a process of its own, and counts on both sides. */
export async function measureLoad(server: readonly string[], { connections, seconds }: Load): Promise<LoadResult> {
  const child = fork(SERVER, server, { execArgv: ['--expose-gc', '--import', 'tsx'] });
  try {
    const { url } = await stateOf(child, false);
    const options = {
      url: `${url}/e/`,
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: EVENT,
      connections,
      tlsOptions: { rejectUnauthorized: false },
    } as const;
    await autocannon({ ...options, duration: WARM_UP_SECONDS });
    const before = await settledStateOf(child);
    const result = await autocannon({ ...options, duration: seconds });
    const after = await settledStateOf(child);
    const captured = after.captured - before.captured;
    return {
      perSecond: result['2xx'] / result.duration,
      p99: result.latency.p99,
      sent: result.requests.sent,
      answered: result['2xx'],
      failed: result.non2xx + result.errors + result.timeouts,
      lost: Math.max(0, result['2xx'] - captured) + Math.max(0, captured - result.requests.sent),
      mebibytesBefore: before.mebibytes,
      mebibytesAfter: after.mebibytes,
    };
  } finally {
    child.kill();
  }
}

/** The state once nothing is under way any more: when time is up, each connection has a request that nobody waits for. */
async function settledStateOf(child: ChildProcess): Promise<ServerState> {
  for (let last = await stateOf(child); ;) {
    await setTimeout(SETTLING);
    const state = await stateOf(child);
    if (state.captured === last.captured) {
      return state;
    }
    last = state;
  }
}

async function stateOf(child: ChildProcess, ask = true): Promise<ServerState> {
  const told = once(child, 'message');
  if (ask) {
    child.send('state');
  }
  const [state] = (await told) as [ServerState];
  return state;
}
