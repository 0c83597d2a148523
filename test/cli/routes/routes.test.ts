import { Stack } from 'aws-cdk-lib/core';
import { Certificate } from 'aws-cdk-lib/aws-certificatemanager';
import { AppAccess, AppLoadBalancer, PublicEndpoint } from '../../../lib';
import { routesOf } from '../../../cli/routes/routes';
import { cli, ingressOf, inFolder, templateOfPostHog } from '../fixtures';
import { newStack } from '../../helpers/stack';

const TEMPLATE = JSON.stringify(templateOfPostHog({ appAccess: AppAccess.nobody() }));

test('routes lists every public endpoint, in order', () => {
  expect([...new Set(routesOf(ingressOf(), 'posthog.example.com').map(({ paths }) => paths))]).toEqual(PublicEndpoint.all().map(String));
});

test('routes says which endpoints are public', () => {
  const routes = routesOf(ingressOf({ appAccess: AppAccess.nobody() }), 'posthog.example.com');
  expect(routes.find(({ paths }) => paths === '/e, /e/*')).toMatchObject({
    rule: 'rule 100 (Events)',
    owner: 'capture',
    answer: 'capture',
    public: true,
  });
  expect(routes.find(({ paths }) => paths === '/shared/*')).toMatchObject({
    rule: 'the default rule',
    owner: 'web',
    answer: 'refused (403)',
    public: false,
  });
});

test('routes says which process is not deployed', () => {
  const routes = routesOf(ingressOf(), 'posthog.example.com');
  expect(routes.find(({ paths }) => paths === '/i/v1/logs, /i/v1/logs/*')).toMatchObject({
    rule: 'rule 192 (Logs)',
    owner: 'capture-logs',
    answer: 'not deployed (404)',
    public: false,
  });
});

test('routes lists paths of one endpoint separately if their outcomes differ', () => {
  const ingress = ingressOf({ appAccess: AppAccess.nobody() });
  const rules = ingress.rules.map((rule) => ({
    ...rule,
    conditions: rule.conditions.map((condition) => ({ ...condition, values: condition.values?.filter((value) => value !== '/e/*') })),
  }));
  expect(
    routesOf({ ...ingress, rules }, 'posthog.example.com')
      .filter(({ paths }) => paths === '/e, /e/*')
      .map(({ answer }) => answer),
  ).toEqual(['capture', 'refused (403)']);
});

test('routes prints a table', async () => {
  const { exitCode, out } = await inFolder({ 'a.json': TEMPLATE }, () => cli('routes', '--template', 'a.json'));
  expect(exitCode).toBe(0);
  expect(out).toMatch(/^posthog\.example\.com\n\nendpoint +process +rule +public\n/);
  expect(out).toMatch(/^\/s, \/s\/\* +replay-capture +rule 110 \(Recordings\) +replay-capture$/m);
  expect(out).toMatch(/^\/shared\/\* +web +the default rule +refused \(403\)$/m);
});

test('routes prints an endpoint with many paths in several lines', async () => {
  const { out } = await inFolder({ 'a.json': TEMPLATE }, () => cli('routes', '-t', 'a.json'));
  expect(out).toMatch(
    /^\/oauth\/authorize, .*\/oauth\/introspect +web +the default rule +refused \(403\)\n {2}\/oauth\/userinfo, \/oauth\/register$/m,
  );
  expect(Math.max(...out.split('\n').map(({ length }) => length))).toBeLessThan(150);
});

test('routes prints JSON', async () => {
  const { out } = await inFolder({ 'a.json': TEMPLATE }, () => cli('routes', '-t', 'a.json', '--json'));
  const [{ host, routes }] = JSON.parse(out) as { host: string; routes: { paths: string; answer: string }[] }[];
  expect(host).toBe('posthog.example.com');
  expect(routes.find(({ paths }) => paths === '/flags, /flags/*')?.answer).toBe('feature-flags');
});

describe('with several host names and load balancers', () => {
  const certificate = (scope: Stack) => Certificate.fromCertificateArn(scope, 'Further', 'arn:aws:acm:eu-central-1:111122223333:certificate/further');
  const template = () => {
    const scope = newStack();
    return JSON.stringify(
      templateOfPostHog({
        ingestionDomainNames: [{ domainName: 't.example.com', certificate: certificate(scope) }],
        appLoadBalancer: AppLoadBalancer.internal(),
      }),
    );
  };

  test('prints a table for each load balancer, the public one first', async () => {
    const { out } = await inFolder({ 'a.json': template() }, () => cli('routes', '-t', 'a.json'));
    const titles = out.split('\n').filter((line) => line.includes('load balancer'));
    expect(titles.at(0)).toBe('posthog.example.com, the internet-facing load balancer');
    expect(titles.at(-1)).toBe('posthog.example.com, the internal load balancer');
  });

  test('prints one with --host, and one with --load-balancer', async () => {
    const { out } = await inFolder({ 'a.json': template() }, () => cli('routes', '-t', 'a.json', '--load-balancer', 'internal'));
    expect(out).toMatch(/^posthog\.example\.com\n/);
    expect(out).toMatch(/^\/shared\/\* +web +.* +web$/m);
    const json = await inFolder({ 'a.json': template() }, () => cli('routes', '-t', 'a.json', '--host', 'T.example.com', '--json'));
    expect((JSON.parse(json.out) as { host: string; scheme: string }[]).map(({ host, scheme }) => [host, scheme])).toContainEqual([
      't.example.com',
      'internet-facing',
    ]);
  });

  test.each([
    [['--load-balancer', 'other'], "--load-balancer must be internet-facing, internal or the name of one, got: 'other'; available: "],
    [['--host', 'https://x'], "--host must be a host name, got: 'https://x'"],
  ])('fails with %j', async (argv, message) => {
    const { exitCode, err } = await inFolder({ 'a.json': template() }, () => cli('routes', '-t', 'a.json', ...argv));
    expect(exitCode).toBe(2);
    expect(err).toContain(message);
  });
});
