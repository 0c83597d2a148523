import { PostHogAlarm } from './alarm-name';

/**
 * A group of alarms that follow from one cause. Its composite alarm has the actions, so that one outage sends one message.
 *
 * `clients`: what clients notice. `pipeline`: what keeps events from being stored, which clients need not notice.
 */
export type AlarmGroup = 'clients' | 'pipeline';

/** An alarm as data. It is in ALARM when M of the last N values breach its threshold. */
export interface AlarmDefinition {
  readonly alarm: PostHogAlarm;
  /** The construct id. */
  readonly id: string;
  /** The meaning, as a sentence. */
  readonly summary: string;
  /** The threshold. A value breaches it when it is greater. */
  readonly threshold: number;
  /** The unit of the threshold, for people. */
  readonly unit: string;
  /** The period of one value, in minutes. */
  readonly minutes: number;
  /** N: the number of values. */
  readonly periods: number;
  /** M: the number of values that must breach. */
  readonly datapoints: number;
  /** Indicates that the alarm is about values below the threshold. */
  readonly isBelow?: boolean;
  /** The group whose composite alarm has the actions; undefined if the alarm has them itself. */
  readonly group?: AlarmGroup;
}

/** The runbook, at the newest version: its text gets better, and its anchors stay. */
export const RUNBOOK = 'https://github.com/cdk-posthog/cdk-posthog/blob/main/docs/runbook.md';

export const HOUR = 60 * 60;
export const DAY = 24 * HOUR;
export const GIB = 1024 ** 3;

/** The fewest requests in a period that an error rate is computed from: a single failed request at night is no outage. */
export const MIN_REQUESTS = 20;

export const OFTEN = { minutes: 5, periods: 3, datapoints: 2 };
export const STEADY = { minutes: 5, periods: 3, datapoints: 3 };
/** For values that are 0 at times, and still high for half an hour. */
export const HALF = { minutes: 5, periods: 6, datapoints: 3 };
export const LONG = { minutes: 5, periods: 6, datapoints: 6 };
export const DAILY = { minutes: 24 * 60, periods: 1, datapoints: 1 };
export const HOURLY = { minutes: 60, periods: 1, datapoints: 1 };
