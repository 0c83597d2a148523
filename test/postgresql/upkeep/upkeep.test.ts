import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { CustomMetricName, embeddedMetrics } from '../../../lib/operations/custom-metrics';
import { upkeepScript } from '../../../lib/operations/upkeep/upkeep-script';
import { ROOT } from '../../helpers/app';
import { PostgresServer } from '../postgres';
import { Case, CASES, Step } from './cases';

const PYTHON = path.join(ROOT, '.venv-migration', 'bin', 'python');

type Result = Readonly<Record<string, unknown>> & { readonly lies: string[]; readonly events: string[] };

let postgres: PostgresServer;
let folder: string;
let database = 0;

beforeAll(async () => {
  postgres = await PostgresServer.start();
  folder = mkdtempSync(path.join(tmpdir(), 'upkeep-'));
  writeFileSync(path.join(folder, 'upkeep.py'), upkeepScript());
  writeFileSync(path.join(folder, 'bare.py'), 'SECRET_KEY = "test"\n');
});

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await postgres.stop();
});

function environment(): Record<string, string> {
  const name = `upkeep_${(database += 1)}`;
  postgres.createDatabase(name);
  return { PATH: process.env.PATH ?? '', DATABASE_URL: postgres.url(name), PYTHONDONTWRITEBYTECODE: '1' };
}

/** Runs cases in one process, and returns the results of their runs. */
function runCases(cases: readonly Pick<Case, 'steps'>[]): Result[][] {
  const { stdout, stderr } = spawnSync(PYTHON, [path.join(__dirname, 'run_cases.py'), path.join(folder, 'upkeep.py')], {
    env: environment(),
    input: JSON.stringify(cases),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  });
  const line = stdout.split('\n').find((text) => text.startsWith('CASES '));
  if (line === undefined) {
    throw new Error(`the cases did not end:\n${stdout}\n${stderr}`);
  }
  return JSON.parse(line.slice('CASES '.length)) as Result[][];
}

let results: Result[][];

beforeAll(() => {
  results = runCases(CASES);
});

test.each(CASES.map(({ title, steps }, index) => ({ title, steps, index })))('upkeep $title', ({ steps, index }) => {
  const expected = steps.filter(({ run }) => run !== undefined).map((step) => expect.objectContaining(step.expect ?? {}) as unknown);
  expect(results[index]).toEqual(expected);
});

/** Returns numbers from 0 to 1 that depend on the seed alone. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

const FAULTS = [
  ['squash', 'squash'],
  ['deletes', 'before'],
  ['deletes', 'lost'],
  ['deletes', 'deleted'],
  ['deletes', 'marked'],
] as const;

/**
 * Returns weeks of events, overrides, deletions and failing runs, and three runs without a fault at the end. As in PostHog, nothing is merged into a
 * person that was deleted, and who comes again is another person.
 */
function weeksOf(seed: number): Step[] {
  const random = randomOf(seed);
  const among = <T>(list: readonly T[]) => list[Math.floor(random() * list.length)];
  const people = ['P', 'Q', 'R', 'S'];
  const weeks = Array.from({ length: 6 }, (_, week): Step => {
    const [job, at] = among(FAULTS);
    const [team, deleted] = [70 + week, Math.floor(random() * people.length)];
    const events = Array.from({ length: 5 }, (__, index) => ({
      id: `${week}-${index}`,
      person: among(people),
      distinct: among(['d', 'e', 'f']),
      team: among([1, 1, 1, team]),
      daysAgo: 3 + random() * 4,
    }));
    const overrides = random() < 0.5 ? [{ distinct: among(['d', 'e', 'f']), person: among(people), daysAgo: random() * 6 }] : [];
    const persons = random() < 0.7 ? [{ person: people[deleted], daysAgo: random() * 2 }] : [];
    if (persons.length > 0) {
      people[deleted] += week;
    }
    return {
      weekLater: week > 0,
      events,
      overrides,
      deletions: [...persons, ...(random() < 0.4 ? [{ team, daysAgo: random() * 2 }] : [])],
      fault: random() < 0.5 ? { job, at } : undefined,
      run: random() < 0.3 && week > 0 ? 'plain job' : 'deletions',
    };
  });
  return [...weeks, { run: 'deletions' }, { weekLater: true, run: 'deletions' }, { weekLater: true, run: 'deletions' }];
}

test('after a run of upkeep, nothing is marked as deleted that events are left of', () => {
  const cases = Array.from({ length: 30 }, (_, seed) => ({ steps: weeksOf(seed + 1) }));
  const found = runCases(cases);
  const lies = cases.flatMap(({ steps }, index) =>
    steps.flatMap(({ run }, at) =>
      run === 'deletions' && found[index][at].lies.length > 0 ? [`seed ${index + 1}, run ${at}: ${found[index][at].lies.join()}`] : [],
    ),
  );
  expect(lies).toEqual([]);
  // The cases are worth something only if the plain job lies in some of them.
  expect(cases.some(({ steps }, index) => steps.some(({ run }, at) => run === 'plain job' && found[index][at].lies.length > 0))).toBe(true);
  // In the end, everything that was requested is done.
  expect(found.flatMap((runs) => runs.at(-1)!.pending)).toEqual([]);
});

test('the metrics are in the format of the Lambda functions', () => {
  const [[{ metrics }]] = runCases([
    { steps: [{ deletions: [{ person: 'P', daysAgo: 5 }], overrides: [{ distinct: 'd', person: 'P', daysAgo: 1 }], run: 'metrics' }] },
  ]);
  const {
    _aws: head,
    Installation: installation,
    ...values
  } = metrics as { _aws: { Timestamp: number }; Installation: string } & Record<CustomMetricName, number>;
  expect({ _aws: head, Installation: installation, ...values }).toEqual(JSON.parse(embeddedMetrics(installation, values, head.Timestamp)));
  expect(values).toEqual({ OldestPendingDeletionAge: expect.any(Number) as unknown, PersonOverrides: 1, UpkeepFailures: 0 });
  expect(Math.round(values.OldestPendingDeletionAge / 86_400)).toBe(5);
});

test('a command that does not exist ends with the names of those that do', () => {
  const { status, stderr } = spawnSync(PYTHON, ['-c', upkeepScript(), 'everything'], {
    env: { ...environment(), DJANGO_SETTINGS_MODULE: 'bare', PYTHONPATH: folder },
    encoding: 'utf8',
  });
  expect([status, stderr.trim()]).toEqual([
    1,
    "[upkeep] 'everything' is no command: use weekly, daily, deletions, requests, verification, tokens, metrics",
  ]);
});

test('a run ends when the connection that holds its lock does', async () => {
  const url = environment().DATABASE_URL;
  const name = `upkeep_${database}`;
  const holds = `import os, time\nexec(open(os.environ['SCRIPT']).read().split('if __name__')[0])\nwith Lock(0):\n print('held', flush=True)\n time.sleep(60)\n`;
  const child = spawn(PYTHON, ['-c', holds], {
    env: { PATH: process.env.PATH, DATABASE_URL: url, SCRIPT: path.join(folder, 'upkeep.py'), UPKEEP_HEARTBEAT: '0.1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const output: string[] = [];
  child.stdout.on('data', (data: Buffer) => {
    output.push(data.toString());
    if (output.join('').endsWith('held\n')) {
      postgres.ask(name, "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'cdk-posthog upkeep'");
    }
  });
  const status = await new Promise((resolve) => child.on('close', resolve));
  expect([status, output.join('')]).toEqual([1, expect.stringContaining('the connection that holds the lock has ended, so this run was stopped')]);
});
