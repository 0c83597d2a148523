import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ROOT } from '../helpers/app';

/** What one `cdk synth` took. */
export interface Cost {
  readonly seconds: number;
  /** Of the command line and the app together, each at its peak. */
  readonly mebibytes: number;
}

/** Measures some apps by turns, so that other load of the machine affects all of them, and returns the median of each. */
export function measureSynth(apps: Readonly<Record<string, string>>, rounds: number): Record<string, Cost> {
  const samples: Record<string, Cost[]> = {};
  for (let round = 0; round <= rounds; round++) {
    for (const [name, app] of Object.entries(apps)) {
      const cost = synthOnce(app);
      // The first round fills caches.
      if (round > 0) {
        (samples[name] ??= []).push(cost);
      }
    }
  }
  return Object.fromEntries(
    Object.entries(samples).map(([name, costs]) => [
      name,
      { seconds: median(costs.map(({ seconds }) => seconds)), mebibytes: median(costs.map(({ mebibytes }) => mebibytes)) },
    ]),
  );
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

/** The templates of an app, in files that stay until they are removed. */
export function synthesised(app: string): { readonly files: readonly string[]; remove(): void } {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  synth(app, folder);
  const files = readdirSync(folder).filter((name) => name.endsWith('.template.json'));
  if (files.length === 0) {
    throw new Error(`the app has no stack: ${app}`);
  }
  return { files: files.map((file) => path.join(folder, file)), remove: () => rmSync(folder, { recursive: true }) };
}

function synth(app: string, output: string, env: NodeJS.ProcessEnv = {}): void {
  execFileSync(path.join(ROOT, 'node_modules', '.bin', 'cdk'), ['synth', '--quiet', '--no-notices', '--output', output, '--app', app], {
    cwd: ROOT,
    env: { ...process.env, ...env },
    stdio: 'pipe',
  });
}

function synthOnce(app: string): Cost {
  const folder = mkdtempSync(path.join(tmpdir(), 'bench-'));
  const memory = path.join(folder, 'memory');
  mkdirSync(memory);
  try {
    const start = process.hrtime.bigint();
    synth(app, path.join(folder, 'out'), { BENCH_MEMORY: memory, NODE_OPTIONS: `--import ${path.join(__dirname, 'report-memory.mjs')}` });
    const seconds = Number(process.hrtime.bigint() - start) / 1e9;
    const kibibytes = readdirSync(memory).reduce((sum, file) => sum + Number(readFileSync(path.join(memory, file), 'utf8')), 0);
    return { seconds, mebibytes: kibibytes / 1024 };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
