import { execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { printed } from '../../helpers/programs';
import { ROOT } from '../../helpers/app';

let program: string | undefined;

/** The command line as users get it: bundled, in a folder of its own, far from any package that it could load. */
export function bundled(): string {
  if (program === undefined) {
    const folder = temporaryFolder();
    execFileSync(process.execPath, [path.join(ROOT, 'scripts', 'bundle.mjs'), folder]);
    program = path.join(folder, 'cli', 'cdk-posthog.js');
  }
  return program;
}

/** A preview in a process of its own. */
export interface RunningProgram {
  readonly pid: number;
  readonly port: number;
  /** What it said when it had started. */
  readonly greeting: string;
  /** Sends a signal, and returns how the program ended. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null }>;
}

/** A folder that goes when the tests of a file end. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'cdk-posthog-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes a file into a folder of its own, and says where. */
export function temporaryFile(name: string, text: string): string {
  const folder = temporaryFolder();
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
}

/** Starts the preview as a user does, on ports that the system picks. */
export async function startProgram(template: string): Promise<RunningProgram> {
  const args = [bundled(), 'preview', '--template', template, '--port', '0', '--http-port', '0'];
  const child = spawn(process.execPath, args, { cwd: path.dirname(template), stdio: ['ignore', 'pipe', 'pipe'] });
  const { match, output: greeting } = await printed(child, /https:\/\/localhost:(\d+)[^]*Ctrl-C.*\n/);
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return {
    pid: child.pid!,
    port: Number(match[1]),
    greeting,
    async end(signal = 'SIGTERM') {
      child.kill(signal);
      return { code: await ended };
    },
  };
}
