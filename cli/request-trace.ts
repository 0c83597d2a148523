import { IngressModel, Target, ClientRequest } from './ingress-model';
import { ClientIp, resolveClientIps } from './client-ip/client-ip';
import { Header, forwardedHeaders } from './alb/headers';
import { isProcess, PRIORITIES } from '../lib/internal';
import { evaluate, ListenerRule, undecided } from './alb/evaluate';
import { RuleAction } from './alb/listener-rule';
import { rewritten } from './alb/url-rewrite';
import { verifiedHeaders } from './client-ip/verified-headers';
import { hostWithoutPort } from './alb/addresses';

/** What becomes of a request at the door. */
export interface RequestTrace {
  /** The rule that it meets; undefined where none matches and the default action is not known. */
  readonly rule?: ListenerRule<RuleAction>;
  /** Rules that would take it before that one, if values that are known at deployment only match it. */
  readonly unless: readonly ListenerRule<RuleAction>[];
  readonly outcome: Outcome;
}

/** How a request ends. */
export type Outcome =
  | Arrival
  | { readonly kind: 'answered'; readonly status: number; readonly contentType?: string; readonly body: string }
  | { readonly kind: 'redirected'; readonly status: number; readonly location: string }
  | { readonly kind: 'sign-in'; readonly where: string; readonly then: Outcome }
  | { readonly kind: 'unknown'; readonly reason: string };

/** A request that reaches a process. */
export interface Arrival {
  readonly kind: 'arrives';
  readonly target: Target;
  /** Path and query as the process gets them. */
  readonly path: string;
  /** The address that the process sees as its peer. */
  readonly peer: string;
  readonly headers: readonly Header[];
  readonly clientIps: readonly ClientIp[];
}

/** Stub of the load balancer's address where none is known: one of a network for documentation (RFC 5737). */
const SOME_ADDRESS = '198.51.100.1';

/** The nginx beside a process speaks to it from here. */
const LOOPBACK = '127.0.0.1';

/** What becomes of a request: which rule it meets, and what reaches whom. */
export function trace(door: IngressModel, request: ClientRequest): RequestTrace {
  const rules = request.scheme === 'https' ? door.rules : door.plainRules;
  if (!rules) {
    return { unless: [], outcome: { kind: 'unknown', reason: 'no listener takes plain HTTP' } };
  }
  const { method, target, host, sourceIp } = request;
  const seen = { method, target, host, sourceIp, headers: Object.fromEntries(request.headers) };
  const rule = evaluate(rules, seen);
  const unless = undecided(rules, seen);
  if (!rule) {
    return { unless, outcome: { kind: 'unknown', reason: 'no rule matches, and the listener\'s default action is not in this template' } };
  }
  return { rule, unless, outcome: outcomeOf(rule, rule.actions, door, request) };
}

/** The address that a process sees as its peer: its load balancer's, or that of the proxy beside it. */
export function peerOf(door: IngressModel, { verifying }: Target): string {
  return verifying ? LOOPBACK : loadBalancerOf(door);
}

function loadBalancerOf(door: IngressModel): string {
  return door.loadBalancerAddress ?? SOME_ADDRESS;
}

/** The name of a rule of this library, by its priority; the priority alone where it is none. */
export function ruleName({ id, priority }: ListenerRule<unknown>): string {
  if (priority === undefined) {
    return 'the default rule';
  }
  const own = /(?<name>[A-Z][A-Za-z0-9]*)Rule[0-9A-F]{8}$/.exec(id ?? '')?.groups!.name;
  // The longest: `ApiWebhooks` ends with `Webhooks`, which is another rule.
  const [known] = Object.entries(PRIORITIES).filter(([name, number]) => (own ? own.endsWith(name) : number === priority)).sort(([a], [b]) => b.length - a.length);
  return known ? `rule ${priority} (${known[0]})` : `rule ${priority}`;
}

function outcomeOf(rule: ListenerRule<RuleAction>, [action, ...rest]: readonly RuleAction[], door: IngressModel, request: ClientRequest): Outcome {
  switch (action.type) {
    case 'fixed-response':
      return { kind: 'answered', status: Number(action.statusCode), contentType: action.response?.contentType, body: action.response?.body ?? '' };
    case 'redirect':
      return { kind: 'redirected', status: Number(action.statusCode?.replace('HTTP_', '')), location: locationOf(action.redirect ?? {}, request) };
    case 'authenticate-oidc':
    case 'authenticate-cognito':
      return { kind: 'sign-in', where: action.signIn ?? 'the identity provider', then: outcomeOf(rule, rest, door, request) };
    case 'forward':
      return arrivalOf(rule, action, door, request);
  }
}

function arrivalOf({ rewrites }: ListenerRule<RuleAction>, action: RuleAction, door: IngressModel, request: ClientRequest): Outcome {
  const target = door.targets[action.targetGroup ?? ''];
  if (!target) {
    return { kind: 'unknown', reason: `goes to a target group that no service answers for: ${action.targetGroup ?? 'one elsewhere'}` };
  }
  const tls = request.scheme === 'https';
  const connection = { sourceIp: request.sourceIp, listenerPort: tls ? 443 : 80, tls };
  const forwarded = forwardedHeaders([['Host', rewritten(request.host, rewrites?.host)], ...request.headers.filter(([name]) => name.toLowerCase() !== 'host')], connection, door.attributes);
  const loadBalancer = loadBalancerOf(door);
  const { verifying } = target;
  // Where its blocks are not known yet, the load balancer is among them.
  const headers = verifying ? verifiedHeaders(forwarded, loadBalancer, verifying.trusted ?? [loadBalancer], verifying.dropped) : forwarded;
  const peer = peerOf(door, target);
  const { process, settings } = target;
  return { kind: 'arrives', target, path: rewritten(request.target, rewrites?.url), peer, headers, clientIps: isProcess(process) ? resolveClientIps(process, { peer, headers }, settings) : [] };
}

/** The load balancer's placeholders: `#{host}` and the like stand for what the request had. */
function locationOf(redirect: NonNullable<RuleAction['redirect']>, request: ClientRequest): string {
  const [path, query = ''] = request.target.split(/\?(.*)/s);
  const given: Record<string, string> = {
    protocol: request.scheme, host: hostWithoutPort(request.host), port: request.scheme === 'https' ? '443' : '80', path: path.replace(/^\//, ''), query,
  };
  const filled = (text: string) => text.replace(/#\{(\w+)\}/g, (_, name: string) => given[name] ?? '');
  const protocol = filled(redirect.protocol ?? '#{protocol}').toLowerCase();
  const port = filled(redirect.port ?? '#{port}');
  const isDefaultPort = port === { http: '80', https: '443' }[protocol];
  const search = filled(redirect.query ?? '#{query}');
  return `${protocol}://${filled(redirect.host ?? '#{host}')}${isDefaultPort ? '' : `:${port}`}${filled(redirect.path ?? '/#{path}')}${search ? `?${search}` : ''}`;
}
