import path from 'node:path';
import { Conclusion, ConcludeRequest } from '../../../lib/migration/functions/migration-requests';
import { Signal } from '../../../lib/migration/functions/migration-result';
import { ROOT } from '../../helpers/app';
import { Api, CustomResourceWorld, Returned } from '../../helpers/custom-resource';
import { api, asked, CLUSTER, ecs, error, EXECUTION, ok, OTHER_TASK, TASK } from '../apis';

const PROGRAM = path.join(ROOT, 'assets', 'conclude-migration', 'index.js');
const DONE = {
  TaskArn: TASK,
  StoppedReason: 'Essential container in task exited',
  Containers: ['checks', 'topics', 'migrate'].map((Name) => ({ Name, ExitCode: 0 })),
};
const TASK_ID = '0123456789abcdef0123456789abcdef';

let world: CustomResourceWorld;

beforeAll(async () => {
  world = await CustomResourceWorld.start();
});

afterAll(() => world.stop());

function request(state: Partial<ConcludeRequest['State']>, url: string | undefined = world.url): ConcludeRequest {
  return {
    Execution: EXECUTION,
    Cluster: CLUSTER,
    Family: 'migration',
    LogGroup: '/posthog/migration',
    StreamPrefix: 'migration',
    Release: 'of the machine',
    TimeoutSeconds: 20_700,
    SignalHost: 'local*host',
    State: { Url: url, TaskDefinition: 'arn:task-definition', Release: '2026-09-11', ...state },
  };
}

/** A failed task, as Step Functions describes it. */
function failed(task: object): Partial<ConcludeRequest['State']> {
  return { Error: { Error: 'States.TaskFailed', Cause: JSON.stringify({ ...DONE, ...task }) } };
}

const LINES = ['[migration] running ./bin/migrate', '  Applying posthog.0950_x...', 'column "team_id" does not exist'];
const log =
  (lines: readonly string[]): Api =>
  () =>
    ok({ events: lines.map((message) => ({ message: `${message}\n`, timestamp: 1 })) });
const NOTHING_RUNS = { ListTasks: () => ok({ taskArns: [] }) };
const QUIET = api({ ...NOTHING_RUNS, GetLogEvents: log(LINES) });

/** The one signal that the wait condition got, and what the state machine got. */
function heard({ answer, thrown, told }: Returned): { signal: Signal; conclusion: Conclusion } {
  expect([thrown, told.length]).toEqual([undefined, 1]);
  expect(Buffer.byteLength(told[0].body)).toBeLessThanOrEqual(4096);
  const signal = JSON.parse(told[0].body) as Signal;
  expect(answer).toEqual({ Outcome: signal.Status, Reason: signal.Reason });
  return { signal, conclusion: answer as Conclusion };
}

test('reports the sentence of a ClickHouse server that has not installed functions', async () => {
  const Cause = 'ClickHouse server 1 has not installed the functions and format schemas of posthog/posthog:1: it cannot be pulled';
  const { signal } = heard(await world.call(PROGRAM, request({ Error: { Error: 'AppFiles', Cause } }), QUIET));
  expect(signal.Reason).toBe(
    `the migration to PostHog 2026-09-11 failed: ${Cause}; fix the cause and deploy again. Its log is in /posthog/migration`,
  );
});

test('signals success without a content type, as the URL is signed', async () => {
  const returned = await world.call(PROGRAM, request({ Task: DONE }), QUIET);
  expect(heard(returned).signal).toEqual({ Status: 'SUCCESS', UniqueId: EXECUTION, Data: TASK_ID, Reason: 'PostHog 2026-09-11 is migrated' });
  const [{ method, url, headers }] = returned.told;
  expect([method, url, headers['content-type'], headers.authorization]).toEqual([
    'PUT',
    new URL(world.url).pathname + new URL(world.url).search,
    undefined,
    undefined,
  ]);
  expect(asked(world.calls, 'GetLogEvents')).toEqual([]);
});

test('sends no signal for an execution that was started by hand', async () => {
  const { answer, told } = await world.call(PROGRAM, { ...request({ Task: DONE }), State: { Task: DONE } }, QUIET);
  expect([answer, told]).toEqual([{ Outcome: 'SUCCESS', Reason: 'PostHog of the machine is migrated' }, []]);
});

