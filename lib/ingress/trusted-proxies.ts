import { Fn, Token } from 'aws-cdk-lib/core';
import { ISubnet } from 'aws-cdk-lib/aws-ec2';
import { assignableAddresses, checkAddresses } from './trusted-addresses';
import { rejected } from '../private/errors';
import { knownCidr } from '../private/subnets';

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
   * Throws where a subnet's IPv4 CIDR block is not known at synthesis, and where there are more than 1,024 addresses.
   *
   * @param subnets the load balancer's subnets
   */
  public static fromSubnets(subnets: ISubnet[]): TrustedProxies {
    const cidrs = subnets.map(knownCidr);
    const unknown = subnets.filter((_, i) => cidrs[i] === 'unknown').map((subnet) => subnet.node.path);
    if (unknown.length > 0) {
      throw rejected('subnets', 'must have IPv4 CIDR blocks that are known at synthesis', unknown.join(', '),
        'import the VPC with its CIDR blocks (Vpc.fromLookup, or Vpc.fromVpcAttributes with publicSubnetIpv4CidrBlocks), or name the ' +
        'load balancer\'s addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`, or, where PostHog\'s own IP filters ' +
        'stay off, use `trustedProxies: TrustedProxies.all()`');
    }
    const known = [...new Set(cidrs)].filter((cidr) => cidr !== 'lookup-pending');
    return new TrustedProxies(assignableAddresses(known), known);
  }

  /**
   * Trust exactly these addresses, in the order given.
   *
   * Throws on a CIDR block, a port, brackets, a spelling that is not canonical, a duplicate, an empty list, or more than 1,024.
   * A list that is an unresolved token is taken as it is.
   *
   * @param addresses IPv4 or IPv6 addresses
   */
  public static fromAddresses(addresses: string[]): TrustedProxies {
    const unresolved = Token.isUnresolved(addresses) || addresses.some((address) => Token.isUnresolved(address));
    return new TrustedProxies(unresolved ? addresses : checkAddresses(addresses));
  }

  /**
   * Trust everybody: the visitor decides which address PostHog sees.
   *
   * The load balancer appends to the visitor's `X-Forwarded-For` and cannot replace it, so PostHog's IP filters protect nothing
   * then. The construct that uses it warns.
   */
  public static all(): TrustedProxies {
    return new TrustedProxies('all');
  }

  private constructor(private readonly trusted: readonly string[] | 'all', private readonly blocks?: readonly string[]) {}

  /** Whether everybody is trusted. */
  public get trustsEverybody(): boolean {
    return this.trusted === 'all';
  }

  /** The trusted addresses; empty where everybody is trusted. */
  public get addresses(): string[] {
    return this.trusted === 'all' ? [] : [...this.trusted];
  }

  /**
   * What Django must be told: `TRUSTED_PROXIES`, or `TRUST_ALL_PROXIES` where everybody is trusted.
   *
   * `TRUST_ALL_PROXIES` is never there with a false value: versions before July 2026 read any text as true, "False" as well.
   */
  public toEnvironment(): Record<string, string> {
    if (this.trusted === 'all') {
      return { TRUST_ALL_PROXIES: 'True' };
    }
    // A list that is one token has no items to join yet.
    return { TRUSTED_PROXIES: Token.isUnresolved(this.trusted) ? Fn.join(',', [...this.trusted]) : this.trusted.join(',') };
  }

  /**
   * The trusted addresses as blocks, for a proxy that understands blocks; an address that is an unresolved token stays an address.
   *
   * Throws where everybody is trusted.
   *
   * @internal
   */
  public _cidrs(): string[] {
    if (this.trusted === 'all') {
      throw rejected('trustedProxies', 'must name whom to believe', 'TrustedProxies.all()');
    }
    if (Token.isUnresolved(this.trusted)) {
      return [...this.trusted];
    }
    return [...this.blocks ?? this.trusted.map((address) => (Token.isUnresolved(address) ? address : `${address}${address.includes(':') ? '/128' : '/32'}`))];
  }
}
