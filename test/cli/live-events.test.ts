import { Fn, Token } from 'aws-cdk-lib/core';
import { AppAccess, ClientAddress } from '../../lib';
import { requestOf } from '../../cli/explain/explain';
import { trace } from '../../cli/ingress/request-trace';
import { routesOf } from '../../cli/routes/routes';
import { OIDC } from '../ingress/fixtures';
import { cli, ingressOf, inFolder, Run, templateOfPostHog } from './fixtures';

const NETWORKS = AppAccess.fromCidrs(['203.0.113.0/24']);
const OPEN = JSON.stringify(templateOfPostHog({}, true));

function explain(template: string, ...argv: string[]): Promise<Run> {
  return inFolder({ 'a.json': template }, () => cli('explain', ...argv, '-t', 'a.json'));
}

describe('explain', () => {
  test('prints the path that the process receives', async () => {
    const { exitCode, out } = await explain(OPEN, 'GET', 'https://posthog.example.com/livestream/events?columns=%24current_url');
    expect(exitCode).toBe(0);
    expect(out.split('\n').slice(0, 4)).toEqual([
      'GET https://posthog.example.com/livestream/events?columns=%24current_url from 192.0.2.1',
      expect.stringMatching(
        /^ {2}matches {4}rule 900 \(LiveEvents\): host-header is posthog\.example\.com and path-pattern is \^\/livestream\/\(events/,
      ) as string,
      '  outcome    forwarded to livestream as /events?columns=%24current_url',
      '  received from 10.0.0.4, with the headers',
    ]);
    expect(out).toContain('  livestream reads no client IP');
  });

  test('prints no path if it is unchanged', async () => {
    expect((await explain(OPEN, 'GET', '/login')).out).toContain('\n  outcome    forwarded to web\n');
  });

  test('has the same trace as JSON', async () => {
    const { out } = await explain(OPEN, 'GET', '/livestream/stats', '--json');
    expect(JSON.parse(out)).toMatchObject({
      rule: 'rule 900 (LiveEvents)',
      unless: [],
      outcome: {
        kind: 'forwarded',
        path: '/stats',
        headers: [
          ['Host', 'posthog.example.com'],
          ['X-Forwarded-For', '192.0.2.1'],
          ['X-Forwarded-Proto', 'https'],
          ['X-Forwarded-Port', '443'],
        ],
      },
    });
  });

  test('prints the outcome for allowed and public clients', async () => {
    const closed = JSON.stringify(templateOfPostHog({ appAccess: NETWORKS }, true));
    expect((await explain(closed, 'GET', '/livestream/events')).out).toContain('fixed response of the load balancer: 403');
    expect((await explain(closed, 'GET', '/livestream/events', '--from', '203.0.113.9')).out).toContain(
      'outcome    forwarded to livestream as /events',
    );
    const behindSignIn = JSON.stringify(templateOfPostHog({ appAccess: AppAccess.oidc(OIDC) }, true));
    expect((await explain(behindSignIn, 'GET', '/livestream/events')).out).toContain(
      'sign-in at https://login.example.com/authorize, then forwarded to livestream as /events',
    );
  });
});

test('routes lists the rule and the process of each path of the stream', () => {
  const rows = routesOf(ingressOf({}, true), 'posthog.example.com').filter(({ owner }) => owner === 'livestream');
  expect(rows).toEqual([
    expect.objectContaining({
      paths: '/livestream/events, /livestream/notifications, /livestream/stats',
      rule: 'rule 900 (LiveEvents)',
      answer: 'livestream',
      forwardedPath: '/events, /notifications, /stats',
      public: true,
    }),
  ]);
  const closed = routesOf(ingressOf({ appAccess: NETWORKS }, true), 'posthog.example.com').filter(({ owner }) => owner === 'livestream');
  expect(closed).toEqual([expect.objectContaining({ answer: 'refused (403)', forwardedPath: undefined, public: false })]);
});

test('routes prints the forwarded paths of the stream', async () => {
  const { out } = await inFolder({ 'a.json': OPEN }, () => cli('routes', '-t', 'a.json'));
  expect(out).toMatch(/^\/livestream\/events, .* +livestream +rule 900 \(LiveEvents\) +livestream, as \/events, \/notifications, \/stats$/m);
  expect(out.match(/, as /g)).toHaveLength(1);
});

test('with verified client IPs, the nginx sidecar receives the same path as the process', () => {
  const ingress = ingressOf({ clientAddress: ClientAddress.verified() }, true);
  expect(
    trace(ingress, {
      scheme: 'https',
      method: 'GET',
      host: 'posthog.example.com',
      target: '/livestream/events',
      sourceIp: '192.0.2.1',
      headers: [['X-Forwarded-For', '1.2.3.4']],
    }).outcome,
  ).toMatchObject({
    kind: 'forwarded',
    target: { process: 'livestream' },
    path: '/events',
    peer: '127.0.0.1',
    headers: expect.arrayContaining([['X-Forwarded-For', '192.0.2.1']]) as unknown,
  });
});

test('a rule that rewrites the host name forwards another one', () => {
  const ingress = ingressOf();
  const rules = ingress.rules.map((rule) => ({ ...rule, rewrites: { host: { regex: '^posthog\\.(.+)$', replace: 'internal.$1' } } }));
  const { outcome } = trace(
    { ...ingress, rules },
    { scheme: 'https', method: 'GET', host: 'posthog.example.com', target: '/e', sourceIp: '192.0.2.1', headers: [] },
  );
  expect(outcome).toMatchObject({ kind: 'forwarded', path: '/e', headers: expect.arrayContaining([['Host', 'internal.example.com']]) as unknown });
});

describe('a value known at deployment only', () => {
  const networks = JSON.stringify(templateOfPostHog({ appAccess: AppAccess.fromCidrs([Fn.importValue('Office'), '203.0.113.0/24']) }, true));

  test('matches no client, and is reported', async () => {
    const { exitCode, out } = await explain(networks, 'GET', '/login');
    expect(exitCode).toBe(0);
    expect(out.split('\n').slice(1, 4)).toEqual([
      '  matches    the default rule',
      '  unless     rule 1000: host-header is posthog.example.com and source-ip is 203.0.113.0/24 or a value known at deployment only',
      '  outcome    fixed response of the load balancer: 403 Forbidden',
    ]);
    expect((await explain(networks, 'GET', '/login', '--from', '203.0.113.9')).out).not.toContain('unless');
  });

  test('can be a whole list', async () => {
    const list = JSON.stringify(templateOfPostHog({ appAccess: AppAccess.fromCidrs(Token.asList(Fn.ref('Networks'))) }));
    expect((await explain(list, 'GET', '/login')).out).toContain(
      '  unless     rule 1000: host-header is posthog.example.com and source-ip is a value known at deployment only\n',
    );
  });

  test('does not leave a rule undecided that another condition excludes', async () => {
    expect((await explain(networks, 'GET', '/e')).out).not.toContain('unless');
    expect((await explain(networks, 'GET', '/livestream/events')).out.match(/unless {5}rule (\d+)/g)).toEqual([
      'unless     rule 900',
      'unless     rule 1000',
    ]);
  });

  test('is in the JSON output', async () => {
    expect(JSON.parse((await explain(networks, 'GET', '/login', '--json')).out)).toMatchObject({ rule: 'the default rule', unless: ['rule 1000'] });
  });

  test('can be the host name of rules on an existing listener', () => {
    const ingress = ingressOf();
    const rules = ingress.rules.map((rule) => ({ ...rule, conditions: [{ field: 'host-header' as const, hasUnknown: true }, ...rule.conditions] }));
    const request = { ...requestOf({ positionals: ['GET', '/e'], values: {} }), host: ingress.hosts[0] };
    const { rule, unless, outcome } = trace({ ...ingress, rules }, request);
    expect([rule, outcome.kind]).toEqual([undefined, 'unknown']);
    expect(unless.map(({ priority }) => priority)).toContain(100);
  });
});
