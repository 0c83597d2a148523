import { ALARM_OPTION_CHECKS, PostHogAlarmOptions } from './alarms/alarm-options';
import { BACKUP_CHECKS, PostHogBackupOptions } from './backup/backup-options';
import { BUDGET_CHECKS, PostHogBudgetOptions } from './budget';
import { CANARY_OPTION_CHECKS, PostHogCanaryOptions } from './canary/canary-options';
import { PostHogRunningHoursOptions, RUNNING_HOURS_CHECKS } from './running-hours/running-hours-options';
import { PostHogUpkeepOptions, UPKEEP_CHECKS } from './upkeep/upkeep-options';
import { Checks, struct } from '../private/checks/check';
import { boolean } from '../private/checks/values';

/**
 * Options for running PostHog: alarms, backups and scheduled jobs.
 */
export interface OperationsOptions {
  /**
   * The alarms, and the actions of those that go to ALARM. docs/runbook.md lists them.
   *
   * @default - alarms without actions
   */
  readonly alarms?: PostHogAlarmOptions;
  /**
   * Options for backups: of ClickHouse to S3, and of the volumes of ClickHouse and Redpanda. docs/backups.md.
   *
   * @default - the defaults of `PostHogBackupOptions`
   */
  readonly backup?: PostHogBackupOptions;
  /**
   * A monthly budget of AWS Budgets, which sends messages and stops nothing.
   *
   * @default - no budget
   */
  readonly budget?: PostHogBudgetOptions;
  /**
   * A canary that uses PostHog as a client does, every five minutes. It needs a login of ClickHouse that can read events only: a ClickHouse that is
   * created here gets it, which replaces the instance of an existing one. docs/canary.md.
   *
   * @default - no canary
   */
  readonly canary?: PostHogCanaryOptions;
  /**
   * Indicates whether there is a dashboard in CloudWatch, for about $3 a month.
   *
   * @default false
   */
  readonly dashboard?: boolean;
  /**
   * The hours in which tasks run, for a PostHog that is used in working hours only. Outside of them, clients get errors, and events that they do not
   * send again are lost; data stores and the load balancer stay on. docs/runbook.md, "Running hours".
   *
   * @default - tasks always run
   */
  readonly runningHours?: PostHogRunningHoursOptions;
  /**
   * The upkeep of PostHog's data: deletions, data deletion requests and metrics. See docs/privacy.md.
   *
   * @default - the defaults of `PostHogUpkeepOptions`
   */
  readonly upkeep?: PostHogUpkeepOptions;
}

export const OPERATIONS_CHECKS: Checks<OperationsOptions> = {
  alarms: struct(ALARM_OPTION_CHECKS),
  backup: struct(BACKUP_CHECKS),
  budget: struct(BUDGET_CHECKS),
  canary: struct(CANARY_OPTION_CHECKS),
  dashboard: boolean,
  runningHours: struct(RUNNING_HOURS_CHECKS),
  upkeep: struct(UPKEEP_CHECKS),
};
