import { ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, chownSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nginxConfig, NginxSettings, nginxScript } from '../../lib/ingress/client-address/nginx-config';
import { freePort } from '../helpers/free-port';
import { until } from '../helpers/until';

/** The load balancer's subnets. On loopback every address of 127.0.0.0/8 can be somebody. */
export const LOAD_BALANCER_CIDRS = ['127.1.0.0/27', '127.1.0.32/27'];
export const LOAD_BALANCER = '127.1.0.4';

/** The blocks of a network in front of the load balancer. */
export const CDN_CIDRS = ['198.51.100.0/25', '2001:db8:cd::/48'];

/** What `nobody` is called by number: nginx runs as somebody else than root in its container too. */
const NOBODY = 65534;

/** An nginx that was started as its container starts it. */
export interface Nginx {
  readonly port: number;
  /** The shell that waits for nginx, as the container's first process does. */
  readonly shell: ChildProcess;
  /** What it wrote to its error log. */
  errors(): string;
  /** The files that it keeps bodies in. */
  bodiesOnDisk(): string[];
  stop(): Promise<void>;
}

/** Runs the script of the container with the configuration of the container, on ports that are free here. */
export async function startNginx(upstreamPort: number, settings: Partial<NginxSettings> = {}): Promise<Nginx> {
  return startNginxWith((port, folder) =>
    nginxConfig({
      listen: `127.0.0.1:${port}`,
      upstream: `127.0.0.1:${upstreamPort}`,
      trusted: LOAD_BALANCER_CIDRS,
      drainSeconds: 10,
      folder,
      ...settings,
    }),
  );
}

/** Runs the script of the container with another configuration, which listens on a port and writes to a folder. */
export async function startNginxWith(configOf: (port: number, folder: string) => string): Promise<Nginx> {
  const binary = process.env.NGINX;
  if (!binary) {
    throw new Error('NGINX must name an nginx: use `npm run test:nginx`');
  }
  const port = await freePort();
  const folder = mkdtempSync(path.join(tmpdir(), 'nginx-'));
  const asRoot = process.getuid!() === 0;
  chmodSync(folder, 0o755);
  if (asRoot) {
    chownSync(folder, NOBODY, NOBODY);
  }
  const config = configOf(port, folder);
  const shell = spawn('/bin/sh', ['-c', nginxScript(folder)], {
    env: { PATH: `${path.dirname(binary)}:${process.env.PATH}`, NGINX_CONF: config },
    stdio: ['ignore', 'ignore', 'pipe'],
    ...(asRoot && { uid: NOBODY, gid: NOBODY }),
  });
  let errors = '';
  shell.stderr.setEncoding('utf8').on('data', (text: string) => {
    errors += text;
  });
  const ended = once(shell, 'close');
  await until(
    async () => {
      if (shell.exitCode !== null) {
        await ended;
        rmSync(folder, { recursive: true });
        throw new Error(`nginx did not start: ${errors}`);
      }
      return answers(port);
    },
    () => errors,
  );
  return {
    port,
    shell,
    errors: () => errors,
    bodiesOnDisk: () =>
      readdirSync(folder, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .flatMap(({ name }) => readdirSync(path.join(folder, name), { recursive: true, encoding: 'utf8' })),
    stop: async () => {
      shell.kill('SIGQUIT');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** Whether somebody takes connections on the port. */
export async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const connected = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return connected;
}
