import { Token } from 'aws-cdk-lib/core';
import { rejected } from '../private/errors';
import { formatCidr, parseCidr } from '../private/ip';
import { LIMITS } from './listener-rules';
import { slices } from './rule-placement';

/** A load balancer has a quota of 100 rules; this leaves most of them to the endpoints and to others on the same load balancer. */
export const MAX_APP_CIDRS = 100;

/**
 * Checks the address blocks that may enter the app, and deals them out to rules.
 *
 * Blocks that are unresolved tokens are taken as they are. A list that is one makes one rule.
 *
 * @param cidrs IPv4 and IPv6 CIDR blocks
 * @param perRule how many blocks a rule takes
 * @returns the blocks of one rule each
 */
export function cidrRules(cidrs: readonly string[], perRule: number = LIMITS.valuesPerRule): string[][] {
  if (Token.isUnresolved(cidrs)) {
    // How many there will be is not known; CloudFormation refuses more than one rule holds.
    return [[...cidrs]];
  }
  if (cidrs.length === 0) {
    throw rejected('cidrs', 'must name at least one block', cidrs, 'use AppAccess.nobody() to close the app to everybody');
  }
  if (cidrs.length > MAX_APP_CIDRS) {
    throw rejected('cidrs', `may hold at most ${MAX_APP_CIDRS} blocks, because a listener rule holds ${LIMITS.valuesPerRule}`, `${cidrs.length} blocks`,
      'merge neighbouring blocks, or use AppAccess.authenticated()');
  }
  cidrs.filter((cidr) => !Token.isUnresolved(cidr)).forEach(checkCidr);
  return slices(cidrs, perRule);
}

function checkCidr(text: string, index: number, all: readonly string[]): void {
  const cidr = parseCidr(text);
  if (!cidr) {
    throw rejected('cidrs', 'must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32', text,
      parseCidr(`${text}/32`) ? `write ${text}${text.includes(':') ? '/128' : '/32'} for this one address` : undefined);
  }
  if (formatCidr(cidr) !== text) {
    throw rejected('cidrs', 'must name the first address of the block, spelled canonically', text, `write ${formatCidr(cidr)}`);
  }
  if (cidr.prefix === 0) {
    throw rejected('cidrs', 'must be narrower than everybody', text, 'use AppAccess.anyone() to open the app to everybody');
  }
  if (all.indexOf(text) !== index) {
    throw rejected('cidrs', 'must not name a block twice', text);
  }
}
