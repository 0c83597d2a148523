import { Template } from 'aws-cdk-lib/assertions';
import { Duration } from 'aws-cdk-lib/core';
import { Postgres } from '../../lib';
import { APP_FILES_SECONDS } from '../../lib/migration/app-files-states';
import { databaseBackup } from '../../lib/migration/database-backup';
import { newClickHouse } from '../stores/clickhouse/fixtures';
import { definitionOf, State, templateOf, vpcOf, withOptions } from './fixture';

const withBackup = () => templateOf((stack) => ({ backup: databaseBackup(new Postgres(stack, 'Postgres', { vpc: vpcOf(stack) })) }));
const MACHINES: readonly [string, () => Template][] = [
  ['without a database of ours', () => templateOf()],
  ['with one', withBackup],
  ['with a ClickHouse of ours', () => templateOf((stack) => ({ appFiles: newClickHouse(stack, { replicas: 2 }).appFiles }))],
];

function nextOf({ Next, Default, Choices = [], Catch = [] }: State): string[] {
  return [Next, Default, ...Choices.map((choice) => choice.Next), ...Catch.map((caught) => caught.Next)].filter((name) => name !== undefined);
}

/** The longest that a state can take, with all attempts. */
function longest({ TimeoutSeconds = 0, Retry: [retry] = [] }: State, attempts = (retry?.MaxAttempts ?? 0) + 1): number {
  const waits = Array.from({ length: retry?.MaxAttempts ?? 0 }, (_, index) => retry.IntervalSeconds * retry.BackoffRate ** index);
  return TimeoutSeconds * attempts + waits.reduce((sum, wait) => sum + wait, 0);
}

describe.each(MACHINES)('%s', (_, template) => {
  const { StartAt, States, TimeoutSeconds } = definitionOf(template());

  test('every state is reachable, and has an end', () => {
    const reached = new Set([StartAt]);
    for (const name of reached) {
      expect(States).toHaveProperty(name);
      nextOf(States[name]).forEach((next) => reached.add(next));
    }
    expect([...reached].sort()).toEqual(Object.keys(States).sort());
    const ends = Object.entries(States)
      .filter(([, state]) => nextOf(state).length === 0)
      .map(([name, { Type }]) => [name, Type]);
    expect(ends).toEqual([
      ['Migrated', 'Succeed'],
      ['NotMigrated', 'Fail'],
    ]);
  });

  test('every failure is reported: each task catches errors, and the execution has no timeout', () => {
    expect(TimeoutSeconds).toBeUndefined();
    for (const [name, state] of Object.entries(States).filter(([, { Type }]) => Type === 'Task')) {
      expect([name, typeof state.TimeoutSeconds]).toEqual([name, 'number']);
      expect([name, state.Catch?.map(({ ErrorEquals, Next }) => [ErrorEquals, Next])]).toEqual([
        name,
        name === 'Conclude' ? undefined : [[['States.ALL'], 'Conclude']],
      ]);
    }
  });

  test('a run uses the revision of its input, or the default one', () => {
    expect(States[StartAt].Choices).toEqual([{ Variable: '$.TaskDefinition', IsPresent: true, Next: expect.any(String) as string }]);
    expect(States[States[StartAt].Default!]).toMatchObject({
      Type: 'Pass',
      Result: expect.stringMatching(/^MigrationTaskDefinition/) as string,
      ResultPath: '$.TaskDefinition',
    });
    expect(States.Run.Parameters).toMatchObject({ 'TaskDefinition.$': '$.TaskDefinition', 'Group.$': '$$.Execution.Name' });
  });

  test('the task runs in private subnets without a public address', () => {
    expect(States.Run).toMatchObject({
      Resource: 'arn:AWS::Partition:states:::ecs:runTask.sync',
      Parameters: {
        LaunchType: 'FARGATE',
        NetworkConfiguration: {
          AwsvpcConfiguration: {
            Subnets: ['subnet-1', 'subnet-2'],
            SecurityGroups: [expect.stringMatching(/^MigrationSecurityGroup\w+\.GroupId$/)],
            AssignPublicIp: 'DISABLED',
          },
        },
      },
    });
  });

  test('the task is retried only if none has been started', () => {
    const names = States.Run.Retry!.flatMap(({ ErrorEquals }) => ErrorEquals);
    expect(names.filter((name) => name.startsWith('States.'))).toEqual([]);
    expect(names).toEqual(expect.arrayContaining(['ECS.ThrottlingException', 'ECS.ServerException', 'AmazonECS.Unknown']));
  });
});

test.each([undefined, 1, 12])('all states together take less time than the wait condition of %p hours', (hours) => {
  const template = withOptions(hours ? { timeout: Duration.hours(hours) } : {});
  const {
    States: { Run, Conclude },
  } = definitionOf(template);
  const { DescribeBackups } = definitionOf(withBackup()).States;
  const [condition] = Object.values(template.findResources('AWS::CloudFormation::WaitCondition')) as { Properties: { Timeout: string } }[];
  // Attempts of Run end at once where there are others. Of the end, three attempts are in time.
  const all = APP_FILES_SECONDS + longest(DescribeBackups) + longest(Run, 1) + 3 * Conclude.TimeoutSeconds!;
  expect(all).toBeLessThanOrEqual(Number(condition.Properties.Timeout));
  expect(Run.TimeoutSeconds).toBe(Number(condition.Properties.Timeout) - 40 * 60);
});

test('both containers with pre-migration checks receive the backups from RDS', () => {
  const { DescribeBackups, Run } = definitionOf(withBackup()).States;
  expect(DescribeBackups).toMatchObject({
    Resource: 'arn:AWS::Partition:states:::aws-sdk:rds:describeDBInstances',
    Parameters: { DbInstanceIdentifier: expect.stringMatching(/^Postgres/) as string },
    ResultSelector: { 'Times.$': '$..LatestRestorableTime' },
    ResultPath: '$.Backup',
  });
  const given = [{ 'Name': 'MIGRATION_BACKUPS', 'Value.$': 'States.JsonToString($.Backup.Times)' }];
  expect(Run.Parameters!.Overrides).toEqual({
    ContainerOverrides: [
      { Name: 'checks', Environment: given },
      { Name: 'migrate', Environment: given },
    ],
  });
  expect(definitionOf(templateOf()).States.Run.Parameters).not.toHaveProperty('Overrides');
});

test('the last task receives everything that it reports', () => {
  const { Parameters } = definitionOf(templateOf()).States.Conclude;
  expect(Parameters).toMatchObject({
    Payload: {
      'Execution.$': '$$.Execution.Name',
      'Cluster': expect.stringMatching(/^Cluster\w+\.Arn$/) as string,
      'Family': expect.stringMatching(/^StackMigrationTaskDefinition/) as string,
      'LogGroup': expect.stringMatching(/^MigrationLogs/) as string,
      'StreamPrefix': 'migration',
      'Release': '2026-09-11',
      'TimeoutSeconds': 19_200,
      'State.$': '$',
    },
  });
});
