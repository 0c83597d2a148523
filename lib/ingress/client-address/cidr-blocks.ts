import { Token } from 'aws-cdk-lib/core';
import { rejected } from '../../private/errors';
import { formatCidr, parseCidr } from '../../private/ip';

/**
 * Checks each block of a list that somebody wrote: a CIDR block, spelled canonically, not everybody, and there once. Unresolved tokens pass.
 *
 * @param cidrs the list, which is itself no token
 * @param everybody what to do where everybody is meant
 */
export function checkCidrs(cidrs: readonly string[], everybody: string): void {
  cidrs.filter((cidr) => !Token.isUnresolved(cidr)).forEach((text, index, all) => {
    const cidr = parseCidr(text);
    if (!cidr) {
      throw rejected('cidrs', 'must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32', text,
        parseCidr(`${text}/32`) ? `write ${text}${text.includes(':') ? '/128' : '/32'} for this one address` : undefined);
    }
    if (formatCidr(cidr) !== text) {
      throw rejected('cidrs', 'must name the first address of the block, spelled canonically', text, `write ${formatCidr(cidr)}`);
    }
    if (cidr.prefix === 0) {
      throw rejected('cidrs', 'must be narrower than everybody', text, everybody);
    }
    if (all.indexOf(text) !== index) {
      throw rejected('cidrs', 'must not name a block twice', text);
    }
  });
}
