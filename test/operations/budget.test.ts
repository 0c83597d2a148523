import { Template } from 'aws-cdk-lib/assertions';
import { PostHogBudgetOptions } from '../../lib';
import { newPostHog, newStack, only } from '../helpers/stack';

const BUDGET = { monthlyLimit: 1500, email: 'owner@example.com' };

function budgetOf(options: PostHogBudgetOptions): Record<string, unknown> {
  const stack = newStack();
  newPostHog(stack, { budget: options });
  return only(Template.fromStack(stack), 'AWS::Budgets::Budget');
}

test('a budget counts all costs of the account, and reports 80 and 100 percent, and a forecast above', () => {
  const { Budget: budget, NotificationsWithSubscribers: notifications } = budgetOf(BUDGET);
  expect(budget).toEqual({ BudgetType: 'COST', TimeUnit: 'MONTHLY', BudgetLimit: { Amount: 1500, Unit: 'USD' } });
  expect(notifications).toEqual(
    [
      ['ACTUAL', 80],
      ['ACTUAL', 100],
      ['FORECASTED', 100],
    ].map(([NotificationType, Threshold]) => ({
      Notification: { NotificationType, Threshold, ThresholdType: 'PERCENTAGE', ComparisonOperator: 'GREATER_THAN' },
      Subscribers: [{ SubscriptionType: 'EMAIL', Address: 'owner@example.com' }],
    })),
  );
});

test('a budget of a cost allocation tag counts its costs only', () => {
  expect(budgetOf({ ...BUDGET, tagKey: 'app', tagValue: 'posthog' })).toMatchObject({
    Budget: { CostFilters: { TagKeyValue: ['user:app$posthog'] } },
  });
});

test.each([
  [{ ...BUDGET, tagKey: 'app' }, '[Stack/PostHog] `budget.tagValue` is required with `tagKey`'],
  [{ ...BUDGET, tagValue: 'posthog' }, '[Stack/PostHog] `budget.tagKey` is required with `tagValue`'],
  [{ ...BUDGET, monthlyLimit: 0 }, '`budget.monthlyLimit` must be'],
  [{ ...BUDGET, email: 'owner' }, '`budget.email` must be an email address'],
])('refuses the budget %j', (options, message) => {
  expect(() => newPostHog(newStack(), { budget: options })).toThrow(message);
});

test('a PostHog without `budget` has none', () => {
  const stack = newStack();
  expect(newPostHog(stack).budget).toBeUndefined();
  Template.fromStack(stack).resourceCountIs('AWS::Budgets::Budget', 0);
});
