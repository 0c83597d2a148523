import { CheckContext, some } from '../check-context';
import { CheckResult, pass, fail } from '../check-result';
import { isProcess, PART_OF_THE_APP, PublicEndpoint } from '../../../lib/internal';
import { samplesOf } from '../../endpoint-samples';
import { ListenerRule } from '../../alb/evaluate';
import { RuleAction } from '../../alb/listener-rule';
import { Rewrite, rewritten } from '../../alb/url-rewrite';
import { APP_PAGES, appStateOf } from '../../app-state';
import { ruleName } from '../../request-trace';
import { arrivalIn, probe } from '../../probes';

/** A path, who answers it, and what that process must get of it. */
interface Sample {
  readonly path: string;
  readonly process: string;
  readonly rewrite?: Rewrite;
  /** Whether those whom the app is open to may meet another rule than a stranger does. */
  readonly ofTheApp: boolean;
}

/** A path that arrived, and as what. */
interface Arrived extends Sample {
  readonly as: string;
  readonly rule: ListenerRule<RuleAction>;
}

/** Whether processes get the paths that they know, and the host name that the visitor asked for: a rule may rewrite what it forwards. */
export function checkRewrites(judged: CheckContext): CheckResult[] {
  const { door } = judged;
  if (!door) {
    return [];
  }
  const { process: app } = appStateOf(judged);
  const samples: Sample[] = [
    ...PublicEndpoint.all().flatMap((endpoint) => samplesOf(endpoint).map((path) => ({
      path, process: endpoint.process, rewrite: endpoint._rewrite, ofTheApp: PART_OF_THE_APP.includes(endpoint.group),
    }))),
    ...APP_PAGES.map((path) => ({ path, process: app, ofTheApp: true })),
  ];
  const arrived = samples.flatMap((sample) => arrivals(sample, judged));
  const changed = arrived.filter(({ path, as, rewrite }) => as !== rewritten(path, rewrite));
  const rules = [...new Set(changed.map(({ rule }) => rule))];
  const hosts = door.rules.filter(({ rewrites, actions }) => rewrites?.host && actions.some(({ targetGroup }) => isProcess(door.targets[targetGroup ?? '']?.process ?? '')));
  return [
    ...(arrived.length > 0 && rules.length === 0 ? [pass('processes get the paths that they know')] : []),
    ...rules.map((rule) => judgePaths(rule, changed.filter((sample) => sample.rule === rule))),
    ...hosts.map((rule) => fail(`${ruleName(rule)} rewrites the Host header, which ALLOWED_HOSTS and the CSRF check compare`, modify(rule))),
  ];
}

function arrivals(sample: Sample, judged: CheckContext): Arrived[] {
  return [judged.stranger, ...(sample.ofTheApp ? judged.insiders : [])].flatMap((address) => {
    const { rule, outcome } = probe(judged, sample.path, address);
    const arrival = arrivalIn(outcome);
    return rule && arrival?.target.process === sample.process ? [{ ...sample, as: arrival.path, rule }] : [];
  });
}

function judgePaths(rule: ListenerRule<RuleAction>, changed: readonly Arrived[]): CheckResult {
  const [{ process, rewrite }] = changed;
  const paths = [...new Set(changed.map(({ path, as }) => `${path} as ${as}`))];
  return fail(`${ruleName(rule)} brings ${some(paths)} to ${process}, which knows ${rewrite ? 'them without the first segment' : 'them as they were sent'}`, modify(rule, rewrite));
}

function modify({ id, priority }: ListenerRule<RuleAction>, rewrite?: Rewrite): string {
  const transforms = rewrite && JSON.stringify([{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: rewrite.regex, Replace: rewrite.replace }] } }]);
  return `aws elbv2 modify-rule --rule-arn ${id ?? `<of the rule ${priority}>`} ${transforms ? `--transforms '${transforms}'` : '--reset-transforms'}`;
}
