import { ConcludeRequest, EndedContainer, EndedTask, StateError } from './migration-requests';

/** How a run ended. */
export interface Verdict {
  /** Why it failed; left out where it did not. */
  readonly failure?: string;
  /** The task that ran, where there was one. */
  readonly taskArn?: string;
  /** The container whose log says why. */
  readonly container?: string;
}

/** What to do, by what ECS says of a task that ended. */
const FIXES: readonly [pattern: RegExp, fix: string][] = [
  [/CannotPullContainer|pull image manifest/, 'look whether the image is there, and whether these subnets have a way to its registry'],
  [/OutOfMemory/, 'raise `memoryLimitMiB` of the migration'],
  [/ResourceInitializationError/, 'look whether these subnets have a way to Secrets Manager, ECR and CloudWatch Logs, and whether the secrets are there'],
];

/** The error of a state that had no end in time. */
const TIMEOUT = 'States.Timeout';

/** Judges what Step Functions knows of a run. */
export function verdictOf({ State: state, TimeoutSeconds: timeoutSeconds }: ConcludeRequest): Verdict {
  const task = state.Task ?? taskOfCause(state.Error);
  const containers = task?.Containers ?? [];
  if (!state.Error && containers.length > 0 && containers.every(({ ExitCode }) => ExitCode === 0)) {
    return { taskArn: task?.TaskArn };
  }
  if (state.Error?.Error === TIMEOUT) {
    return { failure: `it was not done after ${(timeoutSeconds / 3600).toFixed(1)} hours and has been stopped; what is done stays done, and the next run goes on from there` };
  }
  if (!task) {
    return { failure: state.Error ? `${state.Error.Error}: ${state.Error.Cause ?? 'no reason given'}` : 'no task is known to have run' };
  }
  const reasons = [...reasonsOf(containers), task.StoppedReason].filter(Boolean).join('; ') || 'no reason given';
  const fixes = FIXES.filter(([pattern]) => pattern.test(reasons)).map(([, fix]) => fix);
  return { failure: [reasons, ...fixes].join('; '), taskArn: task.TaskArn, container: containers.find(({ ExitCode }) => ExitCode)?.Name };
}

/** A task that failed is told as the cause of an error, in JSON. */
function taskOfCause(error?: StateError): EndedTask | undefined {
  try {
    const task = JSON.parse(error?.Cause ?? '') as EndedTask | null;
    return task?.Containers ? task : undefined;
  } catch {
    return undefined;
  }
}

/** What became of the containers that failed. Those that waited for one of them have no exit code, and say nothing. */
function reasonsOf(containers: readonly EndedContainer[]): string[] {
  return containers.filter(({ ExitCode, Reason }) => ExitCode || (ExitCode === undefined && Reason))
    .map(({ Name, ExitCode, Reason }) => `${Name} ended with ${ExitCode ?? 'no exit code'}${Reason ? ` (${Reason})` : ''}`);
}
