import { isIP } from 'node:net';
import { Arguments, Command, CommandError, ExitCode, textOption, textOptions } from '../command';
import { chosenIngresses, hostOption, INGRESS_OPTIONS, INGRESS_USAGE, LOAD_BALANCER_HELP, loadBalancerText } from '../ingress/choose-ingress';
import { ClientRequest, IngressModel, METHOD, urlParts } from '../ingress/ingress-model';
import { Outcome, trace, RequestTrace, ruleName, undeployedProcess } from '../ingress/request-trace';
import { answerOf } from '../routes/routes';
import { ingressesOf } from '../template/template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from '../template/template-file';
import { PUBLIC_CLIENT } from '../ingress/probes';
import { Header } from '../alb/headers';
import { ListenerRule, RuleCondition } from '../alb/evaluate';
import { hostWithoutPort } from '../alb/addresses';

/** A request whose host is the one of an ingress if the URL is only a path. */
type RequestInArguments = Omit<ClientRequest, 'host'> & { readonly host?: string };

/** Returns the request in the arguments, with its path unchanged. */
export function requestOf(args: Arguments): RequestInArguments {
  const [method, url, ...more] = args.positionals;
  if (method === undefined || url === undefined || more.length > 0) {
    throw new CommandError('explain takes a method and a URL, such as: cdk-posthog explain POST https://posthog.example.com/e/');
  }
  if (!METHOD.test(method)) {
    throw new CommandError(`the method must be one such as GET or POST, got: '${method}'`);
  }
  const parts = urlParts(url);
  if (!parts) {
    throw new CommandError(`the URL must begin with https://, http:// or /, got: '${url}'`);
  }
  const sourceIp = textOption(args, 'from') ?? PUBLIC_CLIENT;
  if (!isIP(sourceIp)) {
    throw new CommandError(`--from must be an IP address, got: '${sourceIp}'`);
  }
  const host = hostOption(args);
  if (host !== undefined && parts.host !== undefined) {
    throw new CommandError(`--host is for a URL that is only a path, and this one has the host '${parts.host}'`);
  }
  return {
    scheme: parts.scheme === 'http' ? 'http' : 'https',
    method,
    host: parts.host ?? host,
    target: parts.target ?? '/',
    sourceIp,
    headers: textOptions(args, 'header').map(headerOf),
  };
}

function headerOf(text: string): Header {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? [];
  if (name === undefined) {
    throw new CommandError(`--header must be 'Name: value', got: '${text}'`);
  }
  return [name, value];
}

/** Returns the ingress for a request: the first one with its host, or else the only one. */
function ingressFor(ingresses: readonly IngressModel[], { host }: ClientRequest): IngressModel {
  const found =
    ingresses.find(({ hosts }) => hosts.includes(hostWithoutPort(host).toLowerCase())) ?? (ingresses.length === 1 ? ingresses[0] : undefined);
  if (!found) {
    throw new CommandError(`no ingress in the template has the host '${host}'; available: ${ingresses.flatMap(({ hosts }) => hosts).join(', ')}`);
  }
  return found;
}

/** Formats a request trace as text, with the load balancer if there are several. */
export function explain(request: ClientRequest, { rule, unless, outcome }: RequestTrace, loadBalancer = ''): string {
  const undeployed = rule && undeployedProcess(rule);
  return [
    `${request.method} ${request.scheme}://${request.host}${request.target} from ${request.sourceIp}`,
    ...(loadBalancer === '' ? [] : [`  at         ${loadBalancer}`]),
    `  matches    ${rule ? ruleText(rule) : 'no rule'}`,
    ...unless.map((other) => `  unless     ${ruleText(other)}`),
    `  outcome    ${endingText(outcome, request)}${undeployed ? `, because ${undeployed} is not deployed` : ''}`,
    ...clientIpLines(outcome, request.sourceIp),
  ].join('\n');
}

