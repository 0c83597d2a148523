import { CommandError } from '../command';
import { IngressModel, Scheme, Target, urlParts } from '../ingress/ingress-model';
import { verifyingProxy } from '../client-ip/verified-headers';
import { TemplateFile, httpsListeners } from './template-file';
import { ProxySettings } from '../client-ip/client-ip';
import { CLIENT_ADDRESS_CONTAINER, firstAssignableAddress } from '../../lib/internal';
import { containersByTargetGroup, containersOf, servicesOf, taskOf } from './template-services';
import { RuleAction } from '../alb/listener-rule';
import { CloudFormationTemplate, listenersOf, loadBalancerAttributes, logicalId, ofType, referenced, TemplateListener } from '../alb/template';

/** Returns every ingress of a template: the listeners that it has rules for. There must be at least one. */
export function ingressesOf({ file, template, has = () => true }: TemplateFile): IngressModel[] {
  const listeners = listenersOf(template);
  const found = httpsListeners(listeners).filter(({ rules }) => rules.some(({ id }) => id !== undefined && has(id)));
  if (found.length === 0) {
    throw new CommandError(`${file} has no listener with rules, so no ingress of PostHog`);
  }
  const targets = targetsOf(template);
  return found.map((listener) => ({
    source: file,
    hosts: hostsOf(listener, targets),
    loadBalancer: listener.loadBalancer,
    scheme: schemeOf(template, listener),
    rules: listener.rules,
    plainRules: listeners.find(({ port, loadBalancer }) => port === 80 && loadBalancer === listener.loadBalancer)?.rules,
    attributes: loadBalancerAttributes(template, listener.loadBalancer),
    listenerAttributes: listener.attributes,
    loadBalancerAddress: addressOf(template, listener),
    targets,
  }));
}

function targetsOf(template: CloudFormationTemplate): Record<string, Target> {
  const names = containersByTargetGroup(template);
  return Object.fromEntries(
    servicesOf(template).flatMap(([, service]) => {
      const containers = containersOf(taskOf(template, service));
      return (service.LoadBalancers ?? []).map(({ TargetGroupArn }): [string, Target] => {
        const group = String(logicalId(TargetGroupArn));
        const settings = (name: string) => settingsOf(containers.find(({ Name }) => Name === name)?.Environment ?? []);
        const isVerified = service.LoadBalancers!.some(({ ContainerName }) => ContainerName === CLIENT_ADDRESS_CONTAINER);
        return [
          group,
          {
            process: names[group],
            settings: settings(names[group]),
            verifying: isVerified ? verifyingProxy(settings(CLIENT_ADDRESS_CONTAINER)) : undefined,
          },
        ];
      });
    }),
  );
}

function settingsOf(environment: readonly { readonly Name: string; readonly Value?: unknown }[]): ProxySettings {
  return Object.fromEntries(environment.map(({ Name, Value }) => [Name, typeof Value === 'string' ? Value : undefined]));
}

/**
 * Returns the names in the rules' host conditions, or else that of the site. That of the site comes first: it is the primary name. Further allowed
 * hosts of the app are for processes that call it.
 */
function hostsOf(listener: TemplateListener, targets: Readonly<Record<string, Target>>): string[] {
  // A rule that refuses may be for some of the names only.
  const rules = [...listener.rules].sort((a, b) => Number(b.actions.some(forwards)) - Number(a.actions.some(forwards)));
  const conditions = rules.flatMap(({ conditions: all }) => all).filter(({ field }) => field === 'host-header');
  const named = conditions.flatMap(({ values = [] }) => values);
  const reached = listener.rules.flatMap(({ actions }) => actions).map(({ targetGroup }) => targets[targetGroup ?? '']);
  const sites = reached.flatMap((target) => urlParts(target?.settings.SITE_URL ?? '')?.host ?? []);
  const isNamed = (host: string) => named.length === 0 || named.includes(host);
  return [...new Set([...sites.filter(isNamed), ...named])];
}

const forwards = ({ targetGroup }: RuleAction) => targetGroup !== undefined;

/** Returns the scheme of the load balancer; undefined if it is not in the template. The default of AWS is the internet. */
function schemeOf(template: CloudFormationTemplate, { loadBalancer }: TemplateListener): Scheme | undefined {
  const found = ofType<{ Scheme?: unknown }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').find(([id]) => id === loadBalancer);
  return found && (found[1].Scheme === 'internal' ? 'internal' : 'internet-facing');
}

/** Returns an address that the load balancer can have, if the template has its subnets. */
function addressOf(template: CloudFormationTemplate, listener: TemplateListener): string | undefined {
  const [, loadBalancer] =
    ofType<{ Subnets?: unknown[] }>(template, 'AWS::ElasticLoadBalancingV2::LoadBalancer').find(([id]) => id === listener.loadBalancer) ?? [];
  const cidrs = (loadBalancer?.Subnets ?? [])
    .map((subnet) => referenced<{ CidrBlock?: unknown }>(template, 'AWS::EC2::Subnet', subnet)?.CidrBlock)
    .filter((cidr) => typeof cidr === 'string');
  return cidrs.map(firstAssignableAddress).find((address) => address !== undefined);
}
