import { BlockList, isIP } from 'node:net';

/** Returns the family of an address, as Node.js names it. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Lists that were created before. Creating one takes longer than all checks of a request. */
const LISTS = new WeakMap<readonly string[], BlockList>();

/** Returns a list that knows whether an address is in one of some CIDR blocks. A bare address is a block of one. */
export function blockList(blocks: readonly string[]): BlockList {
  const known = LISTS.get(blocks);
  if (known) {
    return known;
  }
  const list = new BlockList();
  for (const block of blocks) {
    const [network, prefix] = block.split('/');
    const family = familyOf(network);
    list.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  LISTS.set(blocks, list);
  return list;
}

/** Returns the name or address in a Host header without its port. An IPv6 address keeps its brackets. */
export function hostWithoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}
