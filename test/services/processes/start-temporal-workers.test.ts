import { spawn } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { TASK_QUEUES, TEMPORAL_DJANGO_WORKER } from '../../../lib/services/processes/temporal-django-worker';

const [SCRIPT] = TEMPORAL_DJANGO_WORKER.command!;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'workers-'));
  mkdirSync(path.join(folder, 'bin'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function program(name: string, text: string): void {
  const file = path.join(folder, name);
  writeFileSync(file, `#!/bin/bash\n${text}\n`);
  chmodSync(file, 0o755);
}

function log(): string[] {
  const file = path.join(folder, 'log');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

/** Runs the script as the container would, with stand-ins for Python and for the worker of PostHog. */
async function run({ python = 'echo "$@" >> log', worker = 'echo "worker $@" >> log', queues = 'one two', during = async () => {} }: {
  python?: string; worker?: string; queues?: string; during?: (stop: () => void) => Promise<void>;
}): Promise<{ status: number | null; log: string[] }> {
  program('python', python);
  program('bin/temporal-django-worker', worker);
  const child = spawn('/bin/bash', ['-c', SCRIPT], { cwd: folder, env: { PATH: `${folder}:${process.env.PATH}`, TASK_QUEUES: queues }, stdio: 'ignore' });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  await during(() => child.kill('SIGTERM'));
  return { status: await ended, log: log() };
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 200 && !condition(); i++) {
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  expect(condition()).toBe(true);
}

test('first what workflows are found by, then the schedules, then a worker for each queue, each with ports of its own', async () => {
  const { log: said } = await run({});
  expect(said.slice(0, 2)).toEqual(['manage.py register_temporal_search_attributes', 'manage.py schedule_temporal_workflows']);
  expect(said.slice(2).sort()).toEqual(['worker --task-queue one --metrics-port 8600', 'worker --task-queue two --metrics-port 8610']);
});

test('without what workflows are found by, no worker starts, and the task is started anew', async () => {
  expect(await run({ python: 'echo "$@" >> log; exit 3' })).toEqual({ status: 1, log: ['manage.py register_temporal_search_attributes'] });
});

test('schedules that cannot be brought up to date keep nobody from working', async () => {
  const { log: said } = await run({ python: 'if [ "$2" = schedule_temporal_workflows ]; then exit 1; fi', queues: 'one' });
  expect(said).toEqual(['worker --task-queue one --metrics-port 8600']);
});

const WAITING = 'trap \'echo "stopped $2" >> log; exit 0\' TERM; echo "worker $2" >> log; while true; do sleep 0.05; done';

test('where one worker ends, the others are stopped, and the task ends as it did', async () => {
  const { status, log: said } = await run({ python: 'exit 0', worker: `if [ "$2" = two ]; then sleep 0.5; exit 7; fi; ${WAITING}` });
  expect(status).toBe(7);
  expect(said).toEqual(['worker one', 'stopped one']);
});

test('where the task is stopped, every worker is, and may finish', async () => {
  const { status, log: said } = await run({
    python: 'exit 0',
    worker: WAITING,
    during: async (stop) => {
      await until(() => log().length === 2);
      stop();
    },
  });
  expect(said.slice(2).sort()).toEqual(['stopped one', 'stopped two']);
  expect(status).not.toBeNull();
});

test('the queues that are worked on include batch exports, alerts and deletions', () => {
  expect(TASK_QUEUES).toEqual(['general-purpose-task-queue', 'analytics-platform-task-queue', 'batch-exports-task-queue', 'no-sandbox-python-django', 'session-replay-task-queue']);
});
