import { addDenyRules } from './internal';
import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { EVASIONS, NEIGHBOURS } from '../../corpus';
import { globMatches, ListenerRule } from '../../../alb/evaluate';
import { RuleAction } from '../../../alb/listener-rule';
import { appStateOf } from '../../../ingress/app-state';
import { ruleName } from '../../../ingress/request-trace';
import { probe } from '../../../ingress/probes';

interface Leak {
  readonly path: string;
  readonly process: string;
  readonly rule: ListenerRule<RuleAction>;
}

/**
 * Checks that rules match their endpoints only, not paths that begin like one or that some servers read as one.
 *
 * Such a path must not reach any process but the app, and not the app either if that is not open to everyone.
 */
export function checkNeighbours(context: CheckContext): CheckResult[] {
  if (!context.ingress) {
    return [];
  }
  const { access, process: app } = appStateOf(context);
  const paths = [...NEIGHBOURS, ...EVASIONS];
  const leaks = paths.flatMap((path): Leak[] => {
    const { rule, outcome } = probe(context, path, context.publicClient);
    return rule && outcome.kind === 'forwarded' && (access !== 'anyone' || outcome.target.process !== app)
      ? [{ path, process: outcome.target.process, rule }]
      : [];
  });
  if (leaks.length === 0) {
    return [pass(`${paths.length} paths that only look like public endpoints are not public`)];
  }
  const rules = [...new Set(leaks.map(({ rule }) => rule))];
  return rules.map((rule) =>
    leakResult(
      rule,
      leaks.filter((leak) => leak.rule === rule),
    ),
  );
}

function leakResult(rule: ListenerRule<RuleAction>, leaks: readonly Leak[]): CheckResult {
  const patterns = rule.conditions
    .filter(({ field }) => field === 'path-pattern')
    .flatMap(({ values = [], regexValues = [] }) => [
      ...values.filter((value) => leaks.some(({ path }) => globMatches(value, path))),
      ...regexValues.filter((value) => leaks.some(({ path }) => new RegExp(value).test(path))),
    ]);
  return fail(
    `${ruleName(rule)} forwards ${some(leaks.map(({ path }) => path))} to ${leaks[0].process}, which ${leaks.length === 1 ? 'is not a public endpoint' : 'are not public endpoints'}`,
    leaks.every(({ path }) => EVASIONS.includes(path))
      ? addDenyRules()
      : patterns.length > 0
        ? `narrow ${some(patterns)}: an endpoint matches its path and subpaths, such as /e and /e/*`
        : 'add the paths of endpoints as a condition, or remove the rule',
  );
}
