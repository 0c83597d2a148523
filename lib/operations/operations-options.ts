import { CANARY_OPTION_CHECKS, PostHogCanaryOptions } from './canary/canary-options';
import { Checks, struct } from '../private/checks/check';

/**
 * Options for running PostHog: alarms, backups and scheduled jobs.
 */
export interface OperationsOptions {
  /**
   * A canary that uses PostHog as a client does, every five minutes. It needs a login of ClickHouse that can read events only: a ClickHouse that is
   * created here gets it, which replaces the instance of an existing one. docs/canary.md.
   *
   * @default - no canary
   */
  readonly canary?: PostHogCanaryOptions;
}

export const OPERATIONS_CHECKS: Checks<OperationsOptions> = {
  canary: struct(CANARY_OPTION_CHECKS),
};
