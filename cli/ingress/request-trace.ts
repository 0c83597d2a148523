import { IngressModel, Target, ClientRequest } from './ingress-model';
import { ClientIp, resolveClientIps } from '../client-ip/client-ip';
import { Header, forwardedHeaders } from '../alb/headers';
import { isProcess, PostHogProcess, PRIORITIES, PublicEndpoint, RuleName } from '../../lib/internal';
import { evaluate, ListenerRule, undecided } from '../alb/evaluate';
import { RuleAction } from '../alb/listener-rule';
import { rewritten } from '../alb/url-rewrite';
import { verifiedHeaders } from '../client-ip/verified-headers';
import { hostWithoutPort } from '../alb/addresses';

/** The trace of a request at the ingress. */
export interface RequestTrace {
  /** The rule that matches; undefined if none does and the default action is unknown. */
  readonly rule?: ListenerRule<RuleAction>;
  /** Rules that would match first, depending on values that are known at deployment only. */
  readonly unless: readonly ListenerRule<RuleAction>[];
  readonly outcome: Outcome;
}

/** The outcome of a request. */
export type Outcome =
  | Forwarded
  | { readonly kind: 'fixed-response'; readonly status: number; readonly contentType?: string; readonly body: string }
  | { readonly kind: 'redirect'; readonly status: number; readonly location: string }
  | { readonly kind: 'sign-in'; readonly where: string; readonly then: Outcome }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A request that is forwarded to a process. */
export interface Forwarded {
  readonly kind: 'forwarded';
  readonly target: Target;
  /** Path and query as the process receives them. */
  readonly path: string;
  /** The peer address of the connection to the process. */
  readonly peer: string;
  readonly headers: readonly Header[];
  readonly clientIps: readonly ClientIp[];
}

/** Placeholder for an unknown address of the load balancer, from a documentation network (RFC 5737). */
const PLACEHOLDER_ADDRESS = '198.51.100.1';

/** The address from which the nginx sidecar connects to its process. */
const LOOPBACK = '127.0.0.1';

/** Traces a request: the rule that it matches, and its outcome. */
export function trace(ingress: IngressModel, request: ClientRequest): RequestTrace {
  const rules = request.scheme === 'https' ? ingress.rules : ingress.plainRules;
  if (!rules) {
    return { unless: [], outcome: { kind: 'unknown', reason: 'no listener for plain HTTP' } };
  }
  const { method, target, host, sourceIp } = request;
  const seen = { method, target, host, sourceIp, headers: Object.fromEntries(request.headers) };
  const rule = evaluate(rules, seen);
  const unless = undecided(rules, seen);
  if (!rule) {
    return { unless, outcome: { kind: 'unknown', reason: "no rule matches, and the listener's default action is not in this template" } };
  }
  return { rule, unless, outcome: outcomeOf(rule, rule.actions, ingress, request) };
}

/** Returns the peer address that a process sees: that of the load balancer, or of the proxy sidecar. */
export function peerOf(ingress: IngressModel, { verifying }: Target): string {
  return verifying ? LOOPBACK : loadBalancerOf(ingress);
}

function loadBalancerOf(ingress: IngressModel): string {
  return ingress.loadBalancerAddress ?? PLACEHOLDER_ADDRESS;
}

/** Returns the name of a rule of this library, by its priority, or else the priority alone. */
export function ruleName(rule: ListenerRule<unknown>): string {
  if (rule.priority === undefined) {
    return 'the default rule';
  }
  const known = knownName(rule);
  return known ? `rule ${rule.priority} (${known})` : `rule ${rule.priority}`;
}

/** Returns the process of the endpoints that a rule answers with 404, because the process is not deployed; undefined for every other rule. */
export function undeployedProcess(rule: ListenerRule<RuleAction>): PostHogProcess | undefined {
  const [{ type, statusCode }] = rule.actions;
  const known = type === 'fixed-response' && statusCode === '404' ? knownName(rule) : undefined;
  return PublicEndpoint.all().find((endpoint) => known !== undefined && endpoint._ruleFor(endpoint.process) === known)?.process;
}

