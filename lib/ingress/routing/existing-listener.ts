import { Token } from 'aws-cdk-lib/core';
import { ISubnet, IVpc } from 'aws-cdk-lib/aws-ec2';
import { CfnLoadBalancer, IApplicationListener, IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { IConstruct } from 'constructs';
import { PostHogIngressOptions } from '../ingress-options';
import { checkPriorityBase, PRIORITY_SPAN, RulePlacement } from './rule-placement';
import { rejected } from '../../private/errors';

/** A listener that stands already, and the place of this PostHog's rules on it. */
export interface ExistingListener {
  readonly listener: IApplicationListener;
  readonly loadBalancer: IApplicationLoadBalancer;
  readonly placement: RulePlacement;
}

/** What belongs to the load balancer, and so to its owner. */
const NOT_OURS: readonly (keyof PostHogIngressOptions)[] = [
  'certificate', 'loadBalancerSubnets', 'publicLoadBalancer', 'sslPolicy', 'idleTimeout', 'strictTransportSecurity', 'openListener', 'securityGroup',
  'accessLogsBucket', 'accessLogsPrefix',
];

/** The listener that was given, or undefined where none was. Throws where the props contradict each other. */
export function existingListener(props: PostHogIngressOptions): ExistingListener | undefined {
  const { listener, rulePriorityBase: base } = props;
  if (!listener) {
    const alone = (['loadBalancer', 'rulePriorityBase'] as const).find((name) => props[name] !== undefined);
    if (alone) {
      throw rejected(alone, 'needs `listener`', alone === 'rulePriorityBase' ? base : props.loadBalancer!.node.path, 'name the listener that the rules are to be added to, or leave it out');
    }
    return undefined;
  }
  const notOurs = NOT_OURS.find((name) => props[name] !== undefined);
  if (notOurs) {
    throw rejected(notOurs, 'cannot be given with `listener`, because it belongs to the load balancer that stands already', 'both', 'set it where that load balancer is defined');
  }
  if (base === undefined) {
    throw rejected('rulePriorityBase', 'must be given with `listener`', base, `name the first of ${PRIORITY_SPAN} priorities that no other rule of that listener has`);
  }
  if (Token.isUnresolved(base)) {
    throw rejected('rulePriorityBase', 'must be known at synthesis, because CloudFormation cannot add to it', 'an unresolved token', 'write the number itself');
  }
  checkPriorityBase(base);
  const loadBalancer = props.loadBalancer ?? ownerOf(listener);
  if (!loadBalancer) {
    throw rejected('loadBalancer', 'must be given with a listener that is imported, because a listener does not name its own', 'none',
      'import it with ApplicationLoadBalancer.fromLookup or fromApplicationLoadBalancerAttributes');
  }
  return { listener, loadBalancer, placement: { base, host: props.domainName } };
}

/**
 * The subnets that a load balancer stands in, among those of a VPC; none where it is imported, or where the VPC does not know all of them.
 *
 * They are compared by their ids, which of subnets in one app are the same text even before they are known.
 */
export function subnetsOf(loadBalancer: IApplicationLoadBalancer, vpc: IVpc): ISubnet[] {
  const definition = loadBalancer.node.defaultChild;
  const ids = definition instanceof CfnLoadBalancer ? definition.subnets ?? [] : [];
  const found = [...vpc.publicSubnets, ...vpc.privateSubnets, ...vpc.isolatedSubnets].filter(({ subnetId }) => ids.includes(subnetId));
  return found.length === ids.length ? found : [];
}

/** Refuses priorities that another PostHog on the same listener has. */
export function checkNeighbour(own: ExistingListener, other: ExistingListener, path: string): void {
  const [base, taken] = [own.placement.base, other.placement.base];
  if (Math.abs(base - taken) < PRIORITY_SPAN) {
    throw rejected('rulePriorityBase', `must be ${PRIORITY_SPAN} or more away from that of another PostHog on the same listener (${path} has ${taken})`, base);
  }
}

/** A listener that is defined in this app knows its load balancer. */
function ownerOf(listener: IApplicationListener & IConstruct): IApplicationLoadBalancer | undefined {
  return (listener as { readonly loadBalancer?: IApplicationLoadBalancer }).loadBalancer;
}
