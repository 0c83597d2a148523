import { Checks, struct } from '../private/checks/check';
import { PostHogUpkeepOptions, UPKEEP_CHECKS } from './upkeep/upkeep-options';

/**
 * Options for running PostHog: alarms, backups and scheduled jobs.
 */
export interface OperationsOptions {
  /**
   * The upkeep of PostHog's data: deletions, data deletion requests and metrics. See docs/privacy.md.
   *
   * @default - the defaults of `PostHogUpkeepOptions`
   */
  readonly upkeep?: PostHogUpkeepOptions;
}

export const OPERATIONS_CHECKS: Checks<OperationsOptions> = {
  upkeep: struct(UPKEEP_CHECKS),
};
