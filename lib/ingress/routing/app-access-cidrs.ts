import { Token } from 'aws-cdk-lib/core';
import { checkCidrs } from '../client-address/cidr-blocks';
import { LIMITS } from './listener-rules';
import { slices } from './rule-placement';
import { rejected } from '../../private/errors';

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
      'merge neighbouring blocks, or use AppAccess.oidc() or AppAccess.cognito()');
  }
  checkCidrs(cidrs, 'use AppAccess.anyone() to open the app to everybody');
  return slices(cidrs, perRule);
}
