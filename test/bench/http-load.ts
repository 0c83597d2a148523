import { readFileSync } from 'node:fs';
import autocannon from 'autocannon';

/** How many of /proc's ticks make a second: sysconf(_SC_CLK_TCK) on every Linux that there is. */
const TICKS = 100;

/** What the load balancer sends. */
const HEADERS = {
  'Host': 'posthog.example.com',
  'X-Forwarded-For': '192.0.2.66, 203.0.113.7',
  'X-Forwarded-Proto': 'https',
  'X-Forwarded-Port': '443',
  'X-Amzn-Trace-Id': 'Root=1-67891233-abcdef012345678912345678',
  'Content-Type': 'text/plain',
  'Origin': 'https://www.example.com',
  'User-Agent': 'Mozilla/5.0 (X11; Linux x86_64)',
};

/** One kind of request. */
export interface Workload {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
  /** Text by default, which browsers send without asking first. */
  readonly contentType?: string;
}

/** The responses of one port. */
export interface Responses {
  readonly perSecond: number;
  readonly total: number;
}

/** Sends requests of one kind to a port on loopback, as many as it responds to. Fails unless all succeed. */
export async function load(port: number, { path, method, body, contentType }: Workload, connections: number, seconds: number): Promise<Responses> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${path}`,
    connections,
    duration: seconds,
    headers: { ...HEADERS, ...(contentType && { 'Content-Type': contentType }) },
    method,
    body,
  });
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${result.non2xx + result.errors} of ${result.requests.total} requests to ${path} failed`);
  }
  return { perSecond: result.requests.average, total: result.requests.total };
}

/** The one process below another. */
export function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

/** The CPU time of a process. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

export function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

export function microseconds(seconds: number): string {
  return `${thousands(seconds * 1e6)} µs`;
}
