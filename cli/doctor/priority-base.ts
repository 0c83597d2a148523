import { DENY_RULES } from '../../lib/internal';
import { ListenerRule } from '../alb/evaluate';

/**
 * What was added to the priority of every rule: nothing on a listener of its own, `rulePriorityBase` on one of others. It is seen by the rules
 * that refuse, which are the same wherever they stand.
 */
export function priorityBase(rules: readonly ListenerRule<unknown>[]): number {
  const bases = DENY_RULES.flatMap(({ priority: own, patterns: { regexes = [] } }) => rules
    .filter(({ conditions }) => conditions.some(({ regexValues = [] }) => regexValues.includes(regexes[0])))
    .flatMap(({ priority }) => (priority === undefined ? [] : [priority - own])));
  return bases[0] ?? 0;
}
