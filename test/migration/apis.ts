import { Api, ApiCall } from '../helpers/custom-resource';

export const ACCOUNT = 'eu-central-1:111122223333';
export const CLUSTER = `arn:aws:ecs:${ACCOUNT}:cluster/posthog`;
export const EXECUTION = '7b2d1f70-0000-4000-8000-000000000001';
export const TASK = `arn:aws:ecs:${ACCOUNT}:task/posthog/0123456789abcdef0123456789abcdef`;
export const OTHER_TASK = `arn:aws:ecs:${ACCOUNT}:task/posthog/ffffffffffffffffffffffffffffffff`;

export function ok(body: object): ReturnType<Api> {
  return { status: 200, body: JSON.stringify(body) };
}

export function error(type: string, message: string, status = 400): ReturnType<Api> {
  return { status, body: JSON.stringify({ __type: `com.amazonaws.service#${type}`, message }) };
}

/** Answers by the names of actions. What is not named here must not be asked. */
export function api(answers: Readonly<Record<string, Api>>): Api {
  return (call, earlier) => {
    const answer = answers[call.action];
    if (!answer) {
      throw new Error(`the function has no permission for ${call.action}`);
    }
    return answer(call, earlier);
  };
}

/** ECS, in which the execution's task runs for the given number of calls, next to one of another execution. */
export function ecs(questions: number, container = 'migrate'): Record<string, Api> {
  return {
    ListTasks: () => ok({ taskArns: [TASK, OTHER_TASK] }),
    DescribeTasks: (_, earlier) => {
      const runs = earlier.filter(({ action }) => action === 'DescribeTasks').length < questions;
      const containers = [
        { name: 'checks', lastStatus: 'STOPPED' },
        { name: container, lastStatus: runs ? 'RUNNING' : 'STOPPED' },
      ];
      return ok({
        tasks: [
          { taskArn: TASK, group: EXECUTION, lastStatus: runs ? 'RUNNING' : 'STOPPED', containers },
          { taskArn: OTHER_TASK, group: 'by hand', lastStatus: 'RUNNING', containers },
        ],
      });
    },
    StopTask: () => ok({ task: {} }),
  };
}

/** What was asked under a name. */
export function asked(calls: readonly ApiCall[], action: string): Record<string, unknown>[] {
  return calls.filter((call) => call.action === action).map(({ json }) => json);
}
