import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { INTERNAL } from '../../corpus';
import { DENY_RULES } from '../../../../lib/internal';
import { ruleName } from '../../../ingress/request-trace';
import { reached, probe } from '../../../ingress/probes';

const METHODS = ['GET', 'POST'];

/** Checks that internal endpoints are refused for every client, including those that can open the app. */
export function checkInternalPaths(context: CheckContext): CheckResult[] {
  if (!context.ingress) {
    return [];
  }
  const clients = [context.publicClient, ...context.allowedClients];
  const probes = INTERNAL.flatMap((path) =>
    clients.flatMap((address) => METHODS.map((method) => ({ path, ...probe(context, path, address, method) }))),
  );
  const leaks = probes.filter(({ outcome }) => reached(outcome) !== undefined);
  if (leaks.length === 0) {
    return [pass(`internal paths are refused for every client: ${some(INTERNAL, 3)}`)];
  }
  const paths = [...new Set(leaks.map(({ path }) => path))];
  const processes = [...new Set(leaks.flatMap(({ outcome }) => reached(outcome) ?? []))];
  const rules = [...new Set(leaks.flatMap(({ rule }) => (rule ? ruleName(rule) : [])))];
  return [
    fail(
      `internal paths are reachable: ${some(paths)} ${paths.length === 1 ? 'reaches' : 'reach'} ${some(processes)}, by ${some(rules)}`,
      addDenyRules(),
    ),
  ];
}

/** Returns the fix for a path that a rule forwards although every request for it must be refused. */
export function addDenyRules(): string {
  return `add the deny rules before it: ${DENY_RULES.map(({ name, priority }) => `${name} at priority ${priority}`).join(', ')} (fixed response 403)`;
}
