import { CLICKHOUSE_BACKUP_ERROR } from './functions/migration-requests';

/** Properties for the states that wait for a backup of ClickHouse. */
export interface ClickHouseBackupStates {
  /** The ARN of the function that backs up ClickHouse. */
  readonly functionArn: string;
  /** The longest time that a migration waits, in seconds. */
  readonly timeoutSeconds: number;
}

/** The pause between two invocations, in seconds. */
const PAUSE_SECONDS = 60;

/** The time that an invocation takes while a backup runs, in seconds. */
const POLL_SECONDS = 5;

/** The longest time of an invocation that starts a backup, in seconds: the function waits for a small one itself. There are at most two. */
const INVOCATION_SECONDS = 150;

/** The first of the states. */
export const BACK_UP_CLICKHOUSE = 'StartBackupPolls';

/** The end of the messages of failures. */
const SKIP = 'to migrate without a backup, set `backUpClickHouse` of `migration` to false';

/** Returns the number of polls that fit into a time; at least one. */
function maxPolls(timeoutSeconds: number): number {
  return Math.max(1, Math.floor((timeoutSeconds - 2 * INVOCATION_SECONDS) / (PAUSE_SECONDS + POLL_SECONDS)));
}

/**
 * Returns the states that invoke the function until there is a recent backup. A server without tables needs none, so that a first deployment does not
 * wait.
 */
export function clickHouseBackupStates(
  { functionArn, timeoutSeconds }: ClickHouseBackupStates,
  given: { readonly resource: (name: string) => string; readonly caught: readonly object[]; readonly next: string },
): Record<string, object> {
  const failed = (cause: object) => ({
    Type: 'Pass',
    Parameters: { Error: CLICKHOUSE_BACKUP_ERROR, ...cause },
    ResultPath: '$.Error',
    Next: 'Conclude',
  });
  return {
    [BACK_UP_CLICKHOUSE]: { Type: 'Pass', Result: { Count: 0 }, ResultPath: '$.BackupPolls', Next: 'BackUpClickHouse' },
    BackUpClickHouse: {
      Type: 'Task',
      Resource: given.resource('lambda:invoke'),
      Parameters: { FunctionName: functionArn, Payload: { 'beforeMigration.$': '$$.Execution.StartTime' } },
      ResultSelector: { 'outcome.$': '$.Payload.outcome', 'message.$': '$.Payload.message' },
      ResultPath: '$.ClickHouseBackup',
      TimeoutSeconds: INVOCATION_SECONDS,
      Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 3 }],
      Catch: given.caught,
      Next: 'IsBackedUp',
    },
    IsBackedUp: {
      Type: 'Choice',
      Choices: [
        { Variable: '$.ClickHouseBackup.outcome', StringEquals: 'done', Next: given.next },
        { Variable: '$.ClickHouseBackup.outcome', StringEquals: 'failed', Next: 'NotBackedUp' },
        {
          Variable: '$.BackupPolls.Count',
          NumericGreaterThanEquals: maxPolls(timeoutSeconds),
          Next: 'BackupTooSlow',
        },
      ],
      Default: 'WaitForBackup',
    },
    WaitForBackup: { Type: 'Wait', Seconds: PAUSE_SECONDS, Next: 'CountBackupPoll' },
    CountBackupPoll: {
      Type: 'Pass',
      Parameters: { 'Count.$': 'States.MathAdd($.BackupPolls.Count, 1)' },
      ResultPath: '$.BackupPolls',
      Next: 'BackUpClickHouse',
    },
    NotBackedUp: failed({ 'Cause.$': `States.Format('{}; ${SKIP}', $.ClickHouseBackup.message)` }),
    BackupTooSlow: failed({
      Cause:
        `the backup of ClickHouse takes more than ${Math.round(timeoutSeconds / 60)} minutes and goes on: deploy again when it is complete, or raise \`timeout\` of the ` +
        `migration; ${SKIP}`,
    }),
  };
}
