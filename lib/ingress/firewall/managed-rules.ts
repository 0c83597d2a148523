/**
 * AWS's managed rule groups that the firewall uses, as data: the rules, the part of a request that each inspects, the label that it adds, and where
 * the firewall blocks on it.
 *
 * Sources, all of the AWS WAF Developer Guide (https://docs.aws.amazon.com/waf/latest/developerguide/), as of November 2026:
 * - aws-managed-rule-groups-baseline.html: common rule set (700 WCU), known bad inputs (200 WCU), their rules, labels and sizes
 * - aws-managed-rule-groups-use-case.html: SQL database (200 WCU)
 * - aws-managed-rule-groups-ip-rep.html: Amazon IP reputation list (25 WCU)
 *
 * AWS adds rules to these groups, `ReactJSRCE_BODY` in December 2025 for example. So no group blocks by itself: every rule counts, and the firewall
 * blocks on the labels of the rules in this table. A rule that is not in it counts until it is.
 */
export enum FirewallGroup {
  /** Addresses that AWS knows as sources of attacks (Amazon IP reputation list). */
  IP_REPUTATION = 'ip-reputation',
  /** AWS's common rule set: cross-site scripting, file inclusion, requests for instance metadata. */
  COMMON = 'common',
  /** AWS's known bad inputs: exploits of Java, Log4j and React, and paths of web servers. */
  KNOWN_BAD_INPUTS = 'known-bad-inputs',
  /** AWS's rules for SQL injection. */
  SQL = 'sql',
  /** The limits of requests per client address. */
  RATE_LIMITS = 'rate-limits',
}

/** The part of a request that a rule inspects. An Application Load Balancer shows the first 8,192 bytes of a body to the firewall. */
export type Inspected = 'body' | 'query' | 'cookie' | 'path' | 'header' | 'method';

/** The requests that the firewall blocks if a rule matches them. It only counts others. */
export enum Blocks {
  /** Everywhere in the app. */
  APP = 'app',
  /** The requests that sign in, sign up and reset a password. */
  SIGN_IN = 'sign-in',
  /** Everywhere in the app but for the paths of `FREE_QUERIES`. */
  MOST_QUERIES = 'most-queries',
  /** Nowhere. */
  NOWHERE = 'nowhere',
}

/** A rule of a managed rule group. */
export interface ManagedRule {
  readonly name: string;
  /** The last part of its label. AWS spells it differently from the name. */
  readonly label: string;
  readonly inspects: Inspected;
  readonly blocks: Blocks;
  /** The number of bytes above which it matches, if it matches by size alone. */
  readonly size?: number;
}

/** A managed rule group whose rules are overridden. */
export interface ManagedGroup {
  readonly group: FirewallGroup;
  /** AWS's name of the group. */
  readonly name: string;
  /** The name of the rule that uses it. */
  readonly rule: string;
  /** Its web ACL capacity units. */
  readonly capacity: number;
  /** The prefix of its labels. */
  readonly labels: string;
  readonly rules: readonly ManagedRule[];
}

/** Bodies: the app sends HogQL, HTML of surveys, JSON of dashboards and files, all of which look like attacks. It does not on the sign-in pages. */
function body(name: string, label: string, size?: number): ManagedRule {
  return { name, label, inspects: 'body', blocks: Blocks.SIGN_IN, size };
}

/** Query strings: the app's API and its pages have filters and HogQL in them. */
function query(name: string, label: string): ManagedRule {
  return { name, label, inspects: 'query', blocks: Blocks.MOST_QUERIES };
}

/** Patterns that no request of PostHog contains. */
function never(name: string, label: string, inspects: Inspected): ManagedRule {
  return { name, label, inspects, blocks: Blocks.APP };
}

/** Rules that match requests of the app, or of sites in the same domain, and say little about an attack. */
function counted(name: string, label: string, inspects: Inspected, size?: number): ManagedRule {
  return { name, label, inspects, blocks: Blocks.NOWHERE, size };
}

/** The group that blocks addresses. It inspects no content, and no rule of it is overridden. */
export const IP_REPUTATION = { rule: 'IpReputation', name: 'AWSManagedRulesAmazonIpReputationList', capacity: 25 } as const;

