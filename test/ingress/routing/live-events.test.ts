import { Fn, Token } from 'aws-cdk-lib/core';
import { Match, Template } from 'aws-cdk-lib/assertions';
import { UserPool } from 'aws-cdk-lib/aws-cognito';
import { SecurityGroup } from 'aws-cdk-lib/aws-ec2';
import { ApplicationListener, ApplicationLoadBalancer } from 'aws-cdk-lib/aws-elasticloadbalancingv2';
import { AppAccess, EndpointGroup, PostHogIngress, PostHogIngressProps, PostHogProcess, TrustedProxies } from '../../../lib';
import { evaluate, ListenerRule, Request } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { listenersOf } from '../../../cli/alb/template';
import { rewritten } from '../../../cli/alb/url-rewrite';
import { newIngress, newTargets, newVpc, OIDC, templateOf } from '../fixtures';
import { newStack } from '../../helpers/stack';

type Stack = ReturnType<typeof newStack>;

const RULE = 'AWS::ElasticLoadBalancingV2::ListenerRule';
const [INSIDE, OUTSIDE] = ['203.0.113.9', '192.0.2.1'];
const NETWORKS = ['203.0.113.0/24'];
const PATHS = ['/livestream/events', '/livestream/events?columns=%24current_url', '/livestream/notifications', '/livestream/stats'];

interface Routed {
  readonly stack: Stack;
  readonly ingress: PostHogIngress;
  readonly rules: readonly ListenerRule<RuleAction>[];
  /** The rules that forward to livestream. */
  readonly own: readonly ListenerRule<RuleAction>[];
  /** The outcome of a request: the construct id of its target group and the forwarded path, or the response. */
  readonly answer: (target: string, sourceIp?: string) => string;
}

function routed(make: (stack: Stack) => Partial<PostHogIngressProps>, base = 0): Routed {
  const stack = newStack();
  const vpc = newVpc(stack);
  const ingress = newIngress(stack, { vpc, ...make(stack) });
  for (const process of [PostHogProcess.LIVESTREAM, PostHogProcess.WEB, PostHogProcess.CAPTURE]) {
    ingress.route(process, newTargets(stack, process, vpc));
  }
  const [{ rules }] = listenersOf(templateOf(stack)).filter(({ port }) => port !== 80);
  const answer = (target: string, sourceIp = OUTSIDE): string => {
    const request: Request = { target, sourceIp, host: 'posthog.example.com' };
    const { actions, rewrites } = evaluate(rules, request)!;
    return actions
      .map(({ type, targetGroup, statusCode }) =>
        targetGroup ? `${targetGroup.replace(/[0-9A-F]{8}$/, '')} ${rewritten(target, rewrites?.url)}` : (statusCode ?? type),
      )
      .join(', ');
  };
  return { stack, ingress, rules, own: rules.filter(({ priority = 0 }) => priority >= base + 900 && priority < base + 1000), answer };
}

const many = (count: number) => Array.from({ length: count }, (_, i) => `10.${i}.0.0/16`);

describe('with the app open to anyone', () => {
  const { answer, own, stack } = routed(() => ({}));

  test('livestream gets its paths without the prefix', () => {
    const targets: [target: string, path: string][] = [
      ['/livestream/events', '/events'],
      ['/livestream/notifications', '/notifications'],
      ['/livestream/stats?x=/livestream/y', '/stats?x=/livestream/y'],
      [
        '/livestream/events?properties=%5B%7B%22key%22%3A%22a%20b%22%7D%5D&property=a=b',
        '/events?properties=%5B%7B%22key%22%3A%22a%20b%22%7D%5D&property=a=b',
      ],
    ];
    expect(targets.map(([target]) => [target, answer(target)])).toEqual(targets.map(([target, path]) => [target, `livestream ${path}`]));
  });

  test('livestream gets no other path', () => {
    const others = [
      ...['/livestreams', '/livestream.js', '/Livestream/events', '/x/livestream/events', '/e/livestream', '/stats'],
      ...['/livestream', '/livestream/', '/livestream/served', '/livestream/jwt', '/livestream/debug/sse', '/livestream/livestream/events'],
    ];
    expect(others.filter((target) => answer(target).includes('livestream /'))).toEqual([]);
  });

  // The load balancer decodes a path that it rewrites, so livestream would get another path than the one that the rule matched.
  test('a path that another server could read differently is forwarded to the app unchanged, which does not answer it', () => {
    const paths = ['/livestream/a%2Fb', '/livestream/a%20b', '/livestream/%C3%A9', '/livestream/a;b', '/livestream/a\\b'];
    expect(paths.filter((target) => answer(target) !== `web ${target}`)).toEqual([]);
  });

  test('its metrics and evasions are refused', () => {
    const paths = ['/livestream/metrics', '/livestream//events', '/livestream/../login', '/livestream/%2e%2e/metrics', '/livestream/%6detrics'];
    expect(paths.filter((target) => answer(target) !== '403')).toEqual([]);
  });

  test('the prefix is stripped by one transform of the rule, and no other rule has one', () => {
    expect(own).toHaveLength(1);
    const found = Object.entries(Template.fromStack(stack).findResources(RULE)) as [string, { Properties: { Transforms?: unknown } }][];
    expect(
      found.flatMap(
        ([
          id,
          {
            Properties: { Transforms },
          },
        ]) => (Transforms ? [[id.replace(/[0-9A-F]{8}$/, ''), Transforms]] : []),
      ),
    ).toEqual([
      ['IngressLiveEventsRule', [{ Type: 'url-rewrite', UrlRewriteConfig: { Rewrites: [{ Regex: '^/livestream/?(.*)$', Replace: '/$1' }] } }]],
    ]);
  });

  test('the rewrite is within the length limit of AWS', () => {
    const { regex, replace } = own[0].rewrites!.url!;
    expect([regex.length, replace.length].filter((length) => length > 1024)).toEqual([]);
  });
});

