import { RETRYABLE_ERRORS } from '../../migration/migration-states';
import { UpkeepSchedule } from './upkeep-options';

/** Properties for the state machine of upkeep. */
export interface UpkeepStates {
  readonly partition: string;
  readonly cluster: string;
  readonly taskDefinition: string;
  readonly container: string;
  readonly subnets: readonly string[];
  readonly securityGroups: readonly string[];
  /** The timeout of the task, in seconds. */
  readonly timeoutSeconds: number;
}

const DEFAULT_COMMAND: UpkeepSchedule['command'] = 'daily';

/**
 * Returns the state machine of upkeep, in the Amazon States Language. Its input is the command, such as `{"Command": "weekly"}`; without input, it
 * runs `daily`.
 *
 * An execution fails if its task does. It is not repeated: the script continues with the next run. The script's lock keeps executions apart from each
 * other and from migrations.
 */
export function upkeepStates(given: UpkeepStates): object {
  return {
    Comment: 'PostHog upkeep: deletions, data deletion requests and metrics',
    StartAt: 'IsCommandGiven',
    States: {
      IsCommandGiven: {
        Type: 'Choice',
        Choices: [{ Variable: '$.Command', IsPresent: true, Next: 'Run' }],
        Default: 'TakeDefaultCommand',
      },
      TakeDefaultCommand: { Type: 'Pass', Result: DEFAULT_COMMAND, ResultPath: '$.Command', Next: 'Run' },
      Run: {
        Type: 'Task',
        Resource: `arn:${given.partition}:states:::ecs:runTask.sync`,
        Parameters: {
          'Cluster': given.cluster,
          'TaskDefinition': given.taskDefinition,
          'LaunchType': 'FARGATE',
          'Group.$': '$$.Execution.Name',
          'NetworkConfiguration': {
            AwsvpcConfiguration: { Subnets: given.subnets, SecurityGroups: given.securityGroups, AssignPublicIp: 'DISABLED' },
          },
          'Overrides': { ContainerOverrides: [{ 'Name': given.container, 'Command.$': 'States.Array($.Command)' }] },
        },
        TimeoutSeconds: given.timeoutSeconds,
        Retry: [{ ErrorEquals: RETRYABLE_ERRORS, IntervalSeconds: 30, BackoffRate: 2, MaxAttempts: 5 }],
        End: true,
      },
    },
  };
}
