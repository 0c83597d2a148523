import { Template } from 'aws-cdk-lib/assertions';
import { runStates } from '../helpers/run-states';
import { newStack, only } from '../helpers/stack';
import { idOf, statementsOf } from '../helpers/template';
import { newClickHouse } from '../stores/clickhouse/fixtures';
import { APP_IMAGE, definitionOf, newMigration, State, templateOf } from './fixture';

const REPLICAS = 2;

function withClickHouse(): Template {
  const stack = newStack();
  newMigration(stack, { appFiles: newClickHouse(stack, { replicas: REPLICAS }).appFiles });
  return Template.fromStack(stack);
}

const template = withClickHouse();
const { StartAt, States } = definitionOf(template);
const RUN = 'run-1';
const INPUT = { TaskDefinition: 'arn:task-definition', Image: 'posthog/posthog:new' };

/** Runs the states up to the task or the conclusion. `reports` are what each server has reported at each look; the last one stays. */
function run(reports: readonly (readonly object[])[], input: object = INPUT) {
  const looks = reports.map(() => 0);
  const written: Record<string, unknown>[] = [];
  const call = ({ Resource, Parameters = {} }: State, parameters: Record<string, unknown>): unknown => {
    if (Resource!.endsWith(':putParameter')) {
      written.push(parameters);
      return { Version: 2 };
    }
    const server = /Report(\d)/.exec(Parameters.Name as string)![1];
    const index = Number(server) - 1;
    const report = reports[index][Math.min(looks[index]++, reports[index].length - 1)];
    return { Parameter: { Value: JSON.stringify(report) } };
  };
  const { state, data } = runStates({ StartAt, States, until: ['Run', 'Conclude'], execution: RUN, input, call });
  return { state, error: data.Error as object | undefined, written, looks };
}

const INSTALLED = { run: RUN, image: INPUT.Image, outcome: 'installed', message: '' };
const EARLIER = { ...INSTALLED, run: 'run-0' };

test('the task runs after every server has reported this run', () => {
  const { state, error, looks } = run([
    [{}, EARLIER, INSTALLED],
    [EARLIER, INSTALLED],
  ]);
  expect([state, error]).toEqual(['Run', undefined]);
  expect(looks).toEqual([3, 2]);
});

test('the parameter gets the run and the image of the input', () => {
  expect(run([[INSTALLED], [INSTALLED]]).written).toEqual([
    {
      Name: expect.stringMatching(/^ClickHouseAppImage/) as string,
      Value: JSON.stringify({ run: RUN, image: INPUT.Image }),
      Overwrite: true,
    },
  ]);
});

test('an execution without input uses the image of the release', () => {
  const [{ Value }] = run([[INSTALLED], [INSTALLED]], {}).written;
  expect(JSON.parse(Value as string)).toEqual({ run: RUN, image: APP_IMAGE });
});

test('the migration fails with the reason of a server that cannot install them, and the task does not run', () => {
  const failed = { ...INSTALLED, outcome: 'failed', message: 'it cannot be pulled: check the outbound access' };
  expect(run([[INSTALLED], [EARLIER, failed]])).toMatchObject({
    state: 'Conclude',
    error: {
      Error: 'AppFiles',
      Cause:
        'ClickHouse server 2 has not installed the functions and format schemas of posthog/posthog:new: it cannot be pulled: check the outbound access',
    },
  });
});

test('an earlier failure of the same image does not fail the migration', () => {
  expect(run([[{ ...EARLIER, outcome: 'failed' }, INSTALLED], [INSTALLED]]).state).toBe('Run');
});

test('the migration fails with a sentence if a server does not report within 20 minutes', () => {
  const { state, error, looks } = run([[INSTALLED], [EARLIER]]);
  expect([state, error]).toEqual([
    'Conclude',
    {
      Error: 'AppFiles',
      Cause:
        'ClickHouse server 2 has not reported within 20 minutes that it has the functions and format schemas of posthog/posthog:new: check that its ' +
        'instance runs and can reach Systems Manager',
    },
  ]);
  expect(looks[1]).toBe(121);
});

test('all servers together have 20 minutes', () => {
  const { looks } = run([[...Array.from({ length: 60 }, () => EARLIER), INSTALLED], [EARLIER]]);
  expect(looks).toEqual([61, 61]);
});

test('the state machine may write the image and read the reports, and nothing else', () => {
  const statements = statementsOf(template, idOf(only(template, 'AWS::StepFunctions::StateMachine').RoleArn));
  const own = statements.filter(({ actions }) => actions.some((action) => action.startsWith('ssm:')));
  expect(own.map(({ actions }) => actions)).toEqual([['ssm:PutParameter'], ['ssm:GetParameter']]);
  expect(own.map(({ resources }) => resources.map((resource) => /"Ref":"(ClickHouse[A-Za-z]+\d?)/.exec(JSON.stringify(resource))![1]))).toEqual([
    [expect.stringMatching(/^ClickHouseAppImage/)],
    [expect.stringMatching(/^ClickHouseAppFilesReport/), expect.stringMatching(/^ClickHouseAppFilesReport/)],
  ]);
});

test('a migration for an existing ClickHouse has none of these states', () => {
  const names = Object.keys(definitionOf(templateOf()).States);
  expect(names.filter((name) => /Image|Report|Poll|Install/.test(name))).toEqual([]);
});
