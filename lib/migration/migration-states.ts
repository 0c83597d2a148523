import { AppFilesStates, appFilesStates, INSTALL_APP_FILES } from './app-files-states';
import { BACK_UP_CLICKHOUSE, ClickHouseBackupStates, clickHouseBackupStates } from './clickhouse-backup-states';
import { DatabaseBackup } from './database-backup';

/** Properties for the state machine of a migration. */
export interface MigrationStates {
  readonly partition: string;
  readonly cluster: string;
  readonly family: string;
  /** The default task definition revision of an execution. */
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The containers that run the pre-migration checks. */
  readonly checkingContainers: readonly string[];
  readonly backup?: DatabaseBackup;
  /** The functions and format schemas to install first; undefined if ClickHouse has no parameters for them. */
  readonly appFiles?: AppFilesStates;
  /** The backup of ClickHouse before the migration; undefined if there is none. */
  readonly clickHouseBackup?: ClickHouseBackupStates;
  readonly concludeFunction: string;
  readonly logGroup: string;
  readonly streamPrefix: string;
  readonly release: string;
  /** The host of wait conditions, with `*` for the parts between the bucket and the domain. */
  readonly signalHost: string;
  /** The timeout of the task, in seconds. */
  readonly timeoutSeconds: number;
}

/**
 * The retryable errors of ECS, after which no task has been started.
 *
 * `AmazonECS.Unknown` is a list of failures, such as missing capacity. Throttling inside ECS is reported as an invalid parameter
 * (cdklabs/construct-hub pull request 415). A permission that is granted in the same deployment may not be effective yet. Other causes under one
 * of these names fail after the last attempt.
 */
export const RETRYABLE_ERRORS = [
  'ECS.AmazonECSException',
  'ECS.ServerException',
  'ECS.ThrottlingException',
  'ECS.InvalidParameterException',
  'ECS.AccessDeniedException',
  'AmazonECS.Unknown',
];

const CAUGHT = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.Error', Next: 'Conclude' }];

/**
 * Returns the state machine of a migration, in the Amazon States Language.
 *
 * Every execution passes through `Conclude`. It has no timeout of its own, which would end it without a result. An execution without input
 * does the same, but signals no wait condition.
 */
export function migrationStates(given: MigrationStates): object {
  const resource = (name: string) => `arn:${given.partition}:states:::${name}`;
  const { backup, appFiles, clickHouseBackup } = given;
  const described = backup ? 'DescribeBackups' : 'Run';
  const checked = clickHouseBackup ? BACK_UP_CLICKHOUSE : described;
  const first = appFiles ? INSTALL_APP_FILES : checked;
  return {
    Comment: 'PostHog migration: migrates the databases and reports the result to CloudFormation',
    StartAt: 'IsRevisionGiven',
    States: {
      IsRevisionGiven: {
        Type: 'Choice',
        Choices: [{ Variable: '$.TaskDefinition', IsPresent: true, Next: first }],
        Default: 'TakeCurrentRevision',
      },
      TakeCurrentRevision: { Type: 'Pass', Result: given.taskDefinition, ResultPath: '$.TaskDefinition', Next: first },
      ...(appFiles && appFilesStates(appFiles, { resource, caught: CAUGHT, next: checked })),
      ...(clickHouseBackup && clickHouseBackupStates(clickHouseBackup, { resource, caught: CAUGHT, next: described })),
      ...(backup && {
        DescribeBackups: {
          Type: 'Task',
          Resource: resource(`aws-sdk:rds:${backup.call}`),
          Parameters: { [backup.parameter]: backup.identifier },
          // A list, empty where the database has no backups.
          ResultSelector: { 'Times.$': '$..LatestRestorableTime' },
          ResultPath: '$.Backup',
          TimeoutSeconds: 20,
          Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 3 }],
          Catch: CAUGHT,
          Next: 'Run',
        },
      }),
      Run: {
        Type: 'Task',
        Resource: resource('ecs:runTask.sync'),
        Parameters: {
          'Cluster': given.cluster,
          'TaskDefinition.$': '$.TaskDefinition',
          'LaunchType': 'FARGATE',
          // The only name that Step Functions can set on a task.
          'Group.$': '$$.Execution.Name',
          'NetworkConfiguration': {
            AwsvpcConfiguration: { Subnets: given.subnets, SecurityGroups: given.securityGroups, AssignPublicIp: 'DISABLED' },
          },
          ...(backup && {
            Overrides: {
              ContainerOverrides: given.checkingContainers.map((name) => ({
                Name: name,
                Environment: [{ 'Name': 'MIGRATION_BACKUPS', 'Value.$': 'States.JsonToString($.Backup.Times)' }],
              })),
            },
          }),
        },
        ResultPath: '$.Task',
        TimeoutSeconds: given.timeoutSeconds,
        Retry: [{ ErrorEquals: RETRYABLE_ERRORS, IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 5 }],
        Catch: CAUGHT,
        Next: 'Conclude',
      },
      Conclude: {
        Type: 'Task',
        Resource: resource('lambda:invoke'),
        Parameters: {
          FunctionName: given.concludeFunction,
          Payload: {
            'Execution.$': '$$.Execution.Name',
            'Cluster': given.cluster,
            'Family': given.family,
            'LogGroup': given.logGroup,
            'StreamPrefix': given.streamPrefix,
            'Release': given.release,
            'TimeoutSeconds': given.timeoutSeconds,
            'SignalHost': given.signalHost,
            'State.$': '$',
          },
        },
        ResultSelector: { 'Outcome.$': '$.Payload.Outcome', 'Reason.$': '$.Payload.Reason' },
        ResultPath: '$.Conclusion',
        TimeoutSeconds: 120,
        Retry: [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 5, BackoffRate: 2, MaxAttempts: 5 }],
        Next: 'IsMigrated',
      },
      IsMigrated: {
        Type: 'Choice',
        Choices: [{ Variable: '$.Conclusion.Outcome', StringEquals: 'SUCCESS', Next: 'Migrated' }],
        Default: 'NotMigrated',
      },
      Migrated: { Type: 'Succeed' },
      NotMigrated: { Type: 'Fail', Error: 'NotMigrated', CausePath: '$.Conclusion.Reason' },
    },
  };
}
