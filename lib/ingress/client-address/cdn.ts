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
   * Trusts a network, or a proxy of your own, by the CIDR blocks from which it connects to the load balancer.
   *
   * CloudFront's are those of the service CLOUDFRONT_ORIGIN_FACING in https://ip-ranges.amazonaws.com/ip-ranges.json, Cloudflare's those of
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
