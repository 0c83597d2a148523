import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Task } from '@aws-sdk/client-ecs';
import { withoutValues } from './log-lines';
import { ConcludeRequest, Conclusion } from './migration-requests';
import { runningTasks, stopTasks } from './migration-tasks.lambda';
import { fitsSignal, migrationResult, MigrationResult, Signal, signalText, withLastLines } from './migration-result';

const LOGS = new CloudWatchLogsClient({ retryMode: 'standard', maxAttempts: 4 });
const LAST_LINES = 40;
const LONGEST_LINE = 500;
const SIGNAL_TIMEOUT = 20_000;
/** Status codes of S3 that are worth a retry. */
const RETRYABLE = [408, 429];

/**
 * Reports the result of a migration to the state machine and, during a deployment, to its wait condition.
 *
 * It throws only if it could not report it; Step Functions then invokes it again.
 */
export async function handler(request: ConcludeRequest): Promise<Conclusion> {
  const result = await withRunningTasks(request, migrationResult(request));
  const { Url: url, Release: release = request.Release } = request.State;
  const log = logOf(request, result);
  const signal: Omit<Signal, 'Reason'> = {
    Status: result.failure ? 'FAILURE' : 'SUCCESS',
    UniqueId: request.Execution,
    Data: nameOf(result.taskArn),
  };
  const where = `${log.group}${log.stream ? `, stream ${log.stream}` : ''}`;
  const sentence = result.failure
    ? `the migration to PostHog ${release} failed: ${result.failure}; fix the cause and deploy again. Its log is in ${where}`
    : `PostHog ${release} is migrated`;
  const lines = result.failure && log.stream ? await lastLines(log.group, log.stream) : [];
  const conclusion: Conclusion = { Outcome: signal.Status, Reason: withLastLines(sentence, lines, fitsSignal(signal)) };
  console.log(JSON.stringify(conclusion));
  if (url) {
    await sendSignal(signalAddress(url, request.SignalHost), { ...signal, Reason: conclusion.Reason });
  }
  return conclusion;
}

/** Stops tasks that still run, and adds them to the result: Step Functions does not stop a task after a timeout. */
async function withRunningTasks(request: ConcludeRequest, result: MigrationResult): Promise<MigrationResult> {
  const { Cluster: cluster, Family: family, Execution: group } = request;
  try {
    const tasks = await runningTasks({ cluster, family, group });
    await stopTasks(cluster, tasks, 'the migration timed out, or its deployment has ended');
    const [task] = tasks;
    return result.taskArn || !task ? result : { ...result, taskArn: task.taskArn, container: runningContainer(task) };
  } catch (error) {
    console.error(error);
    const notStopped = `running tasks could not be listed or stopped (${error instanceof Error ? error.message.slice(0, 200) : String(error)})`;
    return { ...result, failure: result.failure && `${result.failure}; ${notStopped}` };
  }
}

function runningContainer({ containers = [] }: Task): string | undefined {
  return containers.find(({ lastStatus }) => lastStatus === 'RUNNING')?.name;
}

function logOf(
  { LogGroup: group, StreamPrefix: prefix }: ConcludeRequest,
  { taskArn, container }: MigrationResult,
): { group: string; stream?: string } {
  return { group, stream: taskArn && container && `${prefix}/${container}/${nameOf(taskArn)}` };
}

function nameOf(taskArn = ''): string {
  return taskArn.split('/').at(-1) ?? '';
}

async function lastLines(logGroupName: string, logStreamName: string): Promise<string[]> {
  try {
    const { events = [] } = await LOGS.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: LAST_LINES, startFromHead: false }));
    const lines = withoutValues(events.map(({ message = '' }) => message.trimEnd()));
    return lines.map((line) => line.slice(0, LONGEST_LINE)).filter(Boolean);
  } catch (error) {
    return [`(the log cannot be read: ${error instanceof Error ? error.message.slice(0, LONGEST_LINE) : String(error)})`];
  }
}

/**
 * Returns the address of a wait condition. Throws if it is any other: the input of an execution comes from everyone who may start one, and the result
 * must not reach an address of theirs.
 */
function signalAddress(text: string, host: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const [before, after] = host.split('*');
  const between =
    url?.hostname.startsWith(before) && url.hostname.endsWith(after) ? url.hostname.slice(before.length, -after.length || undefined) : '?';
  // S3 has several names for a bucket: `.s3`, `.s3-eu-west-1`, `.s3.eu-west-1`, `.s3.dualstack.eu-west-1`.
  if (url?.protocol === 'https:' && !url.username && /^([.-][a-z0-9-]+){0,2}$/.test(between)) {
    return url;
  }
  // An emulated AWS, which all calls of the SDK go to.
  if (url && process.env.AWS_ENDPOINT_URL && url.origin === new URL(process.env.AWS_ENDPOINT_URL).origin) {
    return url;
  }
  throw new Error(`the result is sent to wait conditions of CloudFormation only, https://${host}, got: ${url?.origin ?? 'no URL'}`);
}

/** Signals the wait condition. A wait condition that was signalled, removed or has expired is no error. */
async function sendSignal(url: URL, signal: Signal): Promise<void> {
  // As bytes: for a string, fetch() sends a content type, and the URL is signed without one.
  const response = await fetch(url, { method: 'PUT', body: Buffer.from(signalText(signal)), signal: AbortSignal.timeout(SIGNAL_TIMEOUT) });
  if (response.ok) {
    return;
  }
  const text = `CloudFormation responded with ${response.status}: ${(await response.text()).slice(0, 300)}`;
  if (response.status >= 500 || RETRYABLE.includes(response.status)) {
    throw new Error(text);
  }
  console.error(`the wait condition does not accept signals any more: ${text}`);
}
