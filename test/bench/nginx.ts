import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { MACHINE, tableOf, writeSection } from './document';
import { childOf, cpuSeconds, load, microseconds, thousands, Workload } from './http-load';
import { median } from './synth';
import { startNginx } from '../nginx/nginx';

const ROUNDS = 7;
const SECONDS = 3;
const CONNECTIONS = 32;
const WORKLOADS: Readonly<Record<string, Workload>> = {
  'small requests': { method: 'GET', path: '/flags' },
  'events of 2 KB': { method: 'POST', path: '/e/', body: 'x'.repeat(2048) },
  'recordings of 200 KB': { method: 'POST', path: '/s/', body: 'x'.repeat(200 * 1024) },
};

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
      const direct = await load(port, workload, CONNECTIONS, SECONDS);
      const before = cpuSeconds(worker);
      const proxied = await load(nginx.port, workload, CONNECTIONS, SECONDS);
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
    rows.push([`${name}, a second`, thousands(through), thousands(without), ratio.toFixed(2), microseconds(cpu)]);
  }
  rows.push(['memory of nginx at its peak', `${peakMebibytes(worker).toFixed(0)} MiB`, '', '', '']);
  await nginx.stop();
  stub.kill();
  writeSection('npm run bench:nginx', `${MACHINE}; medians of ${ROUNDS} rounds of ${SECONDS} seconds, ${CONNECTIONS} connections.`, tableOf(rows));
}

main().catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