describe('with the app open to some networks', () => {
  const { answer, own } = routed(() => ({ appAccess: AppAccess.fromCidrs(NETWORKS) }));

  test('its paths are open to allowed clients', () => {
    expect(PATHS.filter((target) => !answer(target, INSIDE).startsWith('livestream /'))).toEqual([]);
  });

  test('its paths are refused to other clients, with any token', () => {
    expect(PATHS.filter((target) => answer(target) !== '403')).toEqual([]);
  });

  test('its rule matches the address and the path, and rewrites', () => {
    expect(own.map(({ priority, conditions, rewrites }) => [priority, conditions.map(({ field }) => field), rewrites?.url?.replace])).toEqual([
      [900, ['host-header', 'source-ip', 'path-pattern'], '/$1'],
    ]);
  });

  test('a hundred CIDR blocks fit, three per rule, and leave room on the load balancer', () => {
    const { own: rules, rules: all } = routed(() => ({ appAccess: AppAccess.fromCidrs(many(100)) }));
    const blocks = rules.map(({ conditions }) => conditions.find(({ field }) => field === 'source-ip')!.values!);
    expect(blocks.map(({ length }) => length)).toEqual([...Array.from({ length: 33 }, () => 3), 1]);
    expect(blocks.flat()).toEqual(many(100));
    expect(rules.every(({ rewrites }) => rewrites?.url)).toBe(true);
    expect(all.length).toBeLessThan(80);
  });

  test('a list that is a token becomes one rule', () => {
    const { own: rules } = routed(() => ({ appAccess: AppAccess.fromCidrs(Token.asList(Fn.ref('Networks'))) }));
    expect(rules).toHaveLength(1);
  });
});

describe.each([
  ['OpenID Connect', 'oidc', () => AppAccess.oidc(OIDC)],
  [
    'Cognito',
    'cognito',
    (stack: Stack) => {
      const userPool = new UserPool(stack, 'Users');
      const userPoolDomain = userPool.addDomain('Domain', { cognitoDomain: { domainPrefix: 'posthog' } });
      return AppAccess.cognito({ userPool, userPoolClient: userPool.addClient('Client', { generateSecret: true }), userPoolDomain });
    },
  ],
] as const)('with a sign-in by %s', (_, type, appAccess) => {
  const { answer, own, stack } = routed((scope) => ({ appAccess: appAccess(scope) }));

  test('its paths require a signed-in user', () => {
    expect(PATHS.filter((target) => !answer(target, INSIDE).startsWith(`authenticate-${type}, livestream /`))).toEqual([]);
  });

  test('a script gets 401 without a session, and a page of the app is redirected to the provider', () => {
    const config = type === 'oidc' ? 'AuthenticateOidcConfig' : 'AuthenticateCognitoConfig';
    const template = Template.fromStack(stack);
    template.hasResourceProperties(RULE, {
      Priority: 900,
      Actions: [
        { Type: `authenticate-${type}`, [config]: Match.objectLike({ OnUnauthenticatedRequest: 'deny', SessionTimeout: 43200 }) },
        { Type: 'forward' },
      ],
    });
    template.hasResourceProperties(RULE, {
      Priority: 1000,
      Actions: [{ [config]: { OnUnauthenticatedRequest: Match.absent() } }, { Type: 'forward' }],
    });
  });

  test('the prefix is stripped after authentication', () => {
    expect(own.map(({ priority, rewrites }) => [priority, rewrites?.url?.regex])).toEqual([[900, '^/livestream/?(.*)$']]);
  });
});

describe('with the app open to nobody', () => {
  test('no rule forwards to livestream', () => {
    const { answer, rules } = routed(() => ({ appAccess: AppAccess.nobody() }));
    expect(PATHS.map((target) => answer(target, INSIDE))).toEqual(PATHS.map(() => '403'));
    expect(JSON.stringify(rules)).not.toContain('"livestream');
  });
});

