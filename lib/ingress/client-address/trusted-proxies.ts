import { Fn, Token } from 'aws-cdk-lib/core';
import { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { LoadBalancerAddresses } from './load-balancer-addresses';
import { assignableAddresses, checkAddresses } from './trusted-addresses';
import { invalidValue } from '../../private/errors';
import { parseAddress } from '../../private/ip';
import { knownCidr } from '../../private/subnets';

/** The lists that are known at synthesis, possibly as tokens. */
interface Lists {
  /** Returns the addresses. Throws if there are too many. */
  addresses(): string[];
  readonly cidrs: string[];
}

/**
 * The proxies that PostHog trusts to report a client's IP address.
 *
 * PostHog uses the first entry of `X-Forwarded-For` as the client's address, and only if the peer and every later entry is
 * in `TRUSTED_PROXIES`. It compares text: a CIDR block in the list never matches, in any version, and every client would be refused
 * as soon as one of PostHog's own IP filters is on. So the list contains every address that the load balancer can have.
 *
 * @see https://github.com/PostHog/posthog/blob/master/posthog/utils.py (get_trusted_client_ip)
 */
export class TrustedProxies {
  /**
   * Trusts every address that a load balancer in these subnets can have: all assignable ones of each, sorted.
   *
   * Pass exactly the subnets of the load balancer, and keep other resources out of them.
   *
   * Throws if there is no subnet, if a subnet's IPv4 CIDR block is not known at synthesis, and if there are more than 1,024 addresses.
   *
   * @param subnets the load balancer's subnets
   */
  public static fromSubnets(subnets: ISubnet[]): TrustedProxies {
    if (subnets.length === 0) {
      throw invalidValue(
        'subnets',
        'must name at least one',
        'none',
        'if the subnets of the load balancer are not known, use TrustedProxies.fromLoadBalancer()',
      );
    }
    const unknown = unknownIn(subnets).map((subnet) => subnet.node.path);
    if (unknown.length > 0) {
      throw invalidValue(
        'subnets',
        'must have IPv4 CIDR blocks that are known at synthesis',
        unknown.join(', '),
        'import the VPC with its CIDR blocks (Vpc.fromLookup, or Vpc.fromVpcAttributes with publicSubnetIpv4CidrBlocks), or look them up when ' +
          "it is deployed with `trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer)`, or name the load balancer's addresses with " +
          "`trustedProxies: TrustedProxies.fromAddresses([...])`, or, where PostHog's own IP filters stay off, use `trustedProxies: TrustedProxies.all()`",
      );
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
   * Trusts every address that this load balancer can have, looked up when the stack is deployed.
   *
   * For load balancers whose subnets' CIDR blocks are not known at synthesis: imported ones, and those in a VPC with addresses from IPAM. A
   * function in the stack describes the subnets, and returns the same list as `fromSubnets`. It runs again when the template has other subnets
   * for the load balancer; a change of subnets outside of the template is not detected.
   *
   * A deployment fails if the load balancer does not exist in the stack's account and region, and if there are more than 1,024 addresses.
   *
   * @param loadBalancer the load balancer, imported or not
   */
  public static fromLoadBalancer(loadBalancer: IApplicationLoadBalancer): TrustedProxies {
    return new TrustedProxies(undefined, loadBalancer);
  }

  /**
   * Trusts exactly these addresses, in this order.
   *
   * Throws on a CIDR block, a port, brackets, a spelling that is not canonical, a duplicate, an empty list, or more than 1,024.
   * Unresolved tokens are used as they are.
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
   * Trusts every proxy: the client decides which address PostHog sees.
   *
   * The load balancer appends to the client's `X-Forwarded-For` and cannot replace it, so PostHog's IP filters protect nothing.
   * The construct that uses it adds a warning.
   */
  public static all(): TrustedProxies {
    return new TrustedProxies();
  }

  /**
   * Trusts the load balancer in these subnets. Their CIDR blocks are looked up at deployment only if they, or the subnets, are not known at
   * synthesis. There may be more addresses than the limit, as long as they are not used.
   *
   * @internal
   */
  public static _of(loadBalancer: IApplicationLoadBalancer, subnets: ISubnet[]): TrustedProxies {
    return subnets.length === 0 || unknownIn(subnets).length > 0 ? TrustedProxies.fromLoadBalancer(loadBalancer) : TrustedProxies.ofSubnets(subnets);
  }

  private found?: LoadBalancerAddresses;

  private constructor(
    private readonly known?: Lists,
    private readonly loadBalancer?: IApplicationLoadBalancer,
  ) {}

  /** Indicates whether every proxy is trusted. */
  public get trustsEverybody(): boolean {
    return !this.known && !this.loadBalancer;
  }

  /** The trusted addresses; empty if every proxy is trusted, and a token if they are looked up at deployment. */
  public get addresses(): string[] {
    return this.loadBalancer ? Fn.split(',', this.lookup(this.loadBalancer).text) : [...(this.known?.addresses() ?? [])];
  }

  /**
   * Returns the environment variables for Django: `TRUSTED_PROXIES`, or `TRUST_ALL_PROXIES` if every proxy is trusted.
   *
   * `TRUST_ALL_PROXIES` is never set to a false value: versions before July 2026 read any text as true, "False" as well.
   */
  public toEnvironment(): Record<string, string> {
    if (this.loadBalancer) {
      return { TRUSTED_PROXIES: this.lookup(this.loadBalancer).text };
    }
    if (!this.known) {
      return { TRUST_ALL_PROXIES: 'True' };
    }
    const addresses = this.known.addresses();
    // A list that is a token has no items to join yet.
    return { TRUSTED_PROXIES: Token.isUnresolved(addresses) ? Fn.join(',', addresses) : addresses.join(',') };
  }

  /**
   * Returns the same proxies as CIDR blocks, for programs that compare networks. An address that is a token stays as it is, without a prefix.
   *
   * @internal
   */
  public _cidrs(): string[] {
    if (this.trustsEverybody) {
      throw invalidValue(
        'trustedProxies',
        'must name the proxies here',
        'TrustedProxies.all()',
        'leave it out, or use TrustedProxies.fromSubnets(), fromLoadBalancer() or fromAddresses()',
      );
    }
    return this.loadBalancer ? this.lookup(this.loadBalancer).cidrs : [...this.known!.cidrs];
  }

  /**
   * Defines the lookup of a load balancer's addresses in the stack of this construct, unless it is defined already.
   *
   * @internal
   */
  public _bind(scope: Construct): void {
    if (this.loadBalancer) {
      this.found ??= new LoadBalancerAddresses(scope, 'TrustedAddresses', this.loadBalancer);
    }
  }

  private lookup(loadBalancer: IApplicationLoadBalancer): LoadBalancerAddresses {
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
