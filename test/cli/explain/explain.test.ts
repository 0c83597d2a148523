import { AppAccess, AppLoadBalancer } from '../../../lib';
import { cli, inFolder, Run, templateOfPostHog } from '../fixtures';

const TEMPLATE = JSON.stringify(templateOfPostHog({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24']) }));

function explain(...argv: string[]): Promise<Run> {
  return inFolder({ 'a.json': TEMPLATE }, () => cli('explain', ...argv, '-t', 'a.json'));
}

test('prints the rule, the process, the headers and the client IP of a request', async () => {
  const { exitCode, out } = await explain(
    'POST',
    'https://posthog.example.com/e/?x=1',
    '--from',
    '198.51.100.7',
    '--header',
    'X-Forwarded-For: 1.2.3.4',
    '--header',
    'X-Request: a: b',
  );
  expect(exitCode).toBe(0);
  expect(out.split('\n')).toEqual([
    'POST https://posthog.example.com/e/?x=1 from 198.51.100.7',
    '  matches    rule 100 (Events): path-pattern is /i/v0/* or /e or /e/* or /batch or /batch/*',
    '  outcome    forwarded to capture',
    '  received from 10.0.0.4, with the headers',
    '    Host: posthog.example.com',
    '    X-Request: a: b',
    '    X-Forwarded-For: 1.2.3.4, 198.51.100.7',
    '    X-Forwarded-Proto: https',
    '    X-Forwarded-Port: 443',
    '  capture: GeoIP of events: 1.2.3.4, which is not the IP that connected (the first address in X-Forwarded-For, unchecked)',
  ]);
});

test.each([
  [['GET', '/login'], 'outcome    fixed response of the load balancer: 403 Forbidden'],
  [['GET', '/login', '--from', '203.0.113.9'], 'matches    rule 1000: host-header is posthog.example.com and source-ip is 203.0.113.0/24'],
  [
    ['GET', '/login', '--from', '203.0.113.9', '--header', 'X-Forwarded-For: 1.2.3.4'],
    'web: IP filters and login risk: no client IP (none: the hop 203.0.113.9 is not in TRUSTED_PROXIES',
  ],
  [
    ['GET', '/login', '--from', '203.0.113.9', '--header', 'X-Forwarded-For: 1.2.3.4'],
    'web: rate limits of the API: 1.2.3.4,203.0.113.9, which is not the IP that connected (the whole X-Forwarded-For',
  ],
  [
    ['GET', '/login', '--from', '203.0.113.9', '--header', 'X-Forwarded-For: unknown'],
    'web: login limits: 10.0.0.4, which is not the IP that connected (an entry of X-Forwarded-For is no address, so the peer)',
  ],
  [['GET', '/login', '--from', '203.0.113.9'], 'web: IP filters and login risk: 203.0.113.9 ('],
  [['GET', 'http://posthog.example.com/a?b'], 'outcome    redirect (301) to https://posthog.example.com/a?b'],
  // The path is unchanged: decoding or resolving it would be another request.
  [['GET', '/static/%2e%2e/../login'], 'GET https://posthog.example.com/static/%2e%2e/../login from'],
  [['GET', '/static/../login'], 'matches    rule 10 (DenyEvasions)'],
  [['GET', 'https://posthog.example.com'], 'GET https://posthog.example.com/ from 192.0.2.1'],
  [['GET', '/login#top'], 'GET https://posthog.example.com/login from'],
  [['GET', 'https://posthog.example.com#top'], 'GET https://posthog.example.com/ from'],
  [['GET', '/array/x/config'], 'hypercache-server reads no client IP'],
  [['POST', '/i/v1/logs'], 'outcome    fixed response of the load balancer: 404 Not Found, because capture-logs is not deployed'],
  [['GET', 'https://unknown.example.com/login'], 'outcome    fixed response of the load balancer: 403 Forbidden'],
])('prints the trace of %j', async (argv, line) => {
  expect((await explain(...argv)).out).toContain(line);
});

test('has the same trace as JSON', async () => {
  const { out } = await explain('GET', '/login', '--json');
  expect(JSON.parse(out)).toMatchObject({
    request: { target: '/login', host: 'posthog.example.com' },
    rule: 'the default rule',
    answer: 'refused (403)',
    outcome: { kind: 'fixed-response', status: 403 },
  });
});

test.each([
  [[], 'explain takes a method and a URL'],
  [['GET'], 'explain takes a method and a URL'],
  [['GET', '/a', '/b'], 'explain takes a method and a URL'],
  [['get', '/a'], "the method must be one such as GET or POST, got: 'get'"],
  [['GET', 'ftp://x/'], "the URL must begin with https://, http:// or /, got: 'ftp://x/'"],
  [['GET', ''], "the URL must begin with https://, http:// or /, got: ''"],
  [['GET', '#top'], "the URL must begin with https://, http:// or /, got: '#top'"],
  [['GET', '/a', '--from', '1.2.3.400'], "--from must be an IP address, got: '1.2.3.400'"],
  [['GET', '/a', '--header', 'no colon'], "--header must be 'Name: value', got: 'no colon'"],
])('refuses the arguments %j', async (argv, message) => {
  const { exitCode, err } = await explain(...argv);
  expect(exitCode).toBe(2);
  expect(err).toContain(message);
});

test.each([
  [[], 'explain takes a method and a URL'],
  [['FOO', 'bar'], "the URL must begin with https://, http:// or /, got: 'bar'"],
])('names the wrong arguments %j before a missing template', async (argv, message) => {
  await inFolder({}, async () => {
    expect((await cli('explain', ...argv)).err).toContain(message);
    expect((await cli('explain', 'GET', '/')).err).toContain('there is no synthesised template here');
  });
});

describe('with an app on an internal load balancer', () => {
  const APART = JSON.stringify(templateOfPostHog({ appLoadBalancer: AppLoadBalancer.internal() }));
  const run = (...argv: string[]) => inFolder({ 'a.json': APART }, () => cli('explain', ...argv, '-t', 'a.json'));

  test('traces the public one, and names it', async () => {
    const { out } = await run('GET', '/login');
    expect(out).toContain('  at         the internet-facing load balancer\n');
    expect(out).toContain('outcome    fixed response of the load balancer: 403 Forbidden');
  });

  test('traces the other one with --load-balancer', async () => {
    const { out } = await run('GET', '/login', '--load-balancer', 'internal');
    expect(out).toContain('  at         the internal load balancer\n');
    expect(out).toContain('outcome    forwarded to web');
  });
});

test('takes the host of a path from --host, and refuses it next to a URL with a host', async () => {
  expect((await explain('GET', '/login', '--host', 'posthog.example.com')).out).toContain('GET https://posthog.example.com/login');
  const { exitCode, err } = await explain('GET', 'https://posthog.example.com/', '--host', 'other.example.com');
  expect(exitCode).toBe(2);
  expect(err).toContain("--host is for a URL that is only a path, and this one has the host 'posthog.example.com'");
});
