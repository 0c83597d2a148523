import { APP_FILES_ERROR, CLICKHOUSE_BACKUP_ERROR, ConcludeRequest, EndedContainer, EndedTask, StateError } from './migration-requests';

/** The result of a migration. */
export interface MigrationResult {
  /** The reason of a failure; undefined after success. */
  readonly failure?: string;
  /** The task, if one ran. */
  readonly taskArn?: string;
  /** The container whose log explains the failure. */
  readonly container?: string;
}

/** The fixes, by the reason that ECS reports for a stopped task. */
const FIXES: readonly [pattern: RegExp, fix: string][] = [
  [/CannotPullContainer|pull image manifest/, 'check that the image exists, and that these subnets can reach its registry'],
  [/OutOfMemory/, 'raise `memoryLimitMiB` of the migration'],
  [/ResourceInitializationError/, 'check that these subnets can reach Secrets Manager, ECR and CloudWatch Logs, and that the secrets exist'],
];

/** The error of a state that timed out. */
const TIMEOUT = 'States.Timeout';

/** Returns the result of a migration from the state of its execution. */
export function migrationResult({ State: state, TimeoutSeconds: timeoutSeconds }: ConcludeRequest): MigrationResult {
  const task = state.Task ?? taskOfCause(state.Error);
  const containers = task?.Containers ?? [];
  if (!state.Error && containers.length > 0 && containers.every(({ ExitCode }) => ExitCode === 0)) {
    return { taskArn: task?.TaskArn };
  }
  if (state.Error?.Error === TIMEOUT) {
    return {
      failure: `it was stopped after ${(timeoutSeconds / 3600).toFixed(1)} hours, its timeout; completed migrations are kept, the next run continues`,
    };
  }
  if (!task) {
    return { failure: state.Error ? sentenceOf(state.Error) : 'no task was run' };
  }
  const reasons = [...reasonsOf(containers), task.StoppedReason].filter(Boolean).join('; ') || 'no reason given';
  const fixes = FIXES.filter(([pattern]) => pattern.test(reasons)).map(([, fix]) => fix);
  return { failure: [reasons, ...fixes].join('; '), taskArn: task.TaskArn, container: containers.find(({ ExitCode }) => ExitCode)?.Name };
}

function sentenceOf({ Error: name, Cause: cause = 'no reason given' }: StateError): string {
  return [APP_FILES_ERROR, CLICKHOUSE_BACKUP_ERROR].includes(name) ? cause : `${name}: ${cause}`;
}

/** Parses a failed task from the cause of an error, which is JSON. */
function taskOfCause(error?: StateError): EndedTask | undefined {
  try {
    const task = JSON.parse(error?.Cause ?? '') as EndedTask | null;
    return task?.Containers ? task : undefined;
  } catch {
    return undefined;
  }
}

/** Describes the containers that failed. Containers that depend on one of them have neither exit code nor reason. */
function reasonsOf(containers: readonly EndedContainer[]): string[] {
  return containers
    .filter(({ ExitCode, Reason }) => ExitCode || (ExitCode === undefined && Reason))
    .map(({ Name, ExitCode, Reason }) => `${Name} ended with ${ExitCode ?? 'no exit code'}${Reason ? ` (${Reason})` : ''}`);
}

/** A signal to a wait condition. */
export interface Signal {
  readonly Status: 'SUCCESS' | 'FAILURE';
  /** Identifies the signal: the same id replaces it. */
  readonly UniqueId: string;
  readonly Data: string;
  readonly Reason: string;
}

/** The maximum that CloudFormation accepts, in bytes. */
const LONGEST_SIGNAL = 4_096;

/** The maximum of the message without log lines: errors of AWS can contain whole documents. */
const LONGEST_SENTENCE = 1_500;

/** Appends the last lines of a log to a message, as many as fit. */
export function withLastLines(sentence: string, lines: readonly string[], fits: (text: string) => boolean): string {
  const short = sentence.length > LONGEST_SENTENCE ? `${sentence.slice(0, LONGEST_SENTENCE)}...` : sentence;
  for (let left = lines.length; left > 0; left -= 1) {
    const text = `${short}\nIts last lines:\n${lines.slice(-left).join('\n')}`;
    if (fits(text)) {
      return text;
    }
  }
  return short;
}

/** Returns the signal as JSON. */
export function signalText(signal: Signal): string {
  return JSON.stringify(signal);
}

/** Returns a function that checks whether CloudFormation accepts the signal with a reason. */
export function fitsSignal(signal: Omit<Signal, 'Reason'>): (reason: string) => boolean {
  return (reason) => Buffer.byteLength(signalText({ ...signal, Reason: reason })) <= LONGEST_SIGNAL;
}
