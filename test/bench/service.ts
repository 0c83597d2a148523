import { childOf, cpuSeconds, load, microseconds, thousands } from './http-load';
import { POSTHOG_REQUESTS } from './posthog-requests';
import { median } from './synth';
import { tableOf } from './document';
import { startNginx } from '../nginx/nginx';

/**
 * Measures a running process of PostHog behind the nginx sidecar and without it, by turns: requests a second, and the CPU time of both for one.
 *
 *     npm run bench:service -- capture 3000 4711
 *
 * The arguments are a key of `POSTHOG_REQUESTS`, the port of the process on loopback, and its id. docs/performance.md has the results.
 */

const ROUNDS = Number(process.env.ROUNDS ?? 5);
const SECONDS = 3;
const CONNECTIONS = 32;

interface Round {
  /** Requests a second through nginx. */
  readonly through: number;
  readonly without: number;
  /** CPU seconds of the process for one request. */
  readonly service: number;
  readonly sidecar: number;
}

async function main([name, port, pid]: readonly string[]): Promise<void> {
  const requests = POSTHOG_REQUESTS[name];
  if (!requests || !(Number(port) > 0) || !(Number(pid) > 0)) {
    throw new Error(`three arguments: one of ${Object.keys(POSTHOG_REQUESTS).join(', ')}, a port, and a process id`);
  }
  const nginx = await startNginx(Number(port), { trusted: ['127.0.0.1/32'] });
  const worker = childOf(childOf(nginx.shell.pid!));
  const rows = [
    ['request', 'through nginx', 'without', 'ratio', `CPU of ${name} for one`, 'CPU of nginx for one', 'CPU ratio'],
    ['---', '---:', '---:', '---:', '---:', '---:', '---:'],
  ];
  try {
    for (const [request, workload] of Object.entries(requests)) {
      const rounds: Round[] = [];
      for (let round = 0; round <= ROUNDS; round++) {
        const before = cpuSeconds(Number(pid));
        const direct = await load(Number(port), workload, CONNECTIONS, SECONDS);
        const service = (cpuSeconds(Number(pid)) - before) / direct.total;
        const idle = cpuSeconds(worker);
        const proxied = await load(nginx.port, workload, CONNECTIONS, SECONDS);
        const sidecar = (cpuSeconds(worker) - idle) / proxied.total;
        // The first round warms up.
        if (round > 0) {
          rounds.push({ through: proxied.perSecond, without: direct.perSecond, service, sidecar });
        }
      }
      const of = (value: (round: Round) => number): number => median(rounds.map(value));
      rows.push([
        `${request}, a second`,
        thousands(of(({ through }) => through)),
        thousands(of(({ without }) => without)),
        of(({ through, without }) => through / without).toFixed(2),
        microseconds(of(({ service }) => service)),
        microseconds(of(({ sidecar }) => sidecar)),
        // What a task achieves in which both share the CPU.
        of(({ service, sidecar }) => service / (service + sidecar)).toFixed(2),
      ]);
    }
  } finally {
    await nginx.stop();
  }
  process.stdout.write(`${tableOf(rows)}\n`);
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${String(error)}\n`);
  process.exitCode = 1;
});
