import { AppAccess, EndpointGroup } from '../../../lib';
import { Deployment } from '../../../cli/doctor/deployment/deployment';
import { ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { deploymentOf, DOMAIN, resultsOf, groupArn, known, ruleAt, texts, withListener, withRule, withRules } from './deployments';

let open: Deployment;
let closed: Deployment;
let byCidrs: Deployment;

beforeAll(() => {
  open = deploymentOf();
  closed = deploymentOf({ appAccess: AppAccess.nobody() });
  byCidrs = deploymentOf({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32']) });
});

const glob = (...values: string[]): ListenerRule<RuleAction>['conditions'] => [{ field: 'path-pattern', values }];
const wrongs = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'fail');

function forwardTo(deployment: Deployment, priority: number): readonly RuleAction[] {
  return ruleAt(deployment, priority).actions;
}

/** The same rules on an existing listener: each for one host, with other priorities, next to rules of another application. */
function amongOthers(deployment: Deployment): Deployment {
  const others: ListenerRule<RuleAction>[] = [
    {
      priority: 10,
      conditions: [{ field: 'host-header', values: ['shop.example.com'] }],
      actions: [{ type: 'forward', targetGroup: groupArn('Shop') }],
    },
    {
      priority: 20,
      conditions: [
        { field: 'host-header', values: ['*.shop.example.com'] },
        { field: 'path-pattern', regexValues: ['(?i)^/X$'] },
      ],
      actions: [{ type: 'forward', targetGroup: groupArn('Shop') }],
    },
    { conditions: [], actions: [{ type: 'fixed-response', statusCode: '404' }] },
  ];
  return withRules(deployment, (rules) => [
    ...others,
    ...rules.map((rule) => ({
      ...rule,
      priority: 5000 + (rule.priority ?? 2000),
      conditions: [{ field: 'host-header' as const, values: [DOMAIN] }, ...rule.conditions],
    })),
  ]);
}

describe('endpoints', () => {
  test('fail for the paths of a deleted rule, with the rule to restore', () => {
    const found = resultsOf(
      withRules(closed, (rules) => rules.filter(({ priority }) => priority !== 100)),
      'endpoints',
    );
    expect(texts(found, 'fail')).toEqual(['/i/v0/sample, /e, /e/, /e/sample and 3 more: refused (403), by the default rule, not capture']);
    expect(found.find(({ status }) => status === 'fail')?.fix).toMatch(
      /^rule 100 \(Events\) must forward \/i\/v0\/\*, \/e, \/e\/\*, \/batch, \/batch\/\* to the target group PostHog\w+, and no rule before it may match them$/,
    );
    expect(texts(found, 'pass')).toHaveLength(1);
  });

  test('fail for two rules whose target groups were swapped', () => {
    const swapped = withRule(withRule(open, 100, { actions: forwardTo(open, 110) }), 110, { actions: forwardTo(open, 100) });
    expect(wrongs(swapped, 'endpoints')).toEqual(
      expect.arrayContaining([
        expect.stringContaining('/e/sample and 3 more: replay-capture, by rule 100 (Events), not capture'),
        expect.stringContaining('/s, /s/, /s/sample: capture, by rule 110 (Recordings), not replay-capture'),
      ]),
    );
  });

  test('fail for the paths that a rule with a lower number takes', () => {
    const shadowed = withRules(open, (rules) => [{ priority: 5, conditions: glob('/flags'), actions: forwardTo(open, 100) }, ...rules]);
    expect(wrongs(shadowed, 'endpoints')).toEqual(['/flags: capture, by rule 5, not feature-flags']);
  });

  test('fail for a rule that matches some methods only', () => {
    const [paths] = ruleAt(open, 110).conditions;
    const limited = withRule(open, 110, { conditions: [paths, { field: 'http-request-method', values: ['POST'] }] });
    expect(wrongs(limited, 'endpoints')).toEqual([expect.stringContaining('web, by rule 1999, not replay-capture')]);
  });

  test('fail for a public endpoint of a closed group', () => {
    const opened = withRules(closed, (rules) => [{ priority: 290, conditions: glob('/scim/v2/*'), actions: forwardTo(closed, 240) }, ...rules]);
    const found = resultsOf(opened, 'endpoints').filter(({ status }) => status === 'fail');
    expect(texts(found, 'fail')).toEqual([
      expect.stringMatching(/^\/scim\/v2\/.*: web, by rule 290, although most of the group inbound-webhooks is not public$/),
    ]);
    expect(found[0].fix).toBe("narrow that rule, or make the group public: `publicEndpointGroups: ['inbound-webhooks']`");
  });

  test('fail for an endpoint of a closed group that reaches another process', () => {
    const opened = withRules(closed, (rules) => [{ priority: 290, conditions: glob('/scim/v2/*'), actions: forwardTo(closed, 100) }, ...rules]);
    expect(resultsOf(opened, 'endpoints').find(({ status }) => status === 'fail')?.fix).toBe('narrow that rule: these are not endpoints of capture');
  });

  test('fail for a closed endpoint of an open group', () => {
    const whole = deploymentOf({ appAccess: AppAccess.nobody(), publicEndpointGroups: [EndpointGroup.SHARED_CONTENT] });
    const half = withRules(whole, (rules) => rules.filter(({ priority }) => priority !== 310));
    expect(wrongs(half, 'endpoints')).toEqual(['/render_query: refused (403), by the default rule, not web']);
  });

  test('are unknown if no service is known', () => {
    const found = resultsOf({ ...closed, services: [] }, 'endpoints');
    expect(texts(found, 'fail')).toEqual([]);
    expect(texts(found, 'unknown')).toEqual([expect.stringMatching(/^requests are forwarded to target group .*, whose process is unknown$/)]);
  });

  test('accept a single proxy in front of all processes', () => {
    const targets = known(closed)
      .flatMap((service) => service.targets)
      .map(({ targetGroup }) => ({ targetGroup, container: 'proxy' }));
    const rollouts = [{ state: 'COMPLETED', runningCount: 1, definition: 'proxy:1', containers: [] }];
    const proxy = { name: 'proxy', cluster: 'c', status: 'ACTIVE', desiredCount: 1, runningCount: 1, newestDefinition: 'proxy:1', targets, rollouts };
    expect(resultsOf({ ...closed, services: [proxy] }, 'endpoints').map(({ status }) => status)).toEqual(['pass']);
  });
});

describe('neighbours', () => {
  test('fail for a widened wildcard, with the paths that it forwards', () => {
    const found = resultsOf(withRule(open, 100, { conditions: glob('/i/v0/*', '/e*', '/batch*') }), 'neighbours');
    expect(texts(found, 'fail')).toEqual([
      'rule 100 (Events) forwards /e2, /embedded, /events, /engineering and 5 more to capture, which are not public endpoints',
    ]);
    expect(found[0].fix).toBe('narrow /e*, /batch*: an endpoint matches its path and subpaths, such as /e and /e/*');
  });

  test('fail for a regular expression that opens a closed app', () => {
    const widened = withRule(closed, 240, { conditions: [{ field: 'path-pattern', regexValues: ['^/site_app/.*$'] }] });
    expect(wrongs(widened, 'neighbours')).toEqual([expect.stringMatching(/^rule 240 \(SdkFiles\) forwards \/site_app\/login.* to web/)]);
  });

  test('report a rule without path conditions that opens the app', () => {
    const opened = withRules(closed, (rules) => [
      { priority: 900, conditions: [{ field: 'host-header', values: [DOMAIN] }], actions: forwardTo(closed, 240) },
      ...rules,
    ]);
    expect(wrongs(opened, 'neighbours')).toEqual([]);
    expect(texts(resultsOf(opened, 'app', { access: 'nobody' }), 'fail')).toEqual(['everyone can open the app, but --access is nobody']);
  });
});

describe('app', () => {
  const toEverybody = (deployment: Deployment) => withRule(deployment, undefined, { actions: forwardTo(deployment, 240) });

  test('fails if rules limit the clients, and the default action does not', () => {
    const found = resultsOf(toEverybody(byCidrs), 'app');
    expect(texts(found, 'fail')).toEqual(['rule 1000 restricts the app, and yet it is open to everyone']);
    expect(found.at(-1)?.fix).toContain('fixed-response');
  });

  test('fails for pages that a rule opens', () => {
    const opened = withRules(closed, (rules) => [
      { priority: 295, conditions: glob('/login', '/api/projects/*'), actions: forwardTo(closed, 240) },
      ...rules,
    ]);
    expect(wrongs(opened, 'app')[0]).toMatch(
      /^the app's pages answer a public client differently: \/login is open, \/api\/projects\/ is open, .*refused$/,
    );
  });

  test('probes from an address on an allow-list, and from a public client', () => {
    const documentation = deploymentOf({ appAccess: AppAccess.fromCidrs(['192.0.2.0/24']) });
    expect(texts(resultsOf(documentation, 'app'), 'pass')).toEqual([
      'only the allowed networks can open the app (1 block); use --access to check the intended access',
    ]);
  });
});

describe('internal paths', () => {
  test('fail without the rule that refuses them', () => {
    const found = resultsOf(
      withRules(open, (rules) => rules.filter(({ priority }) => priority !== 30)),
      'internal-paths',
    );
    expect(texts(found, 'fail')).toEqual([expect.stringMatching(/^internal paths are reachable: \/_stats, .* reach web, by rule 1999$/)]);
    expect(found[0].fix).toContain('DenyInternal at priority 30');
  });

  test('fail without the rule that refuses evasions', () => {
    expect(
      wrongs(
        withRules(open, (rules) => rules.filter(({ priority }) => priority !== 10)),
        'internal-paths',
      ),
    ).toEqual([expect.stringContaining('/x/../internal/x')]);
  });

  test('fail if allowed clients match a rule of the app first', () => {
    const moved = withRules(byCidrs, (rules) => rules.map((rule) => (rule.priority === 1000 ? { ...rule, priority: 5 } : rule)));
    expect(wrongs(moved, 'internal-paths')).toEqual([expect.stringMatching(/reach web, by rule 5$/)]);
    expect(wrongs(byCidrs, 'internal-paths')).toEqual([]);
  });
});

describe('redirect', () => {
  const answered: RuleAction = { type: 'fixed-response', statusCode: '200' };

  test('fails for a response that is no redirect', () => {
    const found = resultsOf(
      withListener(open, 80, (listener) => ({ ...listener, rules: [{ conditions: [], actions: [answered] }] })),
      'redirect',
    );
    expect(texts(found, 'fail')).toEqual([`http://${DOMAIN}/ is not redirected to HTTPS: refused (200), by the default rule of port 80`]);
    expect(found[0].fix).toContain('aws elbv2 modify-listener --listener-arn arn:aws:elasticloadbalancing:');
  });

  test('fails for a rule that responds to plain requests', () => {
    const rule = { priority: 1, conditions: glob('/.well-known/*'), actions: [{ type: 'forward' as const, targetGroup: groupArn('Other') }] };
    expect(
      wrongs(
        withListener(open, 80, (listener) => ({ ...listener, rules: [rule, ...listener.rules] })),
        'redirect',
      ),
    ).toEqual([expect.stringContaining('/.well-known/acme-challenge/x is not redirected')]);
  });

  test.each([{ host: 'other.example.com' }, { path: '/' }, { query: '' }, { protocol: 'HTTP' }])(
    'fails for a redirect to another location: %j',
    (change) => {
      const redirect = { protocol: 'HTTPS', port: '443', host: '#{host}', path: '/#{path}', query: '#{query}', ...change };
      expect(
        wrongs(
          withListener(open, 80, (listener) => ({
            ...listener,
            rules: [{ conditions: [], actions: [{ type: 'redirect', statusCode: 'HTTP_301', redirect }] }],
          })),
          'redirect',
        ),
      ).toHaveLength(1);
    },
  );
});

describe('on an existing listener', () => {
  test.each(['open', 'closed'])('rules of one host pass every check, with the app %s', (which) => {
    const found = resultsOf(amongOthers(which === 'open' ? open : closed));
    expect(found.filter(({ status, check }) => status !== 'pass' && check !== 'release')).toEqual([]);
  });

  test('rules of other hosts are not checked, and unsupported rules are named', () => {
    const found = resultsOf(amongOthers(open), undefined, { domain: 'a.shop.example.com' });
    expect(
      texts(
        found.filter(({ check }) => check === 'listeners'),
        'unknown',
      ),
    ).toEqual([expect.stringContaining('rule 20 has a regular expression that is not supported here')]);
  });

  test('the rule to restore has its previous priority', () => {
    const found = resultsOf(
      withRules(amongOthers(closed), (rules) => rules.filter(({ priority }) => priority !== 5140)),
      'endpoints',
    );
    expect(found.find(({ status }) => status === 'fail')?.fix).toContain('rule 5140 (Flags) must forward ');
  });
});