/** The groups that inspect requests to the app, in the order of their rules. */
export const MANAGED_GROUPS: readonly ManagedGroup[] = [
  {
    group: FirewallGroup.KNOWN_BAD_INPUTS,
    name: 'AWSManagedRulesKnownBadInputsRuleSet',
    rule: 'KnownBadInputs',
    capacity: 200,
    labels: 'awswaf:managed:aws:known-bad-inputs:',
    rules: [
      never('JavaDeserializationRCE_HEADER', 'JavaDeserializationRCE_Header', 'header'),
      body('JavaDeserializationRCE_BODY', 'JavaDeserializationRCE_Body'),
      never('JavaDeserializationRCE_URIPATH', 'JavaDeserializationRCE_URIPath', 'path'),
      query('JavaDeserializationRCE_QUERYSTRING', 'JavaDeserializationRCE_QueryString'),
      never('Host_localhost_HEADER', 'Host_Localhost_Header', 'header'),
      never('PROPFIND_METHOD', 'Propfind_Method', 'method'),
      never('ExploitablePaths_URIPATH', 'ExploitablePaths_URIPath', 'path'),
      never('Log4JRCE_HEADER', 'Log4JRCE_Header', 'header'),
      query('Log4JRCE_QUERYSTRING', 'Log4JRCE_QueryString'),
      body('Log4JRCE_BODY', 'Log4JRCE_Body'),
      never('Log4JRCE_URIPATH', 'Log4JRCE_URIPath', 'path'),
      body('ReactJSRCE_BODY', 'ReactJSRCE_Body'),
    ],
  },
  {
    group: FirewallGroup.COMMON,
    name: 'AWSManagedRulesCommonRuleSet',
    rule: 'Common',
    capacity: 700,
    labels: 'awswaf:managed:aws:core-rule-set:',
    rules: [
      // Scripts that call the API without this header are common; an attack has one.
      counted('NoUserAgent_HEADER', 'NoUserAgent_Header', 'header'),
      never('UserAgent_BadBots_HEADER', 'BadBots_Header', 'header'),
      // The app's own pages and API have longer ones, for example in the list of recordings (frontend/src/lib/api.ts).
      counted('SizeRestrictions_QUERYSTRING', 'SizeRestrictions_QueryString', 'query', 2_048),
      // Cookies of a whole domain come along, posthog-js's own with addresses of pages among them.
      counted('SizeRestrictions_Cookie_HEADER', 'SizeRestrictions_Cookie_Header', 'cookie', 10_240),
      body('SizeRestrictions_BODY', 'SizeRestrictions_Body', 8_192),
      // The page of a person has its distinct id in its path, of up to 400 characters before they are encoded.
      counted('SizeRestrictions_URIPATH', 'SizeRestrictions_URIPath', 'path', 1_024),
      body('EC2MetaDataSSRF_BODY', 'EC2MetaDataSSRF_Body'),
      counted('EC2MetaDataSSRF_COOKIE', 'EC2MetaDataSSRF_Cookie', 'cookie'),
      never('EC2MetaDataSSRF_URIPATH', 'EC2MetaDataSSRF_URIPath', 'path'),
      query('EC2MetaDataSSRF_QUERYARGUMENTS', 'EC2MetaDataSSRF_QueryArguments'),
      query('GenericLFI_QUERYARGUMENTS', 'GenericLFI_QueryArguments'),
      never('GenericLFI_URIPATH', 'GenericLFI_URIPath', 'path'),
      body('GenericLFI_BODY', 'GenericLFI_Body'),
      never('RestrictedExtensions_URIPATH', 'RestrictedExtensions_URIPath', 'path'),
      query('RestrictedExtensions_QUERYARGUMENTS', 'RestrictedExtensions_QueryArguments'),
      query('GenericRFI_QUERYARGUMENTS', 'GenericRFI_QueryArguments'),
      body('GenericRFI_BODY', 'GenericRFI_Body'),
      never('GenericRFI_URIPATH', 'GenericRFI_URIPath', 'path'),
      counted('CrossSiteScripting_COOKIE', 'CrossSiteScripting_Cookie', 'cookie'),
      query('CrossSiteScripting_QUERYARGUMENTS', 'CrossSiteScripting_QueryArguments'),
      body('CrossSiteScripting_BODY', 'CrossSiteScripting_Body'),
      never('CrossSiteScripting_URIPATH', 'CrossSiteScripting_URIPath', 'path'),
    ],
  },
  {
    group: FirewallGroup.SQL,
    name: 'AWSManagedRulesSQLiRuleSet',
    rule: 'Sql',
    capacity: 200,
    labels: 'awswaf:managed:aws:sql-database:',
    rules: [
      query('SQLi_QUERYARGUMENTS', 'SQLi_QueryArguments'),
      query('SQLiExtendedPatterns_QUERYARGUMENTS', 'SQLiExtendedPatterns_QueryArguments'),
      body('SQLi_BODY', 'SQLi_Body'),
      body('SQLiExtendedPatterns_BODY', 'SQLiExtendedPatterns_Body'),
      counted('SQLi_COOKIE', 'SQLi_Cookie', 'cookie'),
      // Distinct ids in paths have quotes: /person/o'brien@example.com.
      counted('SQLi_URIPATH', 'SQLi_URIPath', 'path'),
      counted('SQLiExtendedPatterns_URIPATH', 'SQLiExtendedPatterns_UriPath', 'path'),
      counted('SQLiExtendedPatterns_HEADER', 'SQLiExtendedPatterns_Header', 'header'),
    ],
  },
];

/** The names of all rules in the table. */
export const MANAGED_RULE_NAMES: readonly string[] = MANAGED_GROUPS.flatMap(({ rules }) => rules.map(({ name }) => name));

/**
 * Web ACL capacity units (WCU) of statements, without those of the statements in them.
 *
 * Sources (https://docs.aws.amazon.com/waf/latest/developerguide/): waf-rule-statement-type-regex-match.html, -label-match.html, -ipset-match.html,
 * -rate-based.html; 10 for each text transformation.
 */
export const STATEMENT_CAPACITY = { regexMatch: 3, labelMatch: 1, ipSet: 1, rateBased: 2, textTransformation: 10 } as const;

/** The capacity units that the price of a web ACL includes, and the largest number (aws-waf-capacity-units.html). */
export const INCLUDED_CAPACITY = 1_500;
export const MAX_CAPACITY = 5_000;

/** The length of a regular expression (API_RegexMatchStatement.html). */
export const MAX_REGEX_LENGTH = 512;

/** The evaluation window of a rate limit, in seconds, and the smallest limit (waf-rule-statement-type-rate-based-high-level-settings.html). */
export const RATE_WINDOW = 300;
export const MIN_RATE = 10;
export const MAX_RATE = 2_000_000_000;
