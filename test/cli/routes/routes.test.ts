import { AppAccess, PublicEndpoint } from '../../../lib';
import { routesOf } from '../../../cli/routes/routes';
import { cli, ingressOf, inFolder, templateOfPostHog } from '../fixtures';

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

test('routes prints JSON', async () => {
  const { out } = await inFolder({ 'a.json': TEMPLATE }, () => cli('routes', '-t', 'a.json', '--json'));
  const [{ host, routes }] = JSON.parse(out) as { host: string; routes: { paths: string; answer: string }[] }[];
  expect(host).toBe('posthog.example.com');
  expect(routes.find(({ paths }) => paths === '/flags, /flags/*')?.answer).toBe('feature-flags');
});
