import { IngressFacts, RuleDescription } from './page/wire';
import { targetsOf } from './stubs';
import { appStateOf } from '../ingress/app-state';
import { IngressModel } from '../ingress/ingress-model';
import { conditionText } from '../explain/explain';
import { ruleName, undeployedProcess } from '../ingress/request-trace';
import { Route, routesOf } from '../routes/routes';
import { probeAddressesOf } from '../ingress/probes';
import { ListenerRule } from '../alb/evaluate';
import { RuleAction } from '../alb/listener-rule';

/** The description of an ingress: the data of the page, and more for programs. */
export interface IngressDescription extends IngressFacts {
  readonly endpoints: readonly Route[];
  readonly processes: readonly { readonly name: string; readonly stub: true; readonly settings: Readonly<Record<string, string>> }[];
}

/** The proxy settings of a process. */
const SETTINGS = ['IS_BEHIND_PROXY', 'TRUSTED_PROXIES', 'TRUST_ALL_PROXIES', 'ALLOWED_HOSTS', 'SITE_URL', 'DISABLE_SECURE_SSL_REDIRECT'];
const LIST_SHOWN = 3;

/** The URLs of the preview. */
interface PreviewUrls {
  readonly url: string;
  readonly plainUrl?: string;
}

/** Describes one ingress of a template for one of its hosts, by default the first. */
export function describe(
  ingress: IngressModel,
  ingresses: readonly IngressModel[],
  { url, plainUrl }: PreviewUrls,
  asked?: string,
): IngressDescription {
  const host = ingress.hosts.find((name) => name === asked) ?? ingress.hosts[0];
  return {
    source: ingress.source,
    hosts: [...new Set([...(host === undefined ? [] : [host]), ...ingress.hosts])],
    allHosts: [...new Set(ingresses.flatMap(({ hosts }) => hosts))],
    url,
    plainUrl: ingress.plainRules && plainUrl,
    access: appStateOf({ ingress, domain: host, ...probeAddressesOf(ingress.rules) }).access,
    rules: [...ingress.rules]
      .sort((a, b) => (a.priority ?? Infinity) - (b.priority ?? Infinity))
      .map((rule): RuleDescription => ({
        name: ruleName(rule),
        priority: rule.priority,
        conditions: rule.conditions.map(conditionText),
        ...actionOf(rule, rule.actions, ingress),
      })),
    endpoints: routesOf(ingress, host ?? ''),
    processes: targetsOf(ingress).map(({ process, settings }) => ({ name: process, stub: true, settings: shortSettings(settings) })),
    loadBalancerAddress: ingress.loadBalancerAddress,
    strictTransportSecurity: ingress.listenerAttributes['routing.http.response.strict_transport_security.header_value'],
  };
}

function actionOf(
  rule: ListenerRule<RuleAction>,
  [action, ...rest]: readonly RuleAction[],
  ingress: IngressModel,
): { readonly action: string; readonly process?: string } {
  switch (action.type) {
    case 'forward': {
      const process = ingress.targets[action.targetGroup ?? '']?.process;
      return { action: `forward to ${process ?? action.targetGroup ?? 'a target group elsewhere'}${rewriteText(rule)}`, process };
    }
    case 'fixed-response': {
      const undeployed = undeployedProcess(rule);
      const text = `answer ${action.statusCode} ${action.response?.body ?? ''}`.trimEnd();
      return { action: undeployed ? `${text}, because ${undeployed} is not deployed` : text };
    }
    case 'redirect':
      return { action: `redirect (${action.statusCode?.replace('HTTP_', '')})` };
    default: {
      const then = actionOf(rule, rest, ingress);
      return { action: `sign in at ${action.signIn ?? 'the identity provider'}, then ${then.action}`, process: then.process };
    }
  }
}

function rewriteText({ rewrites: { url, host } = {} }: ListenerRule<unknown>): string {
  return [url && `, its URL ${url.regex} rewritten to ${url.replace}`, host && `, its host ${host.regex} rewritten to ${host.replace}`].join('');
}

/** Returns the proxy settings. Long lists, such as all addresses of the load balancer, are cut. */
function shortSettings(settings: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const present = SETTINGS.filter((name) => name in settings);
  return Object.fromEntries(
    present.map((name) => {
      const values = settings[name]?.split(',');
      if (!values) {
        return [name, '(known at deployment)'];
      }
      return [name, values.length > LIST_SHOWN ? `${values.slice(0, LIST_SHOWN).join(',')}, … (${values.length} in all)` : values.join(',')];
    }),
  );
}
