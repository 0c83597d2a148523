import { clickHouseBackupStates } from '../../lib/migration/clickhouse-backup-states';
import { migrationResult } from '../../lib/migration/functions/migration-result';

type State = Record<string, unknown> & {
  Next?: string;
  Choices?: { Variable: string; StringEquals?: string; NumericGreaterThanEquals?: number; Next: string }[];
};

const STATES = clickHouseBackupStates(
  { functionArn: 'arn:backup', timeoutSeconds: 6400 },
  { resource: (name) => `arn:aws:states:::${name}`, caught: [], next: 'Run' },
) as Record<string, State>;

/** Plays the choice for a result of the function and a number of polls. */
function next(outcome: string, polls: number): string {
  const { Choices = [], Default } = STATES.IsBackedUp as State & { Default: string };
  const found = Choices.find(({ Variable, StringEquals, NumericGreaterThanEquals }) =>
    Variable === '$.BackupPolls.Count' ? polls >= (NumericGreaterThanEquals ?? Infinity) : StringEquals === outcome,
  );
  return found?.Next ?? Default;
}

test('a migration goes on when there is a backup, waits while one runs, and is refused if it fails or takes too long', () => {
  expect([next('done', 0), next('done', 99), next('running', 0), next('running', 92), next('running', 93), next('failed', 0)]).toEqual([
    'Run',
    'Run',
    'WaitForBackup',
    'WaitForBackup',
    'BackupTooSlow',
    'NotBackedUp',
  ]);
  expect(STATES.WaitForBackup.Next).toBe('CountBackupPoll');
  expect(STATES.CountBackupPoll.Next).toBe('BackUpClickHouse');
});

test('the function gets the start of the execution, so that it recognises the backups of this migration', () => {
  expect(STATES.BackUpClickHouse.Parameters).toEqual({
    FunctionName: 'arn:backup',
    Payload: { 'beforeMigration.$': '$$.Execution.StartTime' },
  });
});

test('a refusal names the reason and the prop that skips the backup, without the name of the error', () => {
  const { Cause } = STATES.BackupTooSlow.Parameters as { Cause: string };
  expect(Cause).toBe(
    'the backup of ClickHouse takes more than 107 minutes and goes on: deploy again when it is complete, or raise `timeout` of the migration; ' +
      'to migrate without a backup, set `backUpClickHouse` of `migration` to false',
  );
  const request = { Execution: 'e', Cluster: 'c', Family: 'f', LogGroup: 'l', StreamPrefix: 's', Release: 'r', TimeoutSeconds: 1, SignalHost: 'h' };
  expect(migrationResult({ ...request, State: { Error: { Error: 'ClickHouseBackup', Cause } } })).toEqual({ failure: Cause });
});
