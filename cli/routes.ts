import { Command, ExitCode, textOption } from './command';
import { IngressModel } from './ingress-model';
import { Outcome, trace, ruleName } from './request-trace';
import { table } from './table';
import { ingressesOf } from './template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from './template-file';
import { samplesOf, PUBLIC_CLIENT } from './endpoint-samples';
import { PublicEndpoint } from '../lib/internal';
import { rewritten } from './alb/url-rewrite';

/** What becomes of a stranger's requests to one endpoint. */
export interface Route {
  readonly paths: string;
  readonly purpose: string;
  readonly rule: string;
  /** The process that answers the endpoint today. */
  readonly owner: string;
  /** The process that answers, or how the load balancer does. */
  readonly answer: string;
  /** The paths as that process gets them; left out where they stay as they are. */
  readonly arriveAs?: string;
  readonly public: boolean;
}

/** The rows of the endpoint table, as a door treats them. One row a rule and answer, where an endpoint's paths are not all treated alike. */
export function routesOf(door: IngressModel, host: string): Route[] {
  return PublicEndpoint.all().flatMap((endpoint) => {
    const rows = samplesOf(endpoint).map((target): Route => {
      const { rule, outcome } = trace(door, { scheme: 'https', method: 'POST', host, target, sourceIp: PUBLIC_CLIENT, headers: [] });
      const paths = endpoint.toString();
      return {
        paths, purpose: endpoint.purpose, owner: endpoint.process, rule: rule ? ruleName(rule) : 'no rule', answer: answerOf(outcome),
        arriveAs: rule?.rewrites?.url && paths.split(', ').map((form) => rewritten(form, rule.rewrites?.url)).join(', '), public: outcome.kind === 'arrives',
      };
    });
    return rows.filter((row, i) => rows.findIndex((other) => other.rule === row.rule && other.answer === row.answer) === i);
  });
}

/** How a request ends, in a few words. */
export function answerOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'arrives':
      return outcome.target.process;
    case 'answered':
      return `refused (${outcome.status})`;
    case 'redirected':
      return `redirect to ${outcome.location}`;
    case 'sign-in':
      return `sign-in, then ${answerOf(outcome.then)}`;
    case 'unknown':
      return outcome.reason;
  }
}

/** Prints the endpoint table of a template. */
export const ROUTES: Command = {
  usage: `${TEMPLATE_USAGE} [--json]`,
  help: ['Prints the table of public endpoints: the rule that each meets in a synthesised template, and who answers a stranger.', '', TEMPLATE_HELP, '--json            for programs'].join('\n'),
  options: { ...TEMPLATE_OPTION, json: { type: 'boolean' } },
  run(args, output) {
    const found = ingressesOf(readTemplate(textOption(args, 'template')));
    const tables = found.flatMap((door) => (door.hosts.length > 0 ? door.hosts : ['']).map((host) => ({ host, routes: routesOf(door, host) })));
    if (args.values.json) {
      output.out(JSON.stringify(tables, undefined, 2));
      return Promise.resolve(ExitCode.OK);
    }
    for (const { host, routes } of tables) {
      output.out([host || 'any host', '', table(['endpoint', 'belongs to', 'rule', 'a stranger reaches'], routes.map((route) => [route.paths, route.owner, route.rule, `${route.answer}${route.arriveAs === undefined ? '' : `, as ${route.arriveAs}`}`])), ''].join('\n'));
    }
    return Promise.resolve(ExitCode.OK);
  },
};
