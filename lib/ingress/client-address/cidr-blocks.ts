import { Token } from 'aws-cdk-lib/core';
import { invalidValue } from '../../private/errors';
import { formatCidr, parseCidr } from '../../private/ip';

/**
 * Checks a list of CIDR blocks: each must be spelled canonically, be unique and not contain every address. Unresolved tokens pass.
 *
 * @param cidrs the list, which must not be a token itself
 * @param everyAddressFix the fix for a block that contains every address
 */
export function checkCidrs(cidrs: readonly string[], everyAddressFix: string): void {
  cidrs
    .filter((cidr) => !Token.isUnresolved(cidr))
    .forEach((text, index, all) => {
      const cidr = parseCidr(text);
      if (!cidr) {
        throw invalidValue(
          'cidrs',
          'must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32',
          text,
          parseCidr(`${text}/32`) ? `write ${text}${text.includes(':') ? '/128' : '/32'} for this one address` : undefined,
        );
      }
      if (formatCidr(cidr) !== text) {
        throw invalidValue('cidrs', 'must name the first address of the block, spelled canonically', text, `write ${formatCidr(cidr)}`);
      }
      if (cidr.prefix === 0) {
        throw invalidValue('cidrs', 'must not contain every address', text, everyAddressFix);
      }
      if (all.indexOf(text) !== index) {
        throw invalidValue('cidrs', 'must not name a block twice', text);
      }
    });
}
