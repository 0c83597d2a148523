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
