import { Duration } from 'aws-cdk-lib/core';
import { ISecret } from 'aws-cdk-lib/aws-secretsmanager';
import { secret } from '../../private/checks/cdk';
import { Checks, required } from '../../private/checks/check';
import { durationBetween } from '../../private/checks/values';

/**
 * Options for the canary: a client of PostHog that uses it every few minutes.
 */
export interface PostHogCanaryOptions {
  /**
   * The secret whose whole string is the token of a project (`phc_...`). Use a project of its own: its events are in the project, and a recording a
   * day. docs/canary.md.
   */
  readonly projectToken: ISecret;
  /**
   * The time between two runs, from 1 minute to 1 hour, in whole minutes.
   *
   * @default Duration.minutes(5)
   */
  readonly interval?: Duration;
  /**
   * The time that an event may take until ClickHouse has it, from 10 seconds to 10 minutes.
   *
   * @default Duration.minutes(2)
   */
  readonly maxDelay?: Duration;
}

export const CANARY_OPTION_CHECKS: Checks<PostHogCanaryOptions> = {
  projectToken: required(secret, 'the secret with the token of a project'),
  interval: durationBetween(Duration.minutes(1), Duration.hours(1), 'from 1 minute to 1 hour'),
  maxDelay: durationBetween(Duration.seconds(10), Duration.minutes(10), 'from 10 seconds to 10 minutes'),
};
