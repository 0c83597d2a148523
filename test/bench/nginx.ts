import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import autocannon from 'autocannon';
import { MACHINE, tableOf, writeSection } from './document';
import { median } from './synth';
import { startNginx } from '../nginx/nginx';

const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 32;
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

interface Workload {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly body?: string;
}

const WORKLOADS: Readonly<Record<string, Workload>> = {
  'small requests': { method: 'GET', path: '/flags' },
  'events of 2 KB': { method: 'POST', path: '/e/', body: 'x'.repeat(2048) },
  'recordings of 200 KB': { method: 'POST', path: '/s/', body: 'x'.repeat(200 * 1024) },
};

/** How many requests one port answered. */
async function ask(port: number, { path: target, method, body }: Workload): Promise<{ perSecond: number; total: number }> {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}${target}`,
    connections: CONNECTIONS,
    duration: SECONDS,
    headers: HEADERS,
    method,
    body,
  });
  if (result.non2xx + result.errors > 0) {
    throw new Error(`${result.non2xx + result.errors} requests failed`);
  }
  return { perSecond: result.requests.average, total: result.requests.total };
}

/** The one process below another. */
function childOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]);
}

function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

function peakMebibytes(pid: number): number {
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024;
}

async function main(): Promise<void> {
  const stub = fork(path.join(__dirname, 'stub.mjs'), { execArgv: [] });
  const [port] = (await once(stub, 'message')) as [number];
  const nginx = await startNginx(port, { trusted: ['127.0.0.1/32'] });
  const worker = childOf(childOf(nginx.shell.pid!));
  const rows = [
    ['what', 'through nginx', 'without', 'ratio', 'CPU of nginx for one'],
    ['---', '---:', '---:', '---:', '---:'],
  ];
  for (const [name, workload] of Object.entries(WORKLOADS)) {
    process.stderr.write(`${name}, ${ROUNDS} rounds by turns\n`);
    const rounds: { through: number; without: number; cpu: number }[] = [];
    for (let round = 0; round <= ROUNDS; round++) {
      const direct = await ask(port, workload);
      const before = cpuSeconds(worker);
      const proxied = await ask(nginx.port, workload);
      const cpu = (cpuSeconds(worker) - before) / proxied.total;
      // The first round warms up.
      if (round > 0) {
        rounds.push({ through: proxied.perSecond, without: direct.perSecond, cpu });
      }
    }
    const [through, without, ratio, cpu] = [
      rounds.map((round) => round.through),
      rounds.map((round) => round.without),
      rounds.map((round) => round.through / round.without),
      rounds.map((round) => round.cpu),
    ].map(median);
    rows.push([`${name}, a second`, thousands(through), thousands(without), ratio.toFixed(2), `${(cpu * 1e6).toFixed(0)} µs`]);
  }
  rows.push(['memory of nginx at its peak', `${peakMebibytes(worker).toFixed(0)} MiB`, '', '', '']);
  await nginx.stop();
  stub.kill();
  writeSection('npm run bench:nginx', `${MACHINE}; medians of ${ROUNDS} rounds of ${SECONDS} seconds, ${CONNECTIONS} connections.`, tableOf(rows));
}

function thousands(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
