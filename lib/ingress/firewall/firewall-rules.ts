import { CfnWebACL } from 'aws-cdk-lib/aws-wafv2';
import { API, FREE_QUERIES, sdkPaths, SIGN_IN, SIGN_IN_OR_PASSKEY } from './firewall-paths';
import { Blocks, FirewallGroup, IP_REPUTATION, MANAGED_GROUPS, ManagedGroup } from './managed-rules';
import { addressIn, allOf, anyOf, host, label, method, moreThan, not, path, plainPath, Statement } from './statements';

/** The settings of the rules, with all defaults applied. */
export interface RuleSettings {
  /** The groups that only count. */
  readonly countOnly: readonly FirewallGroup[];
  /** Names of managed rules that only count. */
  readonly countedRules: readonly string[];
  /** The ARNs of the sets of addresses that are always allowed. */
  readonly allowedAddresses: readonly string[];
  /** The host names that the rules are for; every one without them. */
  readonly hostNames: readonly string[];
  /** Requests of one address in five minutes. */
  readonly signInLimit: number;
  readonly apiLimit: number;
  readonly sdkLimit?: number;
  /** The header with the address of the client; that of the connection without it. */
  readonly clientAddressHeader?: string;
}

/** A rule without its priority and its metric. */
interface Rule extends Pick<CfnWebACL.RuleProperty, 'action' | 'overrideAction'> {
  readonly name: string;
  readonly statement: Statement;
}

/** The rules of a web ACL, with their capacity units. */
export interface WebAclRules {
  readonly rules: CfnWebACL.RuleProperty[];
  readonly capacity: number;
}

const ALLOW: CfnWebACL.RuleActionProperty = { allow: {} };
const COUNT: CfnWebACL.RuleActionProperty = { count: {} };
const BLOCK: CfnWebACL.RuleActionProperty = { block: {} };
/** Too many requests. */
const BLOCK_WITH_429: CfnWebACL.RuleActionProperty = { block: { customResponse: { responseCode: 429 } } };

/**
 * Returns the rules of a web ACL, in their order.
 *
 * The rule `SdkEndpoints` ends the evaluation: no rule after it sees a request of an SDK. The managed groups only add labels, on which the last
 * rules block.
 */
export function rulesOf(settings: RuleSettings): WebAclRules {
  const { allowedAddresses, hostNames, clientAddressHeader } = settings;
  const rules: Rule[] = [
    ...(allowedAddresses.length > 0
      ? [{ name: 'AllowedAddresses', action: ALLOW, statement: anyOf(allowedAddresses.map((arn) => addressIn(arn, clientAddressHeader))) }]
      : []),
    managed(IP_REPUTATION, settings.countOnly.includes(FirewallGroup.IP_REPUTATION) ? { count: {} } : { none: {} }),
    ...(hostNames.length > 0 ? [{ name: 'OtherHosts', action: ALLOW, statement: not(anyOf(hostNames.map(host))) }] : []),
    ...sdkRules(settings),
    ...rateLimits(settings),
    ...MANAGED_GROUPS.map((group) => managed(group, { count: {} }, group)),
    ...blocks(settings),
  ];
  return {
    rules: rules.map(({ name, statement: { statement }, ...actions }, index) => ({
      name,
      priority: 10 * (index + 1),
      ...actions,
      statement,
      visibilityConfig: visibility(name),
    })),
    capacity: rules.reduce((sum, { statement: { capacity } }) => sum + capacity, 0),
  };
}

/** The metric of a rule. Samples show whole requests, cookies and tokens among them, so there are none: the logs have redacted ones. */
export function visibility(metricName: string): CfnWebACL.VisibilityConfigProperty {
  return { metricName, cloudWatchMetricsEnabled: true, sampledRequestsEnabled: false };
}

function managed(
  { rule, name, capacity }: Pick<ManagedGroup, 'rule' | 'name' | 'capacity'>,
  overrideAction: CfnWebACL.OverrideActionProperty,
  { rules }: Pick<ManagedGroup, 'rules'> = { rules: [] },
): Rule {
  // A rule that blocks ends the evaluation of its group, even if the group only counts: then the rules after it would add no label.
  const ruleActionOverrides = rules.map((one) => ({ name: one.name, actionToUse: COUNT }));
  return {
    name: rule,
    overrideAction,
    statement: {
      statement: {
        managedRuleGroupStatement: { vendorName: 'AWS', name, ruleActionOverrides: rules.length > 0 ? ruleActionOverrides : undefined },
      },
      capacity,
    },
  };
}

/** Lets requests to SDK endpoints pass, up to a limit if there is one. Preflight requests of browsers are not counted. */
function sdkRules({ sdkLimit, clientAddressHeader, countOnly }: RuleSettings): Rule[] {
  const sdk = plainPath(sdkPaths());
  const limited = allOf(not(method('OPTIONS')), sdk);
  return [
    ...(sdkLimit === undefined
      ? []
      : [{ name: 'SdkRate', action: limitAction(countOnly), statement: moreThan(sdkLimit, limited, clientAddressHeader) }]),
    { name: 'SdkEndpoints', action: ALLOW, statement: sdk },
  ];
}

function rateLimits({ signInLimit, apiLimit, clientAddressHeader, countOnly }: RuleSettings): Rule[] {
  const action = limitAction(countOnly);
  const scope = (paths: string) => allOf(not(method('OPTIONS')), path(paths));
  return [
    { name: 'SignInRate', action, statement: moreThan(signInLimit, scope(SIGN_IN_OR_PASSKEY), clientAddressHeader) },
    { name: 'ApiRate', action, statement: moreThan(apiLimit, scope(API), clientAddressHeader) },
  ];
}

function limitAction(countOnly: readonly FirewallGroup[]): CfnWebACL.RuleActionProperty {
  return countOnly.includes(FirewallGroup.RATE_LIMITS) ? COUNT : BLOCK_WITH_429;
}

/** Returns the rules that block on the labels of the managed groups. */
function blocks({ countOnly, countedRules }: RuleSettings): Rule[] {
  const labelsOf = (where: Blocks) =>
    MANAGED_GROUPS.filter(({ group }) => !countOnly.includes(group)).flatMap(({ labels, rules }) =>
      rules.filter((rule) => rule.blocks === where && !countedRules.includes(rule.name)).map((rule) => label(`${labels}${rule.label}`)),
    );
  const rule = (name: string, where: Blocks, scope?: Statement): Rule[] => {
    const labels = labelsOf(where);
    return labels.length === 0 ? [] : [{ name, action: BLOCK, statement: scope ? allOf(anyOf(labels), scope) : anyOf(labels) }];
  };
  return [
    ...rule('Attacks', Blocks.APP),
    ...rule('QueryAttacks', Blocks.MOST_QUERIES, anyOf([path(SIGN_IN), not(path(FREE_QUERIES))])),
    ...rule('SignInAttacks', Blocks.SIGN_IN, path(SIGN_IN)),
  ];
}
