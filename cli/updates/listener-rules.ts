import { isSame, Properties, referencesOf, Template } from './replacement';
import { UpdateRule } from './rule';
import { ofType } from '../alb/template';

const LISTENER_RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';

/** A listener rule of a template. */
interface PlacedRule {
  readonly id: string;
  readonly listener: unknown;
  readonly priority: unknown;
}

function placedRules(template: Template): PlacedRule[] {
  return ofType<Properties>(template, LISTENER_RULE).map(([id, { ListenerArn, Priority }]) => ({ id, listener: ListenerArn, priority: Priority }));
}

/** Returns whether two rules are on one listener and have one priority. */
function isSamePlace(one: PlacedRule, other: PlacedRule): boolean {
  return isSame(one.listener, other.listener) && isSame(one.priority, other.priority);
}

/**
 * A rule cannot take the priority that another rule of its listener has before the update: CloudFormation creates and changes rules one by one, in
 * any order, and deletes removed ones last.
 */
export const PRIORITY_RULE: UpdateRule = {
  source: 'https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetRulePriorities.html (PriorityInUse)',
  fix: 'give the rule a priority that no rule of the listener has, or remove the other rule in a deployment before',
  check: (update) => {
    const before = placedRules(update.before);
    return placedRules(update.after).flatMap((rule) => {
      const stays = before.some((old) => old.id === rule.id && isSamePlace(old, rule));
      const other =
        stays || referencesOf(rule.listener).some((id) => update.isNew(id))
          ? undefined
          : before.find((old) => old.id !== rule.id && isSamePlace(old, rule));
      return other
        ? [
            {
              id: rule.id,
              type: LISTENER_RULE,
              message: `takes priority ${String(rule.priority)}, which ${other.id} has until the end of the update`,
            },
          ]
        : [];
    });
  },
};
