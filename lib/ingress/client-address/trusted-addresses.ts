import { isIP } from 'node:net';
import { invalidProp, invalidValue } from '../../private/errors';
import { cidrSize, formatAddress, parseAddress, parseCidr, withoutPort } from '../../private/ip';

/**
 * The largest number of trusted addresses.
 *
 * The list is in the environment of each task that runs Django, and a task definition is limited to 64 KiB. 1,024 IPv4
 * addresses are at most 16 KiB, and enough for four /24 subnets; the /27 subnets that the library creates have 27 each.
 *
 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html
 */
export const MAX_TRUSTED_ADDRESSES = 1024;

/** The number of addresses that AWS reserves at the start of each subnet; it also reserves the last one. */
const RESERVED_AT_START = 4n;
const RESERVED_AT_END = 1n;

/**
 * Returns every address that AWS can assign to a network interface in these IPv4 subnets, in numeric order.
 *
 * @see https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
 * @param subnetCidrs the subnets' IPv4 CIDR blocks
 */
export function assignableAddresses(subnetCidrs: readonly string[]): string[] {
  const ranges = subnetCidrs.map((text) => {
    const cidr = parseCidr(text);
    if (!cidr || cidr.family !== 4) {
      throw invalidValue('subnets', 'must have IPv4 CIDR blocks', text);
    }
    const first = cidr.network + RESERVED_AT_START;
    const size = Number(cidrSize(cidr) - RESERVED_AT_START - RESERVED_AT_END);
    return { text, first, size: Math.max(size, 0) };
  });
  const total = ranges.reduce((sum, range) => sum + range.size, 0);
  if (total > MAX_TRUSTED_ADDRESSES) {
    throw invalidValue(
      'subnets',
      `of the load balancer may have at most ${MAX_TRUSTED_ADDRESSES} addresses together, not ${total}, because PostHog is configured with each of them`,
      subnetCidrs,
      'give the load balancer small subnets of its own (/27 is the smallest that it accepts) with `loadBalancerSubnets`, ' +
        'or name its addresses with `trustedProxies: TrustedProxies.fromAddresses([...])`, or set `clientAddress: ClientAddress.verified()`',
    );
  }
  return ranges
    .sort((a, b) => Number(a.first - b.first))
    .flatMap(({ first, size }) => Array.from({ length: size }, (_, i) => formatAddress({ family: 4, value: first + BigInt(i) })));
}

/**
 * Returns the first address that AWS can assign to a network interface in an IPv4 subnet of any size; undefined if there is none.
 *
 * @param subnetCidr the subnet's CIDR block
 */
export function firstAssignableAddress(subnetCidr: string): string | undefined {
  const cidr = parseCidr(subnetCidr);
  if (!cidr || cidr.family !== 4 || cidrSize(cidr) <= RESERVED_AT_START + RESERVED_AT_END) {
    return undefined;
  }
  return formatAddress({ family: 4, value: cidr.network + RESERVED_AT_START });
}

/**
 * Checks a list of addresses, and returns it unchanged.
 *
 * PostHog compares an address with this list as text (posthog/utils.py, `get_trusted_client_ip`), so another spelling of the
 * same address never matches.
 *
 * @param addresses the list
 * @param isKnown whether an item is an address and not a token; tokens are only counted
 */
export function checkAddresses(addresses: readonly string[], isKnown: (item: string) => boolean = () => true): readonly string[] {
  if (addresses.length === 0) {
    throw invalidValue('addresses', 'must name at least one address', addresses);
  }
  if (addresses.length > MAX_TRUSTED_ADDRESSES) {
    throw invalidProp(
      'addresses',
      `may contain at most ${MAX_TRUSTED_ADDRESSES} addresses, not ${addresses.length}, because they are passed in an environment variable`,
    );
  }
  addresses.filter(isKnown).forEach(checkAddress);
  const duplicate = addresses.find((address, i) => addresses.indexOf(address) !== i);
  if (duplicate !== undefined) {
    throw invalidValue('addresses', 'must not name an address twice', duplicate);
  }
  return addresses;
}

function checkAddress(text: string): void {
  const rule = 'must be single IP addresses';
  if (text.includes('/')) {
    throw invalidValue(
      'addresses',
      rule,
      text,
      'PostHog compares addresses as text, so a CIDR block never matches and every client would be refused: name every address, or use TrustedProxies.fromSubnets()',
    );
  }
  const address = parseAddress(text);
  if (!address) {
    const bare = withoutPort(text);
    throw invalidValue('addresses', rule, text, bare !== text && isIP(bare) ? `write ${bare}, without brackets and port` : undefined);
  }
  if (formatAddress(address) !== text) {
    throw invalidValue('addresses', 'must be spelled canonically, because PostHog compares text', text, `write ${formatAddress(address)}`);
  }
}

/**
 * The number of custom resources that return the addresses of one load balancer, each a part.
 *
 * CloudFormation accepts a response of 4,096 bytes, of which up to a thousand identify the stack, the resource and the subnets. The longest list has
 * 16,383 characters (MAX_TRUSTED_ADDRESSES addresses of 15, and commas), so a sixth of it always fits.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export const ADDRESS_PARTS = 6;

/** The properties of the custom resource. CloudFormation converts numbers to strings. */
export interface AddressRequest {
  readonly LoadBalancerArn: string;
  /** The index of the part of the addresses, from 0; undefined to get the CIDR blocks. */
  readonly Part?: string;
}

/** The attributes of the custom resource: one or the other, depending on the request. */
export interface AddressAnswer {
  /** A part of the comma-separated list of addresses. All parts, joined without a separator, are the whole list. */
  readonly Addresses?: string;
  /** The CIDR blocks of all subnets, separated by commas. */
  readonly Cidrs?: string;
}

/**
 * Returns one part of the list of addresses. All parts have the same length, give or take one character, so none is empty.
 *
 * @param addresses all addresses
 * @param part the index of the part, from 0
 */
export function addressPart(addresses: readonly string[], part: number): string {
  const text = addresses.join(',');
  const border = (index: number) => Math.floor((text.length * index) / ADDRESS_PARTS);
  return text.slice(border(part), border(part + 1));
}
