import { Duration } from 'aws-cdk-lib/core';
import { ProgramFunction } from '../../../lib/private/program-function';
import { StartRequest } from '../../../lib/migration/functions/migration-requests';
import { Api, Invocation, packedFunction } from '../../helpers/custom-resource';
import { ACCOUNT, api, asked, CLUSTER, ecs, error, EXECUTION, ok, TASK } from '../apis';

const MACHINE = `arn:aws:states:${ACCOUNT}:stateMachine:Migration`;
const EXECUTION_ARN = `arn:aws:states:${ACCOUNT}:execution:Migration:${EXECUTION}`;
const REQUEST: StartRequest = {
  StateMachine: MACHINE,
  Endpoint: 'https://states.eu-central-1.amazonaws.com',
  Url: 'https://handle',
  TaskDefinition: `arn:aws:ecs:${ACCOUNT}:task-definition/migration:7`,
  Release: '2026-09-11',
  Image: 'posthog/posthog@sha256:1',
  Cluster: CLUSTER,
  Family: 'migration',
};
const CREATE_FAILED = 'AWSCDK::CustomResourceProviderFramework::CREATE_FAILED';

const lambda = packedFunction((stack) => {
  ProgramFunction.of(stack, 'Custom::PostHogMigration', { program: 'start-migration', description: 'test', timeout: Duration.minutes(1) });
});

function event(type: string, properties: object = REQUEST, physicalId = EXECUTION_ARN): object {
  return {
    RequestType: type,
    ResponseURL: 'https://localhost/answer',
    StackId: 'arn:stack',
    RequestId: EXECUTION,
    LogicalResourceId: 'Start',
    ResourceType: 'Custom::PostHogMigration',
    ServiceToken: 'arn:function',
    ResourceProperties: { ServiceToken: 'arn:function', ...properties },
    ...(type === 'Create' ? {} : { PhysicalResourceId: physicalId }),
    ...(type === 'Update' ? { OldResourceProperties: {} } : {}),
  };
}

/** The one answer that CloudFormation got. */
function answerOf({ answers, bytes }: Invocation) {
  expect(answers).toHaveLength(1);
  expect(bytes).toBeLessThan(4096);
  return answers[0];
}

const RUNS: Api = () => ok({ status: 'RUNNING' });
const STARTED: Api = () => ok({ executionArn: EXECUTION_ARN, startDate: 1_796_000_000.123 });

describe('Create', () => {
  test('starts one execution with the name of the event, and does not wait for it', async () => {
    const answer = answerOf(await lambda.invoke(event('Create'), api({ StartExecution: STARTED })));
    expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: EXECUTION_ARN });
    expect(asked(lambda.calls, 'StartExecution')).toEqual([
      {
        stateMachineArn: MACHINE,
        name: EXECUTION,
        input: JSON.stringify({ Url: REQUEST.Url, TaskDefinition: REQUEST.TaskDefinition, Release: REQUEST.Release, Image: REQUEST.Image }),
      },
    ]);
    expect(lambda.calls).toMatchObject([
      { signed: true, credential: expect.stringMatching(/^AKIDEXAMPLE\/\d{8}\/eu-central-1\/states\/aws4_request$/) as string },
    ]);
  });

  test('starts one execution if Lambda invokes it twice', async () => {
    const twice = api({ StartExecution: () => error('ExecutionAlreadyExists', `Execution Already Exists: '${EXECUTION_ARN}'`) });
    expect(answerOf(await lambda.invoke(event('Create'), twice))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: EXECUTION_ARN });
  });

  test.each<[string, ReturnType<Api>]>([
    ['throttling', error('ThrottlingException', 'Rate exceeded')],
    ['a fault of AWS', { status: 503, body: '<html>busy</html>' }],
  ])(
    'retries after %s',
    async (_, fault) => {
      const busy = api({ StartExecution: (call, earlier) => (earlier.length < 2 ? fault : STARTED(call, earlier)) });
      expect(answerOf(await lambda.invoke(event('Create'), busy)).Status).toBe('SUCCESS');
    },
    30_000,
  );

  test.each<[string, ReturnType<Api>, string, number]>([
    [
      'a refusal',
      error('AccessDeniedException', 'User is not authorized to perform: states:StartExecution'),
      'AccessDeniedException: User is not authorized to perform',
      1,
    ],
    [
      'a state machine that is gone',
      error('StateMachineDoesNotExist', 'State Machine Does Not Exist'),
      'StateMachineDoesNotExist: State Machine Does Not Exist',
      1,
    ],
    ['throttling without an end', error('ThrottlingException', 'Rate exceeded'), 'ThrottlingException: Rate exceeded', 6],
    ['a long story', error('ValidationException', 'x'.repeat(5000)), 'ValidationException: xxx', 1],
  ])(
    'fails after %s, with the reason',
    async (_, fault, reason, attempts) => {
      const answer = answerOf(await lambda.invoke(event('Create'), api({ StartExecution: () => fault })));
      expect(answer).toMatchObject({ Status: 'FAILED', PhysicalResourceId: CREATE_FAILED });
      expect(answer.Reason).toContain(`the migration of PostHog: ${reason}`);
      expect(lambda.calls).toHaveLength(attempts);
    },
    60_000,
  );
});

