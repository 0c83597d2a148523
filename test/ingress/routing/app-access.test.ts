import { Fn, Token } from 'aws-cdk-lib/core';
import { Template } from 'aws-cdk-lib/assertions';
import fc from 'fast-check';
import { AppAccess, PostHogProcess } from '../../../lib';
import { ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { checkAppCidrs, cidrRules, MAX_APP_CIDRS } from '../../../lib/ingress/routing/app-access';
import { newIngress, newTargets, OIDC, templateOf } from '../fixtures';
import { rulesOf } from '../../helpers/listener-rules';
import { newStack } from '../../helpers/stack';

const HOST = ['host-header', ['posthog.example.com']];

function blocks(count: number): string[] {
  return Array.from({ length: count }, (_, i) => `10.${i}.0.0/16`);
}

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
  test('has one rule, for the host name of the app, and other host names are refused', () => {
    const { app, fallback } = appRules(AppAccess.anyone());
    expect(
      app.map(({ priority, conditions, actions }) => [priority, conditions.map(({ field, values }) => [field, values]), types(actions)]),
    ).toEqual([[1999, [['host-header', ['posthog.example.com']]], ['forward']]]);
    expect(app[0].actions[0].targetGroup).toMatch(/^Web/);
    expect(types(fallback)).toEqual(['fixed-response 403']);
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
  test('forward to the app, four per rule, and refuse all other clients', () => {
    const cidrs = Array.from({ length: 12 }, (_, i) => `10.${i}.0.0/16`);
    const { app, fallback } = appRules(AppAccess.fromCidrs(cidrs));
    expect(
      app.map(({ priority, conditions, actions }) => [priority, conditions.map(({ field, values }) => [field, values]), types(actions)]),
    ).toEqual([
      [1000, [HOST, ['source-ip', cidrs.slice(0, 4)]], ['forward']],
      [1001, [HOST, ['source-ip', cidrs.slice(4, 8)]], ['forward']],
      [1002, [HOST, ['source-ip', cidrs.slice(8)]], ['forward']],
    ]);
    expect(types(fallback)).toEqual(['fixed-response 403']);
  });

  test('may be a hundred, in 25 rules', () => {
    expect(appRules(AppAccess.fromCidrs(Array.from({ length: 100 }, (_, i) => `10.${i}.0.0/16`))).app).toHaveLength(25);
  });

  test('may be IPv6, and tokens', () => {
    const { app, template } = appRules(AppAccess.fromCidrs(['2001:db8::/32', Fn.importValue('Office')]));
    expect(app[0].conditions[1]).toMatchObject({ values: ['2001:db8::/32'], hasUnknown: true });
    template.hasResourceProperties('AWS::ElasticLoadBalancingV2::ListenerRule', {
      Priority: 1000,
      Conditions: [
        { Field: 'host-header', HostHeaderConfig: { Values: ['posthog.example.com'] } },
        { Field: 'source-ip', SourceIpConfig: { Values: ['2001:db8::/32', { 'Fn::ImportValue': 'Office' }] } },
      ],
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
    ).toEqual([[1000, [HOST, ['path-pattern', ['/*']]], ['authenticate-oidc', 'forward']]]);
    expect(app[0].actions[1].targetGroup).toMatch(/^Web/);
    expect(types(fallback)).toEqual(['fixed-response 403']);
  });
});

const NAMES = ['posthog.example.com'];

describe('the rules of CIDR blocks', () => {
  test.each([
    [1, [1]],
    [4, [4]],
    [5, [4, 1]],
    [8, [4, 4]],
    [100, Array.from({ length: 25 }, () => 4)],
  ])('splits %d blocks into rules of four', (count, sizes) => {
    expect(cidrRules(blocks(count), NAMES).map(({ cidrs }) => cidrs.length)).toEqual(sizes);
  });

  test('keeps every block once and in its order', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: MAX_APP_CIDRS }), (count) => {
        const rules = cidrRules(blocks(count), NAMES);
        expect(rules.flatMap(({ cidrs }) => cidrs)).toEqual(blocks(count));
        expect(rules.every(({ hosts, cidrs }) => cidrs.length > 0 && hosts.length + cidrs.length <= 5)).toBe(true);
      }),
    );
  });

  test('accepts IPv4 and IPv6 together', () => {
    expect(() => checkAppCidrs(['203.0.113.0/24', '2001:db8::/32', '198.51.100.7/32', '::1/128'])).not.toThrow();
  });

  test('does not check tokens, not even for duplicates', () => {
    const token = Fn.importValue('OfficeCidr');
    expect(() => checkAppCidrs([token, '10.0.0.0/8', token])).not.toThrow();
  });

  test('returns one rule for each host name for a list that is a token', () => {
    const list = Token.asList({ Ref: 'OfficeCidrs' });
    expect(() => checkAppCidrs(list)).not.toThrow();
    expect(cidrRules(list, ['a.example.com', 'b.example.com'])).toEqual([
      { hosts: ['a.example.com'], cidrs: list },
      { hosts: ['b.example.com'], cidrs: list },
    ]);
  });

  test('checks the other blocks of a list with a token', () => {
    expect(() => checkAppCidrs([Fn.importValue('OfficeCidr'), 'nonsense'])).toThrow("got: 'nonsense'");
  });

  test('fails without blocks', () => {
    expect(() => checkAppCidrs([])).toThrow('`cidrs` must name at least one block, got: []; use AppAccess.nobody() to close the app to everyone');
  });

  test('fails with more than 100 blocks', () => {
    expect(() => checkAppCidrs(blocks(101))).toThrow(
      '`cidrs` may contain at most 100 blocks, not 101, because a listener rule has at most 5; merge adjacent blocks, or use AppAccess.oidc() or AppAccess.cognito()',
    );
  });

  test('fails when a block is malformed', () => {
    const texts = [
      '',
      'office',
      '10.0.0.0/33',
      '10.0.0/8',
      '2001:db8::/129',
      '10.0.0.0/8 ',
      '10.0.0.1-10.0.0.9',
      '*',
      '10.0.0.0/255.0.0.0',
      'fe80::1%eth0/64',
    ];
    for (const text of texts) {
      expect(() => checkAppCidrs(['192.0.2.0/24', text])).toThrow(
        new Error(`\`cidrs\` must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32, got: '${text}'`),
      );
    }
  });

  test.each([
    ['203.0.113.9', '203.0.113.9/32'],
    ['2001:db8::1', '2001:db8::1/128'],
  ])('fails when a block is the bare address %s, and suggests the block', (text, fix) => {
    expect(() => checkAppCidrs([text])).toThrow(
      new Error(
        `\`cidrs\` must be IPv4 or IPv6 CIDR blocks such as 203.0.113.0/24 or 2001:db8::/32, got: '${text}'; write ${fix} for this one address`,
      ),
    );
  });

  test.each([
    ['203.0.113.9/24', '203.0.113.0/24'],
    ['2001:db8::1/32', '2001:db8::/32'],
    ['2001:DB8::/32', '2001:db8::/32'],
    ['2001:0db8::/32', '2001:db8::/32'],
    ['10.0.0.0/08', '10.0.0.0/8'],
  ])('fails when a block is %s, which is not its first address in canonical spelling', (text, canonical) => {
    expect(() => checkAppCidrs([text])).toThrow(
      new Error(`\`cidrs\` must name the first address of the block, spelled canonically, got: '${text}'; write ${canonical}`),
    );
  });

  test.each(['0.0.0.0/0', '::/0'])('refuses %s, which contains every address', (text) => {
    expect(() => checkAppCidrs(['10.0.0.0/8', text])).toThrow(
      new Error(`\`cidrs\` must not contain every address, got: '${text}'; use AppAccess.anyone() to open the app to everyone`),
    );
  });

  test('fails with a duplicate block', () => {
    expect(() => checkAppCidrs(['10.0.0.0/8', '192.0.2.0/24', '10.0.0.0/8'])).toThrow(
      new Error("`cidrs` must not name a block twice, got: '10.0.0.0/8'"),
    );
  });
});
