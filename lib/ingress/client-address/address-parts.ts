/**
 * How many answers carry the addresses of one load balancer.
 *
 * CloudFormation takes an answer of 4,096 bytes, of which up to a thousand name the stack, the resource and the subnets. The longest list is
 * 16,383 characters (MAX_TRUSTED_ADDRESSES addresses of 15, and commas), so a sixth of it always fits.
 *
 * @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/crpg-ref-responses.html
 */
export const ADDRESS_PARTS = 6;

/** What the function is asked. CloudFormation makes text of numbers. */
export interface AddressRequest {
  readonly LoadBalancerArn: string;
  /** Which part of the addresses, from 0; left out where the CIDR blocks are wanted. */
  readonly Part?: string;
}

/** What the function answers: the one or the other, as it was asked. */
export interface AddressAnswer {
  /** Its part of the text; the parts in their order, with nothing between them, are all addresses, separated by commas. */
  readonly Addresses?: string;
  /** The CIDR blocks of all subnets, separated by commas. */
  readonly Cidrs?: string;
}

/**
 * One part of the addresses' text: all parts are equally long, give or take one character, so none is empty.
 *
 * @param addresses all addresses
 * @param part which part, from 0
 */
export function addressPart(addresses: readonly string[], part: number): string {
  const text = addresses.join(',');
  const border = (index: number) => Math.floor((text.length * index) / ADDRESS_PARTS);
  return text.slice(border(part), border(part + 1));
}
