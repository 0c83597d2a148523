import { CheckContext, some } from '../check-context';
import { EVASIONS, NEIGHBOURS } from '../corpus';
import { CheckResult, pass, fail } from '../check-result';
import { globMatches, ListenerRule } from '../../alb/evaluate';
import { RuleAction } from '../../alb/listener-rule';
import { appStateOf } from '../../app-state';
import { ruleName } from '../../request-trace';
import { probe } from '../../probes';

interface Leak {
  readonly path: string;
  readonly process: string;
  readonly rule: ListenerRule<RuleAction>;
}

/**
 * Whether rules let more through than the endpoints that they are for: what only begins like one, or reads like one to some servers.
 *
 * Such a path must not reach a process that is not the app; nor, unavailable, the app where that is closed.
 */
export function checkNeighbours(judged: CheckContext): CheckResult[] {
  if (!judged.door) {
    return [];
  }
  const { access, process: app } = appStateOf(judged);
  const paths = access === 'anyone' ? NEIGHBOURS : [...NEIGHBOURS, ...EVASIONS];
  const leaks = paths.flatMap((path): Leak[] => {
    const { rule, outcome } = probe(judged, path, judged.stranger);
    return rule && outcome.kind === 'arrives' && (access !== 'anyone' || outcome.target.process !== app) ? [{ path, process: outcome.target.process, rule }] : [];
  });
  if (leaks.length === 0) {
    return [pass(`${paths.length} paths that only look like public endpoints are none`)];
  }
  const rules = [...new Set(leaks.map(({ rule }) => rule))];
  return rules.map((rule) => judge(rule, leaks.filter((leak) => leak.rule === rule)));
}

function judge(rule: ListenerRule<RuleAction>, leaks: readonly Leak[]): CheckResult {
  const patterns = rule.conditions.filter(({ field }) => field === 'path-pattern').flatMap(({ values = [], regexValues = [] }) => [
    ...values.filter((value) => leaks.some(({ path }) => globMatches(value, path))),
    ...regexValues.filter((value) => leaks.some(({ path }) => new RegExp(value).test(path))),
  ]);
  return fail(`${ruleName(rule)} lets ${some(leaks.map(({ path }) => path))} through to ${leaks[0].process}, which ${leaks.length === 1 ? 'is no public endpoint' : 'are no public endpoints'}`,
    patterns.length > 0 ? `narrow ${some(patterns)}: an endpoint is its path and what is below it, such as /e and /e/*` : 'give the rule the paths of endpoints as its condition, or remove it');
}
