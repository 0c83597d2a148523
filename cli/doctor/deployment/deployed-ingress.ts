import { Deployment, Listener, Service } from './deployment';
import { isUnavailable } from '../../aws/loaded';
import { containersOf, processOf } from './processes';
import { IngressModel, Target } from '../../ingress/ingress-model';
import { verifyingProxy } from '../../client-ip/verified-headers';
import { CLIENT_ADDRESS_CONTAINER, DENY_RULES, firstAssignableAddress } from '../../../lib/internal';
import { globMatches, ListenerRule } from '../../alb/evaluate';
import { RuleAction } from '../../alb/listener-rule';

/** The current ingress of a deployment. */
export interface DeployedIngress extends IngressModel {
  readonly listener: Listener;
  /** Target groups without a known service, by the name that is used for their process. */
  readonly unclaimed: ReadonlySet<string>;
  /** Rules that cannot be evaluated here, because their regular expressions use another dialect. */
  readonly unreadable: readonly ListenerRule<RuleAction>[];
}

/** Returns the listener that terminates TLS: the one on port 443, or else the first. */
export function tlsListener({ listeners }: Deployment): Listener | undefined {
  return first(listeners, 'HTTPS', 443);
}

/** Returns the listener for plain HTTP: the one on port 80, or else the first. */
export function plainListener({ listeners }: Deployment): Listener | undefined {
  return first(listeners, 'HTTP', 80);
}

/** Returns the ingress of a deployment; undefined if no listener terminates TLS. */
export function deployedIngress(deployment: Deployment, domain: string | undefined): DeployedIngress | undefined {
  const listener = tlsListener(deployment);
  if (!listener) {
    return undefined;
  }
  const services = isUnavailable(deployment.services) ? [] : deployment.services;
  const claimed = Object.fromEntries(
    services.flatMap((service) => service.targets.map((target): [string, Target] => [target.targetGroup, targetOf(service)])),
  );
  const rules = rulesForHost(listener.rules, domain);
  const forwarded = [...new Set(rules.flatMap(({ actions }) => actions).flatMap(({ targetGroup }) => targetGroup ?? []))].filter(
    (arn) => !(arn in claimed),
  );
  const unclaimed = Object.fromEntries(forwarded.map((arn): [string, Target] => [arn, { process: `target group ${nameOf(arn)}`, settings: {} }]));
  return {
    source: deployment.loadBalancer.name,
    hosts: domain === undefined ? [] : [domain],
    rules: rules.filter(isReadable),
    plainRules: plainListener(deployment)?.rules.filter(isReadable),
    attributes: isUnavailable(deployment.attributes) ? {} : deployment.attributes,
    listenerAttributes: isUnavailable(listener.attributes) ? {} : listener.attributes,
    loadBalancerAddress: firstAddress(deployment),
    targets: { ...claimed, ...unclaimed },
    listener,
    unclaimed: new Set(Object.values(unclaimed).map(({ process }) => process)),
    unreadable: rules.filter((rule) => !isReadable(rule)),
  };
}

/** Returns the rules that can match requests for a host. Rules for other hosts belong to other applications. */
export function rulesForHost(rules: readonly ListenerRule<RuleAction>[], host: string | undefined): ListenerRule<RuleAction>[] {
  return rules.filter(({ conditions }) =>
    conditions.every(
      ({ field, values = [], regexValues = [] }) =>
        host === undefined || field !== 'host-header' || regexValues.length > 0 || values.some((value) => globMatches(value, host, true)),
    ),
  );
}

/** Returns `NAME` of `arn:...:targetgroup/NAME/ID`. */
export function nameOf(targetGroup: string): string {
  return targetGroup.split('/').at(-2) ?? targetGroup;
}

function first(listeners: readonly Listener[], protocol: string, port: number): Listener | undefined {
  const candidates = listeners.filter((listener) => listener.protocol === protocol);
  return candidates.find((listener) => listener.port === port) ?? candidates[0];
}

function targetOf(service: Service): Target {
  const process = processOf(service);
  const containers = containersOf(service);
  const proxy = containers.find(({ name }) => name === CLIENT_ADDRESS_CONTAINER);
  return {
    process,
    settings: containers.find(({ name }) => name === process)?.environment ?? {},
    verifying: proxy && verifyingProxy(proxy.environment),
  };
}

function isReadable({ conditions, rewrites }: ListenerRule<RuleAction>): boolean {
  const replaced = [rewrites?.url, rewrites?.host].flatMap((rewrite) => rewrite?.regex ?? []);
  return [...conditions.flatMap(({ regexValues = [] }) => regexValues), ...replaced].every((source) => {
    try {
      return new RegExp(source) instanceof RegExp;
    } catch {
      return false;
    }
  });
}

function firstAddress({ subnets }: Deployment): string | undefined {
  const cidrs = isUnavailable(subnets) ? [] : subnets.flatMap(({ cidr }) => cidr ?? []);
  return cidrs.map(firstAssignableAddress).find((address) => address !== undefined);
}

/**
 * Returns the offset of all rule priorities: zero on the library's own listener, `rulePriorityBase` on an existing one. The deny rules show it,
 * because they are the same on every listener.
 */
export function priorityBase(rules: readonly ListenerRule<unknown>[]): number {
  const bases = DENY_RULES.flatMap(({ priority: own, patterns: { regexes = [] } }) =>
    rules
      .filter(({ conditions }) => conditions.some(({ regexValues = [] }) => regexValues.includes(regexes[0])))
      .flatMap(({ priority }) => (priority === undefined ? [] : [priority - own])),
  );
  return bases[0] ?? 0;
}
