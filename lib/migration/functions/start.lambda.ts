import { setTimeout as sleep } from 'node:timers/promises';
import { CloudFormationCustomResourceEvent, Context } from 'aws-lambda';
import { MigrationInput, StartRequest } from './migration-requests';
import { runningTasks, stopTasks } from './migration-tasks.lambda';
import { callStepFunctions, StepFunctionsError } from './step-functions.lambda';
import { failureOf, timeLeft } from '../../private/lambda/custom-resource.lambda';

const REQUIRED = ['StateMachine', 'Endpoint', 'Url', 'TaskDefinition', 'Release', 'Cluster', 'Family'] as const;
const POLL_MS = 5_000;
const STOPPED = 'the deployment that started this migration has been rolled back, or its stack is being deleted';

/**
 * Starts a migration for a deployment, and stops it when the deployment removes it; for `MigrationRun`.
 *
 * It does not wait for the migration; the wait condition does. It runs behind the CDK's entry point for custom resources, which reports the
 * result to CloudFormation, and does not invoke it to delete a migration that was never started.
 */
export async function handler(event: CloudFormationCustomResourceEvent, context: Context): Promise<{ PhysicalResourceId?: string }> {
  try {
    const request = requestOf(event);
    if (event.RequestType === 'Create') {
      return { PhysicalResourceId: await start(request, event.RequestId) };
    }
    if (event.RequestType === 'Delete') {
      await stop(request, event.PhysicalResourceId, () => timeLeft(context));
    }
    // Another migration has another logical id, so an update changes nothing: at most, CloudFormation sends another URL of the same handle.
    return {};
  } catch (error) {
    console.error(error);
    throw failureOf('the migration of PostHog', error);
  }
}

function requestOf(event: CloudFormationCustomResourceEvent): StartRequest {
  const request = (event.ResourceProperties ?? {}) as unknown as Partial<StartRequest>;
  // The migrations of earlier versions, which are only stopped, have no image.
  const required = event.RequestType === 'Create' ? ([...REQUIRED, 'Image'] as const) : REQUIRED;
  const missing = required.find((name) => !request[name]);
  if (!['Create', 'Update', 'Delete'].includes(event.RequestType) || missing) {
    throw new Error(`the event must be a Create, Update or Delete with all properties, but lacks: ${missing ?? 'a known RequestType'}`);
  }
  return request as StartRequest;
}

/** Starts one execution, even if it is called several times for one event, whose id is its name. Returns its ARN. */
async function start({ StateMachine: stateMachineArn, Endpoint, Url, TaskDefinition, Release, Image }: StartRequest, name: string): Promise<string> {
  const input: MigrationInput = { Url, TaskDefinition, Release, Image };
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

/** Stops an execution and its task, and waits until the task has stopped, because CloudFormation deletes its dependencies next. */
async function stop(request: StartRequest, executionArn: string, remaining: () => number): Promise<void> {
  try {
    const { status } = await callStepFunctions(request.Endpoint, 'DescribeExecution', { executionArn });
    if (status === 'RUNNING') {
      await callStepFunctions(request.Endpoint, 'StopExecution', { executionArn, error: 'Removed', cause: STOPPED });
    }
  } catch (error) {
    // Step Functions keeps executions for 90 days.
    if (!(error instanceof StepFunctionsError && error.name === 'ExecutionDoesNotExist')) {
      throw error;
    }
  }
  const tasks = () => runningTasks({ cluster: request.Cluster, family: request.Family, group: executionArn.split(':').at(-1)! });
  // Step Functions does this as well, on a best-effort basis.
  await stopTasks(request.Cluster, await tasks(), STOPPED);
  while ((await tasks()).length > 0) {
    if (remaining() < POLL_MS) {
      throw new Error('the task of the migration was requested to stop and is still running; check it in ECS, and retry when it has stopped');
    }
    await sleep(POLL_MS);
  }
}
