import { ALWAYS_PUBLIC, EndpointGroup } from './endpoint-group';
import { PathPatterns, patternsOf } from './path-pattern';
import { PostHogProcess } from '../../catalog/posthog-process';
import { PublicEndpoint } from './public-endpoint';
import { Rewrite } from './url-rewrite';

/** A listener rule, before it is a construct. */
export interface RuleSpec {
  /** Its name, which becomes a part of its logical id. */
  readonly name: string;
  readonly priority: number;
  readonly patterns: PathPatterns;
  /** What it does to the URL of a request before the process gets it. */
  readonly rewrite?: Rewrite;
}

/** What one condition of a rule may hold. */
export const LIMITS = {
  /** @see https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html */
  valuesPerRule: 5,
  /** `*` and `?` in all values of a rule together. */
  wildcardsPerRule: 5,
  /** Length of one value, pattern or regular expression. */
  valueLength: 128,
  /** On all listeners of a load balancer together, their default rules left out. AWS raises this one on request. */
  rulesPerLoadBalancer: 100,
} as const;

/**
 * The priority of every rule.
 *
 * The gaps leave room: a new rule gets a number of its own and moves no other. The first ten rules that a request meets carry
 * no charge, so events and recordings come first, then whatever SDKs call on every page. Rules of processes that the table
 * lists but that are not deployed do not exist.
 */
export const PRIORITIES: Readonly<Record<string, number>> = {
  // More exact than Events, and so in front of it: it refuses where there is no process for them.
  Ai: 90,
  Events: 100,
  Recordings: 110,
  Captures: 120,
  Engage: 130,
  Flags: 140,
  FlagDefinitions: 150,
  RemoteConfig: 160,
  AppSdk: 170,
  AppReports: 180,
  SdkFiles: 190,
  Logs: 192,
  DenyEvasions: 200,
  DenyInternal: 210,
  SharedContent: 300,
  SharedQueries: 310,
  EndUserPages: 320,
  Unsubscribe: 330,
  MessageTracking: 340,
  OAuth: 350,
  Webhooks: 360,
  ApiWebhooks: 370,
  Conversations: 380,
  WebhookSources: 390,
  SdkPrompts: 400,
  SdkEmails: 410,
  // With the app open to address blocks, there is one for every few of them.
  LiveEvents: 900,
};

/** Where the rules begin that let people into the app. */
export const APP_PRIORITY = 1000;

/**
 * The rules that refuse a request whatever else is open.
 *
 * They come after the SDK's rules, which name harmless paths only, and before everything that leads to the app.
 *
 * - Evasions: paths that the app's server might read differently from the load balancer. Dot segments (NGINX Unit takes `%2F` for a
 *   slash before it resolves them), doubled slashes, and percent-encoded characters that no client has a reason to encode (RFC 3986 section 2.3, the unreserved ones).
 * - Internal: what PostHog's processes say to each other (posthog/urls.py: `internal/`, `api/internal/`,
 *   `api/projects/<id>/internal/`), the statistics pages `_stats` and `_metrics`, and the one page of livestream that asks for no token and
 *   tells something, its metrics (livestream/main.go).
 * - Among the internal ones, metrics over OpenTelemetry: capture-logs would take them, and no process reads what it writes. A refusal tells an exporter,
 *   which the sign-in page of the app would not.
 */
export const DENY_RULES: readonly RuleSpec[] = [
  deny('DenyEvasions', ['^.*(//|(/|%2[Ff])\\.\\.?(/|%2[Ff]|$)|%(2[DEde]|3[0-9]|[46][1-9A-Fa-f]|[57][0-9Aa]|5[Ff]|7[Ee])).*$']),
  deny('DenyInternal', [
    '^(/|%2[Ff])+(api(/|%2[Ff])+((projects|environments)(/|%2[Ff])+[^/]+(/|%2[Ff])+)?)?internal((/|%2[Ff]).*)?$',
    // Django drops an encoded `?` or `#` and what follows (posthog/utils.py, opt_slash_path).
    '^(/|%2[Ff])+_(stats|metrics)(/|%2[Ff])*(%(3[Ff]|23).*)?$',
    '^(/|%2[Ff])+livestream(/|%2[Ff])+metrics((/|%2[Ff]|%3[Ff]|%23).*)?$',
    '^/i/v1/metrics(/.*)?$',
  ]),
];

/**
 * The rules that bring the requests for one process to it.
 *
 * @param process the process that requests are brought to
 * @param openGroups the groups that are open besides those that always are
 */
export function rulesFor(process: PostHogProcess, openGroups: ReadonlySet<EndpointGroup>): RuleSpec[] {
  const byRule = new Map<string, PublicEndpoint[]>();
  for (const endpoint of PublicEndpoint.all()) {
    const rule = endpoint._ruleFor(process);
    if (rule && (ALWAYS_PUBLIC.includes(endpoint.group) || openGroups.has(endpoint.group))) {
      byRule.set(rule, [...(byRule.get(rule) ?? []), endpoint]);
    }
  }
  return [...byRule].map(([name, endpoints]) => ({ name, priority: PRIORITIES[name], patterns: patternsOf(endpoints), rewrite: endpoints[0]._rewrite }));
}

function deny(name: string, regexes: string[]): RuleSpec {
  return { name, priority: PRIORITIES[name], patterns: { regexes } };
}
