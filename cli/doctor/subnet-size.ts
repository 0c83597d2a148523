import { Subnet } from './deployment/deployment';
import { cidrSize, MAX_TRUSTED_ADDRESSES, parseCidr } from '../../lib/internal';

/** Returns whether a subnet has more addresses than can be listed one by one. */
export function tooLarge({ cidr }: Subnet): boolean {
  const block = parseCidr(cidr ?? '');
  return block !== undefined && cidrSize(block) > BigInt(MAX_TRUSTED_ADDRESSES);
}