describe('on demand', () => {
  test.each([
    ['some networks', AppAccess.fromCidrs(NETWORKS)],
    ['who signs in', AppAccess.oidc(OIDC)],
    ['nobody', AppAccess.nobody()],
  ])('it is open to everyone with the app open to %s, and only its token protects it', (_, appAccess) => {
    const { answer, own } = routed(() => ({ appAccess, publicEndpointGroups: [EndpointGroup.LIVE_EVENTS] }));
    expect(answer('/livestream/events')).toBe('livestream /events');
    expect(answer('/livestream/metrics')).toBe('403');
    expect(own.map(({ priority, conditions }) => [priority, conditions.map(({ field }) => field)])).toEqual([[900, ['host-header', 'path-pattern']]]);
  });
});

test('its first rule keeps its name and its priority for every kind of access', () => {
  const ids = [AppAccess.anyone(), AppAccess.fromCidrs(NETWORKS), AppAccess.oidc(OIDC)]
    .map((appAccess) => routed(() => ({ appAccess })).own[0])
    .map(({ id, priority }) => `${id} ${priority}`);
  expect(new Set(ids).size).toBe(1);
});

describe('on an existing listener', () => {
  const BASE = 4000;
  const existing =
    (appAccess: AppAccess) =>
    (stack: Stack): Partial<PostHogIngressProps> => ({
      appAccess,
      certificate: undefined,
      rulePriorityBase: BASE,
      trustedProxies: TrustedProxies.fromAddresses(['10.0.0.4']),
      listener: ApplicationListener.fromApplicationListenerAttributes(stack, 'Listener', {
        listenerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:listener/app/x/1/2',
        securityGroup: SecurityGroup.fromSecurityGroupId(stack, 'Group', 'sg-0123456789abcdef0'),
      }),
      loadBalancer: ApplicationLoadBalancer.fromApplicationLoadBalancerAttributes(stack, 'LoadBalancer', {
        loadBalancerArn: 'arn:aws:elasticloadbalancing:eu-central-1:111122223333:loadbalancer/app/x/1',
        securityGroupId: 'sg-0123456789abcdef0',
        loadBalancerDnsName: 'x.example.com',
        loadBalancerCanonicalHostedZoneId: 'Z215JYRZR1TBD5',
      }),
    });

  test.each([
    ['anyone', AppAccess.anyone()],
    ['some networks', AppAccess.fromCidrs(NETWORKS)],
  ])('livestream gets requests without the prefix, with the app open to %s', (_, appAccess) => {
    const { answer, own } = routed(existing(appAccess), BASE);
    expect(answer('/livestream/events', INSIDE)).toBe('livestream /events');
    expect(own.map(({ priority, conditions: [{ field, values }] }) => [priority, field, values])).toEqual([
      [BASE + 900, 'host-header', ['posthog.example.com']],
    ]);
  });

  test('a hundred CIDR blocks fit, three per rule, within the quota of a load balancer', () => {
    const { own, rules } = routed(existing(AppAccess.fromCidrs(many(100))), BASE);
    expect(own).toHaveLength(34);
    const counts = own.map(({ conditions }) =>
      conditions.reduce((sum, { values = [], regexValues = [] }) => sum + values.length + regexValues.length, 0),
    );
    expect(Math.max(...counts)).toBe(5);
    expect(rules.length).toBeLessThan(100);
  });
});

describe('the check whether a rule forwards to a process', () => {
  const reached = (process: PostHogProcess, props: Partial<PostHogIngressProps>): boolean => newIngress(newStack(), props)._canReach(process);

  test.each([
    ['livestream', 'anyone', PostHogProcess.LIVESTREAM, { appAccess: AppAccess.anyone() }, true],
    ['livestream', 'some', PostHogProcess.LIVESTREAM, { appAccess: AppAccess.fromCidrs(NETWORKS) }, true],
    ['livestream', 'nobody', PostHogProcess.LIVESTREAM, { appAccess: AppAccess.nobody() }, false],
    [
      'livestream',
      'nobody, on demand',
      PostHogProcess.LIVESTREAM,
      { appAccess: AppAccess.nobody(), publicEndpointGroups: [EndpointGroup.LIVE_EVENTS] },
      true,
    ],
    ['plugins', 'anyone', PostHogProcess.PLUGINS, { appAccess: AppAccess.anyone() }, true],
    ['plugins', 'some', PostHogProcess.PLUGINS, { appAccess: AppAccess.fromCidrs(NETWORKS) }, false],
    [
      'plugins',
      'some, on demand',
      PostHogProcess.PLUGINS,
      { appAccess: AppAccess.fromCidrs(NETWORKS), publicEndpointGroups: [EndpointGroup.INBOUND_WEBHOOKS] },
      true,
    ],
    ['web', 'nobody', PostHogProcess.WEB, { appAccess: AppAccess.nobody() }, true],
    ['worker', 'anyone', PostHogProcess.WORKER, { appAccess: AppAccess.anyone() }, false],
  ])('knows whether %s is reached with the app open to %s', (_, __, process, props, expected) => {
    expect(reached(process, props)).toBe(expected);
  });
});
