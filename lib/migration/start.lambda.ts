import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { MigrationInput, StartRequest } from './migration-requests';
import { runningTasks, stopTasks } from './migration-tasks.lambda';
import { callStepFunctions, StepFunctionsError } from './step-functions.lambda';

const NEEDED = ['StateMachine', 'Endpoint', 'Url', 'TaskDefinition', 'Release', 'Cluster', 'Family'] as const;
const POLL = 5_000;
/** What is kept of the function's time to tell CloudFormation. */
const TIME_TO_ANSWER = 45_000;
/** CloudFormation takes an answer of 4,096 bytes. */
const LONGEST_MESSAGE = 1_500;
const STOPPED = 'the deployment that started this has been rolled back, or what it belongs to has been removed';

/**
 * Starts a migration for a deployment, and stops it where the deployment takes it away; for MigrationRun.
 *
 * It waits for no migration: that is the wait condition's. It runs behind the CDK's own entry point for custom resources, which tells
 * CloudFormation what comes of it, and asks nothing of this where what is removed was never started.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ PhysicalResourceId?: string }> {
  try {
    const request = requestOf(event);
    if (event.RequestType === 'Create') {
      return { PhysicalResourceId: await start(request, event.RequestId) };
    }
    if (event.RequestType === 'Delete') {
      await stop(request, event.PhysicalResourceId, () => context.getRemainingTimeInMillis() - TIME_TO_ANSWER);
    }
    // What else is run has another logical id, so an update changes nothing that runs: CloudFormation may name another URL of the same handle.
    return {};
  } catch (error) {
    console.error(error);
    throw readable(error);
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): StartRequest {
  const request = (event.ResourceProperties ?? {}) as unknown as Partial<StartRequest>;
  const missing = NEEDED.find((name) => !request[name]);
  if (!['Create', 'Update', 'Delete'].includes(event.RequestType) || missing) {
    throw new Error(`the event must be a Create, Update or Delete with what to run, and lacks: ${missing ?? 'a known RequestType'}`);
  }
  return request as StartRequest;
}

/** Starts one execution, however often it is called for one event: its name is the event's. Answers its ARN. */
async function start({ StateMachine: stateMachineArn, Endpoint, Url, TaskDefinition, Release }: StartRequest, name: string): Promise<string> {
  const input: MigrationInput = { Url, TaskDefinition, Release };
  try {
    const { executionArn } = await callStepFunctions(Endpoint, 'StartExecution', { stateMachineArn, name, input: JSON.stringify(input) });
    return executionArn as string;
  } catch (error) {
    if (error instanceof StepFunctionsError && error.name === 'ExecutionAlreadyExists') {
      return `${stateMachineArn.replace(':stateMachine:', ':execution:')}:${name}`;
    }
    throw error;
  }
}

/** Stops an execution and its task, and waits until the task is gone: what it used goes next. */
async function stop(request: StartRequest, executionArn: string, timeLeft: () => number): Promise<void> {
  try {
    const { status } = await callStepFunctions(request.Endpoint, 'DescribeExecution', { executionArn });
    if (status === 'RUNNING') {
      await callStepFunctions(request.Endpoint, 'StopExecution', { executionArn, error: 'Removed', cause: STOPPED });
    }
  } catch (error) {
    // Nobody remembers one that ended three months ago.
    if (!(error instanceof StepFunctionsError && error.name === 'ExecutionDoesNotExist')) {
      throw error;
    }
  }
  const tasks = () => runningTasks({ cluster: request.Cluster, family: request.Family, group: executionArn.split(':').at(-1)! });
  // Step Functions does this, too, as well as it can.
  await stopTasks(request.Cluster, await tasks(), STOPPED);
  while ((await tasks()).length > 0) {
    if (timeLeft() < POLL) {
      throw new Error('the task of the migration has been told to stop and still runs; look at it in ECS, and remove this again when it has ended');
    }
    await sleep(POLL);
  }
}

/** An error whose text is all that CloudFormation shows: the entry point takes the stack, and that of a minified bundle says nothing. */
function readable(error: unknown): Error {
  const complaint = new Error(`the migration of PostHog: ${(error instanceof Error ? error.message : String(error)).slice(0, LONGEST_MESSAGE)}`);
  complaint.stack = complaint.message;
  return complaint;
}
