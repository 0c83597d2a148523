import { ALARM_OPTION_CHECKS, PostHogAlarmOptions } from './alarms/alarm-options';
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
   * Indicates whether there is a dashboard in CloudWatch, for about $3 a month.
   *
   * @default false
   */
  readonly dashboard?: boolean;
}

export const OPERATIONS_CHECKS: Checks<OperationsOptions> = {
  alarms: struct(ALARM_OPTION_CHECKS),
  dashboard: boolean,
};
