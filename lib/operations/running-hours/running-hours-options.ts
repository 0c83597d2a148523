import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Checks, objectWith, required } from '../../private/checks/check';

/**
 * The hours in which PostHog runs. Outside of them no task runs: clients get errors, and events that they do not send again are lost.
 */
export interface PostHogRunningHoursOptions {
  /**
   * The schedule on which tasks start, such as `ScheduleExpression.cron({ weekDay: 'MON-FRI', hour: '7', minute: '30', timeZone })`. It takes about
   * ten minutes until PostHog answers.
   */
  readonly start: ScheduleExpression;
  /**
   * The schedule on which tasks stop, such as `ScheduleExpression.cron({ weekDay: 'MON-FRI', hour: '20', minute: '0', timeZone })`.
   */
  readonly stop: ScheduleExpression;
}

const scheduleExpression = objectWith('a ScheduleExpression', ['expressionString'], 'write ScheduleExpression.cron(...), for example');

export const RUNNING_HOURS_CHECKS: Checks<PostHogRunningHoursOptions> = {
  start: required(scheduleExpression, 'the schedule on which tasks start'),
  stop: required(scheduleExpression, 'the schedule on which tasks stop'),
};
