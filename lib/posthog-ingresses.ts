import { ISubnet, IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { Construct } from 'constructs';
import { jointProxyEnvironment } from './ingress/app-load-balancer';
import { asIngestionOnly } from './ingress/host-names';
import { PostHogIngress } from './ingress/posthog-ingress';
import { PostHogNetwork } from './network/posthog-network';
import { IngressPlan, IngressPlans } from './posthog-ingress-plan';
import { invalidProp, withPath } from './private/errors';

/** The ingresses of a PostHog. */
export interface Ingresses {
  readonly ingress: PostHogIngress;
  readonly appIngress?: PostHogIngress;
  /** The subnets of all load balancers. */
  readonly subnets: ISubnet[];
  /** The environment variables that configure Django for all load balancers. */
  readonly proxyEnvironment: Readonly<Record<string, string>>;
}

/** Defines the ingress of a PostHog, and that of the app if it has a load balancer of its own. */
export function defineIngresses(posthog: Construct, plans: IngressPlans, vpc: IVpc, network: PostHogNetwork | undefined): Ingresses {
  const props = { ...plans.ingress, vpc, loadBalancerSubnets: plans.ingress.loadBalancerSubnets ?? network?.loadBalancerSubnets };
  const ingress = new PostHogIngress(posthog, 'Ingress', plans.isIngestionOnly ? asIngestionOnly(props) : props);
  const { appIngress: plan } = plans;
  if (!plan) {
    return { ingress, subnets: ingress.subnets, proxyEnvironment: ingress.proxyEnvironment };
  }
  const appIngress = new PostHogIngress(posthog, 'AppIngress', {
    ...plan,
    vpc,
    // A public load balancer with another primary name has no certificate for this one.
    certificate: plan.certificate ?? (plans.isIngestionOnly ? undefined : ingress.certificate),
    loadBalancerSubnets: withPath(posthog, () => appSubnets(plan, network)),
  });
  // The sidecars of processes get requests from both.
  ingress._trustAlso(appIngress);
  return {
    ingress,
    appIngress,
    subnets: [...ingress.subnets, ...appIngress.subnets],
    proxyEnvironment: jointProxyEnvironment(appIngress.proxyEnvironment, ingress.proxyEnvironment),
  };
}

/** Returns the selection of the subnets of the app's load balancer; undefined for the default of an existing VPC. */
function appSubnets({ loadBalancerSubnets }: IngressPlan, network: PostHogNetwork | undefined): SubnetSelection | undefined {
  if (loadBalancerSubnets || !network) {
    return loadBalancerSubnets;
  }
  if (!network.appLoadBalancerSubnets) {
    throw invalidProp(
      'appLoadBalancer',
      `needs subnets of its own, and ${network.node.path} has none`,
      'set `appLoadBalancer: true` for that PostHogNetwork, or pass `loadBalancerSubnets` to AppLoadBalancer.internal()',
    );
  }
  return network.appLoadBalancerSubnets;
}
