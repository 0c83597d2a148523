import { CloudWatchLogsClient, GetLogEventsCommand } from '@aws-sdk/client-cloudwatch-logs';
import { Task } from '@aws-sdk/client-ecs';
import { fitsSignal, Signal, signalText, withLastLines } from './message';
import { ConcludeRequest, Conclusion } from './migration-requests';
import { runningTasks, stopTasks } from './migration-tasks.lambda';
import { Verdict, verdictOf } from './migration-result';

const LOGS = new CloudWatchLogsClient({ retryMode: 'standard', maxAttempts: 4 });
const LAST_LINES = 40;
const LONGEST_LINE = 500;
const TIME_TO_TELL = 20_000;
/** Answers of S3 that another attempt can change. */
const PASSING = [408, 429];

/**
 * Says how a migration ended: to the wait condition that a deployment waits for, where there is one, and to the state machine.
 *
 * It throws only where nobody could be told, and Step Functions calls it again then.
 */
export async function handler(request: ConcludeRequest): Promise<Conclusion> {
  const verdict = await withLeftovers(request, verdictOf(request));
  const { Url: url, Release: release = request.Release } = request.State;
  const log = logOf(request, verdict);
  const signal: Omit<Signal, 'Reason'> = { Status: verdict.failure ? 'FAILURE' : 'SUCCESS', UniqueId: request.Execution, Data: nameOf(verdict.taskArn) };
  const sentence = verdict.failure
    ? `the migration to PostHog ${release} failed: ${verdict.failure}; mend what it says and deploy again. Its log is in ${log.group}${log.stream ? `, stream ${log.stream}` : ''}`
    : `PostHog ${release} is migrated`;
  const lines = verdict.failure && log.stream ? await lastLines(log.group, log.stream) : [];
  const conclusion: Conclusion = { Outcome: signal.Status, Reason: withLastLines(sentence, lines, fitsSignal(signal)) };
  console.log(JSON.stringify(conclusion));
  if (url) {
    await tell(url, { ...signal, Reason: conclusion.Reason });
  }
  return conclusion;
}

/** Stops what still runs: Step Functions leaves a task alone whose time is up. */
async function withLeftovers({ Cluster: cluster, Family: family, Execution: group }: ConcludeRequest, verdict: Verdict): Promise<Verdict> {
  try {
    const tasks = await runningTasks({ cluster, family, group });
    await stopTasks(cluster, tasks, 'the migration took too long, or nobody waits for it any more');
    const [task] = tasks;
    return verdict.taskArn || !task ? verdict : { ...verdict, taskArn: task.taskArn, container: runningContainer(task) };
  } catch (error) {
    console.error(error);
    const notStopped = `whether a task still runs could not be seen (${error instanceof Error ? error.message.slice(0, 200) : String(error)})`;
    return { ...verdict, failure: verdict.failure && `${verdict.failure}; ${notStopped}` };
  }
}

function runningContainer({ containers = [] }: Task): string | undefined {
  return containers.find(({ lastStatus }) => lastStatus === 'RUNNING')?.name;
}

function logOf({ LogGroup: group, StreamPrefix: prefix }: ConcludeRequest, { taskArn, container }: Verdict): { group: string; stream?: string } {
  return { group, stream: taskArn && container && `${prefix}/${container}/${nameOf(taskArn)}` };
}

function nameOf(taskArn = ''): string {
  return taskArn.split('/').at(-1) ?? '';
}

async function lastLines(logGroupName: string, logStreamName: string): Promise<string[]> {
  try {
    const { events = [] } = await LOGS.send(new GetLogEventsCommand({ logGroupName, logStreamName, limit: LAST_LINES, startFromHead: false }));
    return events.map(({ message = '' }) => message.trimEnd().slice(0, LONGEST_LINE)).filter(Boolean);
  } catch (error) {
    return [`(the log cannot be read: ${error instanceof Error ? error.message.slice(0, LONGEST_LINE) : String(error)})`];
  }
}

/** Answers the wait condition. Where nobody waits any more, because that has been answered, removed, or is too long ago, it goes on. */
async function tell(url: string, signal: Signal): Promise<void> {
  // As bytes: with a text, fetch() names a type of content, and the URL is signed for none.
  const answer = await fetch(url, { method: 'PUT', body: Buffer.from(signalText(signal)), signal: AbortSignal.timeout(TIME_TO_TELL) });
  if (answer.ok) {
    return;
  }
  const text = `CloudFormation answered ${answer.status}: ${(await answer.text()).slice(0, 300)}`;
  if (answer.status >= 500 || PASSING.includes(answer.status)) {
    throw new Error(text);
  }
  console.error(`nobody waits for this any more: ${text}`);
}
