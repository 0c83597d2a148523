import { DescribeTasksCommand, ECSClient, RunTaskCommand, StopTaskCommand, Task } from '@aws-sdk/client-ecs';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { OneOffRequest } from './one-off-request';

/** The SDK backs off up to 20 seconds between two of these. */
const ECS = new ECSClient({ retryMode: 'standard', maxAttempts: 8 });
const POLL = 5_000;
/** What is kept of the function's time to stop a task and to tell CloudFormation. */
const TIME_TO_ANSWER = 45_000;
/** CloudFormation takes an answer of 4,096 bytes. */
const LONGEST_MESSAGE = 1_500;

/**
 * Runs an ECS task to its end, for OneOffTask. It fails unless every container of the task ends with 0.
 *
 * It runs behind the CDK's own entry point for custom resources, which tells CloudFormation what comes of it, and keeps the physical id.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<Record<string, never>> {
  if (event.RequestType === 'Delete') {
    // What the task did stays done.
    return {};
  }
  try {
    const request = requestOf(event);
    const started = await start(request, event.RequestId);
    verdict(await ended(request, started, () => context.getRemainingTimeInMillis() - TIME_TO_ANSWER), request);
    return {};
  } catch (error) {
    console.error(error);
    throw readable(event, error);
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): OneOffRequest {
  const request = (event.ResourceProperties ?? {}) as unknown as Partial<OneOffRequest>;
  const missing = (['Cluster', 'TaskDefinition', 'Subnets', 'SecurityGroups', 'Logs', 'Purpose'] as const).find((name) => !request[name]?.length);
  if (!['Create', 'Update'].includes(event.RequestType) || missing) {
    throw new Error(`the event must be a Create, Update or Delete with what to run, and lacks: ${missing ?? 'a known RequestType'}`);
  }
  return request as OneOffRequest;
}

async function start(request: OneOffRequest, requestId: string): Promise<string> {
  const { tasks = [], failures = [] } = await ECS.send(new RunTaskCommand({
    cluster: request.Cluster,
    taskDefinition: request.TaskDefinition,
    launchType: 'FARGATE',
    networkConfiguration: { awsvpcConfiguration: { subnets: request.Subnets, securityGroups: request.SecurityGroups, assignPublicIp: 'DISABLED' } },
    // Lambda may call the function twice for one event; ECS then starts one task.
    clientToken: requestId,
  }));
  const arn = tasks[0]?.taskArn;
  if (!arn) {
    throw new Error(`ECS started nothing: ${failures.map(({ reason, detail }) => [reason, detail].filter(Boolean).join(' ')).join(', ') || 'no reason given'}`);
  }
  return arn;
}

/** Waits for the end of a task, and stops it where it takes too long. */
async function ended(request: OneOffRequest, taskArn: string, timeLeft: () => number): Promise<Task> {
  for (;;) {
    const { tasks = [] } = await ECS.send(new DescribeTasksCommand({ cluster: request.Cluster, tasks: [taskArn] }));
    if (tasks[0]?.lastStatus === 'STOPPED') {
      return tasks[0];
    }
    if (timeLeft() < POLL) {
      await ECS.send(new StopTaskCommand({ cluster: request.Cluster, task: taskArn, reason: 'took longer than CloudFormation waits' }));
      throw new Error(`the task ${nameOf(taskArn)} was still ${tasks[0]?.lastStatus ?? 'unknown'} when the time was up, and has been stopped; its log is in ${request.Logs}`);
    }
    await new Promise((resolve) => setTimeout(resolve, POLL));
  }
}

function verdict(task: Task, request: OneOffRequest): void {
  const failed = (task.containers ?? []).filter(({ exitCode }) => exitCode !== 0);
  if (failed.length === 0 && task.containers?.length) {
    return;
  }
  const reasons = failed.map(({ name, exitCode, reason }) => `${name} ended with ${exitCode ?? 'no exit code'}${reason ? ` (${reason})` : ''}`);
  throw new Error(`the task ${nameOf(task.taskArn ?? '')} failed: ${[...reasons, task.stoppedReason].filter(Boolean).join('; ')}; its log is in ${request.Logs}`);
}

function nameOf(taskArn: string): string {
  return taskArn.split('/').at(-1) ?? taskArn;
}

/** An error whose text is all that CloudFormation shows: the entry point takes the stack, and that of a minified bundle says nothing. */
function readable(event: CloudFormationCustomResourceEvent, error: unknown): Error {
  const purpose = (event.ResourceProperties as unknown as Partial<OneOffRequest> | undefined)?.Purpose ?? 'a one-off task';
  const complaint = new Error(`${purpose}: ${(error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE)}; mend what it says and deploy again`);
  complaint.stack = complaint.message;
  return complaint;
}