function ruleText(rule: ListenerRule<unknown>): string {
  const conditions = rule.conditions.map(conditionText);
  return `${ruleName(rule)}${conditions.length > 0 ? `: ${conditions.join(' and ')}` : ''}`;
}

function endingText(outcome: Outcome, request: ClientRequest): string {
  switch (outcome.kind) {
    case 'forwarded':
      return `forwarded to ${outcome.target.process}${outcome.path === request.target ? '' : ` as ${outcome.path}`}`;
    case 'fixed-response':
      return `fixed response of the load balancer: ${outcome.status} ${outcome.body}`.trimEnd();
    case 'redirect':
      return `redirect (${outcome.status}) to ${outcome.location}`;
    case 'sign-in':
      return `sign-in at ${outcome.where}, then ${endingText(outcome.then, request)}`;
    case 'unknown':
      return `unknown: ${outcome.reason}`;
  }
}

function clientIpLines(outcome: Outcome, sourceIp: string): string[] {
  if (outcome.kind === 'sign-in') {
    return clientIpLines(outcome.then, sourceIp);
  }
  if (outcome.kind !== 'forwarded') {
    return [];
  }
  const headers = outcome.headers.map(([name, value]) => `    ${name}: ${value}`);
  const clientIps = outcome.clientIps.map(({ reader, address, reason }) => {
    const forged = address !== undefined && address !== sourceIp ? ', which is not the IP that connected' : '';
    return `  ${reader}: ${address ?? 'no client IP'}${forged} (${reason})`;
  });
  return [
    `  received from ${outcome.peer}, with the headers`,
    ...headers,
    ...(clientIps.length > 0 ? clientIps : [`  ${outcome.target.process} reads no client IP`]),
  ];
}

/** Formats a condition. */
export function conditionText(condition: RuleCondition): string {
  const pairs = condition.pairs?.map(({ key, value }) => (key === undefined ? value : `${key}=${value}`));
  const values = [
    ...(condition.values ?? []),
    ...(condition.regexValues ?? []),
    ...(pairs ?? []),
    ...(condition.hasUnknown ? ['a value known at deployment only'] : []),
  ];
  return `${condition.headerName ?? condition.field} is ${values.join(' or ')}`;
}

/** The command that traces one request. */
export const EXPLAIN: Command = {
  usage: `METHOD URL [--from IP] [--header 'Name: value']... ${INGRESS_USAGE} ${TEMPLATE_USAGE} [--json]`,
  help: [
    'Traces one request through a synthesised template: the rule that it matches, the outcome, the headers that a process receives, and the client IP that it resolves.',
    '',
    `--from IP         the IP that connects to the load balancer; default: ${PUBLIC_CLIENT}, a public client`,
    '--header H        a header that the client sends; repeatable',
    '--host NAME       the host name of a request whose URL is only a path; default: the primary one of the template',
    `${LOAD_BALANCER_HELP}; default: the internet-facing one`,
    TEMPLATE_HELP,
    '--json            machine-readable output',
  ].join('\n'),
  options: {
    ...INGRESS_OPTIONS,
    ...TEMPLATE_OPTION,
    from: { type: 'string' },
    header: { type: 'string', multiple: true },
    json: { type: 'boolean' },
  },
  takesPositionals: true,
  run(args, output) {
    const asked = requestOf(args);
    const all = ingressesOf(readTemplate(textOption(args, 'template')));
    const ingresses = chosenIngresses(all, args);
    const request = { ...asked, host: asked.host ?? ingresses.flatMap(({ hosts }) => hosts)[0] ?? '' };
    const ingress = ingressFor(ingresses, request);
    const requestTrace = trace(ingress, request);
    const { rule, unless, outcome } = requestTrace;
    output.out(
      args.values.json
        ? JSON.stringify(
            { request, scheme: ingress.scheme, rule: rule && ruleName(rule), unless: unless.map(ruleName), answer: answerOf(outcome), outcome },
            undefined,
            2,
          )
        : explain(request, requestTrace, loadBalancerText(ingress, all)),
    );
    return Promise.resolve(ExitCode.OK);
  },
};
