import { Fn } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import { AppAccess, PostHogProcess } from '../../../lib';
import { ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { newIngress, newTargets, OIDC, templateOf } from '../fixtures';
import { rulesOf } from '../../helpers/listener-rules';
import { newStack } from '../../helpers/stack';

/** The rules that forward to the app, and the default action, of an ingress with the app routed. */
function appRules(appAccess: AppAccess): { app: ListenerRule<RuleAction>[]; fallback: readonly RuleAction[]; template: Template } {
  const stack = newStack();
  const ingress = newIngress(stack, { appAccess });
  ingress.route(PostHogProcess.WEB, newTargets(stack, 'Web', ingress.loadBalancer.vpc!));
  const rules = rulesOf(templateOf(stack));
  return {
    app: rules.filter(({ priority }) => priority !== undefined && priority >= 1000),
    fallback: rules.at(-1)!.actions,
    template: Template.fromStack(stack),
  };
}

function types(actions: readonly RuleAction[]): string[] {
  return actions.map(({ type, statusCode }) => (statusCode ? `${type} ${statusCode}` : type));
}

describe('anyone', () => {
  test('needs no rule: the default action forwards to the app', () => {
    const { app, fallback } = appRules(AppAccess.anyone());
    expect(app).toEqual([]);
    expect(types(fallback)).toEqual(['forward']);
    expect(fallback[0].targetGroup).toMatch(/^Web/);
  });
});

describe('nobody', () => {
  test('has no rule, and the default action refuses', () => {
    const { app, fallback } = appRules(AppAccess.nobody());
    expect(app).toEqual([]);
    expect(types(fallback)).toEqual(['fixed-response 403']);
  });
});

describe('CIDR blocks', () => {
  test('forward to the app, five per rule, and refuse all other clients', () => {
    const cidrs = Array.from({ length: 12 }, (_, i) => `10.${i}.0.0/16`);
    const { app, fallback } = appRules(AppAccess.fromCidrs(cidrs));
    expect(
      app.map(({ priority, conditions, actions }) => [priority, conditions.map(({ field, values }) => [field, values]), types(actions)]),
    ).toEqual([
      [1000, [['source-ip', cidrs.slice(0, 5)]], ['forward']],
      [1001, [['source-ip', cidrs.slice(5, 10)]], ['forward']],
      [1002, [['source-ip', cidrs.slice(10)]], ['forward']],
    ]);
    expect(types(fallback)).toEqual(['fixed-response 403']);
  });

  test('may be a hundred, in twenty rules', () => {
    expect(appRules(AppAccess.fromCidrs(Array.from({ length: 100 }, (_, i) => `10.${i}.0.0/16`))).app).toHaveLength(20);
  });

  test('may be IPv6, and tokens', () => {
    const { app, template } = appRules(AppAccess.fromCidrs(['2001:db8::/32', Fn.importValue('Office')]));
    expect(app[0].conditions[0]).toMatchObject({ values: ['2001:db8::/32'], hasUnknown: true });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Priority: 1000,
      Conditions: [{ Field: 'source-ip', SourceIpConfig: { Values: ['2001:db8::/32', { 'Fn::ImportValue': 'Office' }] } }],
    });
  });

  test.each([
    ['none are named', [], 'must name at least one block'],
    ['one is malformed', ['office'], 'must be IPv4 or IPv6 CIDR blocks'],
    ['one has host bits', ['10.0.0.1/8'], 'must name the first address of the block'],
    ['one is a bare address', ['10.0.0.1'], 'write 10.0.0.1/32 for this one address'],
    ['one is named twice', ['10.0.0.0/8', '10.0.0.0/8'], 'must not name a block twice'],
    ['one contains every address', ['0.0.0.0/0'], 'use AppAccess.anyone()'],
    ['they are more than a hundred', Array.from({ length: 101 }, (_, i) => `10.${i}.0.0/16`), 'may contain at most 100 blocks'],
  ])('fails when %s', (_, cidrs, message) => {
    expect(() => AppAccess.fromCidrs(cidrs)).toThrow(message);
  });
});

describe('signing in', () => {
  test('is required before the app, for every path, and other requests are refused', () => {
    const { app, fallback } = appRules(AppAccess.oidc(OIDC));
    expect(
      app.map(({ priority, conditions, actions }) => [priority, conditions.map(({ field, values }) => [field, values]), types(actions)]),
    ).toEqual([[1000, [['path-pattern', ['/*']]], ['authenticate-oidc', 'forward']]]);
    expect(app[0].actions[1].targetGroup).toMatch(/^Web/);
    expect(types(fallback)).toEqual(['fixed-response 403']);
  });
});
