import { CostLine, line, Properties } from './cost-line';
import { taskPerHour } from './fargate';
import { HOURS_PER_MONTH, Prices } from './prices';
import { CloudFormationTemplate, ofType, referenced } from '../alb/template';
import { containersOf, TemplateTask } from '../template/template-services';

/** The length of a run, an estimate: most of it pulls the image. Deletions of large tables take hours, once a week. */
const HOURS_PER_RUN = 0.1;

const DAYS_PER_MONTH = HOURS_PER_MONTH / 24;
const HOURS_PER_UNIT: Readonly<Record<string, number>> = { minute: 1 / 60, hour: 1, day: 24 };

/** Estimates the runs of a task that a schedule starts through a state machine. Schedules and executions themselves cost next to nothing. */
export function scheduledTask({ ScheduleExpression, Target }: Properties, template: CloudFormationTemplate, prices: Prices): CostLine[] {
  const { Arn } = (Target ?? {}) as { readonly Arn?: unknown };
  const machine = referenced<Properties>(template, 'AWS::StepFunctions::StateMachine', Arn);
  const definition = JSON.stringify(machine?.DefinitionString ?? '');
  const [, task] = ofType<TemplateTask>(template, 'AWS::ECS::TaskDefinition').find(([id]) => definition.includes(`{"Ref":"${id}"}`)) ?? [];
  if (!task) {
    return [];
  }
  const runs = typeof ScheduleExpression === 'string' ? runsPerMonth(ScheduleExpression) : undefined;
  const perHour = taskPerHour(task, prices);
  const [container] = containersOf(task);
  const what = `Runs of a scheduled task: ${typeof container?.Name === 'string' ? container.Name : 'task'} (estimate)`;
  return [line(what, runs && Math.round(runs), perHour && perHour * HOURS_PER_RUN)];
}

/**
 * Returns the runs of a schedule in a month; undefined for expressions with increments and ranges.
 *
 * @see https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
 */
export function runsPerMonth(expression: string): number | undefined {
  const [, value, unit] = /^rate\((\d+) (minute|hour|day)s?\)$/.exec(expression) ?? [];
  if (unit) {
    return HOURS_PER_MONTH / (Number(value) * HOURS_PER_UNIT[unit]);
  }
  const [, minutes, hours, days, weekdays] = /^cron\((\S+) (\S+) (\S+) \* (\S+) \*\)$/.exec(expression) ?? [];
  const [everyMinute, everyHour] = [countOf(minutes, 60), countOf(hours, 24)];
  const everyDay = weekdays === '?' || weekdays === '*' ? countOf(days, DAYS_PER_MONTH) : product(countOf(weekdays, 7), DAYS_PER_MONTH / 7);
  return product(everyMinute, everyHour, everyDay);
}

function product(...factors: (number | undefined)[]): number | undefined {
  return factors.reduce((all, one) => (all === undefined || one === undefined ? undefined : all * one), 1);
}

/** Returns the number of values of a field of a cron expression. */
function countOf(field: string | undefined, all: number): number | undefined {
  if (field === '*' || field === '?') {
    return all;
  }
  return field !== undefined && /^\w+(,\w+)*$/.test(field) ? field.split(',').length : undefined;
}
