import { readFileSync } from 'node:fs';
import path from 'node:path';
import { RemovalPolicy, Stack, Token } from 'aws-cdk-lib/core';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { FirewallGroup, PostHogWebAcl, PostHogWebAclProps } from '../../../lib';
import { sdkPaths } from '../../../lib/ingress/firewall/firewall-paths';
import { MANAGED_GROUPS, MANAGED_RULE_NAMES } from '../../../lib/ingress/firewall/managed-rules';
import { ROOT } from '../../helpers/app';
import { newStack, only } from '../../helpers/stack';
import { wafOf, webAclOf } from './fixtures';
import { Rule, Statement } from './waf';

const DEFAULT_RULES = [
  'IpReputation',
  'SdkEndpoints',
  'SignInRate',
  'ApiRate',
  'KnownBadInputs',
  'Common',
  'Sql',
  'Attacks',
  'QueryAttacks',
  'SignInAttacks',
];

function rulesOf(props: PostHogWebAclProps = {}): readonly Rule[] {
  return wafOf(props).rules;
}

function ruleOf(name: string, props: PostHogWebAclProps = {}): Rule {
  return rulesOf(props).find(({ Name }) => Name === name)!;
}

const names = (props: PostHogWebAclProps) => rulesOf(props).map(({ Name }) => Name);

/** The labels that a rule matches. */
function labelsOf(rule: Rule | undefined): string[] {
  return [...JSON.stringify(rule ?? {}).matchAll(/"Key":"([^"]+)"/g)].map(([, label]) => label);
}

/** Sums capacity units as AWS documents them, from a template. */
function unitsOf(statement: Statement): number {
  const [[kind, value]] = Object.entries(statement);
  const all = (list: unknown) => (list as Statement[]).reduce((sum, one) => sum + unitsOf(one), 0);
  const transformations = ((value.TextTransformations as { Type: string }[] | undefined) ?? []).filter(({ Type }) => Type !== 'NONE').length;
  switch (kind) {
    case 'ManagedRuleGroupStatement':
      return {
        AWSManagedRulesAmazonIpReputationList: 25,
        AWSManagedRulesCommonRuleSet: 700,
        AWSManagedRulesKnownBadInputsRuleSet: 200,
        AWSManagedRulesSQLiRuleSet: 200,
      }[value.Name as string]!;
    case 'RateBasedStatement':
      return 2 + unitsOf(value.ScopeDownStatement as Statement);
    case 'RegexMatchStatement':
      return 3 + 10 * transformations;
    case 'NotStatement':
      return unitsOf(value.Statement as Statement);
    case 'AndStatement':
    case 'OrStatement':
      return all(value.Statements);
    default:
      return 1;
  }
}

test('has these rules, the last ones of which block', () => {
  expect(names({})).toEqual(DEFAULT_RULES);
  expect(rulesOf().map(({ Priority }) => Priority)).toEqual(DEFAULT_RULES.map((_, index) => 10 * (index + 1)));
});

test('takes the capacity units that the documentation of AWS says, and no more than the price includes', () => {
  const everything: PostHogWebAclProps = {
    allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'],
    sdkLimit: 100_000,
    clientAddressHeader: 'CF-Connecting-IP',
    hostNames: ['posthog.example.com'],
  };
  for (const props of [{}, everything]) {
    const { webAcl } = webAclOf(props);
    expect(webAcl.capacity).toBe(rulesOf(props).reduce((sum, { Statement: statement }) => sum + unitsOf(statement), 0));
  }
  expect(webAclOf().webAcl.capacity).toBeLessThanOrEqual(1_500);
  // A stack without options is what the documentation is about.
  expect(readFileSync(path.join(ROOT, 'docs', 'firewall.md'), 'utf8')).toContain(
    `The rules take ${webAclOf().webAcl.capacity.toLocaleString('en')} of the`,
  );
});

test('warns if the rules take more capacity units than the price includes', () => {
  const { stack } = webAclOf({ hostNames: Array.from({ length: 40 }, (_, i) => `posthog-${i}.example.com`) });
  Annotations.fromStack(stack).hasWarning('/Stack/WebAcl', Match.stringLikeRegexp('AWS charges more for each request above 1500'));
});

test('overrides every managed rule, so that a rule that AWS adds cannot block either', () => {
  for (const group of MANAGED_GROUPS) {
    const { OverrideAction, Statement: statement } = ruleOf(group.rule);
    expect(OverrideAction).toEqual({ Count: {} });
    expect(statement.ManagedRuleGroupStatement.RuleActionOverrides).toEqual(
      group.rules.map(({ name }) => ({ Name: name, ActionToUse: { Count: {} } })),
    );
    expect(statement.ManagedRuleGroupStatement.ScopeDownStatement).toBeUndefined();
  }
});

