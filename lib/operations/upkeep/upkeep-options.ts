import { Duration, TimeZone } from 'aws-cdk-lib/core';
import { ScheduleExpression } from 'aws-cdk-lib/aws-scheduler';
import { Checks, objectWith } from '../../private/checks/check';
import { boolean } from '../../private/checks/values';
import { invalidProp } from '../../private/errors';

/**
 * Options for the upkeep of PostHog's data: deletions, data deletion requests and metrics.
 */
export interface PostHogUpkeepOptions {
  /**
   * Indicates whether upkeep runs. Without it, the events of deleted persons and projects stay for ever, and data deletion requests have no effect.
   *
   * @default true
   */
  readonly enabled?: boolean;
  /**
   * The schedule of deletions. Runs are hours apart from Celery's own jobs on events, on Saturdays at 05:00 UTC.
   *
   * @default - Saturdays at 22:00 UTC, as in PostHog Cloud
   */
  readonly weeklySchedule?: ScheduleExpression;
  /**
   * The schedule of data deletion requests and metrics. Each run pulls PostHog's image, of about 3 GB.
   *
   * @default - every day at 03:00 UTC
   */
  readonly dailySchedule?: ScheduleExpression;
  /**
   * Indicates whether the weekly run applies person overrides to events, and deletes the events of deleted persons and projects.
   *
   * @default true
   */
  readonly deletions?: boolean;
  /**
   * Indicates whether the daily run answers approved data deletion requests. It also creates the group of users that may approve them.
   *
   * @default true
   */
  readonly deletionRequests?: boolean;
  /**
   * Indicates whether each run publishes metrics: the age of the oldest pending deletion, the number of person overrides, and its failures.
   *
   * @default true
   */
  readonly metrics?: boolean;
  /**
   * Indicates whether deletions run on a ClickHouse with several servers, with which they were not verified. See docs/privacy.md.
   *
   * @default false
   */
  readonly allowSeveralServers?: boolean;
}

const scheduleExpression = objectWith('a ScheduleExpression', ['expressionString'], 'write ScheduleExpression.cron(...), for example');

export const UPKEEP_CHECKS: Checks<PostHogUpkeepOptions> = {
  enabled: boolean,
  weeklySchedule: scheduleExpression,
  dailySchedule: scheduleExpression,
  deletions: boolean,
  deletionRequests: boolean,
  metrics: boolean,
  allowSeveralServers: boolean,
};

/** A schedule, and the command that it starts the state machine with. */
export interface UpkeepSchedule {
  readonly id: string;
  readonly command: 'weekly' | 'daily';
  readonly description: string;
  readonly schedule: ScheduleExpression;
}

/** The options with their defaults. */
export interface UpkeepPlan {
  /** The enabled steps of the script. */
  readonly steps: readonly string[];
  readonly schedules: readonly UpkeepSchedule[];
  readonly allowSeveralServers: boolean;
}

/** posthog/settings/dagster.py of PostHog/posthog, SQUASH_PERSON_OVERRIDES_SCHEDULE. */
const WEEKLY = { weekDay: 'SAT', hour: '22', minute: '0', timeZone: TimeZone.ETC_UTC };
const DAILY = { hour: '3', minute: '0', timeZone: TimeZone.ETC_UTC };

/** The longest run, in seconds: deletions of large tables take hours. */
export const UPKEEP_TIMEOUT = Duration.days(2).toSeconds();

/** Adds defaults, and checks that something is left to run. */
export function upkeepPlan(options: PostHogUpkeepOptions): UpkeepPlan {
  const { deletions = true, deletionRequests = true, metrics = true } = options;
  const weekly = [...(deletions ? ['deletions', 'verification'] : []), 'tokens'];
  const daily = deletionRequests ? ['requests'] : [];
  if (options.dailySchedule !== undefined && daily.length === 0 && !metrics) {
    throw invalidProp('dailySchedule', 'has no effect with `deletionRequests: false` and `metrics: false`', 'remove one of them');
  }
  return {
    steps: [...weekly, ...daily, ...(metrics ? ['metrics'] : [])],
    schedules: [
      {
        id: 'Weekly',
        command: 'weekly',
        description: 'PostHog upkeep: person overrides, deletions, expired tokens',
        schedule: options.weeklySchedule ?? ScheduleExpression.cron(WEEKLY),
      },
      ...(daily.length > 0 || metrics
        ? [
            {
              id: 'Daily',
              command: 'daily',
              description: 'PostHog upkeep: data deletion requests, metrics',
              schedule: options.dailySchedule ?? ScheduleExpression.cron(DAILY),
            } as const,
          ]
        : []),
    ],
    allowSeveralServers: options.allowSeveralServers ?? false,
  };
}
