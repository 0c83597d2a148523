import { IngressModel, SCHEMES } from './ingress-model';
import { Arguments, CommandError, textOption } from '../command';

/** The options that choose among the host names and the load balancers of a template, with their lines in the help of a command. */
export const INGRESS_OPTIONS = { 'host': { type: 'string' }, 'load-balancer': { type: 'string' } } as const;
export const INGRESS_USAGE = '[--host NAME] [--load-balancer NAME]';
export const LOAD_BALANCER_HELP = '--load-balancer N  the load balancer, if there are several: internal, internet-facing, or its name or logical id';

const HOST_NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

/** Returns the value of `--host`, in lower case; undefined without it. */
export function hostOption(args: Arguments): string | undefined {
  const host = textOption(args, 'host')?.toLowerCase();
  if (host !== undefined && !HOST_NAME.test(host)) {
    throw new CommandError(`--host must be a host name, got: '${host}'`);
  }
  return host;
}

/**
 * Returns the ingresses that the options choose, those for the internet first.
 *
 * With a host name, these are the ingresses that have it, each with that name first; if none has it, all of them, because a load balancer gets
 * requests for any name.
 */
export function chosenIngresses(ingresses: readonly IngressModel[], args: Arguments): IngressModel[] {
  const found = ofLoadBalancer(ingresses, textOption(args, 'load-balancer'));
  const sorted = [...found].sort((a, b) => Number(a.scheme === 'internal') - Number(b.scheme === 'internal'));
  const host = hostOption(args);
  if (host === undefined) {
    return sorted;
  }
  const having = sorted.filter(({ hosts }) => hosts.includes(host));
  return (having.length > 0 ? having : sorted).map((ingress) => ({ ...ingress, hosts: [host, ...ingress.hosts.filter((other) => other !== host)] }));
}

function ofLoadBalancer(ingresses: readonly IngressModel[], name: string | undefined): readonly IngressModel[] {
  if (name === undefined) {
    return ingresses;
  }
  const found = ingresses.filter(({ loadBalancer, scheme }) => loadBalancer === name || scheme === name);
  if (found.length === 0) {
    const names = ingresses.map(({ loadBalancer = 'an existing one', scheme }) => `${loadBalancer}${scheme === undefined ? '' : ` (${scheme})`}`);
    throw new CommandError(`--load-balancer must be ${SCHEMES.join(', ')} or the name of one, got: '${name}'; available: ${names.join(', ')}`);
  }
  return found;
}

/** Returns a text that distinguishes the load balancer of an ingress from the others; empty if there is only one. */
export function loadBalancerText({ loadBalancer, scheme }: IngressModel, all: readonly IngressModel[]): string {
  const name = scheme ?? loadBalancer ?? 'existing';
  return all.length > 1 ? `the ${name} load balancer` : '';
}
