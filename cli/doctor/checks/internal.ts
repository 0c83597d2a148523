import { CheckContext, some } from '../check-context';
import { INTERNAL } from '../corpus';
import { CheckResult, pass, fail } from '../check-result';
import { DENY_RULES } from '../../../lib/internal';
import { ruleName } from '../../request-trace';
import { reached, probe } from '../../probes';

const METHODS = ['GET', 'POST'];

/** Whether what PostHog's processes say to each other is refused whoever asks: strangers, and those who may open the app. */
export function checkInternalPaths(judged: CheckContext): CheckResult[] {
  if (!judged.door) {
    return [];
  }
  const visitors = [judged.stranger, ...judged.insiders];
  const visits = INTERNAL.flatMap((path) => visitors.flatMap((address) => METHODS.map((method) => ({ path, ...probe(judged, path, address, method) }))));
  const leaks = visits.filter(({ outcome }) => reached(outcome) !== undefined);
  if (leaks.length === 0) {
    return [pass(`internal paths are refused, whoever asks: ${some(INTERNAL, 3)}`)];
  }
  const paths = [...new Set(leaks.map(({ path }) => path))];
  const processes = [...new Set(leaks.flatMap(({ outcome }) => reached(outcome) ?? []))];
  const rules = [...new Set(leaks.flatMap(({ rule }) => (rule ? ruleName(rule) : [])))];
  return [fail(`internal paths get in: ${some(paths)} ${paths.length === 1 ? 'reaches' : 'reach'} ${some(processes)}, by ${some(rules)}`,
    `put the rules that refuse in front of it: ${DENY_RULES.map(({ name, priority }) => `${name} at priority ${priority}`).join(', ')} (fixed response 403)`)];
}
