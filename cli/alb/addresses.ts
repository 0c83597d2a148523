import { BlockList, isIP } from 'node:net';

/** The family of an address, as Node.js names it. */
export function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 6 ? 'ipv6' : 'ipv4';
}

/** Something that knows whether an address is in one of these CIDR blocks; an address alone is a block of one. */
export function blockList(blocks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const block of blocks) {
    const [network, prefix] = block.split('/');
    const family = familyOf(network);
    list.addSubnet(network, Number(prefix ?? (family === 'ipv6' ? 128 : 32)), family);
  }
  return list;
}

/** The name or address in a Host header, without the port that it may have. An IPv6 address keeps its brackets. */
export function hostWithoutPort(host: string): string {
  return host.replace(/:\d*$/, '');
}
