import { AppAccess, EndpointGroup } from '../../../lib';
import { Deployment } from '../../../cli/doctor/deployment/deployment';
import { ListenerRule } from '../../../cli/alb/evaluate';
import { RuleAction } from '../../../cli/alb/listener-rule';
import { OIDC } from '../../ingress/fixtures';
import { deploymentOf, resultsOf, texts, withRule, withRules } from './deployments';

const CIDRS = AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32', '198.51.100.0/24', '192.0.2.128/25', '10.0.0.0/8']);
const REWRITE = { regex: '^/livestream/?(.*)$', replace: '/$1' };

let open: Deployment;
let byCidrs: Deployment;
let signedIn: Deployment;

beforeAll(() => {
  open = deploymentOf({}, true);
  byCidrs = deploymentOf({ appAccess: CIDRS }, true);
  signedIn = deploymentOf({ appAccess: AppAccess.oidc(OIDC) }, true);
});

const wrongs = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'fail');
const rights = (deployment: Deployment, check: string) => texts(resultsOf(deployment, check), 'pass');

describe('a healthy deployment with live events', () => {
  test.each([
    ['anyone', () => open],
    ['some networks', () => byCidrs],
    ['who signs in', () => signedIn],
    ['nobody', () => deploymentOf({ appAccess: AppAccess.nobody() }, true)],
    [
      'nobody, and live events to everybody',
      () => deploymentOf({ appAccess: AppAccess.nobody(), publicEndpointGroups: [EndpointGroup.LIVE_EVENTS] }, true),
    ],
  ])('open to %s, passes every check', (_, deployment) => {
    expect(resultsOf(deployment()).filter(({ status, check }) => status !== 'pass' && check !== 'release')).toEqual([]);
  });

  test('reports the clients of the stream, and its idle timeout', () => {
    const idle = 'a stream of live events without events reconnects every 120 seconds (idle_timeout.timeout_seconds)';
    expect(rights(open, 'live-events')).toEqual([idle]);
    expect([byCidrs, signedIn].map((deployment) => rights(deployment, 'live-events'))).toEqual([
      ['clients that can open the app reach live events', idle],
      ['clients that can open the app reach live events', idle],
    ]);
    expect(rights(open, 'rewrites')).toEqual(['processes receive the paths that they serve']);
  });

  test('a deployment without live events has no check of them', () => {
    expect(resultsOf(deploymentOf(), 'live-events')).toEqual([]);
  });
});

describe('rewrites', () => {
  test.each([
    [
      'gone',
      undefined,
      '/livestream/events as /livestream/events, /livestream/notifications as /livestream/notifications, /livestream/stats as /livestream/stats',
    ],
    [
      'another',
      { url: { regex: '^/live(.*)$', replace: '/$1' } },
      '/livestream/events as /stream/events, /livestream/notifications as /stream/notifications, /livestream/stats as /stream/stats',
    ],
    [
      'one that no longer matches',
      { url: { regex: '^/stream/(.*)$', replace: '/$1' } },
      '/livestream/events as /livestream/events, /livestream/notifications as /livestream/notifications, /livestream/stats as /livestream/stats',
    ],
  ])('fail for a rule whose transform is %s, with the transform to restore', (_, rewrites, paths) => {
    const [found, ...more] = resultsOf(withRule(open, 900, { rewrites, id: 'arn:rule/900' }), 'rewrites');
    expect(more).toEqual([]);
    expect(found).toEqual({
      check: 'rewrites',
      status: 'fail',
      text: `rule 900 (LiveEvents) forwards ${paths} to livestream, which serves them without the first segment`,
      fix: `aws elbv2 modify-rule --rule-arn arn:rule/900 --transforms '[{"Type":"url-rewrite","UrlRewriteConfig":{"Rewrites":[{"Regex":"${REWRITE.regex}","Replace":"${REWRITE.replace}"}]}}]'`,
    });
  });

  test('fail for the rule of one network without its transform', () => {
    expect(wrongs(withRule(byCidrs, 901, { rewrites: undefined }), 'rewrites')).toEqual([
      expect.stringMatching(/^rule 901 forwards \/livestream\/events as \/livestream\/events, /),
    ]);
  });

  test('fail for a rule with sign-in without its transform', () => {
    expect(wrongs(withRule(signedIn, 900, { rewrites: undefined }), 'rewrites')).toHaveLength(1);
  });

  test('fail for a rule with a transform that should have none', () => {
    const [found] = resultsOf(
      withRule(open, 100, { rewrites: { url: { regex: '^/e(.*)$', replace: '/i/v0/e$1' } }, id: 'arn:rule/100' }),
      'rewrites',
    ).filter(({ status }) => status === 'fail');
    expect(found.text).toBe(
      'rule 100 (Events) forwards /e as /i/v0/e, /e/ as /i/v0/e/, /e/sample as /i/v0/e/sample to capture, which serves them unchanged',
    );
    expect(found.fix).toBe('aws elbv2 modify-rule --rule-arn arn:rule/100 --reset-transforms');
  });

  test('fail for a rule that rewrites the paths of the app for allowed clients', () => {
    const [found] = wrongs(withRule(byCidrs, 1000, { rewrites: { url: { regex: '^/login$', replace: '/signup' } } }), 'rewrites');
    expect(found).toBe('rule 1000 forwards /login as /signup to web, which serves them unchanged');
  });

  test('fail for a rule that rewrites the host name', () => {
    expect(wrongs(withRule(open, 140, { rewrites: { host: { regex: '^posthog', replace: 'flags' } } }), 'rewrites')).toEqual([
      'rule 140 (Flags) rewrites the Host header, which ALLOWED_HOSTS and the CSRF check compare',
    ]);
  });

  test('are unknown for a rule with an unsupported transform', () => {
    const odd = withRule(open, 900, { rewrites: { url: { regex: '(?i)^/livestream', replace: '' } } });
    expect(texts(resultsOf(odd, 'listeners'), 'unknown')).toEqual([
      expect.stringContaining('rule 900 (LiveEvents) has a regular expression that is not supported here'),
    ]);
  });
});

