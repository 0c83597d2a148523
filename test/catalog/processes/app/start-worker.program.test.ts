import { ChildProcess, spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { WORKER } from '../../../../lib/catalog/processes/app/worker';
import { until } from '../../../helpers/until';

const [SCRIPT] = WORKER.command!;
const SYNCED = 'Hog function template sync complete in 7.08s. Templates: 59';
/** Python: `-` asks for the templates, and fails for as long as there is no file `plugins`; otherwise it synchronises. */
const PYTHON = `
if [ "$1" = - ]; then cat > asked; [ -e plugins ]; exit; fi
echo "$@" >> log
if [ -e broken ]; then echo 'Error fetching Node.js templates: refused'; fi
echo '${SYNCED}'`;

let folder: string;
let child: ChildProcess | undefined;
let output: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'worker-'));
  mkdirSync(path.join(folder, 'bin'));
  output = '';
});

afterEach(() => {
  killAll();
  rmSync(folder, { recursive: true, force: true });
});

/** Kills the script with what it has started, which would live on and keep jest from ending. */
function killAll(): void {
  try {
    process.kill(-child!.pid!, 'SIGKILL');
  } catch (error) {
    // All of it has ended already.
    expect((error as NodeJS.ErrnoException).code).toBe('ESRCH');
  }
}

function write(name: string, text = ''): void {
  writeFileSync(path.join(folder, name), text);
  chmodSync(path.join(folder, name), 0o755);
}

function read(name: string): string {
  const file = path.join(folder, name);
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
}

/** Runs the script as the container does, with stubs for Python and for PostHog's worker, which runs until it is stopped. */
function start(environment: Record<string, string>): Promise<number | null> {
  write('python', `#!/bin/bash\n${PYTHON}\n`);
  write(
    'bin/docker-worker-celery',
    '#!/bin/bash\ntrap \'echo stopped >> log; exit 0\' TERM\necho "worker $*" >> log\nwhile true; do sleep 0.05; done\n',
  );
  child = spawn('/bin/bash', ['-c', SCRIPT], {
    cwd: folder,
    env: { PATH: `${folder}:${process.env.PATH}`, TEMPLATES_WAIT: '1', ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  child.stdout!.on('data', (data: Buffer) => {
    output += data.toString();
  });
  return new Promise((resolve) => child!.on('exit', resolve));
}

jest.setTimeout(60_000);

const PIPELINES = { CDP_API_URL: 'http://plugins.internal:6738' };

test('starts the worker at once, and syncs the templates when data pipelines respond', async () => {
  void start(PIPELINES);
  await until(() => read('log').includes('worker --with-scheduler') && read('asked').includes('/api/hog_function_templates'));
  expect(read('log')).not.toContain('manage.py');
  write('plugins');
  await until(() => output.includes('[templates] up to date'));
  expect(read('log')).toContain('manage.py sync_hog_function_templates --skip-checks');
  expect(output).toContain(SYNCED);
});

test('repeats a sync that reports success without the templates of Node', async () => {
  write('plugins');
  write('broken');
  void start(PIPELINES);
  await until(() => read('log').split('manage.py').length > 2);
  expect(output).not.toContain('up to date');
  rmSync(path.join(folder, 'broken'));
  await until(() => output.includes('[templates] up to date'));
});

test('syncs no templates without data pipelines', async () => {
  void start({});
  await until(() => read('log').includes('worker'));
  expect([read('asked'), read('log')]).toEqual(['', 'worker --with-scheduler\n']);
});

test('forwards SIGTERM to the worker, and exits with its exit code', async () => {
  const ended = start(PIPELINES);
  await until(() => read('log').includes('worker'));
  child!.kill('SIGTERM');
  expect(await ended).toBe(0);
  expect(read('log')).toContain('stopped');
});
