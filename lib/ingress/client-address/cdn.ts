import { Token } from 'aws-cdk-lib/core';
import { listOf } from '../../private/checks/check';
import { anyText } from '../../private/checks/values';
import { invalidProp, invalidValue } from '../../private/errors';
import { checkCidrs } from '../../private/ip';

/**
 * The largest number of blocks: the list is in the environment of each task, and a task definition is limited to 64 KiB. CloudFront and Cloudflare
 * publish fewer than 100 blocks each.
 */
const MAX_CIDRS = 500;

/**
 * The private addresses that a VPC can have. A client on the internet never has one.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html
 */
const PRIVATE_BLOCKS: readonly string[] = ['10.0.0.0/8', '100.64.0.0/10', '172.16.0.0/12', '192.168.0.0/16'];

/**
 * A content delivery network in front of the load balancer that is trusted to report a client's IP address.
 *
 * It must append the address that connects to it to `X-Forwarded-For`, as CloudFront and Cloudflare do, and forward the client's `Host`.
 *
 * A network's address blocks are shared by all of its customers. Another customer can send requests with a forged header from there to your load
 * balancer. If that matters, let the network add a secret header, and refuse requests without it.
 *
 * Throws if a block is malformed, has host bits, is named twice, or contains every address; and if there are none or more than 500. Unresolved
 * tokens are used as they are.
 */
export class Cdn {
  /**
   * Trusts CloudFront behind a VPC origin, such as `PostHogCdn` with an internal load balancer. It connects from private addresses of the VPC, so no
   * list of blocks is needed.
   *
   * The load balancer must accept connections of CloudFront only (`openListener: false`): any other client with a private address could forge its
   * own.
   */
  public static cloudFront(): Cdn {
    return new Cdn(PRIVATE_BLOCKS);
  }

  /**
   * Trusts a network, or a proxy of your own, by the CIDR blocks from which it connects to the load balancer.
   *
   * CloudFront's, in front of a public load balancer, are those of the service CLOUDFRONT_ORIGIN_FACING in
   * https://ip-ranges.amazonaws.com/ip-ranges.json, Cloudflare's those of
   * https://www.cloudflare.com/ips-v4 and https://www.cloudflare.com/ips-v6.
   *
   * @param cidrs the CIDR blocks of the network
   */
  public static fromCidrs(cidrs: string[]): Cdn {
    listOf(anyText, { duplicates: true })('cidrs', cidrs);
    return new Cdn(cidrs);
  }

  private constructor(
    /**
     * The CIDR blocks of the network.
     *
     * @internal
     */
    public readonly _cidrs: readonly string[],
  ) {
    if (Token.isUnresolved(_cidrs)) {
      return;
    }
    if (_cidrs.length === 0) {
      throw invalidValue('cidrs', 'must name at least one block', _cidrs, 'leave `cdn` out if there is no network in front');
    }
    if (_cidrs.length > MAX_CIDRS) {
      throw invalidProp(
        'cidrs',
        `may contain at most ${MAX_CIDRS} blocks, not ${_cidrs.length}, because they are passed in an environment variable`,
        'merge adjacent blocks',
      );
    }
    checkCidrs(
      _cidrs.filter((cidr) => !Token.isUnresolved(cidr)),
      'name the blocks that the network publishes',
    );
  }
}
