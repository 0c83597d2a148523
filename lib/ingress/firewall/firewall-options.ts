import { RemovalPolicy, Token } from 'aws-cdk-lib/core';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { FirewallGroup, MANAGED_RULE_NAMES, MAX_RATE, MIN_RATE } from './managed-rules';
import { logRetention, removalPolicyWithoutSnapshot } from '../../private/checks/cdk';
import { all, Check, Checks, listOf, matching } from '../../private/checks/check';
import { boolean, domainName, oneOf, text, wholeNumber } from '../../private/checks/values';
import { formatCidr, parseCidr } from '../../private/ip';

/**
 * Options for the rules of a web application firewall that knows PostHog's requests.
 */
export interface FirewallOptions {
  /**
   * The groups of rules that count requests instead of blocking them. Start with all of them, read the logs, and take them out one by one.
   *
   * @default - none: every group blocks
   */
  readonly countOnly?: FirewallGroup[];
  /**
   * Names of single rules of AWS's groups that count requests instead of blocking them, such as `RestrictedExtensions_URIPATH`. The logs have
   * the names.
   *
   * @default - none, in addition to those that always count (docs/firewall.md)
   */
  readonly countedRules?: string[];
  /**
   * CIDR blocks of clients that no rule blocks, such as 203.0.113.0/24.
   *
   * @default - none
   */
  readonly allowedCidrs?: string[];
  /**
   * The number of requests that one client address can send in five minutes to sign in, to sign up, and to reset a password, together: 10 or more.
   * A sign-in takes two or three, and the people of an office share an address.
   *
   * @default 100
   */
  readonly signInLimit?: number;
  /**
   * The number of requests that one client address can send in five minutes to the app's API: 10 or more. One page of the app can send 50.
   *
   * @default 10000
   */
  readonly apiLimit?: number;
  /**
   * The number of requests that one client address can send in five minutes to SDK endpoints: 10 or more. One address can be a company, or a
   * server that sends the events of all its users: events above the limit are lost.
   *
   * @default - no limit
   */
  readonly sdkLimit?: number;
  /**
   * The header in which a content delivery network in front reports the one address of the client, such as `CF-Connecting-IP` or `True-Client-IP`.
   * The network must set it itself, and clients must not be able to connect around the network: anyone who can send this header chooses an address.
   * `X-Forwarded-For` is refused, because AWS WAF reads its first entry, which the client writes.
   *
   * @default - the address that connects
   */
  readonly clientAddressHeader?: string;
  /**
   * Indicates whether blocked and counted requests are logged, without bodies, and without the values of `Cookie` and `Authorization`.
   *
   * @default true
   */
  readonly logs?: boolean;
  /**
   * The retention of the logs.
   *
   * @default RetentionDays.ONE_MONTH
   */
  readonly logRetention?: RetentionDays;
  /**
   * The removal policy of the logs: RETAIN or DESTROY. The log group has a fixed name, as AWS requires: delete a retained one before the next
   * deployment of the same stack.
   *
   * @default RemovalPolicy.DESTROY
   */
  readonly removalPolicy?: RemovalPolicy;
}

/** Properties for `PostHogWebAcl`. */
export interface PostHogWebAclProps extends FirewallOptions {
  /**
   * The host names of PostHog, if the web ACL also protects something else. Only the IP reputation list then applies to other hosts.
   *
   * @default - the rules are for every host
   */
  readonly hostNames?: string[];
  /**
   * Indicates whether the web ACL is for CloudFront distributions, and not for load balancers of its region. The stack must then be in us-east-1.
   *
   * @default false
   */
  readonly forCloudFront?: boolean;
}

/** Checks a CIDR block. It cannot be a token: IPv4 and IPv6 are in different sets. */
const cidr: Check = matching(
  'must be a CIDR block in its canonical spelling, such as 203.0.113.0/24 or 2001:db8::/32, and not every address',
  (value) => {
    const parsed = typeof value === 'string' ? parseCidr(value) : undefined;
    return parsed !== undefined && parsed.prefix > 0 && formatCidr(parsed) === value;
  },
  (value) => {
    const parsed = typeof value === 'string' ? (parseCidr(value) ?? parseCidr(`${value}/${value.includes(':') ? 128 : 32}`)) : undefined;
    return parsed && parsed.prefix > 0 ? `write ${formatCidr(parsed)}` : undefined;
  },
);

const limit = wholeNumber(MIN_RATE, MAX_RATE);

/** The header's name, of the characters that AWS WAF accepts (API_ForwardedIPConfig.html). */
const addressHeader = text(
  /^(?!(x-forwarded-for|forwarded)$)[A-Za-z0-9-]{1,255}$/i,
  'must be a header that the network sets to one address, and not X-Forwarded-For',
  'write CF-Connecting-IP for Cloudflare; in front of a load balancer, CloudFront has no such header, so associate the web ACL with the distribution',
);

export const FIREWALL_CHECKS: Checks<FirewallOptions> = {
  countOnly: listOf(oneOf(FirewallGroup)),
  countedRules: listOf(
    matching(
      'must be the name of a rule of AWS that the firewall knows',
      (value) => typeof value === 'string' && MANAGED_RULE_NAMES.includes(value),
      'copy it from the logs',
    ),
  ),
  allowedCidrs: listOf(cidr),
  signInLimit: limit,
  apiLimit: limit,
  sdkLimit: limit,
  clientAddressHeader: addressHeader,
  logs: boolean,
  logRetention,
  removalPolicy: removalPolicyWithoutSnapshot('logs have no snapshots'),
};

export const WEB_ACL_CHECKS: Checks<PostHogWebAclProps> = {
  ...FIREWALL_CHECKS,
  hostNames: listOf(
    all(
      matching('must be known at synthesis, because they are parts of regular expressions', (value) => !Token.isUnresolved(value)),
      domainName,
    ),
  ),
  forCloudFront: boolean,
};
