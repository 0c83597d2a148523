import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { App, Stack } from 'aws-cdk-lib/core';
import { Api, ApiCall, CustomResourceWorld, functionFolder, Invocation } from '../helpers/custom-resource';
import { FEATURE_FLAGS } from '../helpers/stack';
import { newOneOffTask } from './one-off-fixture';

const TASK = 'arn:aws:ecs:eu-central-1:111122223333:task/posthog/0123456789abcdef0123456789abcdef';
const REQUEST = {
  Cluster: 'posthog', TaskDefinition: 'arn:aws:ecs:eu-central-1:111122223333:task-definition/topics:7', Subnets: ['subnet-1', 'subnet-2'], SecurityGroups: ['sg-1'],
  Logs: '/posthog/topics', Purpose: 'making the topics of Kafka',
};

let world: CustomResourceWorld;
let folder: string;
let asset: string;

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'one-off-task-'));
  const app = new App({ outdir: folder, context: FEATURE_FLAGS, builtinCloudFormationValidation: false });
  newOneOffTask(new Stack(app, 'Stack'));
  app.synth();
  asset = functionFolder(folder);
  world = await CustomResourceWorld.start();
});

afterAll(() => {
  world.stop();
  rmSync(folder, { recursive: true });
});

function event(type: string, properties: object = REQUEST): object {
  return {
    RequestType: type, ResponseURL: 'https://localhost/answer', StackId: 'arn:stack', RequestId: 'request-1', LogicalResourceId: 'Topics', ResourceType: 'Custom::PostHogOneOffTask',
    ServiceToken: 'arn:function', ResourceProperties: { ServiceToken: 'arn:function', ...properties },
    ...(type === 'Create' ? {} : { PhysicalResourceId: 'first' }), ...(type === 'Update' ? { OldResourceProperties: {} } : {}),
  };
}

function ok(body: object): ReturnType<Api> {
  return { status: 200, body: JSON.stringify(body) };
}

function error(type: string, message: string): ReturnType<Api> {
  return { status: 400, body: JSON.stringify({ __type: type, message }) };
}

/** ECS, in which a task is seen in these states, one a question, the last for ever. */
function ecs(...states: object[]): Api {
  return ({ action }, earlier) => {
    switch (action) {
      case 'RunTask':
        return ok({ tasks: [{ taskArn: TASK, lastStatus: 'PROVISIONING' }], failures: [] });
      case 'DescribeTasks': {
        const asked = earlier.filter((call) => call.action === 'DescribeTasks').length;
        return ok({ tasks: [{ taskArn: TASK, ...states[Math.min(asked, states.length - 1)] }], failures: [] });
      }
      case 'StopTask':
        return ok({ task: { taskArn: TASK } });
      default:
        throw new Error(`the function has no permission for ${action}`);
    }
  };
}

const RUNNING = { lastStatus: 'RUNNING' };
const DONE = { lastStatus: 'STOPPED', containers: [{ name: 'topics', exitCode: 0 }], stoppedReason: 'Essential container in task exited' };

/** The one answer that CloudFormation got. */
function answerOf({ answers, bytes }: Invocation) {
  expect(answers).toHaveLength(1);
  expect(bytes).toBeLessThan(4096);
  return answers[0];
}

function called(action: string): ApiCall[] {
  return world.calls.filter((call) => call.action === action);
}

test.each(['Create', 'Update'])('%s runs the task to its end', async (type) => {
  const answer = answerOf(await world.invoke(asset, event(type), ecs(RUNNING, DONE)));
  expect(answer).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: type === 'Create' ? 'request-1' : 'first' });
  expect(called('RunTask').map(({ json }) => json)).toEqual([{
    cluster: 'posthog', taskDefinition: REQUEST.TaskDefinition, launchType: 'FARGATE', clientToken: 'request-1',
    networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'], assignPublicIp: 'DISABLED' } },
  }]);
  expect(called('DescribeTasks').map(({ json }) => json)).toEqual([{ cluster: 'posthog', tasks: [TASK] }, { cluster: 'posthog', tasks: [TASK] }]);
  expect(called('StopTask')).toEqual([]);
}, 30_000);

test('Delete does nothing, whatever it is given', async () => {
  expect(answerOf(await world.invoke(asset, event('Delete', {}), ecs(DONE)))).toMatchObject({ Status: 'SUCCESS', PhysicalResourceId: 'first' });
  expect(world.calls).toEqual([]);
});

const FAILURES: [string, Api, string][] = [
  ['a container that fails', ecs({ ...DONE, containers: [{ name: 'topics', exitCode: 1 }] }),
    'making the topics of Kafka: the task 0123456789abcdef0123456789abcdef failed: topics ended with 1; Essential container in task exited; its log is in /posthog/topics; mend what it says and deploy again'],
  ['a container that never started', ecs({ lastStatus: 'STOPPED', containers: [{ name: 'topics', reason: 'CannotPullContainerError: no route' }], stoppedReason: 'Task failed to start' }),
    'topics ended with no exit code (CannotPullContainerError: no route); Task failed to start; its log is in /posthog/topics'],
  ['a task without containers', ecs({ lastStatus: 'STOPPED', containers: [], stoppedReason: 'Host EC2 terminated' }), 'failed: Host EC2 terminated'],
  ['a long story', ecs({ ...DONE, containers: [{ name: 'topics', exitCode: 1, reason: 'x'.repeat(5000) }] }), 'topics ended with 1 (xxx'],
  ['no capacity', () => ok({ tasks: [], failures: [{ reason: 'Capacity is unavailable at this time' }] }), 'ECS started nothing: Capacity is unavailable at this time'],
  ['a refusal', () => error('AccessDeniedException', 'User is not authorized to perform: ecs:RunTask'), 'User is not authorized to perform: ecs:RunTask'],
  ['a cluster that is gone', () => error('ClusterNotFoundException', 'Cluster not found.'), 'Cluster not found.'],
];

test.each(FAILURES)('fails with %s, and says so', async (_, api, reason) => {
  const answer = answerOf(await world.invoke(asset, event('Create'), api));
  expect(answer.Status).toBe('FAILED');
  expect(answer.Reason).toContain(reason);
}, 30_000);

test('stops a task that takes longer than CloudFormation waits', async () => {
  const answer = answerOf(await world.invoke(asset, event('Create'), ecs(RUNNING), 51_000));
  expect(answer.Reason).toContain('was still RUNNING when the time was up, and has been stopped; its log is in /posthog/topics');
  expect(called('StopTask').map(({ json }) => json.task)).toEqual([TASK]);
}, 30_000);

test('is patient with throttling', async () => {
  const api = ecs(DONE);
  const throttled: Api = (call, earlier) => (earlier.length < 2 ? error('ThrottlingException', 'Rate exceeded') : api(call, earlier));
  expect(answerOf(await world.invoke(asset, event('Create'), throttled)).Status).toBe('SUCCESS');
}, 30_000);

test.each(Object.keys(REQUEST))('answers an event without %s', async (name) => {
  const answer = answerOf(await world.invoke(asset, event('Create', { ...REQUEST, [name]: undefined }), ecs(DONE)));
  expect(answer.Reason).toContain(`lacks: ${name}`);
  expect(world.calls).toEqual([]);
});
