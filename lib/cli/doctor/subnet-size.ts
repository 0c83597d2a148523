import { Subnet } from './deployment';
import { MAX_TRUSTED_ADDRESSES } from '../../ingress/trusted-addresses';
import { cidrSize, parseCidr } from '../../private/ip';

/** Whether a subnet has more addresses than can be named one by one. */
export function tooLarge({ cidr }: Subnet): boolean {
  const block = parseCidr(cidr ?? '');
  return block !== undefined && cidrSize(block) > BigInt(MAX_TRUSTED_ADDRESSES);
}