test('Update starts nothing, because another run has another logical id', async () => {
  const answer = answerOf(await lambda.invoke(event('Update', { ...REQUEST, Url: 'https://another-url-of-the-same-handle' }), api({})));
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: EXECUTION_ARN });
  expect(lambda.calls).toEqual([]);
});

describe('Delete', () => {
  test('stops the execution and its task, and waits until the task has stopped', async () => {
    const { answers, milliseconds } = await lambda.invoke(
      event('Delete'),
      api({ DescribeExecution: RUNS, StopExecution: () => ok({ stopDate: 1 }), ...ecs(2) }),
    );
    expect(answers).toMatchObject([{ Status: 'SUCCESS', PhysicalResourceId: EXECUTION_ARN }]);
    expect(asked(lambda.calls, 'StopExecution')).toEqual([
      { executionArn: EXECUTION_ARN, error: 'Removed', cause: expect.stringContaining('has been rolled back') as string },
    ]);
    expect(asked(lambda.calls, 'ListTasks')[0]).toEqual({ cluster: CLUSTER, family: 'migration' });
    expect(asked(lambda.calls, 'StopTask')).toEqual([
      { cluster: CLUSTER, task: TASK, reason: expect.stringContaining('has been rolled back') as string },
    ]);
    expect(milliseconds).toBeGreaterThan(5_000);
  }, 30_000);

  test.each<[string, ReturnType<Api>]>([
    ['has ended long ago', ok({ status: 'SUCCEEDED' })],
    ['nobody remembers', error('ExecutionDoesNotExist', 'Execution Does Not Exist')],
  ])('does nothing for an execution that %s', async (_, answer) => {
    const gone = api({ DescribeExecution: () => answer, ListTasks: () => ok({ taskArns: [] }) });
    expect(answerOf(await lambda.invoke(event('Delete'), gone)).Status).toBe('SUCCESS');
  });

  test('makes no request for an execution that never started', async () => {
    expect(answerOf(await lambda.invoke(event('Delete', REQUEST, CREATE_FAILED), api({}))).Status).toBe('SUCCESS');
    expect(lambda.calls).toEqual([]);
  });

  test('fails with the reason if it cannot stop the execution', async () => {
    const answer = answerOf(
      await lambda.invoke(event('Delete'), api({ DescribeExecution: RUNS, StopExecution: () => error('AccessDeniedException', 'not authorized') })),
    );
    expect(answer).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('AccessDeniedException: not authorized') as string });
  });

  test('fails if the task does not stop in time', async () => {
    const endless = api({ DescribeExecution: RUNS, StopExecution: () => ok({ stopDate: 1 }), ...ecs(Infinity) });
    const answer = answerOf(await lambda.invoke(event('Delete'), endless, 66_000));
    expect(answer.Reason).toContain('the task of the migration was requested to stop and is still running');
  }, 30_000);
});

test.each(Object.keys(REQUEST))('fails for an event without %s', async (name) => {
  const answer = answerOf(await lambda.invoke(event('Create', { ...REQUEST, [name]: undefined }), api({})));
  expect(answer.Reason).toContain(`lacks: ${name}`);
  expect(lambda.calls).toEqual([]);
});