test('reports the failed container and the last lines of its log', async () => {
  const state = failed({
    Containers: [
      { Name: 'checks', ExitCode: 0 },
      { Name: 'migrate', ExitCode: 1 },
    ],
  });
  const { signal } = heard(await world.call(PROGRAM, request(state), QUIET));
  expect(signal).toMatchObject({ Status: 'FAILURE', Data: TASK_ID });
  expect(signal.Reason)
    .toBe(`the migration to PostHog 2026-09-11 failed: migrate ended with 1; Essential container in task exited; fix the cause and deploy again. Its log is in \
/posthog/migration, stream migration/migrate/${TASK_ID}
Its last lines:
${LINES.join('\n')}`);
  expect(asked(world.calls, 'GetLogEvents')).toEqual([
    {
      logGroupName: '/posthog/migration',
      logStreamName: `migration/migrate/${TASK_ID}`,
      limit: 40,
      startFromHead: false,
    },
  ]);
});

test.each<[string, Partial<ConcludeRequest['State']>, string]>([
  [
    'a check that refuses, for which the others waited',
    failed({ Containers: [{ Name: 'checks', ExitCode: 1 }, { Name: 'topics' }, { Name: 'migrate' }] }),
    `failed: checks ended with 1; Essential container in task exited; fix the cause and deploy again. Its log is in /posthog/migration, stream migration/checks/${TASK_ID}`,
  ],
  [
    'an image that is missing',
    failed({
      StoppedReason: 'Task failed to start',
      Containers: [{ Name: 'migrate', Reason: 'CannotPullContainerError: pull image manifest has been retried' }],
    }),
    'migrate ended with no exit code (CannotPullContainerError: pull image manifest has been retried); Task failed to start; check that the image exists',
  ],
  [
    'a task without memory',
    failed({ Containers: [{ Name: 'migrate', ExitCode: 137, Reason: 'OutOfMemoryError: Container killed due to memory usage' }] }),
    'migrate ended with 137 (OutOfMemoryError: Container killed due to memory usage); Essential container in task exited; raise `memoryLimitMiB` of the migration',
  ],
  [
    'a secret that is missing',
    failed({ StoppedReason: 'ResourceInitializationError: unable to pull secrets', Containers: [{ Name: 'migrate' }] }),
    'ResourceInitializationError: unable to pull secrets; check that these subnets can reach Secrets Manager',
  ],
  [
    'a task that somebody stopped',
    failed({ StoppedReason: 'Task stopped by user', Containers: [{ Name: 'migrate', ExitCode: 1 }] }),
    'migrate ended with 1; Task stopped by user',
  ],
  [
    'a task that Step Functions takes for good, with a container that failed',
    { Task: { ...DONE, Containers: [{ Name: 'topics', ExitCode: 2 }, { Name: 'migrate' }] } },
    'failed: topics ended with 2',
  ],
  [
    'no capacity',
    { Error: { Error: 'AmazonECS.Unknown', Cause: 'Capacity is unavailable at this time' } },
    'failed: AmazonECS.Unknown: Capacity is unavailable at this time',
  ],
  [
    'a refusal',
    { Error: { Error: 'ECS.AccessDeniedException', Cause: 'not authorized to perform: ecs:RunTask' } },
    'failed: ECS.AccessDeniedException: not authorized to perform: ecs:RunTask',
  ],
  [
    'a database that RDS does not know',
    { Error: { Error: 'Rds.DbInstanceNotFoundException', Cause: 'DBInstance posthog not found' } },
    'failed: Rds.DbInstanceNotFoundException: DBInstance posthog',
  ],
  ['an error without a cause', { Error: { Error: 'States.Runtime' } }, 'failed: States.Runtime: no reason given'],
  ['nothing at all', {}, 'failed: no task was run'],
])('reports the failure of %s', async (_, state, reason) => {
  const { signal } = heard(await world.call(PROGRAM, request(state), QUIET));
  expect(signal.Status).toBe('FAILURE');
  expect(signal.Reason).toContain(reason);
});

test('stops a task that timed out, and no other, and reports its log', async () => {
  const running = api({ ...ecs(1), GetLogEvents: log(LINES) });
  const { signal } = heard(await world.call(PROGRAM, request({ Error: { Error: 'States.Timeout', Cause: '' } }), running));
  expect(signal.Reason).toContain('failed: it was stopped after 5.8 hours, its timeout');
  expect(signal.Reason).toContain(`stream migration/migrate/${TASK_ID}\nIts last lines:\n${LINES[0]}`);
  expect(asked(world.calls, 'StopTask')).toEqual([expect.objectContaining({ cluster: CLUSTER, task: TASK })]);
  expect(JSON.stringify(asked(world.calls, 'StopTask'))).not.toContain(OTHER_TASK);
});

