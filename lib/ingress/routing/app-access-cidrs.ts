import { Token } from 'aws-cdk-lib/core';
import { checkCidrs } from '../client-address/cidr-blocks';
import { LIMITS } from './listener-rules';
import { slices } from './rule-placement';
import { invalidValue } from '../../private/errors';

/** A load balancer has a quota of 100 rules; this leaves most of them for endpoints and for other hosts on the same load balancer. */
export const MAX_APP_CIDRS = 100;

/**
 * Checks the CIDR blocks that can open the app, and groups them into rules.
 *
 * Blocks that are unresolved tokens are used as they are. A list that is a token becomes one rule.
 *
 * @param cidrs IPv4 and IPv6 CIDR blocks
 * @param perRule the number of blocks in a rule
 * @returns the blocks of each rule
 */
export function cidrRules(cidrs: readonly string[], perRule: number = LIMITS.valuesPerRule): string[][] {
  if (Token.isUnresolved(cidrs)) {
    // Their number is not known; CloudFormation refuses more than a rule supports.
    return [[...cidrs]];
  }
  if (cidrs.length === 0) {
    throw invalidValue('cidrs', 'must name at least one block', cidrs, 'use AppAccess.nobody() to close the app to everyone');
  }
  if (cidrs.length > MAX_APP_CIDRS) {
    throw invalidValue(
      'cidrs',
      `may contain at most ${MAX_APP_CIDRS} blocks, because a listener rule has at most ${LIMITS.valuesPerRule}`,
      `${cidrs.length} blocks`,
      'merge adjacent blocks, or use AppAccess.oidc() or AppAccess.cognito()',
    );
  }
  checkCidrs(cidrs, 'use AppAccess.anyone() to open the app to everyone');
  return slices(cidrs, perRule);
}