describe('live events', () => {
  const without = (deployment: Deployment, gone: (rule: ListenerRule<RuleAction>) => boolean) =>
    withRules(deployment, (rules) => rules.filter((rule) => !gone(rule)));

  test('fail if a network that can open the app does not reach them', () => {
    const [found] = resultsOf(
      without(byCidrs, ({ priority }) => priority === 901),
      'live-events',
    ).filter(({ status }) => status === 'fail');
    expect(found.text).toBe('192.0.2.128, 10.0.0.0: can open the app, but not live events (/livestream/events: web)');
    expect(found.fix).toContain('rule 900 (LiveEvents) and those after it must allow the same clients as the rules from priority 1000 on');
  });

  test('fail if their rule is missing for clients that sign in', () => {
    expect(
      wrongs(
        without(signedIn, ({ priority }) => priority === 900),
        'live-events',
      ),
    ).toEqual(['192.0.2.1: can open the app, but not live events (/livestream/events: sign-in, then web)']);
  });

  test('are checked as an endpoint if the app is open to everyone', () => {
    expect(
      wrongs(
        without(open, ({ priority }) => priority === 900),
        'endpoints',
      ),
    ).toEqual([expect.stringMatching(/^\/livestream\/events, \/livestream\/notifications, \/livestream\/stats: web, by rule 1999, not livestream$/)]);
  });

  test('are reported as public if public clients reach them and the app is closed', () => {
    const [opened] = byCidrs.listeners.find(({ port }) => port === 443)!.rules.filter(({ priority }) => priority === 900);
    const leaking = withRule(byCidrs, 900, { conditions: opened.conditions.filter(({ field }) => field !== 'source-ip') });
    expect(rights(byCidrs, 'endpoints').join()).not.toContain('open besides');
    expect(rights(leaking, 'endpoints')).toEqual([expect.stringContaining('; also public: live-events; ')]);
  });

  test('fail if their metrics are reachable', () => {
    expect(
      wrongs(
        without(byCidrs, ({ priority }) => priority === 30),
        'internal-paths',
      ),
    ).toEqual([expect.stringContaining('internal paths are reachable: ')]);
    expect(wrongs(byCidrs, 'internal-paths')).toEqual([]);
  });

  test.each([
    [10, 'fail', 'every stream of live events is closed after 10 seconds of silence'],
    [15, 'fail', 'is closed after 15 seconds'],
    [60, 'pass', 'reconnects every 60 seconds'],
    [1800, 'pass', 'reconnects every 1800 seconds'],
    [1801, 'pass', 'may be silent as long as PostHog keeps it'],
  ])('with an idle timeout of %d seconds, are %s', (seconds, status, words) => {
    const [found] = resultsOf({ ...open, attributes: { ...open.attributes, 'idle_timeout.timeout_seconds': String(seconds) } }, 'live-events');
    expect([found.status, found.text]).toEqual([status, expect.stringContaining(words)]);
    expect(found.fix).toEqual(status === 'fail' ? expect.stringContaining('--attributes Key=idle_timeout.timeout_seconds,Value=120') : undefined);
  });

  test("have AWS's default idle timeout if none is set, and no check if it cannot be loaded", () => {
    expect(rights({ ...open, attributes: {} }, 'live-events')).toEqual([expect.stringContaining('every 60 seconds')]);
    expect(resultsOf({ ...open, attributes: { unavailable: 'the credentials do not allow it' } }, 'live-events')).toEqual([]);
  });
});
