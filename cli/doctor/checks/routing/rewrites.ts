import { CheckContext, CheckResult, fail, pass, some } from '../../check';
import { isProcess, PART_OF_THE_APP, PublicEndpoint, withoutPath } from '../../../../lib/internal';
import { ListenerRule } from '../../../alb/evaluate';
import { RuleAction } from '../../../alb/listener-rule';
import { Rewrite, rewritten } from '../../../alb/url-rewrite';
import { APP_PAGES, appStateOf } from '../../../ingress/app-state';
import { ruleName } from '../../../ingress/request-trace';
import { forwardedIn, probe, samplesOf } from '../../../ingress/probes';

/** A path, its process, and the rewrite that the process needs. */
interface Sample {
  readonly path: string;
  readonly process: string;
  readonly rewrite?: Rewrite;
  /** Indicates whether allowed clients may match another rule than public clients. */
  readonly ofTheApp: boolean;
}

/** A path that was forwarded, and its form at the process. */
interface ForwardedSample extends Sample {
  readonly as: string;
  readonly rule: ListenerRule<RuleAction>;
}

/** Checks that processes receive the paths that they serve, and the host name of the request: a rule may rewrite both. */
export function checkRewrites(context: CheckContext): CheckResult[] {
  const { ingress } = context;
  if (!ingress) {
    return [];
  }
  const { process: app } = appStateOf(context);
  const samples: Sample[] = [
    ...PublicEndpoint.all().flatMap((endpoint) =>
      samplesOf(endpoint).map((path) => ({
        path,
        process: endpoint.process,
        rewrite: endpoint._stripPrefix ? withoutPath(endpoint.path) : undefined,
        ofTheApp: PART_OF_THE_APP.includes(endpoint.group),
      })),
    ),
    ...APP_PAGES.map((path) => ({ path, process: app, ofTheApp: true })),
  ];
  const delivered = samples.flatMap((sample) => forwardedSamples(sample, context));
  const changed = delivered.filter(({ path, as, rewrite }) => as !== rewritten(path, rewrite));
  const rules = [...new Set(changed.map(({ rule }) => rule))];
  const hosts = ingress.rules.filter(
    ({ rewrites, actions }) => rewrites?.host && actions.some(({ targetGroup }) => isProcess(ingress.targets[targetGroup ?? '']?.process ?? '')),
  );
  return [
    ...(delivered.length > 0 && rules.length === 0 ? [pass('processes receive the paths that they serve')] : []),
    ...rules.map((rule) =>
      rewriteFailure(
        rule,
        changed.filter((sample) => sample.rule === rule),
      ),
    ),
    ...hosts.map((rule) => fail(`${ruleName(rule)} rewrites the Host header, which ALLOWED_HOSTS and the CSRF check compare`, modify(rule))),
  ];
}

function forwardedSamples(sample: Sample, context: CheckContext): ForwardedSample[] {
  return [context.publicClient, ...(sample.ofTheApp ? context.allowedClients : [])].flatMap((address) => {
    const { rule, outcome } = probe(context, sample.path, address);
    const forwarded = forwardedIn(outcome);
    return rule && forwarded?.target.process === sample.process ? [{ ...sample, as: forwarded.path, rule }] : [];
  });
}

function rewriteFailure(rule: ListenerRule<RuleAction>, changed: readonly ForwardedSample[]): CheckResult {
  const [{ process, rewrite }] = changed;
  const paths = [...new Set(changed.map(({ path, as }) => `${path} as ${as}`))];
  return fail(
    `${ruleName(rule)} forwards ${some(paths)} to ${process}, which serves ${rewrite ? 'them without the first segment' : 'them unchanged'}`,
    modify(rule, rewrite),
  );
}

function modify({ id, priority }: ListenerRule<RuleAction>, rewrite?: Rewrite): string {
  const transforms =
    rewrite && JSON.stringify([{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: rewrite.regex, Replace: rewrite.replace }] } }]);
  return `aws elbv2 modify-rule --rule-arn ${id ?? `<of the rule ${priority}>`} ${transforms ? `--transforms '${transforms}'` : '--reset-transforms'}`;
}
