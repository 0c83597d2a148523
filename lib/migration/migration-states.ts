import { DatabaseBackup } from './database-backup';

/** What a state machine that migrates is made from. */
export interface MigrationStates {
  readonly partition: string;
  readonly cluster: string;
  readonly family: string;
  /** The revision to run where an execution is started with none. */
  readonly taskDefinition: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The containers that look before anything is changed. */
  readonly looking: readonly string[];
  readonly backup?: DatabaseBackup;
  readonly concludeFunction: string;
  readonly logGroup: string;
  readonly streamPrefix: string;
  readonly release: string;
  /** How long the task may take, in seconds. */
  readonly timeoutSeconds: number;
}

/**
 * What ECS says where it is worth asking again: no task has been started then.
 *
 * `AmazonECS.Unknown` is a list of failures, such as no capacity; throttling of what ECS itself asks comes as an invalid parameter
 * (cdklabs/construct-hub pull request 415), and a right that is as old as the deployment may not hold yet. What fails for another reason
 * under one of these names fails after the last attempt.
 */
const TRY_AGAIN = [
  'ECS.AmazonECSException', 'ECS.ServerException', 'ECS.ThrottlingException', 'ECS.InvalidParameterException', 'ECS.AccessDeniedException', 'AmazonECS.Unknown',
];

const CAUGHT = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.Error', Next: 'Conclude' }];

/**
 * The state machine of a migration, in the Amazon States Language.
 *
 * Whatever happens, its way leads through `Conclude`, so it has no time limit of its own: that would end it without an answer. An execution
 * that is started with nothing does the same, and tells nobody.
 */
export function migrationStates(given: MigrationStates): object {
  const resource = (name: string) => `arn:${given.partition}:states:::${name}`;
  const { backup } = given;
  return {
    Comment: 'Migrates the databases of PostHog, and tells CloudFormation how it went',
    StartAt: 'IsRevisionGiven',
    States: {
      IsRevisionGiven: {
        Type: 'Choice',
        Choices: [{ Variable: '$.TaskDefinition', IsPresent: true, Next: backup ? 'AskForBackup' : 'Run' }],
        Default: 'TakeCurrentRevision',
      },
      TakeCurrentRevision: { Type: 'Pass', Result: given.taskDefinition, ResultPath: '$.TaskDefinition', Next: backup ? 'AskForBackup' : 'Run' },
      ...backup && {
        AskForBackup: {
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
      },
      Run: {
        Type: 'Task',
        Resource: resource('ecs:runTask.sync'),
        Parameters: {
          'Cluster': given.cluster,
          'TaskDefinition.$': '$.TaskDefinition',
          'LaunchType': 'FARGATE',
          // The one name that can be given to a task that is run from here.
          'Group.$': '$$.Execution.Name',
          'NetworkConfiguration': {
            AwsvpcConfiguration: { Subnets: given.subnets, SecurityGroups: given.securityGroups, AssignPublicIp: 'DISABLED' },
          },
          ...backup && {
            Overrides: {
              ContainerOverrides: given.looking.map((name) => ({
                Name: name, Environment: [{ 'Name': 'MIGRATION_BACKUPS', 'Value.$': 'States.JsonToString($.Backup.Times)' }],
              })),
            },
          },
        },
        ResultPath: '$.Task',
        TimeoutSeconds: given.timeoutSeconds,
        Retry: [{ ErrorEquals: TRY_AGAIN, IntervalSeconds: 10, BackoffRate: 2, MaxAttempts: 5 }],
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