test('the table of managed rules has no rule and no label twice', () => {
  const labels = MANAGED_GROUPS.flatMap((group) => group.rules.map(({ label }) => group.labels + label));
  expect([MANAGED_RULE_NAMES, labels].map((list) => list.filter((one, index) => list.indexOf(one) !== index))).toEqual([[], []]);
});

test('no label of a body is matched but at the sign-in', () => {
  const blocking = rulesOf().filter(({ Name }) => Name !== 'SignInAttacks');
  expect(blocking.flatMap(labelsOf).filter((label) => label.endsWith('_Body'))).toEqual([]);
  expect(labelsOf(ruleOf('SignInAttacks')).filter((label) => !label.endsWith('_Body'))).toEqual([]);
});

test('regular expressions are no longer than AWS accepts, and compile', () => {
  expect(sdkPaths().filter((regex) => regex.length > 512 || !new RegExp(regex))).toEqual([]);
});

test('a limit answers 429', () => {
  const blocked = { Block: { CustomResponse: { ResponseCode: 429 } } };
  expect(['SignInRate', 'ApiRate', 'SdkRate'].map((name) => ruleOf(name, { sdkLimit: 1_000 }).Action)).toEqual([blocked, blocked, blocked]);
});

describe('countOnly', () => {
  test('takes the labels of a group out of the rules that block', () => {
    const labels = rulesOf({ countOnly: [FirewallGroup.COMMON] }).flatMap(labelsOf);
    expect(labels.filter((label) => label.includes('core-rule-set'))).toEqual([]);
    expect(labels.filter((label) => label.includes('sql-database')).length).toBeGreaterThan(0);
  });

  test('with every group, nothing blocks', () => {
    const rules = rulesOf({ countOnly: Object.values(FirewallGroup), sdkLimit: 1_000 });
    expect(rules.filter(({ Action, OverrideAction }) => Action?.Block ?? OverrideAction?.None)).toEqual([]);
    expect(rules.map(({ Name }) => Name)).toEqual(['IpReputation', 'SdkRate', ...DEFAULT_RULES.slice(1, 7)]);
  });
});

test('countedRules takes the label of one rule out of the rules that block', () => {
  const label = 'awswaf:managed:aws:core-rule-set:RestrictedExtensions_URIPath';
  expect(labelsOf(ruleOf('Attacks'))).toContain(label);
  expect(labelsOf(ruleOf('Attacks', { countedRules: ['RestrictedExtensions_URIPATH'] }))).not.toContain(label);
});

test('allowedCidrs are allowed before every other rule, IPv4 and IPv6', () => {
  const waf = wafOf({ allowedCidrs: ['203.0.113.0/24', '2001:db8::/32'], signInLimit: 10 });
  expect(['203.0.113.7', '2001:db8::1'].map((address) => waf.evaluate({ path: '/', address }))).toEqual([
    { outcome: 'allowed', rule: 'AllowedAddresses', deciding: {}, counting: [] },
    { outcome: 'allowed', rule: 'AllowedAddresses', deciding: {}, counting: [] },
  ]);
  expect(waf.evaluate({ path: '/', address: '198.51.100.1' }).rule).not.toBe('AllowedAddresses');
});

test('allowedCidrs of a network behind which clients are compare the header', () => {
  const waf = wafOf({ allowedCidrs: ['203.0.113.0/24'], clientAddressHeader: 'True-Client-IP' });
  expect(waf.evaluate({ path: '/', address: '203.0.113.7' }).rule).toBeUndefined();
  expect(waf.evaluate({ path: '/', headers: { 'true-client-ip': '203.0.113.7' } }).rule).toBe('AllowedAddresses');
});

test('hostNames leaves only the IP reputation list to other hosts', () => {
  const waf = wafOf({ hostNames: ['posthog.example.com'] });
  const hosts = ['posthog.example.com', 'POSTHOG.example.com:443', 'shop.example.com', 'posthog.example.com.evil.example', 'posthogxexample.com'];
  expect(hosts.map((host) => waf.evaluate({ path: '/', headers: { host } }).rule)).toEqual([
    undefined,
    undefined,
    'OtherHosts',
    'OtherHosts',
    'OtherHosts',
  ]);
  expect(Object.keys(waf.evaluate({ path: '/', headers: { host: 'shop.example.com' } }).deciding)).toEqual(['IpReputation']);
});

