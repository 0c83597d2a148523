import { Token } from 'aws-cdk-lib/core';
import { checkCidrs } from './cidr-blocks';
import { rejected } from '../../private/errors';

/** A list travels in the environment of each task, and a task definition may be 64 KiB in all. CloudFront and Cloudflare publish fewer than 100 blocks each. */
const MAX_CIDRS = 500;

/**
 * A content delivery network in front of the load balancer, whose word about a visitor's address is believed.
 *
 * It must append the address that connects to it to `X-Forwarded-For`, as CloudFront and Cloudflare do, and pass the visitor's `Host` on.
 *
 * A network's address blocks are shared by all of its customers. One who sends requests to your load balancer from there, with a header of
 * their making, can still forge an address: where that matters, have the network add a secret header, and refuse whatever comes without it.
 *
 * Throws where a block is malformed, has host bits, is named twice, or is everybody; and on none or more than 500. Unresolved tokens are
 * taken as they are.
 */
export class Cdn {
  /**
   * A network by the address blocks that it connects to the load balancer from, or a proxy of your own.
   *
   * CloudFront's are those of the service CLOUDFRONT_ORIGIN_FACING in https://ip-ranges.amazonaws.com/ip-ranges.json, Cloudflare's those of
   * https://www.cloudflare.com/ips-v4 and https://www.cloudflare.com/ips-v6.
   *
   * @param cidrs the blocks that it connects to the load balancer from
   */
  public static fromCidrs(cidrs: string[]): Cdn {
    return new Cdn(cidrs);
  }

  private constructor(
    /**
     * Where it connects from.
     *
     * @internal
     */
    public readonly _cidrs: readonly string[],
  ) {
    if (Token.isUnresolved(_cidrs)) {
      return;
    }
    if (_cidrs.length === 0) {
      throw rejected('cidrs', 'must name at least one block', _cidrs, 'leave `cdn` out where no network is in front');
    }
    if (_cidrs.length > MAX_CIDRS) {
      throw rejected('cidrs', `may hold at most ${MAX_CIDRS} blocks, because they travel in an environment variable`, `${_cidrs.length} blocks`, 'merge neighbouring blocks');
    }
    checkCidrs(_cidrs, 'name the blocks that the network publishes');
  }
}
