import { PathPatterns, patternsOf, Rewrite, withoutPath } from './path-pattern';
import { PublicEndpoint } from './public-endpoint';
import { ALWAYS_PUBLIC, EndpointGroup, PART_OF_THE_APP } from '../../catalog/endpoints/endpoint-group';
import { DenyRuleName, EndpointRuleName, PRIORITIES } from '../../catalog/endpoints/rule-priorities';
import { PostHogProcess } from '../../catalog/posthog-process';

/**
 * The host names that a rule is for.
 *
 * - `any`: those of the ingress on a shared listener; every host name on a listener of its own, without a condition
 * - `all`: those of the ingress
 * - `app`: those of the app
 * - `ingestion`: those that serve SDK endpoints only; no rule without any
 */
export type HostScope = 'any' | 'all' | 'app' | 'ingestion';

/** A listener rule, independent of constructs. */
export interface RuleSpec {
  /** The name of the rule, which is part of its logical id. */
  readonly name: string;
  readonly priority: number;
  readonly patterns: PathPatterns;
  /** The host names that the rule is for. */
  readonly hosts: HostScope;
  /** The rewrite of the URL of a request before the process gets it. */
  readonly rewrite?: Rewrite;
}

/** The first priority of the rules that forward to the app. */
export const APP_PRIORITY = 1000;

/**
 * The rules that always refuse a request. They come before every rule that forwards one, because a proxy behind the load balancer may resolve a path
 * that it gets: nginx does so with a path in `proxy_pass`, and then `/e/../login` is `/login`.
 *
 * - Evasions: paths that a server might read differently from the load balancer. Dot segments (NGINX Unit and nginx decode `%2F` to a slash before
 *   they resolve them), doubled slashes, also those of a target with a scheme (`http://host/path`, which Granian serves), and percent-encoded
 *   characters that no client has a reason to encode (RFC 3986 section 2.3, the unreserved ones).
 * - Internal: endpoints for PostHog's own processes (posthog/urls.py: `internal/`, `api/internal/`,
 *   `api/projects/<id>/internal/`), the statistics pages `_stats` and `_metrics`, and the metrics of livestream, its only page that reveals
 *   something without a token (livestream/main.go). NGINX Unit and Granian end a path at `#`, which no client sends, and a server may add the slash
 *   that a target does not begin with.
 * - Also internal: metrics over OpenTelemetry. capture-logs would accept them, but no process reads its topic. A 403 makes an exporter report
 *   an error; the app's sign-in page would not.
 */
export const DENY_RULES: readonly RuleSpec[] = [
  deny('DenyEvasions', ['^.*(//|(/|%2[Ff])\\.\\.?(/|%2[Ff]|#|$)|%(2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])).*$']),
  deny('DenyInternal', [
    '^(/|%2[Ff])*(api(/|%2[Ff])+((projects|environments)(/|%2[Ff])+[^/]+(/|%2[Ff])+)?)?internal((/|#|%2[Ff]).*)?$',
    // Django drops an encoded `?` or `#` and the rest of the path (posthog/utils.py, opt_slash_path).
    '^(/|%2[Ff])*_(stats|metrics)(/|%2[Ff])*((%(3[Ff]|23)|#).*)?$',
    '^(/|%2[Ff])*livestream(/|%2[Ff])+metrics((/|#|%2[Ff]|%3[Ff]|%23).*)?$',
    '^/i/v1/metrics((/|#).*)?$',
  ]),
];

/**
 * The rule that refuses pages of the app below its public files.
 *
 * The app answers a path without a file with its own page: with a redirect to the sign-in page, or with the page itself if one of these words is
 * anywhere in the path (`re_path` without `^` at the end of posthog/urls.py; `code/task` is of a newer one). A load balancer does not know which
 * files exist, so files with such names are refused too.
 */
export const DENY_PAGES: RuleSpec = deny('DenyPages', [
  '^/static/.*(preflight|signup|reset|login|unsubscribe|verify_email).*$',
  '^/static/.*(organization/(billing/subscribed|confirm-creation)|code/(canvas|task)/|agentic/account-mismatch).*$',
]);

/** Returns the rules that always refuse. Who may open the app at a host name may also open its pages below the public files. */
export function refusals(appIsOpen: boolean): readonly RuleSpec[] {
  return [...DENY_RULES, appIsOpen ? { ...DENY_PAGES, hosts: 'ingestion' } : DENY_PAGES];
}

/**
 * Returns the rules that forward requests to one process.
 *
 * @param process the process
 * @param openGroups the groups that are public in addition to those that always are
 */
export function rulesFor(process: PostHogProcess, openGroups: ReadonlySet<EndpointGroup>): RuleSpec[] {
  const byRule = new Map<EndpointRuleName, PublicEndpoint[]>();
  for (const endpoint of PublicEndpoint.all()) {
    const rule = endpoint._ruleFor(process);
    if (rule && (ALWAYS_PUBLIC.includes(endpoint.group) || openGroups.has(endpoint.group))) {
      byRule.set(rule, [...(byRule.get(rule) ?? []), endpoint]);
    }
  }
  return [...byRule].map(([name, endpoints]) => ({
    name,
    priority: PRIORITIES[name],
    patterns: patternsOf(endpoints),
    hosts: hostScope(process, endpoints[0].group),
    rewrite: endpoints[0]._stripPrefix ? withoutPath(endpoints[0].path) : undefined,
  }));
}

function deny(name: DenyRuleName, regexes: string[]): RuleSpec {
  return { name, priority: PRIORITIES[name], patterns: { regexes }, hosts: 'any' };
}

/** Django refuses host names that it does not know; the other processes that SDKs call do not compare them. */
function hostScope(process: PostHogProcess, group: EndpointGroup): HostScope {
  if (!ALWAYS_PUBLIC.includes(group)) {
    return 'app';
  }
  return process === PostHogProcess.WEB ? 'all' : 'any';
}

/** Returns the rules for parts of a restricted app that a process answers, unless they are public. */
export function partsOfTheApp(process: PostHogProcess, open: ReadonlySet<EndpointGroup>): RuleSpec[] {
  const names = rulesFor(process, open).map(({ name }) => name);
  return rulesFor(process, new Set(PART_OF_THE_APP)).filter(({ name }) => !names.includes(name));
}
