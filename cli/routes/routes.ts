import { Command, ExitCode, table, textOption } from '../command';
import { chosenIngresses, hostOption, INGRESS_OPTIONS, INGRESS_USAGE, LOAD_BALANCER_HELP, loadBalancerText } from '../ingress/choose-ingress';
import { IngressModel } from '../ingress/ingress-model';
import { Outcome, trace, ruleName, undeployedProcess } from '../ingress/request-trace';
import { ingressesOf } from '../template/template-ingress';
import { readTemplate, TEMPLATE_HELP, TEMPLATE_OPTION, TEMPLATE_USAGE } from '../template/template-file';
import { samplesOf, PUBLIC_CLIENT } from '../ingress/probes';
import { PublicEndpoint } from '../../lib/internal';
import { rewritten } from '../alb/url-rewrite';

/** The routing of one endpoint for public clients. */
export interface Route {
  readonly paths: string;
  readonly purpose: string;
  readonly rule: string;
  /** The process that the endpoint belongs to. */
  readonly owner: string;
  /** The process that answers, or the answer of the load balancer. */
  readonly answer: string;
  /** The paths as that process receives them; undefined if they are unchanged. */
  readonly forwardedPath?: string;
  readonly public: boolean;
}

/** Returns the routes of an ingress. An endpoint has one row for each combination of rule and answer. */
export function routesOf(ingress: IngressModel, host: string): Route[] {
  return PublicEndpoint.all().flatMap((endpoint) => {
    const rows = samplesOf(endpoint).map((target): Route => {
      const { rule, outcome } = trace(ingress, { scheme: 'https', method: 'POST', host, target, sourceIp: PUBLIC_CLIENT, headers: [] });
      const paths = endpoint.toString();
      return {
        paths,
        purpose: endpoint.purpose,
        owner: endpoint.process,
        rule: rule ? ruleName(rule) : 'no rule',
        answer: rule && undeployedProcess(rule) ? `not deployed (${rule.actions[0].statusCode})` : answerOf(outcome),
        forwardedPath:
          rule?.rewrites?.url &&
          paths
            .split(', ')
            .map((form) => rewritten(form, rule.rewrites?.url))
            .join(', '),
        public: outcome.kind === 'forwarded',
      };
    });
    return rows.filter((row, i) => rows.findIndex((other) => other.rule === row.rule && other.answer === row.answer) === i);
  });
}

/** Describes an outcome in a few words. */
export function answerOf(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'forwarded':
      return outcome.target.process;
    case 'fixed-response':
      return `refused (${outcome.status})`;
    case 'redirect':
      return `redirect to ${outcome.location}`;
    case 'sign-in':
      return `sign-in, then ${answerOf(outcome.then)}`;
    case 'unknown':
      return outcome.reason;
  }
}

/** The characters of paths in a line of the table, unless a single path has more. */
const PATHS_WIDTH = 80;

/** Returns the rows of the table for an endpoint: one with many paths takes several. */
function rowsOf({ paths, owner, rule, answer, forwardedPath }: Route): string[][] {
  const lines = paths.split(', ').reduce<string[]>((done, path) => {
    const joined = `${done.at(-1) ?? ''}${done.length === 0 ? '' : ', '}${path}`;
    return joined.length > PATHS_WIDTH && done.length > 0 ? [...done, path] : [...done.slice(0, -1), joined];
  }, []);
  const [first, ...others] = lines;
  const forwarded = `${answer}${forwardedPath === undefined ? '' : `, as ${forwardedPath}`}`;
  return [[first, owner, rule, forwarded], ...others.map((line) => [`  ${line}`, '', '', ''])];
}

/** The command that prints the endpoint table of a template. */
export const ROUTES: Command = {
  usage: `${INGRESS_USAGE} ${TEMPLATE_USAGE} [--json]`,
  help: [
    'Prints the endpoint table of a synthesised template: the rule of each endpoint, and the answer to a public client.',
    '',
    '--host NAME       one host name, such as a further one; default: every host name that the rules or the app have',
    LOAD_BALANCER_HELP,
    TEMPLATE_HELP,
    '--json            machine-readable output',
  ].join('\n'),
  options: { ...INGRESS_OPTIONS, ...TEMPLATE_OPTION, json: { type: 'boolean' } },
  run(args, output) {
    const asked = hostOption(args);
    const found = chosenIngresses(ingressesOf(readTemplate(textOption(args, 'template'))), args);
    const tables = found.flatMap((ingress) =>
      (ingress.hosts.length > 0 ? ingress.hosts : [''])
        .slice(0, asked === undefined ? undefined : 1)
        .map((host) => ({ host, loadBalancer: ingress.loadBalancer, scheme: ingress.scheme, at: loadBalancerText(ingress, found), ingress })),
    );
    if (args.values.json) {
      const json = tables.map(({ host, loadBalancer, scheme, ingress }) => ({ host, loadBalancer, scheme, routes: routesOf(ingress, host) }));
      output.out(JSON.stringify(json, undefined, 2));
      return Promise.resolve(ExitCode.OK);
    }
    for (const { host, at, ingress } of tables) {
      output.out(
        [
          [host || 'any host', ...(at === '' ? [] : [at])].join(', '),
          '',
          table(['endpoint', 'process', 'rule', 'public'], routesOf(ingress, host).flatMap(rowsOf)),
          '',
        ].join('\n'),
      );
    }
    return Promise.resolve(ExitCode.OK);
  },
};
