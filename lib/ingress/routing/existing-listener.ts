import { Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnLoadBalancer, IApplicationListener, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { PostHogIngressOptions } from '../ingress-options';
import { checkPriorityBase, PRIORITY_SPAN, ruleHosts, RulePlacement } from './rule-placement';
import { invalidProp, invalidValue } from '../../private/errors';

/** An existing listener, and the placement of this PostHog's rules on it. */
export interface ExistingListener {
  readonly listener: IApplicationListener;
  readonly loadBalancer: IApplicationLoadBalancer;
  readonly placement: RulePlacement;
}

/** Props of the load balancer, which an existing one already has. */
const LOAD_BALANCER_PROPS: readonly (keyof PostHogIngressOptions)[] = [
  'certificate',
  'loadBalancerSubnets',
  'publicLoadBalancer',
  'firewall',
  'sslPolicy',
  'idleTimeout',
  'strictTransportSecurity',
  'openListener',
  'securityGroup',
  'accessLogsBucket',
  'accessLogsPrefix',
];

/** Returns the existing listener of the props, or undefined. Throws if the props contradict each other. */
export function existingListener(props: PostHogIngressOptions): ExistingListener | undefined {
  const { listener, rulePriorityBase: base } = props;
  if (!listener) {
    const alone = (['loadBalancer', 'rulePriorityBase'] as const).find((name) => props[name] !== undefined);
    if (alone) {
      throw invalidValue(alone, 'needs `listener`', props[alone], 'name the listener that the rules are to be added to, or leave it out');
    }
    return undefined;
  }
  const conflict = LOAD_BALANCER_PROPS.find((name) => props[name] !== undefined);
  if (conflict) {
    throw invalidProp(
      conflict,
      'cannot be set with `listener`, because it belongs to the existing load balancer',
      'set it where that load balancer is defined',
    );
  }
  if (base === undefined) {
    throw invalidProp(
      'rulePriorityBase',
      'is required with `listener`',
      `name the first of ${PRIORITY_SPAN} priorities that no other rule of that listener has`,
    );
  }
  if (Token.isUnresolved(base)) {
    throw invalidValue('rulePriorityBase', 'must be known at synthesis, because CloudFormation cannot add to it', base, 'write the number itself');
  }
  checkPriorityBase(base);
  const loadBalancer = props.loadBalancer ?? ownerOf(listener);
  if (!loadBalancer) {
    throw invalidProp(
      'loadBalancer',
      'is required with an imported listener, because that has no reference to its load balancer',
      'import it with ApplicationLoadBalancer.fromLookup or fromApplicationLoadBalancerAttributes',
    );
  }
  return { listener, loadBalancer, placement: { base, isShared: true, hosts: ruleHosts(props) } };
}

/**
 * Returns the subnets of a load balancer, among those of a VPC; an empty list if it is imported, or if the VPC does not have all of them.
 *
 * They are compared by their ids, which are equal tokens for the same subnet of one app.
 */
export function subnetsOf(loadBalancer: IApplicationLoadBalancer, vpc: IVpc): ISubnet[] {
  const definition = loadBalancer.node.defaultChild;
  const ids = definition instanceof CfnLoadBalancer ? (definition.subnets ?? []) : [];
  const found = [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].filter(({ subnetId }) => ids.includes(subnetId));
  return found.length === ids.length ? found : [];
}

/** Refuses priorities that another PostHog on the same listener uses. */
export function checkNeighbour(own: ExistingListener, other: ExistingListener, path: string): void {
  const [base, taken] = [own.placement.base, other.placement.base];
  if (Math.abs(base - taken) < PRIORITY_SPAN) {
    throw invalidValue(
      'rulePriorityBase',
      `must be ${PRIORITY_SPAN} or more away from that of another PostHog on the same listener (${path} has ${taken})`,
      base,
    );
  }
}

/** Returns the load balancer of a listener that is defined in this app. */
function ownerOf(listener: IApplicationListener & IConstruct): IApplicationLoadBalancer | undefined {
  return (listener as { readonly loadBalancer?: IApplicationLoadBalancer }).loadBalancer;
}
