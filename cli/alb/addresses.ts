import { BlockList, isIP } from 'node:net';

/** The family of an address, as Node.js names it. */
export type Family = 'ipv4' | 'ipv6';

/** Returns the family of an address. */
export function familyOf(address: string): Family {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Lists that were created before. Creating one takes longer than all checks of a request. */
const LISTS = {
  all: new WeakMap<readonly string[], BlockList>(),
  ipv4: new WeakMap<readonly string[], BlockList>(),
  ipv6: new WeakMap<readonly string[], BlockList>(),
};

/**
 * Returns a list that knows whether an address is in one of some CIDR blocks. A bare address is a block of one.
 *
 * Node.js takes an IPv4 address that is mapped to IPv6 (`::ffff:192.0.2.1`) for the IPv4 address.
 *
 * @param blocks the blocks
 * @param only the family of the blocks that count; by default both
 */
export function blockList(blocks: readonly string[], only?: Family): BlockList {
  const lists = LISTS[only ?? 'all'];
  const known = lists.get(blocks);
  if (known) {
    return known;
  }
  const list = new BlockList();
  for (const block of blocks) {
    const [network, prefix] = block.split('/');
    const family = familyOf(network);
    if (only === undefined || family === only) {
      list.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
    }
  }
  lists.set(blocks, list);
  return list;
}

/** Returns the name or address in a Host header without its port. An IPv6 address keeps its brackets. */
export function hostWithoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}
