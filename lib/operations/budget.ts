import { CfnBudget } from 'aws-cdk-lib/aws-budgets';
import { Construct } from 'constructs';
import { Checks, required } from '../private/checks/check';
import { number, text } from '../private/checks/values';
import { invalidProp } from '../private/errors';

/**
 * Options for a monthly budget, which sends messages and stops nothing.
 */
export interface PostHogBudgetOptions {
  /** The limit of a month, in US dollars. `npx cdk-posthog cost` prints the minimum of an app. */
  readonly monthlyLimit: number;
  /** The email address for messages: when 80 percent of the limit are spent, when all of it is, and when a forecast exceeds it. */
  readonly email: string;
  /**
   * The key of the cost allocation tag whose costs count. Tag the app with it, and activate it in AWS Billing, where it takes up to a day to appear.
   *
   * @default - all costs of the account count
   */
  readonly tagKey?: string;
  /**
   * The value of the cost allocation tag. It requires `tagKey`, and `tagKey` requires it.
   *
   * @default - all costs of the account count
   */
  readonly tagValue?: string;
}

/** The largest limit: a typing error of three digits is larger. */
const MAX_DOLLARS = 10_000_000;

export const BUDGET_CHECKS: Checks<PostHogBudgetOptions> = {
  monthlyLimit: required(number(1, MAX_DOLLARS), 'the limit of a month in US dollars'),
  email: required(text(/^[^@\s]+@[^@\s]+$/, 'must be an email address'), 'the email address for messages'),
  tagKey: text(/^[^$]+$/, 'must be the key of a tag, without $'),
  tagValue: text(),
};

/** The part of the limit, in percent, at which a message is sent, of costs so far and of the forecast for the month. */
const NOTIFICATIONS = [
  { notificationType: 'ACTUAL', threshold: 80 },
  { notificationType: 'ACTUAL', threshold: 100 },
  { notificationType: 'FORECASTED', threshold: 100 },
];

/**
 * Defines a budget. AWS Budgets computes costs about three times a day, and charges nothing for a budget without actions.
 *
 * Throws if only one of `tagKey` and `tagValue` is set.
 *
 * @see https://docs.aws.amazon.com/cost-management/latest/userguide/budgets-create-filters.html for the filter by tag
 */
export function defineBudget(scope: Construct, id: string, { monthlyLimit, email, tagKey, tagValue }: PostHogBudgetOptions): CfnBudget {
  if ((tagKey === undefined) !== (tagValue === undefined)) {
    const [missing, given] = tagKey === undefined ? ['tagKey', 'tagValue'] : ['tagValue', 'tagKey'];
    throw invalidProp(`budget.${missing}`, `is required with \`${given}\``);
  }
  return new CfnBudget(scope, id, {
    budget: {
      budgetType: 'COST',
      timeUnit: 'MONTHLY',
      budgetLimit: { amount: monthlyLimit, unit: 'USD' },
      costFilters: tagKey === undefined ? undefined : { TagKeyValue: [`user:${tagKey}$${tagValue}`] },
    },
    notificationsWithSubscribers: NOTIFICATIONS.map((notification) => ({
      notification: { ...notification, comparisonOperator: 'GREATER_THAN', thresholdType: 'PERCENTAGE' },
      subscribers: [{ subscriptionType: 'EMAIL', address: email }],
    })),
  });
}
