import { isIP } from 'node:net';
import { Arguments, Command, CommandError, ExitCode, textOption, textOptions } from './command';
import { IngressModel, ClientRequest } from './ingress-model';
import { Outcome, trace, RequestTrace, ruleName } from './request-trace';
import { answerOf } from './routes';
import { ingressesOf } from './template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from './template-file';
import { METHOD, urlParts } from './parse-request';
import { PUBLIC_CLIENT } from './endpoint-samples';
import { Header } from './alb/headers';
import { ListenerRule, RuleCondition } from './alb/evaluate';
import { hostWithoutPort } from './alb/addresses';

/** The request that the arguments describe, its path untouched. */
export function requestOf(args: Arguments, doors: readonly IngressModel[]): ClientRequest {
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
  return {
    scheme: parts.scheme === 'http' ? 'http' : 'https',
    method,
    host: parts.host ?? doors.flatMap(({ hosts }) => hosts)[0] ?? '',
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

/** The door that a request knocks at: the one that answers to its host, the only one where there is one. */
function ingressFor(doors: readonly IngressModel[], { host }: ClientRequest): IngressModel {
  const found = doors.find(({ hosts }) => hosts.includes(hostWithoutPort(host).toLowerCase())) ?? (doors.length === 1 ? doors[0] : undefined);
  if (!found) {
    throw new CommandError(`no way in of the template answers to the host '${host}'; these do: ${doors.flatMap(({ hosts }) => hosts).join(', ')}`);
  }
  return found;
}

/** What a passage is, in lines for a reader. */
export function explain(request: ClientRequest, { rule, unless, outcome }: RequestTrace): string {
  return [
    `${request.method} ${request.scheme}://${request.host}${request.target} from ${request.sourceIp}`,
    `  meets    ${rule ? ruleText(rule) : 'no rule'}`,
    ...unless.map((other) => `  unless   ${ruleText(other)}`),
    `  so it is ${verdict(outcome, request)}`,
    ...clientIpLines(outcome, request.sourceIp),
  ].join('\n');
}

function ruleText(rule: ListenerRule<unknown>): string {
  const conditions = rule.conditions.map(conditionText);
  return `${ruleName(rule)}${conditions.length > 0 ? `: ${conditions.join(' and ')}` : ''}`;
}

function verdict(outcome: Outcome, request: ClientRequest): string {
  switch (outcome.kind) {
    case 'arrives':
      return `brought to ${outcome.target.process}${outcome.path === request.target ? '' : ` as ${outcome.path}`}`;
    case 'answered':
      return `answered by the load balancer itself: ${outcome.status} ${outcome.body}`.trimEnd();
    case 'redirected':
      return `redirected (${outcome.status}) to ${outcome.location}`;
    case 'sign-in':
      return `held until the user has signed in at ${outcome.where}; then ${verdict(outcome.then, request)}`;
    case 'unknown':
      return `not known: ${outcome.reason}`;
  }
}

function clientIpLines(outcome: Outcome, sourceIp: string): string[] {
  if (outcome.kind === 'sign-in') {
    return clientIpLines(outcome.then, sourceIp);
  }
  if (outcome.kind !== 'arrives') {
    return [];
  }
  const headers = outcome.headers.map(([name, value]) => `    ${name}: ${value}`);
  const clientIps = outcome.clientIps.map(({ reader, address, reason }) => {
    const forged = address !== undefined && address !== sourceIp ? ', which is not the one that connected' : '';
    return `  ${reader}: ${address ?? 'no client IP'}${forged} (${reason})`;
  });
  return [`  from ${outcome.peer}, with the headers`, ...headers, ...(clientIps.length > 0 ? clientIps : [`  ${outcome.target.process} reads no client IP`])];
}

/** A condition in words. */
export function conditionText(condition: RuleCondition): string {
  const pairs = condition.pairs?.map(({ key, value }) => (key === undefined ? value : `${key}=${value}`));
  const values = [...(condition.values ?? []), ...(condition.regexValues ?? []), ...(pairs ?? []), ...(condition.hasUnknown ? ['what is known at deployment only'] : [])];
  return `${condition.headerName ?? condition.field} is ${values.join(' or ')}`;
}

/** Says what becomes of one request. */
export const EXPLAIN: Command = {
  usage: `METHOD URL [--from IP] [--header 'Name: value']... ${TEMPLATE_USAGE} [--json]`,
  help: [
    'Says for one request which rule of a synthesised template it meets, what happens, what a process gets of it, and which client IP that resolves.', '',
    `--from IP         the address that connects to the load balancer; left out: ${PUBLIC_CLIENT}, a stranger's`,
    '--header H        a header that the visitor sends; may be given more than once', TEMPLATE_HELP, '--json            for programs',
  ].join('\n'),
  options: { ...TEMPLATE_OPTION, from: { type: 'string' }, header: { type: 'string', multiple: true }, json: { type: 'boolean' } },
  takesPositionals: true,
  run(args, output) {
    const doors = ingressesOf(readTemplate(textOption(args, 'template')));
    const request = requestOf(args, doors);
    const passage = trace(ingressFor(doors, request), request);
    const { rule, unless, outcome } = passage;
    output.out(args.values.json
      ? JSON.stringify({ request, rule: rule && ruleName(rule), unless: unless.map(ruleName), answer: answerOf(outcome), outcome }, undefined, 2)
      : explain(request, passage));
    return Promise.resolve(ExitCode.OK);
  },
};
