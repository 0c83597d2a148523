import { IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { AlarmDefinition } from './alarm-definition';
import { ALARM_DEFINITIONS } from './alarm-definitions';
import { PostHogAlarm } from './alarm-name';
import { Checks, listOf, objectWith, required, struct } from '../../private/checks/check';
import { boolean, oneOf, text, wholeNumber } from '../../private/checks/values';
import { invalidValue } from '../../private/errors';

/**
 * A change of one alarm.
 */
export interface PostHogAlarmOverride {
  /** The alarm. It must have one entry in the list. */
  readonly alarm: PostHogAlarm;
  /**
   * Indicates whether the alarm exists.
   *
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * The threshold, in the unit of docs/runbook.md.
   *
   * @default - that of docs/runbook.md
   */
  readonly threshold?: number;
  /**
   * The number of consecutive values that must breach the threshold, from 1 to 24. A value is one of a period, such as five minutes.
   *
   * @default - that of docs/runbook.md
   */
  readonly evaluationPeriods?: number;
}

/**
 * Options for alarms.
 */
export interface PostHogAlarmOptions {
  /**
   * Indicates whether there are alarms.
   *
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * The actions of alarms that go to ALARM, such as `SnsAction` of aws-cloudwatch-actions. Alarms that follow from one cause have them in a composite
   * alarm, which supports no EC2 or Auto Scaling actions.
   *
   * @default - none without `email`: alarms have a state that nobody receives, and a warning says so
   */
  readonly actions?: IAlarmAction[];
  /**
   * The actions of alarms that return to OK, such as to close an incident.
   *
   * @default - none
   */
  readonly okActions?: IAlarmAction[];
  /**
   * An email address for messages about alarms. AWS sends it a link first, which must be opened to confirm it.
   *
   * @default - none
   */
  readonly email?: string;
  /**
   * Changes of single alarms.
   *
   * Throws if an alarm has several entries, or a threshold for an alarm that this PostHog does not have.
   *
   * @default - none
   */
  readonly overrides?: PostHogAlarmOverride[];
}

/** CloudWatch's limit for one-minute values is a day; 24 of one day are more than the week that it allows, so `definitionWith` checks those. */
const MAX_PERIODS = 24;

const ALARM_ACTION = objectWith('an IAlarmAction', ['bind'], 'use SnsAction of aws-cloudwatch-actions, for example');

const OVERRIDE_CHECKS: Checks<PostHogAlarmOverride> = {
  alarm: required(oneOf(PostHogAlarm), 'the alarm'),
  enabled: boolean,
  threshold: (prop, value) => {
    if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) {
      throw invalidValue(prop, 'must be a number, 0 or more', value);
    }
  },
  evaluationPeriods: wholeNumber(1, MAX_PERIODS),
};

export const ALARM_OPTION_CHECKS: Checks<PostHogAlarmOptions> = {
  enabled: boolean,
  actions: listOf(ALARM_ACTION),
  okActions: listOf(ALARM_ACTION),
  email: text(/^[^@\s]+@[^@\s]+$/, 'must be an email address'),
  overrides: listOf(struct(OVERRIDE_CHECKS)),
};

/** The most days that values of an alarm may span, if its periods have an hour or more. */
const MAX_DAYS = 7;

/**
 * Returns the definitions of the enabled alarms, with the user's changes.
 *
 * Throws if an alarm has several changes.
 */
export function definitionsWith(overrides: readonly PostHogAlarmOverride[]): AlarmDefinition[] {
  overrides.forEach(({ alarm }, index) => {
    if (overrides.findIndex((other) => other.alarm === alarm) !== index) {
      throw invalidValue(`overrides[${index}].alarm`, 'must not have another entry', alarm);
    }
  });
  return ALARM_DEFINITIONS.flatMap((definition) => {
    const index = overrides.findIndex(({ alarm }) => alarm === definition.alarm);
    const { enabled = true, threshold = definition.threshold, evaluationPeriods } = index === -1 ? { threshold: undefined } : overrides[index];
    if (evaluationPeriods !== undefined && definition.minutes * evaluationPeriods > MAX_DAYS * 24 * 60) {
      throw invalidValue(`overrides[${index}].evaluationPeriods`, `must be at most ${MAX_DAYS} for an alarm on values of a day`, evaluationPeriods);
    }
    const counts = evaluationPeriods === undefined ? {} : { periods: evaluationPeriods, datapoints: evaluationPeriods };
    return enabled ? [{ ...definition, threshold, ...counts }] : [];
  });
}
