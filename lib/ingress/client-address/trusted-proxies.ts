import { Annotations, Fn, Token } from 'aws-cdk-lib/core';
import { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { IApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { Construct } from 'constructs';
import { LoadBalancerAddresses } from './load-balancer-addresses';
import { assignableAddresses, checkAddresses } from './trusted-addresses';
import { loadBalancer as checkLoadBalancer, subnet } from '../../private/checks/cdk';
import { listOf } from '../../private/checks/check';
import { anyText } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { parseAddress } from '../../private/ip';
import { knownCidr } from '../../private/subnets';

/**
 * The form of the trusted proxies: single addresses for Django, which compares text, or CIDR blocks for nginx, which compares networks.
 *
 * @internal
 */
export type ProxyForm = 'addresses' | 'cidrs';

/**
 * The trusted proxies of an ingress.
 *
 * @internal
 */
export interface BoundProxies {
  /** The addresses, separated by commas; undefined if every proxy is trusted, or in the other form. */
  readonly text?: string;
  /** The CIDR blocks, possibly a list that is a token; undefined in the other form. */
  readonly cidrs?: readonly string[];
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
export abstract class TrustedProxies {
  /**
   * Trusts every address that a load balancer in these subnets can have: all assignable ones of each, sorted.
   *
   * Pass exactly the subnets of the load balancer, and keep other resources out of them.
   *
   * Throws if a subnet's IPv4 CIDR block is not known at synthesis, and if there are more than 1,024 addresses. Without subnets, the construct that
   * uses it adds an error: `Vpc.fromLookup` finds no subnets by name before its lookup, which a synthesis that throws never reaches.
   *
   * @param subnets the load balancer's subnets
   */
  public static fromSubnets(subnets: ISubnet[]): TrustedProxies {
    listOf(subnet, { duplicates: true, gaps: true })('subnets', subnets);
    if (subnets.length === 0 || subnets.includes(undefined as unknown as ISubnet)) {
      return new FromNoSubnets();
    }
    const { cidrs, unknown } = cidrsOf(subnets);
    if (unknown.length > 0) {
      throw invalidValue(
        'subnets',
        'must have IPv4 CIDR blocks that are known at synthesis',
        unknown,
        'import the VPC with its CIDR blocks (Vpc.fromLookup, or Vpc.fromVpcAttributes with publicSubnetIpv4CidrBlocks), or look them up when ' +
          "it is deployed with `trustedProxies: TrustedProxies.fromLoadBalancer(loadBalancer)`, or name the load balancer's addresses with " +
          "`trustedProxies: TrustedProxies.fromAddresses([...])`, or, where PostHog's own IP filters stay off, use `trustedProxies: TrustedProxies.all()`",
      );
    }
    return new FromAddresses(assignableAddresses(cidrs), cidrs);
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
    checkLoadBalancer('loadBalancer', loadBalancer);
    return new FromLoadBalancer(loadBalancer);
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
    listOf(anyText, { duplicates: true })('addresses', addresses);
    if (!Token.isUnresolved(addresses)) {
      checkAddresses(addresses, (address) => !Token.isUnresolved(address));
    }
    return new FromAddresses([...addresses], addresses.map(asCidr));
  }

  /**
   * Trusts every proxy: the client decides which address PostHog sees.
   *
   * The load balancer appends to the client's `X-Forwarded-For` and cannot replace it, so PostHog's IP filters protect nothing.
   * The construct that uses it adds a warning.
   */
  public static all(): TrustedProxies {
    return new All();
  }

  /**
   * Trusts the load balancer in these subnets. Their CIDR blocks are looked up at deployment only if they, or the subnets, are not known at
   * synthesis. There may be more addresses than the limit, as long as they are not used.
   *
   * @internal
   */
  public static _of(loadBalancer: IApplicationLoadBalancer, subnets: ISubnet[]): TrustedProxies {
    const { cidrs, unknown } = cidrsOf(subnets);
    return subnets.length === 0 || unknown.length > 0 ? new FromLoadBalancer(loadBalancer) : new FromSubnets(cidrs);
  }

  /** Indicates whether every proxy is trusted. */
  public get trustsEverybody(): boolean {
    return false;
  }

  /**
   * The trusted addresses; empty if every proxy is trusted, and a token if they are looked up at deployment.
   *
   * Throws if they are looked up at deployment, and no `PostHogIngress` without verified client addresses uses them.
   */
  public abstract get addresses(): string[];

  /**
   * Returns the proxies in one form for an ingress, and defines what looks them up.
   *
   * Throws in the form of CIDR blocks if every proxy is trusted.
   *
   * @internal
   * @param ingress the ingress
   * @param form the form
   */
  public abstract _bind(ingress: Construct, form: ProxyForm): BoundProxies;
}

class FromAddresses extends TrustedProxies {
  public constructor(
    private readonly list: readonly string[],
    private readonly cidrs: readonly string[],
  ) {
    super();
  }

  public get addresses(): string[] {
    return [...this.list];
  }

  public _bind(_ingress: Construct, form: ProxyForm): BoundProxies {
    return form === 'cidrs' ? { cidrs: this.cidrs } : { text: joined(this.list) };
  }
}

class FromSubnets extends TrustedProxies {
  public constructor(private readonly cidrs: readonly string[]) {
    super();
  }

  public get addresses(): string[] {
    return assignableAddresses(this.cidrs);
  }

  public _bind(_ingress: Construct, form: ProxyForm): BoundProxies {
    return form === 'cidrs' ? { cidrs: this.cidrs } : { text: joined(this.addresses) };
  }
}

/** The subnets of a selection that finds none, or not yet all of them. */
class FromNoSubnets extends TrustedProxies {
  public get addresses(): string[] {
    return [];
  }

  public _bind(ingress: Construct, form: ProxyForm): BoundProxies {
    Annotations.of(ingress).addError(
      `[${ingress.node.path}] \`subnets\` of TrustedProxies.fromSubnets() must name at least one; if the subnets of the load balancer are not known, use ` +
        'TrustedProxies.fromLoadBalancer()',
    );
    return form === 'cidrs' ? { cidrs: [] } : { text: '' };
  }
}

class FromLoadBalancer extends TrustedProxies {
  private lookup?: LoadBalancerAddresses;
  private text?: string;

  public constructor(private readonly loadBalancer: IApplicationLoadBalancer) {
    super();
  }

  public get addresses(): string[] {
    if (this.text === undefined) {
      throw invalidProp(
        'addresses',
        'of TrustedProxies.fromLoadBalancer() are looked up at deployment, and no ingress has defined that',
        'pass it to `trustedProxies` of a PostHogIngress without verified client addresses first',
      );
    }
    return Fn.split(',', this.text);
  }

  public _bind(ingress: Construct, form: ProxyForm): BoundProxies {
    // An ingress that comes later uses the lookup of the first one.
    this.lookup ??= new LoadBalancerAddresses(ingress, 'TrustedAddresses', this.loadBalancer);
    if (form === 'cidrs') {
      return { cidrs: this.lookup.defineCidrs() };
    }
    this.text = this.lookup.defineText();
    return { text: this.text };
  }
}

class All extends TrustedProxies {
  public override get trustsEverybody(): boolean {
    return true;
  }

  public get addresses(): string[] {
    return [];
  }

  public _bind(ingress: Construct, form: ProxyForm): BoundProxies {
    if (form === 'cidrs') {
      throw invalidProp(
        'trustedProxies',
        'must not be TrustedProxies.all() with verified client addresses',
        "leave it out, or name the load balancer's addresses",
      );
    }
    Annotations.of(ingress).addWarningV2(
      'cdk-posthog:PostHogIngress.trustAllProxies',
      'TrustedProxies.all() lets every client choose the IP address that PostHog sees, so its IP filters and login limits protect nothing. ' +
        'Leave `trustedProxies` out',
    );
    return {};
  }
}

/** Returns the distinct CIDR blocks of subnets, without those of a lookup that has not run, and the subnets whose blocks are not known. */
function cidrsOf(subnets: readonly ISubnet[]): { readonly cidrs: string[]; readonly unknown: ISubnet[] } {
  const blocks = subnets.map((subnet) => ({ subnet, cidr: knownCidr(subnet) }));
  return {
    cidrs: [...new Set(blocks.map(({ cidr }) => cidr))].filter((cidr) => cidr !== 'lookup-pending'),
    unknown: blocks.filter(({ cidr }) => cidr === 'unknown').map(({ subnet }) => subnet),
  };
}

function joined(addresses: readonly string[]): string {
  // A list that is a token has no items to join yet.
  return Token.isUnresolved(addresses) ? Fn.join(',', [...addresses]) : addresses.join(',');
}

/** Returns an address as CIDR block. An address that is a token stays as it is, without a prefix. */
function asCidr(address: string): string {
  const parsed = parseAddress(address);
  return parsed ? `${address}/${parsed.family === 4 ? 32 : 128}` : address;
}
