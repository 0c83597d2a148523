import { ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ISecurityGroup, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import { IHostedZone } from 'aws-cdk-lib/aws-route53';
import { TrustedProxies } from './client-address/trusted-proxies';
import { PostHogFirewall } from './firewall/posthog-firewall';
import { FIREWALL_CHECK, PROXIES_CHECK } from './ingress-checks';
import { certificate, hostedZone, securityGroup, subnetSelection } from '../private/checks/cdk';
import { Checks, checkStruct } from '../private/checks/check';
import { boolean } from '../private/checks/values';

/**
 * Options for an internal load balancer of the app.
 */
export interface InternalLoadBalancerOptions {
  /**
   * The hosted zone of the app's name on this load balancer, usually a private one that the VPN or the peered networks resolve. Alias records are
   * created in it. It must not be the `domainZone` of the PostHog, whose records name the public load balancer.
   *
   * @default - no records are created
   */
  readonly domainZone?: IHostedZone;
  /**
   * The certificate for `domainName`, in the region of the stack.
   *
   * @default - the one that the public load balancer has for `domainName`, or a new one that is validated through `domainZone`, which must then be
   * public
   */
  readonly certificate?: ICertificate;
  /**
   * The subnets of this load balancer, /27 or larger, private, in two or more zones. They should contain nothing else: PostHog is configured to trust
   * every address in them.
   *
   * @default - new /27 subnets of the new network, or `appLoadBalancerSubnets` of the network of `stores`, or one private subnet per zone of `vpc`
   */
  readonly loadBalancerSubnets?: SubnetSelection;
  /**
   * The security group of this load balancer.
   *
   * @default - a new one
   */
  readonly securityGroup?: ISecurityGroup;
  /**
   * Determines whether the security group allows every address that has a route to this load balancer to connect. If not, allow clients with
   * `appIngress.connections`.
   *
   * @default true
   */
  readonly openListener?: boolean;
  /**
   * The proxies in front of the app that PostHog trusts to report a client's IP address.
   *
   * @default - every address that this load balancer can have in its subnets
   */
  readonly trustedProxies?: TrustedProxies;
  /**
   * The web application firewall of this load balancer. `firewall` of the PostHog is that of the public one.
   *
   * @default - none
   */
  readonly firewall?: PostHogFirewall;
}

const CHECKS: Checks<InternalLoadBalancerOptions> = {
  domainZone: hostedZone,
  certificate,
  loadBalancerSubnets: subnetSelection,
  securityGroup,
  openListener: boolean,
  trustedProxies: PROXIES_CHECK,
  firewall: FIREWALL_CHECK,
};

/**
 * A load balancer of its own for the app.
 *
 * The load balancer of `PostHog.ingress` then serves SDK endpoints only, and refuses the app.
 */
export class AppLoadBalancer {
  /**
   * An internal load balancer: the app is reachable from the VPC and from networks with a route to it, by VPN, Transit Gateway or peering.
   *
   * It serves SDK endpoints, too, because clients in these networks may resolve the app's name to it.
   *
   * @param options the subnets, the hosted zone and the certificate
   */
  public static internal(options: InternalLoadBalancerOptions = {}): AppLoadBalancer {
    checkStruct('options', options, CHECKS);
    return new AppLoadBalancer(options);
  }

  private constructor(
    /**
     * Its options.
     *
     * @internal
     */
    public readonly _options: InternalLoadBalancerOptions,
  ) {}
}

/** The environment variables of Django with a list that both load balancers contribute to. */
const LISTS = ['ALLOWED_HOSTS', 'TRUSTED_PROXIES'] as const;

/**
 * Returns the environment variables that configure Django for two load balancers in front of it: all names, and the proxies of both.
 *
 * @param app the variables for the load balancer of the app
 * @param other those for the other one
 */
export function jointProxyEnvironment(app: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): Record<string, string> {
  const joint = Object.fromEntries(
    LISTS.flatMap((name) => (app[name] === undefined || other[name] === undefined ? [] : [[name, union(app[name], other[name])]])),
  );
  // Without the list of either, every proxy is trusted.
  const all = Object.entries({ ...other, ...app }).filter(([name]) => name !== 'TRUSTED_PROXIES');
  return { ...Object.fromEntries(all), ...joint };
}

function union(...lists: readonly string[]): string {
  return [...new Set(lists.flatMap((list) => list.split(',')))].join(',');
}
