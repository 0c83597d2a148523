import { Fn, Token } from 'aws-cdk-lib/core';
import { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { LoadBalancerAddresses } from './load-balancer-addresses';
import { assignableAddresses, checkAddresses } from './trusted-addresses';
import { rejected } from '../../private/errors';
import { parseAddress } from '../../private/ip';
import { knownCidr } from '../../private/subnets';

/** What is known at synthesis, if only as tokens. */
interface Lists {
  /** Throws where there are too many to name. */
  addresses(): string[];
  readonly cidrs: string[];
}

/**
 * The proxies whose word about a visitor's address PostHog believes.
 *
 * PostHog takes the first entry of `X-Forwarded-For` as the visitor's address, and only when the peer and every later entry is
 * in `TRUSTED_PROXIES`. It compares text: a CIDR block in the list never matches, in any version, and then everybody is refused
 * as soon as one of PostHog's own IP filters is on. So the list holds every address that the load balancer can have.
 *
 * @see https://github.com/PostHog/posthog/blob/master/posthog/utils.py (get_trusted_client_ip)
 */
export class TrustedProxies {
  /**
   * Trust every address that a load balancer in these subnets can have: all assignable ones of each, sorted.
   *
   * Give exactly the subnets that the load balancer stands in, and nothing else in them.
   *
   * Throws where there is no subnet, where a subnet's IPv4 CIDR block is not known at synthesis, and where there are more than 1,024 addresses.
   *
   * @param subnets the load balancer's subnets
   */
  public static fromSubnets(subnets: ISubnet[]): TrustedProxies {
    if (subnets.length === 0) {
      throw rejected('subnets', 'must name at least one', 'none', 'where the subnets of the load balancer are not known, use TrustedProxies.fromLoadBalancer()');
    }
    const unknown = unknownIn(subnets).map((subnet) => subnet.node.path);
    if (unknown.length > 0) {
      throw rejected('subnets', 'must have IPv4 CIDR blocks that are known at synthesis', unknown.join(', '),
        'import the VPC with its CIDR blocks (Vpc.fromLookup, or Vpc.fromVpcAttributes with publicSubnetIpv4CidrBlocks), or have them looked up when ' +
        'it is deployed with `trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer)`, or name the load balancer\'s addresses with ' +
        '`trustedProxies: TrustedProxies.fromAddresses([...])`, or, where PostHog\'s own IP filters stay off, use `trustedProxies: TrustedProxies.all()`');
    }
    const proxies = TrustedProxies.ofSubnets(subnets);
    proxies.known!.addresses();
    return proxies;
  }

  private static ofSubnets(subnets: ISubnet[]): TrustedProxies {
    const cidrs = [...new Set(subnets.map(knownCidr))].filter((cidr) => cidr !== 'lookup-pending');
    return new TrustedProxies({ addresses: () => assignableAddresses(cidrs), cidrs });
  }

  /**
   * Trust every address that this load balancer can have, found out when the stack is deployed.
   *
   * For load balancers whose subnets' CIDR blocks are not known at synthesis: imported ones, and those in a VPC with addresses from IPAM. A
   * function in the stack asks AWS, and answers the same list that `fromSubnets` makes. It asks again when the template names other subnets
   * for the load balancer; subnets that are changed elsewhere are not noticed.
   *
   * A deployment fails where the load balancer does not exist in the stack's account and region, and where there are more than 1,024 addresses.
   *
   * @param loadBalancer the load balancer, imported or not
   */
  public static fromLoadBalancer(loadBalancer: IApplicationLoadBalancer): TrustedProxies {
    return new TrustedProxies(undefined, loadBalancer);
  }

  /**
   * Trust exactly these addresses, in the order given.
   *
   * Throws on a CIDR block, a port, brackets, a spelling that is not canonical, a duplicate, an empty list, or more than 1,024.
   * Unresolved tokens are taken as they are.
   *
   * @param addresses IPv4 or IPv6 addresses
   */
  public static fromAddresses(addresses: string[]): TrustedProxies {
    if (!Token.isUnresolved(addresses)) {
      checkAddresses(addresses, (address) => !Token.isUnresolved(address));
    }
    const copy = [...addresses];
    return new TrustedProxies({ addresses: () => copy, cidrs: copy.map(asCidr) });
  }

  /**
   * Trust everybody: the visitor decides which address PostHog sees.
   *
   * The load balancer appends to the visitor's `X-Forwarded-For` and cannot replace it, so PostHog's IP filters protect nothing
   * then. The construct that uses it warns.
   */
  public static all(): TrustedProxies {
    return new TrustedProxies();
  }

  /**
   * Trust the load balancer that stands in these subnets: what can be known at synthesis is, and only what cannot is asked at a deployment.
   * Where the subnets themselves are not known, AWS is asked too. There may be more addresses than can be named, as long as nobody asks for them.
   *
   * @internal
   */
  public static _of(loadBalancer: IApplicationLoadBalancer, subnets: ISubnet[]): TrustedProxies {
    return subnets.length === 0 || unknownIn(subnets).length > 0 ? TrustedProxies.fromLoadBalancer(loadBalancer) : TrustedProxies.ofSubnets(subnets);
  }

  private found?: LoadBalancerAddresses;

  private constructor(private readonly known?: Lists, private readonly loadBalancer?: IApplicationLoadBalancer) {}

  /** Whether everybody is trusted. */
  public get trustsEverybody(): boolean {
    return !this.known && !this.loadBalancer;
  }

  /** The trusted addresses; empty where everybody is trusted, and one token where a load balancer is trusted that AWS must be asked about. */
  public get addresses(): string[] {
    return this.loadBalancer ? Fn.split(',', this.ask(this.loadBalancer).text) : [...this.known?.addresses() ?? []];
  }

  /**
   * What Django must be told: `TRUSTED_PROXIES`, or `TRUST_ALL_PROXIES` where everybody is trusted.
   *
   * `TRUST_ALL_PROXIES` is never there with a false value: versions before July 2026 read any text as true, "False" as well.
   */
  public toEnvironment(): Record<string, string> {
    if (this.loadBalancer) {
      return { TRUSTED_PROXIES: this.ask(this.loadBalancer).text };
    }
    if (!this.known) {
      return { TRUST_ALL_PROXIES: 'True' };
    }
    const addresses = this.known.addresses();
    // A list that is one token has no items to join yet.
    return { TRUSTED_PROXIES: Token.isUnresolved(addresses) ? Fn.join(',', addresses) : addresses.join(',') };
  }

  /**
   * The same proxies as CIDR blocks, for those who compare as networks do. An address that is a token stays as it is, without a prefix.
   *
   * @internal
   */
  public _cidrs(): string[] {
    if (this.trustsEverybody) {
      throw rejected('trustedProxies', 'must name the proxies here', 'TrustedProxies.all()',
        'leave it out, or use TrustedProxies.fromSubnets(), fromLoadBalancer() or fromAddresses()');
    }
    return this.loadBalancer ? this.ask(this.loadBalancer).cidrs : [...this.known!.cidrs];
  }

  /**
   * Ask for a load balancer's addresses in the stack of this construct, if nobody has asked before.
   *
   * @internal
   */
  public _bind(scope: Construct): void {
    if (this.loadBalancer) {
      this.found ??= new LoadBalancerAddresses(scope, 'TrustedAddresses', this.loadBalancer);
    }
  }

  private ask(loadBalancer: IApplicationLoadBalancer): LoadBalancerAddresses {
    this.found ??= LoadBalancerAddresses.of(loadBalancer);
    return this.found;
  }
}

function unknownIn(subnets: readonly ISubnet[]): ISubnet[] {
  return subnets.filter((subnet) => knownCidr(subnet) === 'unknown');
}

function asCidr(address: string): string {
  const parsed = parseAddress(address);
  return parsed ? `${address}/${parsed.family === 4 ? 32 : 128}` : address;
}