/** Returns the name of a rule in the table of priorities. A part of a rule that was split has the name of the whole. */
function knownName({ id, priority }: ListenerRule<unknown>): RuleName | undefined {
  const own = /(?<name>[A-Z][A-Za-z0-9]*)Rule[0-9A-F]{8}$/.exec(id ?? '')?.groups!.name.replace(/\d+$/, '');
  // The longest match: `ApiWebhooks` ends with `Webhooks`, which is another rule.
  const [known] = (Object.entries(PRIORITIES) as [RuleName, number][])
    .filter(([name, number]) => (own ? own.endsWith(name) : number === priority))
    .sort(([a], [b]) => b.length - a.length);
  return known?.[0];
}

function outcomeOf(rule: ListenerRule<RuleAction>, [action, ...rest]: readonly RuleAction[], ingress: IngressModel, request: ClientRequest): Outcome {
  switch (action.type) {
    case 'fixed-response':
      return {
        kind: 'fixed-response',
        status: Number(action.statusCode),
        contentType: action.response?.contentType,
        body: action.response?.body ?? '',
      };
    case 'redirect':
      return { kind: 'redirect', status: Number(action.statusCode?.replace('HTTP_', '')), location: locationOf(action.redirect ?? {}, request) };
    case 'authenticate-oidc':
    case 'authenticate-cognito':
      return { kind: 'sign-in', where: action.signIn ?? 'the identity provider', then: outcomeOf(rule, rest, ingress, request) };
    case 'forward':
      return forwardedOf(rule, action, ingress, request);
  }
}

function forwardedOf({ rewrites }: ListenerRule<RuleAction>, action: RuleAction, ingress: IngressModel, request: ClientRequest): Outcome {
  const target = ingress.targets[action.targetGroup ?? ''];
  if (!target) {
    return { kind: 'unknown', reason: `forwarded to a target group without a service: ${action.targetGroup ?? 'an existing one'}` };
  }
  const tls = request.scheme === 'https';
  const connection = { sourceIp: request.sourceIp, listenerPort: tls ? 443 : 80, tls };
  const forwarded = forwardedHeaders(
    [['Host', rewritten(request.host, rewrites?.host)], ...request.headers.filter(([name]) => name.toLowerCase() !== 'host')],
    connection,
    ingress.attributes,
  );
  const loadBalancer = loadBalancerOf(ingress);
  const { verifying } = target;
  // If its trusted blocks are not known yet, the load balancer is one of them.
  const headers = verifying ? verifiedHeaders(forwarded, loadBalancer, verifying.trusted ?? [loadBalancer], verifying.dropped) : forwarded;
  const peer = peerOf(ingress, target);
  const { process, settings } = target;
  return {
    kind: 'forwarded',
    target,
    path: rewritten(request.target, rewrites?.url),
    peer,
    headers,
    clientIps: isProcess(process) ? resolveClientIps(process, { peer, headers }, settings) : [],
  };
}

/** The load balancer's placeholders: `#{host}` and the like stand for what the request had. */
function locationOf(redirect: NonNullable<RuleAction['redirect']>, request: ClientRequest): string {
  const [path, query = ''] = request.target.split(/\?(.*)/s);
  const values: Record<string, string> = {
    protocol: request.scheme,
    host: hostWithoutPort(request.host),
    port: request.scheme === 'https' ? '443' : '80',
    path: path.replace(/^\//, ''),
    query,
  };
  const filled = (text: string) => text.replace(/#\{(\w+)\}/g, (_, name: string) => values[name] ?? '');
  const protocol = filled(redirect.protocol ?? '#{protocol}').toLowerCase();
  const port = filled(redirect.port ?? '#{port}');
  const isDefaultPort = port === { http: '80', https: '443' }[protocol];
  const search = filled(redirect.query ?? '#{query}');
  return `${protocol}://${filled(redirect.host ?? '#{host}')}${isDefaultPort ? '' : `:${port}`}${filled(redirect.path ?? '/#{path}')}${search ? `?${search}` : ''}`;
}