test('reports the result if ECS and the log cannot be read', async () => {
  const denied: Api = () => error('AccessDeniedException', 'not authorized');
  const state = failed({ Containers: [{ Name: 'migrate', ExitCode: 1 }] });
  const { signal } = heard(await world.call(PROGRAM, request(state), api({ ListTasks: denied, GetLogEvents: denied })));
  expect(signal.Reason).toContain(
    'migrate ended with 1; Essential container in task exited; running tasks could not be listed or stopped (not authorized)',
  );
  expect(signal.Reason).toContain('(the log cannot be read: not authorized)');
});

test.each([
  ['many lines', Array.from({ length: 40 }, (_, index) => `line ${index} ${'x'.repeat(150)}`), 'line 39'],
  ['lines of any length and script', Array.from({ length: 40 }, (_, index) => `${index} ${'ü"\\'.repeat(600)}`), '39 ü'],
])('keeps the last lines of a log of %s', async (_, lines, end) => {
  const state = failed({ Containers: [{ Name: 'migrate', ExitCode: 1, Reason: 'y'.repeat(5000) }] });
  const { signal } = heard(await world.call(PROGRAM, request(state), api({ ...NOTHING_RUNS, GetLogEvents: log(lines) })));
  expect(signal.Reason).toContain(end);
  expect(signal.Reason.startsWith('the migration to PostHog 2026-09-11 failed: migrate ended with 1 (yyy')).toBe(true);
});

describe('the wait condition', () => {
  test.each([
    [403, 'Request has expired'],
    [404, 'NoSuchBucket'],
    [400, 'already answered'],
  ])('may be deleted (%i): the state machine still gets the result', async (status, body) => {
    const { answer, thrown, told } = await world.call(PROGRAM, request({ Task: DONE }), QUIET, () => ({ status, body }));
    expect([answer, thrown, told.length]).toEqual([{ Outcome: 'SUCCESS', Reason: 'PostHog 2026-09-11 is migrated' }, undefined, 1]);
  });

  test.each([503, 500, 429])('that does not respond (%i) is signalled again by Step Functions', async (status) => {
    const { answer, thrown } = await world.call(PROGRAM, request({ Task: DONE }), QUIET, () => ({ status, body: 'SlowDown' }));
    expect([answer, thrown]).toEqual([undefined, `Error: CloudFormation responded with ${status}: SlowDown`]);
  });

  test('gets the same signal in every attempt', async () => {
    const one = heard(await world.call(PROGRAM, request({ Task: DONE }), QUIET));
    expect(heard(await world.call(PROGRAM, request({ Task: DONE }), QUIET))).toEqual(one);
  });
});

describe('the address of the result', () => {
  const AWS = 'cloudformation-waitcondition-eu-central-1.s3*.amazonaws.com';
  const told = (url: string) => world.call(PROGRAM, { ...request({ Task: DONE }, url), SignalHost: AWS }, QUIET);

  test.each([
    'https://evil.example/arn',
    `http://cloudformation-waitcondition-eu-central-1.s3.amazonaws.com/arn`,
    'https://cloudformation-waitcondition-eu-central-1.s3.eu-central-1.amazonaws.com.evil.example/',
    'https://cloudformation-waitcondition-eu-central-1.s3.a.b.c.amazonaws.com/',
    'https://cloudformation-waitcondition-eu-central-1.s3evil.amazonaws.com/',
    'https://cloudformation-waitcondition-eu-central-1.s3.amazonaws.com@evil.example/',
    'https://user@cloudformation-waitcondition-eu-central-1.s3.amazonaws.com/',
    'https://evil.example/#cloudformation-waitcondition-eu-central-1.s3.amazonaws.com',
    'https://their-bucket.s3.eu-central-1.amazonaws.com/',
    'https://169.254.169.254/latest/meta-data',
    'file:///etc/passwd',
    'not a URL',
  ])('must be that of a wait condition, not %s', async (url) => {
    const { answer, thrown, told: heardOf } = await told(url);
    expect([answer, heardOf]).toEqual([undefined, []]);
    expect(thrown).toContain(`the result is sent to wait conditions of CloudFormation only, https://${AWS}, got: `);
  });
});
