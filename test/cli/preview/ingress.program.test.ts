import { header, World } from './world';
import { templateOfPostHog } from '../fixtures';
import { AppAccess } from '../../../lib';
import { ClientRequest } from '../../../cli/ingress/ingress-model';
import { trace } from '../../../cli/ingress/request-trace';
import { RULE_HEADER, SOURCE_HEADER } from '../../../cli/preview/server/load-balancer';
import { STUB_HEADER } from '../../../cli/preview/stubs/stub';
import { ingressesOf } from '../../../cli/template/template-ingress';
import { samplesOf, PUBLIC_CLIENT } from '../../../cli/ingress/probes';
import { ALWAYS_PUBLIC } from '../../../lib/catalog/endpoints/endpoint-group';
import { PublicEndpoint } from '../../../lib/ingress/routing/public-endpoint';
import { OIDC } from '../../ingress/fixtures';
import { MODES, Mode, OPT_IN } from '../../ingress/routing/modes';

const INSIDE = '203.0.113.9';

describe.each(MODES.map((mode): [string, Mode] => [mode.name, mode]))('with the app open to %s', (_, mode) => {
  let world: World;
  beforeAll(async () => {
    world = await World.start({ appAccess: mode.appAccess(), publicEndpointGroups: mode.optIn ? [...OPT_IN] : undefined });
  });
  afterAll(() => world.close());

  test('every public endpoint reaches its process, or the process that the template has instead', async () => {
    const processes = new Set(Object.values(world.ingress.targets).map(({ process }) => process));
    const wrong: string[] = [];
    for (const endpoint of PublicEndpoint.all().filter(({ group }) => mode.isOpen || mode.optIn || ALWAYS_PUBLIC.includes(group))) {
      const owner = [endpoint.process].find((process) => processes.has(process));
      for (const target of owner === undefined ? [] : samplesOf(endpoint)) {
        const answered = header(await world.raw({ method: 'POST', target, headers: [[SOURCE_HEADER, PUBLIC_CLIENT]], body: '{}' }), STUB_HEADER);
        wrong.push(...(answered === owner ? [] : [`${target}: ${answered}, not ${owner}`]));
      }
    }
    expect(wrong).toEqual([]);
  });

  test('the served outcomes are those of the rules for every kind of request', async () => {
    const targets = [
      '/',
      '/login',
      '/static/array.js',
      '/static/../login',
      '/e/',
      '/e%2f',
      '/internal/x',
      '/_stats',
      '/api/projects/1',
      '/shared/x',
      '/embedded/x?y=1',
      '/oauth/token',
      '/array/t/config',
      '/nowhere?a=b',
    ];
    const differing: string[] = [];
    for (const target of targets) {
      for (const [method, sourceIp] of [
        ['GET', PUBLIC_CLIENT],
        ['POST', INSIDE],
        ['OPTIONS', '2001:db8::9'],
      ]) {
        const request: ClientRequest = {
          scheme: 'https',
          method,
          host: 'posthog.example.com',
          target,
          sourceIp,
          headers: [['X-Forwarded-For', '198.51.100.7']],
        };
        const { outcome } = trace(world.ingress, request);
        const response = await world.raw({ method, target, headers: [...request.headers, [SOURCE_HEADER, sourceIp]] });
        const served = header(response, STUB_HEADER) ?? `${response.status} ${response.body.toString()}`;
        const said = {
          'forwarded': () => outcome.kind === 'forwarded' && outcome.target.process,
          'fixed-response': () => outcome.kind === 'fixed-response' && `${outcome.status} ${outcome.body}`,
        }[outcome.kind as string];
        const agrees = said ? said() === served : outcome.kind === 'sign-in' && served.startsWith('401') && served.includes('sign-in');
        differing.push(...(agrees ? [] : [`${method} ${target} from ${sourceIp}: ${served}`]));
      }
    }
    expect(differing).toEqual([]);
  });

  test('the app responds to public clients only if it is open to anyone', async () => {
    const response = await world.raw({ target: '/project/1', headers: [[SOURCE_HEADER, PUBLIC_CLIENT]] });
    expect(header(response, STUB_HEADER) === 'web').toBe(mode.isOpen);
  });
});

test('the app responds to allowed clients only', async () => {
  const world = await World.start({ appAccess: AppAccess.fromCidrs(['203.0.113.0/24', '2001:db8::/32']) });
  const statuses = await Promise.all(
    [INSIDE, '2001:db8::9', PUBLIC_CLIENT, '2001:db9::1'].map(
      async (ip) => (await world.raw({ target: '/login', headers: [[SOURCE_HEADER, ip]] })).status,
    ),
  );
  await world.close();
  expect(statuses).toEqual([200, 200, 403, 403]);
});

test('a sign-in is a page that explains it, and the app receives no request', async () => {
  const world = await World.start({ appAccess: AppAccess.oidc(OIDC) });
  const response = await world.raw({ target: '/insights?"<script>' });
  await world.close();
  expect(response.status).toBe(401);
  expect(header(response, STUB_HEADER)).toBeUndefined();
  expect(response.body.toString()).toContain('https://login.example.com/authorize');
  expect(response.body.toString()).toContain('<strong>web</strong>');
  expect(response.body.toString()).not.toContain('<script>');
});

test('plain HTTP is redirected to the preview from a loopback name, and to the domain otherwise', async () => {
  const world = await World.start();
  const here = await world.raw({ scheme: 'http', target: '/a/../b?c=d', host: `localhost:${world.preview.ports.http}` });
  const there = await world.raw({ scheme: 'http', target: '/a/../b?c=d' });
  await world.close();
  expect([here.status, header(here, 'Location')]).toEqual([301, `https://localhost:${world.port}/a/../b?c=d`]);
  expect([there.status, header(there, 'Location')]).toEqual([301, 'https://posthog.example.com/a/../b?c=d']);
});

test('fixed responses have the status, the type and the text of the template', async () => {
  const world = await World.start();
  const response = await world.raw({ target: '/internal/x' });
  await world.close();
  expect([response.status, header(response, 'Content-Type'), response.body.toString()]).toEqual([403, 'text/plain', 'Forbidden']);
  expect(header(response, RULE_HEADER)).toBe('rule 30 (DenyInternal)');
});

test('the host of a request selects one of several ingresses, and localhost is the first', async () => {
  const [first] = ingressesOf({ file: 'A', template: templateOfPostHog() });
  const [second] = ingressesOf({ file: 'B', template: templateOfPostHog({ domainName: 'other.example.com', appAccess: AppAccess.nobody() }) });
  const world = await World.of([first, second]);
  const statuses = await Promise.all(
    ['posthog.example.com', 'OTHER.example.com:8443', 'localhost:8443', '127.0.0.1', 'unknown.example.com'].map(
      async (host) => (await world.raw({ target: '/login', host })).status,
    ),
  );
  await world.close();
  // The load balancer refuses a host name that no PostHog has.
  expect(statuses).toEqual([200, 403, 200, 200, 403]);
});

test('a request for a target group without a service gets an explanation', async () => {
  const world = await World.start();
  const [withoutTargets] = [{ ...world.ingress, targets: {} }];
  await world.close();
  const bare = await World.of([withoutTargets]);
  const response = await bare.raw({ target: '/e/' });
  await bare.close();
  expect(response.status).toBe(503);
  expect(response.body.toString()).toContain('target group without a service');
});
