import { AppAccess, Product } from '../../lib';
import { DEFAULT_PRODUCTS } from '../../lib/catalog/processes/deployed-processes';
import { LIMITS } from '../../lib/catalog/endpoints/rule-limits';
import { busiestRank, countedRules, RULE_OPTIONS, ruleCountTable, tableInDocument } from '../../scripts/rule-counts';
import { CloudFormationTemplate, ofType } from '../../cli/alb/template';
import { posthogTemplate } from '../helpers/posthog-template';
import { certificate, newStack } from '../helpers/stack';
import { OIDC } from '../ingress/fixtures';

const optionsOf = (name: string) => RULE_OPTIONS.find((options) => options.name === name)!;

test('the table of rule counts in docs/listener-rules.md is current', () => {
  // Where this fails after a change of the rules: node --import tsx scripts/rule-counts.ts
  expect(tableInDocument()).toBe(ruleCountTable());
});

test('in the default, events, recordings, flags and configuration are within the ten rules that AWS does not bill', () => {
  expect(busiestRank(optionsOf('the default'))).toBeLessThanOrEqual(10);
});

test('every option is within the quota of a load balancer', () => {
  const over = RULE_OPTIONS.filter((options) => countedRules(options).length > LIMITS.rulesPerLoadBalancer).map(({ name }) => name);
  expect(over).toEqual([]);
});

/** Host names of ingestion with a certificate. */
function ingestionNames(name: string) {
  const given = certificate(newStack());
  return optionsOf(name).hosts.ingestion.map((domainName) => ({ domainName, certificate: given }));
}

test.each([
  ['the default', {}],
  ['events only', { products: [Product.EVENTS] }],
  ['every product', { products: Object.values(Product) }],
  ['`AppAccess.nobody()`', { appAccess: AppAccess.nobody() }],
  ['`AppAccess.oidc()` or `cognito()`', { appAccess: AppAccess.oidc(OIDC) }],
  ['three host names of ingestion', { ingestionDomainNames: ingestionNames('three host names of ingestion') }],
  ['`AppAccess.fromCidrs()`, 100 blocks', { appAccess: AppAccess.fromCidrs(Array.from({ length: 100 }, (_, i) => `10.${i}.0.0/16`)) }],
])('a template with %s has the rules of the table', (name, props) => {
  const template = posthogTemplate({ products: [...DEFAULT_PRODUCTS], ...props }) as unknown as CloudFormationTemplate;
  const priorities = ofType<{ Priority: number }>(template, 'AWS::ElasticLoadBalancingV2::ListenerRule').map(([, { Priority }]) => Priority);
  expect(priorities.sort((a, b) => a - b)).toEqual(countedRules(optionsOf(name)).map(({ priority }) => priority));
});
