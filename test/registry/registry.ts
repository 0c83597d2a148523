import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { printed } from '../helpers/programs';

/** A registry in a process of its own. */
export interface RunningRegistry {
  /** What the names of its images begin with: `localhost:40123`. */
  readonly host: string;
  /** Ends it, and what it kept goes with it. */
  stop(): Promise<void>;
}

/**
 * Starts a real registry on loopback, on a port that the system picks.
 *
 * @param auth who may ask: a section of its configuration; left out, everybody
 */
export async function startRegistry(auth: object = {}): Promise<RunningRegistry> {
  const binary = process.env.REGISTRY;
  if (!binary) {
    throw new Error('REGISTRY must name a docker-registry: use `npm run test:registry`');
  }
  const folder = mkdtempSync(path.join(tmpdir(), 'registry-'));
  const config = path.join(folder, 'config.yml');
  // JSON is YAML.
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { level: 'info', formatter: 'json' },
      storage: { filesystem: { rootdirectory: folder } },
      http: { addr: '127.0.0.1:0' },
      auth,
    }),
  );
  const child = spawn(binary, ['serve', config], { env: {}, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = once(child, 'close');
  const { match } = await printed(child, /listening on 127\.0\.0\.1:(\d+)/);
  return {
    host: `localhost:${match[1]}`,
    stop: async () => {
      child.kill();
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}
