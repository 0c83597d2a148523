import { DENY_RULES } from '../../lib/internal';
import { ListenerRule } from '../alb/evaluate';

/**
 * Returns the offset of all rule priorities: zero on the library's own listener, `rulePriorityBase` on an existing one. The deny rules show it,
 * because they are the same on every listener.
 */
export function priorityBase(rules: readonly ListenerRule<unknown>[]): number {
  const bases = DENY_RULES.flatMap(({ priority: own, patterns: { regexes = [] } }) =>
    rules
      .filter(({ conditions }) => conditions.some(({ regexValues = [] }) => regexValues.includes(regexes[0])))
      .flatMap(({ priority }) => (priority === undefined ? [] : [priority - own])),
  );
  return bases[0] ?? 0;
}