describe('logs', () => {
  test('have blocked and counted requests only, without cookies and tokens', () => {
    const logging = only(Template.fromStack(webAclOf().stack), 'AWS::WAFv2::LoggingConfiguration');
    expect(logging).toMatchObject({
      RedactedFields: [{ SingleHeader: { Name: 'cookie' } }, { SingleHeader: { Name: 'authorization' } }],
      LoggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }, { ActionCondition: { Action: 'COUNT' } }],
          },
        ],
      },
    });
  });

  test('go to a log group whose name AWS WAF accepts, by its ARN without an asterisk', () => {
    const template = Template.fromStack(webAclOf().stack);
    expect(only(template, 'AWS::Logs::LogGroup').LogGroupName).toMatch(/^aws-waf-logs-[A-Za-z0-9]+$/);
    const { LogDestinationConfigs: destinations } = only(template, 'AWS::WAFv2::LoggingConfiguration');
    expect(destinations).toEqual([
      {
        'Fn::Join': [
          '',
          [
            'arn:',
            { Ref: 'AWS::Partition' },
            ':logs:',
            expect.anything(),
            ':',
            expect.anything(),
            ':log-group:',
            { Ref: expect.stringContaining('Logs') as string },
          ],
        ],
      },
    ]);
  });

  test('are kept for a month and deleted with the stack, unless set otherwise', () => {
    const groups = (props: PostHogWebAclProps) => Object.values(Template.fromStack(webAclOf(props).stack).findResources('AWS::Logs::LogGroup'));
    expect(groups({})).toMatchObject([{ DeletionPolicy: 'Delete', Properties: { RetentionInDays: 30 } }]);
    expect(groups({ removalPolicy: RemovalPolicy.RETAIN, logRetention: RetentionDays.ONE_YEAR })).toMatchObject([
      { DeletionPolicy: 'RetainExceptOnCreate', Properties: { RetentionInDays: 365 } },
    ]);
    expect(groups({ logs: false })).toEqual([]);
  });

  test('no samples are kept, which have cookies and tokens', () => {
    const { Rules, VisibilityConfig } = only(Template.fromStack(webAclOf().stack), 'AWS::WAFv2::WebACL') as {
      Rules: { VisibilityConfig: object }[];
      VisibilityConfig: object;
    };
    expect([...Rules.map((rule) => rule.VisibilityConfig), VisibilityConfig]).toEqual(
      Array(Rules.length + 1).fill(expect.objectContaining({ SampledRequestsEnabled: false, CloudWatchMetricsEnabled: true })),
    );
  });
});

describe('forCloudFront', () => {
  test('makes the web ACL and its addresses global', () => {
    const stack = newStack({ env: { region: 'us-east-1' } });
    new PostHogWebAcl(stack, 'WebAcl', { forCloudFront: true, allowedCidrs: ['203.0.113.0/24'] });
    const template = Template.fromStack(stack);
    expect(['AWS::WAFv2::WebACL', 'AWS::WAFv2::IPSet'].map((type) => only(template, type).Scope)).toEqual(['CLOUDFRONT', 'CLOUDFRONT']);
  });

  test('is refused in another region than us-east-1', () => {
    const stack = newStack({ env: { region: 'eu-central-1' } });
    expect(() => new PostHogWebAcl(stack, 'WebAcl', { forCloudFront: true })).toThrow('`forCloudFront` needs a stack in us-east-1');
  });
});

test('metrics are those of one rule or of all', () => {
  const { webAcl, stack } = webAclOf();
  const { VisibilityConfig } = only(Template.fromStack(stack), 'AWS::WAFv2::WebACL') as { VisibilityConfig: { MetricName: string } };
  expect(stack.resolve(webAcl.metricBlockedRequests('SignInRate').dimensions)).toMatchObject({
    WebACL: VisibilityConfig.MetricName,
    Rule: 'SignInRate',
  });
  expect(webAcl.metricCountedRequests()).toMatchObject({
    namespace: 'AWS/WAFV2',
    metricName: 'CountedRequests',
    statistic: 'Sum',
    dimensions: { Rule: 'ALL' },
  });
});

test.each<[string, PostHogWebAclProps, string]>([
  ['X-Forwarded-For as the address', { clientAddressHeader: 'X-Forwarded-For' }, '`clientAddressHeader` must be a header that the network sets'],
  ['an address without a prefix', { allowedCidrs: ['203.0.113.7'] }, 'write 203.0.113.7/32'],
  ['a block with host bits', { allowedCidrs: ['203.0.113.7/24'] }, 'write 203.0.113.0/24'],
  ['every address', { allowedCidrs: ['0.0.0.0/0'] }, '`allowedCidrs[0]` must be a CIDR block'],
  ['a rule that AWS does not have', { countedRules: ['SQLi'] }, '`countedRules[0]` must be the name of a rule of AWS'],
  ['a limit below 10', { signInLimit: 9 }, '`signInLimit` must be a whole number from 10'],
  ['a host name that is a token', { hostNames: [Token.asString({ Ref: 'Name' })] }, '`hostNames[0]` must be known at synthesis'],
])('refuses %s', (_, props, message) => {
  expect(() => new PostHogWebAcl(new Stack(), 'WebAcl', props)).toThrow(message);
});
